"""Chapter 4, levels: how a signal splits into bits about the task and bits besides it (S21)."""

import itertools
from collections.abc import Iterator

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.statements.cases import Cases, Family, exact_law, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import linear
from infoloop.statements.neighbours import changed, without

FINITE = "finite alphabets"
MAPS = [[1, 0], [0, 1]]
NOISY = [["1/4", "3/4"], *MAPS]
SPLIT = ("T -> Y,Q -> S",)
DETERMINISTIC = ("H(S|Y) = 0",)
COARSER = ("H(T|Y) = 0", "H(S|T) = 0")
DIFFERENT = "two different partitions of the outputs"


def partitions_of(outputs: int) -> Iterator[tuple[int, ...]]:
    """Yield all partitions as tuples of labels in order of appearance, by growing them one output at a time.

    >>> len(list(partitions_of(4)))
    15
    """
    if outputs == 1:
        yield (0,)
        return
    for labels in partitions_of(outputs - 1):
        for block in range(max(labels) + 2):
            yield (*labels, block)


def _rows(labels):
    return [[int(block == k) for k in range(max(labels) + 1)] for block in labels]


def _signals(task, signal, masses):
    """Return an output Y with these masses, its task class T and the signal S, both read off it."""
    return exact_law({"Y": masses, "T|Y": _rows(task), "S|Y": _rows(signal)})


EVEN, TILTED = ["1/4"] * 4, ["1/2", "1/4", "1/8", "1/8"]


def _all_signals(nested=lambda task, signal: True):
    for masses in (EVEN, TILTED):
        for task, signal in itertools.product(partitions_of(4), repeat=2):
            if nested(task, signal):
                yield _signals(task, signal, masses)


def _coarsens(fine: tuple[int, ...], coarse: tuple[int, ...]) -> bool:
    """Return whether `coarse` is a function of `fine`."""
    return len(set(zip(fine, coarse, strict=True))) == len(set(fine))


_PAIRS_AND_NOISY_TASKS = Family(
    "all pairs of partitions of four outputs with masses (1/4, 1/4, 1/4, 1/4) and (1/2, 1/4, 1/8, 1/8); and a bit T "
    "with rows (1/4, 3/4), (1, 0), (0, 1) for each of three equally likely outputs, S a bit of the output",
    lambda: itertools.chain(
        _all_signals(), exact_laws({"Y": [["1/3", "1/3", "1/3"]], "T|Y": NOISY, "S|Y": MAPS})
    ),
)  # fmt: skip


def _read_off(outputs: int, task: int, signal: int, through: str = "Y") -> Cases:
    """Return free masses of Y, and T and S as functions: an output's class is the place of its largest number."""

    def draw(key):
        return jax.random.normal(key, (outputs + outputs * task + max(outputs, task) * signal,))

    def build(normals):
        masses, classes, blocks = jnp.split(normals, [outputs, outputs + outputs * task])
        read = jax.nn.one_hot(classes.reshape(outputs, task).argmax(1), task, dtype=float)
        block_of = jax.nn.one_hot(blocks.reshape(-1, signal).argmax(1), signal, dtype=float)
        sizes = {"Y": outputs, "T": task}
        law = Joint(jax.nn.softmax(masses), ("Y",))
        return BayesNet((law, Channel(read, ("Y",), ("T",)), Channel(block_of[: sizes[through]], (through,), ("S",))))

    return Cases(draw, build)


_wasteful = _signals((0, 0, 1, 1), (0, 0, 1, 2), EVEN)
split = linear(
    "thm:signal-split",
    "I(Y;S|Q) = I(T;S|Q) + I(Y;S|T,Q)",
    SPLIT,
    random_bayes_nets("Q", "Y|Q", "T|Y,Q", "S|Y,Q", Q=2, Y=4, T=2, S=3),
    family=Family(
        "a fair bit Q, Y, T and S with rows (1/4, 3/4), (1, 0), (0, 1); and all pairs of partitions of four outputs "
        "with masses (1/4, 1/4, 1/4, 1/4) and (1/2, 1/4, 1/8, 1/8), Q constant",
        lambda: itertools.chain(
            exact_laws({"Q": [["1/2", "1/2"]], "Y|Q": NOISY, "T|Y": NOISY, "S|Y": NOISY}),
            (exact_law({"Y,T,S": law.table, "Q": [1]}) for law in _all_signals()),
        ),
    ),
    edges=(exact_law({"Y,T,S": _wasteful.table, "Q": [1]}),),
    wrong="I(Y;S|Q) = I(T;S|Q) + I(Y;S|Q)",
)

