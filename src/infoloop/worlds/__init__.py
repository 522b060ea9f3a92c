"""Finite languages with a random rule: questions in domains, strings as answers, and which of them are right.

`finite_worlds` has the noun, `World`, and what is read off it; each other module makes one world or says what a signal
shows of it. Start with `lookup`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
