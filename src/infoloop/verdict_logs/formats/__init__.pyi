from . import column_values as column_values
from . import log_format as log_format
from . import rollout_settings as rollout_settings
from . import trl as trl
from . import trl_groups as trl_groups
from . import verl as verl