deterministic_split = linear(
    "thm:partition-precision",
    "I(Y;S) = I(T;S) + H(S|T)",
    DETERMINISTIC,
    _read_off(5, 3, 3),
    family=_PAIRS_AND_NOISY_TASKS,
    edges=(_wasteful,),
    wrong="I(Y;S) = I(T;S) + H(T|S)",
)

deterministic_waste = linear(
    "thm:partition-waste",
    "I(Y;S|T) = H(S|T)",
    DETERMINISTIC,
    _read_off(5, 3, 3),
    family=_PAIRS_AND_NOISY_TASKS,
    edges=(_wasteful,),
    wrong="I(Y;S|T) = H(T|S)",
)

metric = linear(
    "thm:signal-metric",
    "H(A|C) + H(C|A) <= H(A|B) + H(B|A) + H(B|C) + H(C|B)",
    (),
    random_bayes_nets("A,B,C", A=3, B=2, C=3),
    assumes=(FINITE,),
    family=Family(
        "all triples of partitions of four equally likely outputs",
        lambda: (
            marginal(exact_law({"Y": EVEN, "A|Y": _rows(a), "B|Y": _rows(b), "C|Y": _rows(c)}), "A", "B", "C")
            for a, b, c in itertools.combinations_with_replacement(partitions_of(4), 3)
        ),
    ),
    edges=(exact_law({"A": ["1/2", "1/2"], "C": ["1/2", "1/2"], "B|A": MAPS}),),
    wrong="H(A|C) + H(C|A) <= H(A|B) + H(B|C)",
)


def _unlike():
    """Yield all pairs of different partitions of four outputs, at two laws, with the least mass of an output."""
    for masses in (EVEN, TILTED):
        for first, second in itertools.combinations(partitions_of(4), 2):
            yield _unlike_pair(first, second, masses)


def _unlike_pair(first, second, masses):
    return {"law": _signals(first, second, masses), "least": min(map(rational, masses))}


def _apart_exactly(case, times=2):
    return times * case["least"], evaluate("H(T|S) + H(S|T)", case["law"])


def _two_by_two(masses):
    """Return the bound and the distance of two halves of four outputs that share one output each."""
    table = Joint(masses.reshape(2, 2), ("T", "S"))
    return 2 * masses.min(), evaluate("H(T|S) + H(S|T)", table)


_finest_but_one = _unlike_pair((0, 1, 2, 3), (0, 0, 1, 2), EVEN)

apart = inequality(
    "thm:partitions-apart",
    (FINITE, DIFFERENT),
    _two_by_two,
    random_numbers(4, jax.nn.softmax),
    exact=_apart_exactly,
    family=Family(
        "all pairs of different partitions of four outputs with masses (1/4, 1/4, 1/4, 1/4) and (1/2, 1/4, 1/8, 1/8)",
        _unlike,
    ),
    edges=(_finest_but_one,),
    wrong=lambda masses: (2 * masses.min(), evaluate("H(T|S) - H(S|T)", Joint(masses.reshape(2, 2), ("T", "S")))),
    neighbours=(
        without(DIFFERENT, _unlike_pair((0, 0, 1, 1), (0, 0, 1, 1), EVEN)),
        changed("101/100 of 2m", lambda case: _apart_exactly(case, times=fmpq(101, 50))),
    ),
)

_coarser_signals = Family(
    "all partitions of four outputs as the task, and all coarser ones as the signal; masses as above",
    lambda: _all_signals(_coarsens),
)
coarser_than_task = linear(
    "cnd:coarser-than-task",
    "I(T;S) = I(Y;S)",
    COARSER,
    _read_off(5, 3, 2, through="T"),
    assumes=(FINITE, *COARSER),
    family=_coarser_signals,
    edges=(_signals((0, 1, 2, 3), (0, 0, 1, 1), EVEN),),
    wrong="I(T;S) = H(T)",
)

no_waste_suffices = linear(
    "fol:no-waste-suffices",
    "H(T|S) = 0",
    COARSER,
    _read_off(5, 3, 2, through="T"),
    assumes=(FINITE, *COARSER),
    family=_coarser_signals,
)
