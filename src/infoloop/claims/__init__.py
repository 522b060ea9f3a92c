"""The executable claims of theory/, a folder for each chapter and a module for each subject of it.

The `claim:` field of a statement in theory/ names a claim by its module and name. Start with
`processing.data_processing_inequality`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
