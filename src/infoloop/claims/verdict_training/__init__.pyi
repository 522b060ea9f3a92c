from . import nearest_accepted_laws as nearest_accepted_laws
from . import softmax_flow_ends as softmax_flow_ends
from . import softmax_flows as softmax_flows
