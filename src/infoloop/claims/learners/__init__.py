"""Claims of chapter 7, on learners: which way the signals pull them, how fast, and what comes to a held-out domain."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
