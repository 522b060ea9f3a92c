from . import bernstein_polynomials as bernstein_polynomials
from . import difficulty_weights as difficulty_weights
from . import group_statistics as group_statistics
from . import group_variance as group_variance
from . import live_group_biases as live_group_biases
from . import reward_shaping as reward_shaping
