from . import binomial_intervals as binomial_intervals
from . import comparison as comparison
from . import linear_systems as linear_systems
from . import nonnegative_systems as nonnegative_systems
from . import rational_gaussians as rational_gaussians
from . import rational_laws as rational_laws
from . import real_balls as real_balls
from . import wright_fisher_rational as wright_fisher_rational
