"""Claims of chapter 8: sentences that others have published, as far as earlier chapters do not execute them."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
