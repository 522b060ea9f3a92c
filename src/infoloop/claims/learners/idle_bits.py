"""Chapter 7: components of a signal with idle bits: which starts first, and what stays (S73)."""

import itertools
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import LogSum, exact_binary_entropy, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.component_order_rates import separable_start, split_start
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

COMPONENT = "a component is the fair label flipped at rate e, with b idle bits that are fair and independent of all"
ZERO = "the weights start at 0 and follow the gradient of the mean log-loss"
CODES = "a weight for each token (split), or one for the flipped bit (separable)"
INDEPENDENT = "given the label, the components are independent"
END = "the model that has the least log-loss of all"
SPLIT, SEPARABLE = "split", "separable"


def idle_token_law(
    flip: Any, idle: int, uneven: bool = False, flip_of_one: Any = None
) -> dict[tuple[int, int, int], fmpq]:
    """Return the law of the label, the flipped bit and the value of the idle bits.

    >>> idle_token_law("1/4", 0)
    {(0, 0, 0): 3/8, (0, 1, 0): 1/8, (1, 0, 0): 1/8, (1, 1, 0): 3/8}
    """
    flips, values = [rational(flip), rational(flip if flip_of_one is None else flip_of_one)], 2**idle
    weights = [fmpq(2 * v + 1, values**2) if uneven else fmpq(1, values) for v in range(values)]
    return {
        (t, s, v): fmpq(1, 2) * (flips[t] if t != s else 1 - flips[t]) * weights[v]
        for t, s, v in itertools.product((0, 1), (0, 1), range(values))
    }


def _start(case):
    """Return how fast the logit's change on flipping the bit alone grows at the start, by the sum over all outcomes."""
    law = idle_token_law(case["flip"], case["idle"], case.get("uneven", False))
    guess = rational(case.get("guess", "1/2"))  # of the label, at the start
    found = {}
    for bit in (0, 1):
        if case["code"] == SPLIT:
            found[bit] = sum((p * (t - guess) for (t, s, v), p in law.items() if (s, v) == (bit, 0)), fmpq(0))
        else:
            sign = 2 * bit - 1
            found[bit] = sign * sum((p * (t - guess) * (2 * s - 1) for (t, s, v), p in law.items()), fmpq(0)) / 2
    return 2 * (found[1] - found[0])


def _start_formula(case):
    kept = 1 - 2 * rational(case["flip"])
    return kept / 2 ** case["idle"] if case["code"] == SPLIT else kept


def _start_floats(x):
    """Return starts by the gradient of the loss over all 16 outcomes with one idle bit, and the formulas."""
    flip = jax.nn.sigmoid(x[0])
    t, s, v = (jnp.array(column) for column in zip(*itertools.product((0, 1), (0, 1), (0, 1)), strict=True))
    mass = jnp.where(t == s, 1 - flip, flip) / 4

    def gain(weights, rows):
        logit = rows @ weights
        return (mass * jnp.where(t == 1, jax.nn.log_sigmoid(logit), jax.nn.log_sigmoid(-logit))).sum()

    tokens = jax.nn.one_hot(2 * s + v, 4)
    signs = jnp.stack([(2.0 * s - 1) / jnp.sqrt(2.0), (2.0 * v - 1) / jnp.sqrt(2.0)], axis=1)
    split = jax.grad(gain)(jnp.zeros(4), tokens)
    bits = jax.grad(gain)(jnp.zeros(2), signs)
    found = jnp.stack([2 * (split[2] - split[0]), 2 * jnp.sqrt(2.0) * bits[0]])
    return found, jnp.stack([split_start(flip, 1), separable_start(flip)])


_plain: dict[str, Any] = {"flip": "1/8", "idle": 2, "code": SPLIT}
idle_bits_split = equality(
    "thm:idle-bits-split",
    (COMPONENT, CODES, ZERO),
    _start_floats,
    random_numbers(1, lambda x: x),
    exact=lambda case: (_start(case), _start_formula(case)),
    family=Family(
        "e = 1/16, 1/8, 1/4, 1/2; b = 0, 1, 2, 3; both codes",
        lambda: parameter_grid(flip=("1/16", "1/8", "1/4", "1/2"), idle=range(4), code=(SPLIT, SEPARABLE)),
    ),
    edges=(_plain, {**_plain, "code": SEPARABLE}),
    neighbours=(
        without(COMPONENT, {**_plain, "uneven": True}),
        without(CODES, _plain, exact=lambda case: (_start({**case, "code": SEPARABLE}), _start_formula(case))),
        without(ZERO, {**_plain, "guess": "3/4"}, exact=lambda case: (_moved(case), _start_formula(case))),
        changed("2^-(b+1)", lambda case: (_start(case), _start_formula({**case, "idle": case["idle"] + 1})), _plain),
    ),
    wrong=lambda x: (_start_floats(x)[0], _start_floats(x)[1][::-1]),
)


def _moved(case):
    """Return the start where the weight of the first token with the bit set begins at a guess of 3/4."""
    law = idle_token_law(case["flip"], case["idle"])
    up = sum((p * (t - rational(case["guess"])) for (t, s, v), p in law.items() if (s, v) == (1, 0)), fmpq(0))
    down = sum((p * (t - fmpq(1, 2)) for (t, s, v), p in law.items() if (s, v) == (0, 0)), fmpq(0))
    return 2 * (up - down)


