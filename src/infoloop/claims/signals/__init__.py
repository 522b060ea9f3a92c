"""Claims of chapter 3, on signals from outside: `signal_sources` first, then verifiers and filters."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
