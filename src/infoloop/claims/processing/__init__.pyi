from . import bottlenecks as bottlenecks
from . import channel_cascades as channel_cascades
from . import coefficient_formulas as coefficient_formulas
from . import data_processing_inequality as data_processing_inequality
from . import guessing_games as guessing_games
from . import strong_data_processing as strong_data_processing
