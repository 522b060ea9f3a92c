from . import dead_groups as dead_groups
from . import enumerated_groups as enumerated_groups
from . import group_objectives as group_objectives
from . import group_variance_formulas as group_variance_formulas
from . import reachable_slopes as reachable_slopes
from . import redrawn_groups as redrawn_groups
from . import shaping_doses as shaping_doses
from . import shaping_jumps as shaping_jumps
