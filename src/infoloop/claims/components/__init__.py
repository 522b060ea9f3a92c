"""Claims of chapter 5, on what is learned first: `feature_learning_order` first, then reward hacking."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
