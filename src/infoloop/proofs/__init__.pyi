from . import counterexamples as counterexamples
from . import entropy_coordinates as entropy_coordinates
from . import linear_program as linear_program
from . import polymatroids as polymatroids
from . import prover as prover
from . import semigraphoid as semigraphoid
from . import shannon_prover as shannon_prover
