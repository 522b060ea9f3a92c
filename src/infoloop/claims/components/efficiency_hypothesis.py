"""Chapter 5, efficiency as a predictor: irrelevant detail costs a component efficiency, not bits or speed (S33)."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import from_rational, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.statements.cases import Cases, Family, Fixed, exact_law, exact_laws, random_bayes_nets, random_numbers
from infoloop.statements.claim import linear
from infoloop.statements.parameter_grids import parameter_grid

FINITE = "finite alphabets"
MAPS = [[1, 0], [0, 1]]
NOISY = [["1/4", "3/4"], *MAPS]
SIGNS = (-1, 1)
RIVALS = (
    "the first component is the label times 1 - b or 1 + b, by a fair coin",
    "the second is the label, its sign flipped at rate e",
    "eta of the first < eta of the second",
    "a linear learner follows the gradient of the squared error from 0",
)

_details = random_bayes_nets("T", "S|T", "A|S", T=3, S=3, A=2)
_COIN = exact_law({"T": ["1/2", "1/2"], "S|T": MAPS, "A": ["1/2", "1/2"]})

detail_tells_nothing = linear(
    "thm:detail-tells-nothing",
    "I(T;S,A) = I(T;S)",
    ("T -> S -> A",),
    _details,
    family=Family(
        "a fair bit T, S and A with rows (1/4, 3/4), (1, 0), (0, 1)",
        lambda: exact_laws({"T": [["1/2", "1/2"]], "S|T": NOISY, "A|S": NOISY}),
    ),
    edges=(_COIN,),
    wrong="I(T;S,A) = I(T;S) + H(A|S)",
)


def _shown(numbers):
    """Return T, S and A with an output Y that has all of A and, as a pair, all of S."""
    both = Channel(jnp.eye(6).reshape(3, 2, 6), ("S", "A"), ("Y",))
    return BayesNet((*_details.build(numbers).factors, both))


def _with_outputs():
    """Yield a fair bit T, S and A with an output that is A, the pair of S and A, or all three."""
    parts = {"T": [["1/2", "1/2"]], "S|T": NOISY, "A|S": NOISY}
    for source, size in (("A", 2), ("S,A", 4), ("T,S,A", 8)):
        rows = np.eye(size, dtype=int).reshape(*[2] * source.count(","), 2, size)
        yield from exact_laws({**parts, f"Y|{source}": Fixed(rows)})


detail = linear(
    "thm:irrelevant-detail",
    "I(Y;S,A|T) = I(Y;S|T) + H(A|S)",
    ("T -> S -> A", "H(A|Y) = 0"),
    Cases(_details.draw, _shown),
    family=Family(
        "a fair bit T, S and A with rows (1/4, 3/4), (1, 0), (0, 1), and an output Y that is A, the pair of S and A, "
        "or all three",
        _with_outputs,
    ),
    edges=(
        exact_law(
            {
                "T": ["1/2", "1/2"],
                "S|T": MAPS,
                "A": ["1/2", "1/2"],
                "Y|S,A": [[[1, 0, 0, 0], [0, 1, 0, 0]], [[0, 0, 1, 0], [0, 0, 0, 1]]],
            }
        ),
    ),
    wrong="I(Y;S,A|T) = I(Y;S|T)",
)


def _rivals(error):
    """Return the label T, the size A of the first component, whose sign is right, and the sign N of the second.

    >>> _rivals("1/4").outcomes()["0 0 1"]
    '1/16'
    """
    e = rational(error)
    fair = ["1/2", "1/2"]
    return exact_law({"T": fair, "A": fair, "N|T": [[1 - e, e], [e, 1 - e]]})


def _correlation(law, value):
    """Return E of the label (-1 or 1) times `value(label, size, sign)`: the speed at which a weight starts."""
    cells = itertools.product(range(2), repeat=3)
    return sum((law.table[t, a, n] * SIGNS[t] * value(SIGNS[t], a, SIGNS[n]) for t, a, n in cells), fmpq(0))


def _less_efficient(law: RationalLaw) -> bool:
    """Return whether I/H of the first component, which shows its sign and its size, is below that of the second."""
    # the second component's gain and entropy are those of a bit: its eta is I(T;N), as H(N) = 1
    assert (evaluate("H(N)", law) - from_rational(1)).sign() == 0
    assert (evaluate("H(T,A)", law) - from_rational(2)).sign() == 0
    return (evaluate("I(T;T,A)", law) * fmpq(1, 2) - evaluate("I(T;N)", law)).sign() < 0


def _speeds_exactly(case):
    law, spread = _rivals(case["error"]), case["spread"]
    assert _less_efficient(law)
    first = _correlation(law, lambda label, size, sign: label * (1 + SIGNS[size] * spread))
    return first, _correlation(law, lambda label, size, sign: sign)


def _speeds(case):
    """Return speeds of the weights: of the first component, by the mean of its two sizes, and of the second."""
    spread, error = case
    sizes = jnp.stack([1 - spread, 1 + spread])
    return sizes.mean(), 1 - 2 * error


efficient_first = inequality(
    "fol:efficient-first",
    RIVALS,
    _speeds,
    random_numbers(2, lambda x: (jax.nn.sigmoid(x[0]), jax.nn.sigmoid(x[1]) / 10)),
    exact=_speeds_exactly,
    family=Family(
        "sizes 3/4 and 5/4, or 1/2 and 3/2; crossover probabilities 1/100, 1/16, 1/10",
        lambda: parameter_grid(spread=[fmpq(1, 4), fmpq(1, 2)], error=("1/100", "1/16", "1/10")),
    ),
)  # fmt: skip
