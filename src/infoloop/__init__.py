"""infoloop: exact information theory for synthetic-data loops. The names, and where they live, stand in `__init__.pyi`.

Names are loaded when first used, so that `infoloop --help` and stand-alone checkers need not import JAX.
"""

import lazy_loader

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
