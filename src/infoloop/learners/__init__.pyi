from . import log_linear_policy as log_linear_policy
from . import objectives as objectives
from . import parametric_policies as parametric_policies
from . import perceptron_policy as perceptron_policy
from . import policy_outcomes as policy_outcomes
from . import policy_training as policy_training
from . import tabular_policy as tabular_policy
from . import transformer_policy as transformer_policy
