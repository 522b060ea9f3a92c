"""The limits of an audit: how large a pipeline and its laws may be, how much is drawn, and how much is listed."""

# What is refused beyond them
MOST_NODES = 5000  # of a pipeline: what is connected to what is worked out anew for each of its rounds
MOST_FORMULA_CALLS = 2**20  # combinations of parents for which a formula is worked out, about 2 microseconds each
MOST_FORMULA_STEPS = 2**23  # parts of a formula times these combinations, about a microsecond each

# Where a result is left open, or a coarser bound is taken
MOST_EXACT_CELLS = 2**14  # cells of a law in fractions, about 10 microseconds each
MOST_UPDATE_ROWS = 512  # different rows of an update, of which all pairs are compared for its contraction
MOST_CHANNEL_ROWS = 2**12  # rows of a channel of which a capacity is worked out; beyond it the alphabet bounds it
MOST_CHANNELS = 64  # different channels that the questions open, each with a capacity of its own
MOST_SEPARATE_NODES = 4  # terms of one round that are named one by one; more are put together

# What a page or a screen can show
MOST_DRAWN_NODES = 120  # can still be read on one page
MOST_LABEL_CHARACTERS = 14  # of a drawn name: a longer one would set the width of its column
FEWEST_FOLDED_ROUNDS = 2  # that are alike: to replace a single one by dots would save nothing
MOST_SHOWN_ROUNDS = 10  # of which the text has the bits, so that the verdict stays on the screen
MOST_LISTED = 6  # names of a list, or terms of a bound, before the rest is counted
