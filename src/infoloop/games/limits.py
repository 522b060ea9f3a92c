"""How large a game may be, and why."""

CODES = 2**14  # Mastermind codes: a table of verdicts has the square of this many cells
WORD_LENGTH = 12  # letters: 3**12 is 531 441 verdicts, and a histogram of them is kept for every guess
GUESSES_AT_ONCE = 64  # whose verdicts are in memory together
