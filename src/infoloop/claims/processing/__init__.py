"""Claims of chapter 1, on data processing: `data_processing_inequality` first, then contraction."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
