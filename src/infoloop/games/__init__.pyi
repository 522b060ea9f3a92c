from . import limits as limits
from . import mastermind as mastermind
from . import query_games as query_games
from . import word_lists as word_lists
from . import wordle as wordle
