from . import finite_worlds as finite_worlds
from . import label_sets as label_sets
from . import lookup as lookup
from . import strings as strings
