from . import finite_worlds as finite_worlds
from . import lookup as lookup
from . import strings as strings
