from . import advantage_rules as advantage_rules
from . import group_advantages as group_advantages
from . import reward_kinds as reward_kinds
from . import verdict_groups as verdict_groups
