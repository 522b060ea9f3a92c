"""The search for an exact law that meets every assumption and breaks the statement.

`search` runs the stages in order: small laws are enumerated (`small_laws`, `small_law_search`), then a law that
factorises as the assumptions ask (`factorisation`, `objectives`) is moved by gradient descent (`gradient_search`);
what either finds is decided in fractions.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
