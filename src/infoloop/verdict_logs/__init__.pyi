from . import code_lengths as code_lengths
from . import estimators as estimators
from . import figures as figures
from . import log_audit as log_audit
from . import page as page
from . import question_counts as question_counts
from . import reader as reader
from . import text as text
