"""`infoloop audit LOG.csv`: pass rates of a log of verdicts, and how many bits it can have told.

`reader` reads the log, `log_audit` bounds the bits, `text` and `page` show it. Start with `log_audit`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
