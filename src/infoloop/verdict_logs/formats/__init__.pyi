from . import evalplus as evalplus
from . import human_eval as human_eval
from . import json_records as json_records
from . import lm_eval as lm_eval
from . import log_format as log_format
from . import pass_at_counts as pass_at_counts
from . import scored_rows as scored_rows
