from . import dead_groups as dead_groups
