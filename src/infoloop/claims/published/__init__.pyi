from . import appended_memories as appended_memories
from . import labels_mixed as labels_mixed
from . import order_of_data as order_of_data
from . import order_of_learning as order_of_learning
from . import policy_entropies as policy_entropies
from . import step_rewards as step_rewards
from . import synthetic_gains as synthetic_gains
from . import vanishing_shares as vanishing_shares
