from . import bif_parser as bif_parser
from . import bif_reader as bif_reader
from . import dit as dit
from . import numpyro_enumeration as numpyro_enumeration
from . import numpyro_sites as numpyro_sites
