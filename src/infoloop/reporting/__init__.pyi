from . import atomic_files as atomic_files
from . import audit_page as audit_page
from . import figures as figures
from . import html as html
from . import math_font as math_font
from . import package_files as package_files
from . import suggestions as suggestions
from . import text as text
