"""Search for an exact law that meets every assumption and breaks the statement.

`search.refute` runs four stages:

1. Small laws (`small_laws`, `small_law_search`). Families of laws that refute most false statements, each a choice of
   functions of one random atom, are searched in whole by floats. Takes the assumptions and the statement as sums of
   joint entropies; gives candidates, smallest first. It is first because what it finds is small enough to read.
2. Factorisation (`factorisation`). Takes the sums that must vanish; gives an order of the variables, the parents of
   each, and which are functions, so that every law of that form meets the assumptions exactly. It comes before the
   descent, whose numbers are therefore free.
3. Gradient search (`gradient_search`). Takes that plan and the statement; gives the logits of laws with a wide gap on
   the wrong side, from many random starts at once. Floats, so it proves nothing.
4. Exact decision (`exact_decision`). Takes a candidate of stage 1, or the ends of stage 3, which it first rounds to
   laws with small denominators; gives a `Counterexample` if exact arithmetic decides that the law meets every
   assumption and breaks the statement. It is last because it is certain, and slow.

Where nothing is found, `search.SearchReport` says what was tried. The bounds of all stages stand in `proofs.limits`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
