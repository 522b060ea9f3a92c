"""Set the numbers that bound and steer a proof and a search, each with its reason."""

# The linear program
MOST_VARIABLES = 14  # tables over all 2^14 sets of variables fit in memory
MOST_GRAPH_VARIABLES = 200  # of a graph; to write the independences of 2000 takes ten seconds
MOST_COORDINATES = 4095  # joint entropies of 12 variables without assumptions; a program over more takes minutes
MOST_COORDINATES_FOR_SHORTEST = 256  # up to here the proof with the least sum of weights is looked for: it is short
ROUNDING = 2.0**-26  # a least value of the solver above this is taken for 0 at first; fractions decide
FEW_COORDINATES = 15  # four variables; without a proof, so few are decided in fractions sooner than in floats
MOST_COORDINATES_FOR_STEPS = 512  # up to here a program can be solved in fractions; a step over more takes a second
MOST_STEPS = 10_000  # in fractions, each from one basis to the next
MOST_STEP_CELLS = 4 * 10**9  # steps times the cube of the coordinates: about ten seconds
MOST_NUMBERS_SHOWN = 31  # of a polymatroid, those of five variables; more are for a program to read
MOST_DENOMINATOR = 1000  # the solver's entropies are rounded to fractions up to this denominator, then checked

# Stage 1 of the search for a counterexample: small laws
MOST_SEARCHED = 24  # variables; the small laws of more take minutes
MOST_CHOICES = 2**19  # choices of one family that are held together; more would take seconds
MOST_CANDIDATES = (
    16  # candidates of a family, or ends of descents, that are decided exactly before the rest is given up
)
MOST_EXACT_CELLS = 2**15  # a table with more cells takes seconds to sum exactly

# Stage 2: factorisations
MOST_ORDERS = 5040  # 7!, all orders of seven variables; a graph takes some ten microseconds

# Stage 3: the gradient search
MOST_STARTS = 10_000  # tables of as many laws take a few hundred megabytes
MOST_DESCENT_STEPS = 100_000  # some minutes
MOST_SEED = 2**63 - 1
MOST_DESCENT_CELLS = 4**4  # a descent over a table with more cells would take minutes
LEAST_LESSER_BITS = 2.0**-20  # where the lesser side is smaller, rounding could fake the ratio of the sides
DESCENT_RATE = 0.1  # of Adam, on logits: a few hundred steps cross the range in which probabilities move
ZERO_PENALTY = 10.0  # on a sum that should vanish, a bit: no ratio of the sides is worth that much
CERTAIN_LOGIT = 1000.0  # so far above the others that these have no mass at all, nor a gradient

# Stage 4: exact laws next to where a descent ended, first those that are easy to read
DENOMINATORS = (1, 2, 3, 4, 5, 6, 8, 10, 12, 20, 60, 120, 1000, 10**6)
