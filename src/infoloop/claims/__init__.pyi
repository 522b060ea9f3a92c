from . import comparisons as comparisons
from . import components as components
from . import levels as levels
from . import loops as loops
from . import processing as processing
from . import published as published
from . import signals as signals
from . import verdict_training as verdict_training
