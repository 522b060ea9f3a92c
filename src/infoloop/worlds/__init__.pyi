from . import finite_worlds as finite_worlds
from . import lookup as lookup
from . import reference_signals as reference_signals
from . import reward_signals as reward_signals
from . import strings as strings
