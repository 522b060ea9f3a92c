from . import code_length_switch as code_length_switch
from . import deep_linear_modes as deep_linear_modes
from . import efficiency_hypothesis as efficiency_hypothesis
from . import feature_learning_order as feature_learning_order
from . import goodhart as goodhart
from . import reward_control as reward_control
from . import sharpening as sharpening
from . import usable_information as usable_information
