"""The text of a statement, "I(X;Z|D) <= H(X)", and of its assumptions, "X -> D -> Z", as data.

Start with `grammar`; `assumptions` turns what is given into expressions that are 0.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
