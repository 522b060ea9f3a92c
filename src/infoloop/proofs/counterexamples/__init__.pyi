from . import exact_decision as exact_decision
from . import factorisation as factorisation
from . import gradient_search as gradient_search
from . import search as search
from . import small_law_search as small_law_search
from . import small_laws as small_laws
