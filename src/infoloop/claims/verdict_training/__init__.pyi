from . import dead_groups as dead_groups
from . import enumerated_groups as enumerated_groups
from . import group_objectives as group_objectives
from . import group_variance_formulas as group_variance_formulas
from . import process_outcome as process_outcome
from . import reachable_slopes as reachable_slopes
from . import redrawn_groups as redrawn_groups
from . import step_credit as step_credit
