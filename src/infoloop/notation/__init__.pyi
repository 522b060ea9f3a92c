from . import assumptions as assumptions
from . import grammar as grammar
