from . import noisy_verdict_filters as noisy_verdict_filters
from . import noisy_verdict_panels as noisy_verdict_panels
from . import noisy_verdicts as noisy_verdicts
