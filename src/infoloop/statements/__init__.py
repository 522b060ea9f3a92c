"""Verify statements by claims: what a claim is, how it is sampled, attacked and certified, and the report.

`claim` has `Claim`, `theory_files` reads the chapters of theory/ and pairs them with claims, `verification` runs
them. Start with `claim`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
