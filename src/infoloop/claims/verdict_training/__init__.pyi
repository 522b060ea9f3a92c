from . import dead_groups as dead_groups
from . import process_outcome as process_outcome
from . import step_credit as step_credit
