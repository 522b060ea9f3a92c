"""What each part costs as it grows: a record for each curve, with the model that its docstring states or that is meant.

A curve more is a line of `CURVES`, and a function of `cost_works` that makes the work of a size.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cost_works as works


@dataclass(frozen=True)
class Curve:
    """A work that grows, and how its cost should: time as `along` to the power `time`, memory likewise.

    Attributes:
        part: The figure that shows it.
        name: What is done.
        along: What grows, as the figure names it.
        model: The cost in words.
        sizes: What `work` is given, rising.
        work: Makes the work of a size.
        time: The exponent of time.
        memory: That of memory.
        yardstick: What of `machine.yardsticks` the last size is compared with.
        amount: How much of `along` a size is.
        devices: So many are made of this machine's processor.
    """

    part: str
    name: str
    along: str
    model: str
    sizes: tuple[int, ...]
    work: Callable[[int], works.Work]
    time: float
    memory: float
    yardstick: str = "read"
    amount: Callable[[int], float] = float
    devices: int = 1

    @property
    def by_processors(self) -> bool:
        """Whether its time is that of all processors together."""
        return self.yardstick == "Python" or self.devices > 1


def _powers(first: int, last: int, step: int = 1) -> tuple[int, ...]:
    return tuple(2**k for k in range(first, last + 1, step))


_TABLES, _VARIABLES, _STEPS, _ROUNDS = "tables", "variables", "generations and steps", "rounds, rows, devices"
_PASS = "one pass over the table"
_LEAVES = "the largest table, as `query_cost` says"
_PAIRS = "for each task a product with the matrix of signals and sets of outputs"
_PROGRAM = "at most a program over all n + C(n,2) 2^(n-2) elemental inequalities"
_PRODUCTS = "T products of K×K tables"
_STEP = "a step for each, the memory of one state"
_FRONTIER = "a round costs what it holds, however many came before"
CURVES = (
    Curve(_TABLES, "H(X,Y)", "cells", _PASS, _powers(12, 22, 2), works.entropy, 1, 1),
    Curve(_TABLES, "I(X;Y)", "cells", _PASS, _powers(12, 22, 2), works.information, 1, 1),
    Curve(_TABLES, "I(X;Y given Z)", "cells", _PASS, _powers(12, 22, 2), works.conditional_information, 1, 1),
    Curve(_TABLES, "gradient of I(X;Y)", "cells", _PASS, _powers(12, 22, 2), works.information_gradient, 1, 1),
    Curve(_VARIABLES, "prove, Han's inequality, 8 to 12 variables", "elemental inequalities", _PROGRAM,
          tuple(range(8, 13)), works.proof, 1, 1, "Python", works.elemental_inequalities),
    Curve(_VARIABLES, "BayesNet, the two ends of a chain", "variables", "a product for each",
          _powers(4, 9), works.network_chain, 1, 0, "Python"),
    Curve(_VARIABLES, "BayesNet, 10 to 22 effects of one cause", "cells of the answer", _LEAVES,
          tuple(range(10, 23, 2)), works.network_leaves, 1, 1, "copy", lambda n: 2.0**n),
    Curve(_VARIABLES, "coinformation, 3 to 8 variables", "informations", "2^(n-2) informations of at most 2^n cells",
          tuple(range(3, 9)), works.coinformation, 1, 0, "Python", lambda n: 2.0 ** (n - 2)),
    Curve(_VARIABLES, "every_efficiency, 5 to 9 outputs, 256 tasks", "signals times sets of outputs", _PAIRS,
          tuple(range(5, 10)), works.partition_pairs, 1, 1, "products", works.blocks_of_signals),
    Curve(_STEPS, "Wright-Fisher, n = 500", "generations", "a product with the band for each",
          _powers(5, 11), works.resampled_generations, 1, 0, "products"),
    Curve(_STEPS, "Wright-Fisher, 50 generations", "draws a generation, n", "a band of n rows of about √n cells",
          _powers(8, 13), works.resampled_population, 1.5, 1.5, "products"),
    Curve(_STEPS, "information_along, K = 32", "steps T", _PRODUCTS,
          _powers(8, 14), lambda steps: works.chain(32, steps), 1, 0, "products"),
    Curve(_STEPS, "information_along, T = 32", "states K", _PRODUCTS,
          _powers(4, 9), lambda states: works.chain(states, 32), 3, 2, "products"),
    Curve(_ROUNDS, "unroll, a learner of its own strings", "rounds", _STEP,
          _powers(4, 9), works.string_rounds, 1, 0, "Python"),
    Curve(_ROUNDS, "train_policy, a perceptron under Adam", "steps", _STEP,
          _powers(6, 11), works.training_steps, 1, 0, "products"),
    Curve(_ROUNDS, "audit of a pipeline's graph", "rounds", "some walks of the whole graph for each",
          _powers(1, 6), works.pipeline_graph, 2, 1, "Python"),
    Curve(_ROUNDS, "numbers of a pipeline", "rounds", _FRONTIER,
          _powers(1, 6), works.pipeline_numbers, 1, 1, "Python"),
    Curve(_ROUNDS, "audit of a log, JSON lines of 200 bytes", "rows", "one pass over the file; memory goes with groups",
          tuple(50_000 * 2**k for k in range(4)), works.log_rows, 1, 1, "Python"),
    Curve(_ROUNDS, "a sweep of 4 096 points", "forced host devices", "the same work, of all processors together",
          _powers(0, 3), works.swept_devices, 0, 0, "products", devices=8),
)  # fmt: skip


def fitted_part(points: int) -> slice:
    """Return which points a fit takes: the upper half and at least four, where the fixed part of a cost is small."""
    return slice(-max(4, math.ceil(points / 2)), None)
