"""Games of questions and answers in which every answer is counted in bits: Wordle, Mastermind, any table.

Start with `query_games`; `wordle` and `mastermind` are two famous tables.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
