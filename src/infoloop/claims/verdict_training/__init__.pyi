from . import crossing_points as crossing_points
from . import pass_at_k_estimates as pass_at_k_estimates
from . import pass_at_k_populations as pass_at_k_populations
from . import plurality_votes as plurality_votes
