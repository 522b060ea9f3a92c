"""Policies that are trained on signals, every string's probability exact: tabular, log-linear, networks.

`parametric_policies` has the noun, `ParametricPolicy`, and `policy_training` the one loop that trains any of them on
any objective. Start with `parametric_policies`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
