"""Claims of chapter 2, on closed loops: `resampling_collapse` first, then refits, smoothing, mixing and replay."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
