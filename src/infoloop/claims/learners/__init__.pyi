from . import accuracy_clocks as accuracy_clocks
from . import form_leaks as form_leaks
from . import held_out_transfer as held_out_transfer
from . import idle_bits as idle_bits
from . import locking_paths as locking_paths
from . import log_linear_states as log_linear_states
from . import overtaking_verdicts as overtaking_verdicts
from . import verdicts_and_labels as verdicts_and_labels
