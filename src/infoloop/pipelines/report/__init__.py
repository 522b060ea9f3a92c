"""An audit of a pipeline as text (`text`, `numeric_text`), figures and one HTML page (`page`)."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
