from . import assumptions as assumptions
from . import grammar as grammar
from . import hints as hints