def _end(case):
    """Return half of what the posterior log-odds of the label gain by the first component's bit, in bits."""
    others = idle_token_law(case["other flip"], case["other idle"])
    law = idle_token_law(case["flip"], case["idle"], flip_of_one=case.get("flip of one"))
    odds = {}
    for bit in (0, 1):
        masses = []
        for t in (0, 1):
            together = law[t, bit, 0] * others[t, case["seen"], 0] * 2
            if case.get("together"):  # half of the time the second is flipped with the first, so that both say the same
                same = fmpq(int(case["seen"] == bit), 2 ** case["other idle"])
                together = (together + law[t, bit, 0] * same) / 2
            masses.append(together)
        odds[bit] = log2(masses[1] / masses[0])
    return (odds[1] - odds[0]) / 2


def _end_formula(case):
    e = rational(case["flip"])
    return log2((1 - e) / e)


def _end_floats(x):
    """Return half the gain of the posterior by enumerating two components with one idle bit, and the formula."""
    e, d = jax.nn.sigmoid(x[0]), jax.nn.sigmoid(x[1])
    mass = (
        0.5 * jnp.stack([1 - e, e])[:, None] * jnp.stack([1 - d, d]) / 4
    )  # of the label 1 by whether bits are flipped
    posterior = jnp.log2(mass / mass[::-1, ::-1])
    return (posterior[0] - posterior[1]) / 2, jnp.stack([jnp.log2((1 - e) / e)] * 2)


def _ends() -> Iterator[dict[str, Any]]:
    for e, d in itertools.permutations(("1/16", "1/8", "1/4"), 2):
        for b, seen in itertools.product(range(4), (0, 1)):
            yield {"flip": e, "idle": b, "other flip": d, "other idle": 3 - b, "seen": seen}


_kept: dict[str, Any] = {"flip": "1/8", "idle": 2, "other flip": "1/4", "other idle": 0, "seen": 1}
idle_bits_at_end = equality(
    "thm:idle-bits-at-end",
    (COMPONENT, INDEPENDENT, END),
    _end_floats,
    random_numbers(2, lambda x: x),
    exact=lambda case: (_end(case), _end_formula(case)),
    family=Family("two components with e of 1/16, 1/8, 1/4, b = 0 to 3 and 3 - b; what the other says", _ends),
    edges=(_kept, {**_kept, "seen": 0}),
    neighbours=(
        without(COMPONENT, {**_kept, "flip of one": "1/3"}),
        without(INDEPENDENT, {**_kept, "together": True}),
        without(END, _kept, exact=lambda case: (LogSum(), _end_formula(case))),  # before training
        changed(
            "times 2^-b",
            lambda case: (_end(case), _end_formula(case) / 2 ** case["idle"]),
            _kept,
        ),
    ),
    wrong=lambda x: (_end_floats(x)[0], 1.1 * _end_floats(x)[1]),
)


def exact_efficiency(flip: Any, idle: int) -> LogSum:
    r"""Return $\frac{1-h(e)}{1+b}$.

    >>> exact_efficiency("1/2", 3).sign()
    0
    """
    return (1 - exact_binary_entropy(rational(flip))) / (1 + idle)


def _by_efficiency(case, of):
    """Return what the less efficient component has, and the more efficient one."""
    first, second = case["components"]
    if (exact_efficiency(*first) - exact_efficiency(*second)).sign() > 0:
        first, second = second, first
    return of(*first), of(*second)


def _by_efficiency_floats(x, of):
    flips, idle = jax.nn.sigmoid(x) / 2, jnp.array([1.0, 0.0])
    eta = (1 + (flips * jnp.log2(flips) + (1 - flips) * jnp.log2(1 - flips))) / (1 + idle)
    found = of(flips, idle)
    return found[jnp.argmin(eta)], found[jnp.argmax(eta)]


def _split(flip, idle):
    return _start({"flip": flip, "idle": idle, "code": SPLIT})


efficient_starts = inequality(
    "fol:efficient-starts-first",
    (COMPONENT, ZERO, "a weight for each token"),
    lambda x: _by_efficiency_floats(x, split_start),
    random_numbers(2, lambda x: x),
    exact=lambda case: _by_efficiency(case, _split),
    family=Family(
        "e = 1/50 with one idle bit against e = 1/5 without, and with e = 1/16, b = 2 against e = 1/4, b = 1",
        lambda: parameter_grid(components=((("1/50", 1), ("1/5", 0)), (("1/16", 2), ("1/4", 1)))),
    ),
)
efficient_stays = inequality(
    "fol:efficient-stays",
    (COMPONENT, INDEPENDENT, END),
    lambda x: _by_efficiency_floats(x, lambda flips, idle: jnp.log2((1 - flips) / flips)),
    random_numbers(2, lambda x: x),
    exact=lambda case: _by_efficiency(case, lambda flip, idle: _end_formula({"flip": flip})),
    family=Family(
        "e = 1/10 with three idle bits against e = 1/5 without",
        lambda: parameter_grid(components=((("1/10", 3), ("1/5", 0)),)),
    ),
)
