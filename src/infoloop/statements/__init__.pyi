from . import cases as cases
from . import certification as certification
from . import claim as claim
from . import findings_page as findings_page
from . import findings_text as findings_text
from . import parameter_grids as parameter_grids
from . import theory_files as theory_files
from . import verification as verification
