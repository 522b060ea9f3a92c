"""Claims of chapter 4, on coarse and fine signals: `signal_split` first, then garblings and generalisation."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
