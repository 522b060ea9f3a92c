"""What every page, figure and terminal table is made of; nothing here knows information theory.

`figures` holds a figure as data and draws it, `html` and `audit_page` make pages that open offline, `text` makes
lines for the terminal, `atomic_files` writes files atomically. Start with `figures`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
