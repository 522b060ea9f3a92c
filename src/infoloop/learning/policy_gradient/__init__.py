"""Policy gradients on verdicts for one question, exactly: estimators, their expectation and their variance.

Start with `difficulty_weights` for what a rule of group verdicts optimises, `group_statistics` for what a group tells.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
