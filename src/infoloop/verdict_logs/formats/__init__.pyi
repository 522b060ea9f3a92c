from . import log_format as log_format
from . import plain as plain
from . import recognition as recognition
from . import row_errors as row_errors
from . import verdict_words as verdict_words
