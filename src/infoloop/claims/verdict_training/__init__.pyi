from . import learned_rewards as learned_rewards
from . import tail_selection_limits as tail_selection_limits
from . import tail_selection_regimes as tail_selection_regimes
