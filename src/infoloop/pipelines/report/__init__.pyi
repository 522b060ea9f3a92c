from . import figures as figures
from . import numeric_text as numeric_text
from . import page as page
from . import text as text
