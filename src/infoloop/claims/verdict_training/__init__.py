"""Claims of chapter 6, on training a policy on verdicts: projections, flows, groups, populations, verifiers.

The policies have finitely many outputs.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
