from . import dead_groups as dead_groups
from . import group_sums as group_sums
from . import group_table as group_table
from . import seen_rollouts as seen_rollouts
from . import step_windows as step_windows
