"""Exact laws on finite alphabets, channels between them, Bayesian networks, and Gaussian laws.

`distributions` has `Joint` and its verbs, `channels` has `Channel`; `numerics` is the only place that handles 0 log 0
and rounding. Start with `distributions`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
