from . import component_bits as component_bits
from . import group_table as group_table
from . import reward_components as reward_components
from . import reward_parts as reward_parts
from . import within_groups as within_groups
