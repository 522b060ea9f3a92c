"""`prove`: a proof from Shannon's inequalities with a certificate, an exact counterexample, or "undecided".

`prover` is the entry point. `shannon_prover` looks for a proof by a linear program,
`counterexamples` for a law that breaks the statement; certificates are checked by `infoloop.check`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
