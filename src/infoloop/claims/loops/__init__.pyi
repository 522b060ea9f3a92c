from . import additive_smoothing as additive_smoothing
from . import gaussian_refits as gaussian_refits
from . import mean_estimates as mean_estimates
from . import rare_token_extinction as rare_token_extinction
from . import real_data_mixtures as real_data_mixtures
from . import regression_refits as regression_refits
from . import replay_and_frozen_judges as replay_and_frozen_judges
from . import resampling_collapse as resampling_collapse
