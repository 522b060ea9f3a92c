from . import comparisons as comparisons
from . import components as components
from . import levels as levels
from . import loops as loops
from . import processing as processing
from . import signals as signals
