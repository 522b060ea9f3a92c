from . import nearest_accepted_laws as nearest_accepted_laws
from . import softmax_flows as softmax_flows
