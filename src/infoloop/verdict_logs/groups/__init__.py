"""Groups of rollouts: dead groups, problems to drop, components of the reward, errors of verifiers."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
