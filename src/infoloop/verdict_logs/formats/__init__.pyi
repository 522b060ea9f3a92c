from . import log_format as log_format
