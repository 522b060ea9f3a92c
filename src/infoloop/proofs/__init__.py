"""`prove`: a proof from Shannon's inequalities with a certificate, an exact counterexample, or "undecided".

`prover` is the entry point. `problem` reads the statement and what is given. `shannon_prover` looks for a proof:
`linear_program` sets up a program over the `entropy_coordinates` that the independences of `semigraphoid` leave free,
`provability` decides it in fractions, and `infoloop.check` checks the certificate. `counterexamples` looks for a law
that breaks the statement; `polymatroids` shows why there is no proof. `limits` bounds the work of all of them.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
