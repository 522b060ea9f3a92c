from . import log_linear_states as log_linear_states
from . import verdicts_and_labels as verdicts_and_labels
