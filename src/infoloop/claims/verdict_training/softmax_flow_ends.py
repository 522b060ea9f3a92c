"""Chapter 6, flows: which right answers survive exact softmax training on a verdict (S45)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.rational_laws import fmpq, rational
from infoloop.learning.verdict_orbit import softmax_orbit
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

SOFTMAX, VERDICT = "the exact softmax gradient with tabular logits", "a verdict as reward"
RIGHT = (["1/2", "1/4", "1/4"], ["2/5", "2/5", "1/5"], ["3/4", "1/8", "1/8"], ["1/2", "1/3", "1/6"])
_ACCEPTED = jnp.array([1.0, 1.0, 1.0, 0.0])


def _losers(case, power=1):
    r"""Return the share of all but the likeliest, and its bound, both to the power of the number of right answers.

    v is $e^{-z}$ of the likeliest over its start, which makes $e^{-s}=\prod\frac{e_a+v}{e_a+1}$ rational.
    """
    law, v = [rational(x) for x in case["right"]], case["v"]
    excess, n = [max(law) / x - 1 for x in law], len(law)
    weights = [1 / (e + v) for e in excess]
    if case.get("rule") == "natural":
        weights = law
    lost = sum((w for w, e in zip(weights, excess, strict=True) if e), fmpq(0)) / sum(weights)
    ties = sum(e == 0 for e in excess)
    factor = sum((1 / e for e in excess if e), fmpq(0)) / ties
    moved = fmpq(1)
    for e in excess:
        moved *= (e + v) / (e + 1)
    return lost**n, factor**n * moved**power


def _float_losers(case):
    law, s = case
    after = softmax_orbit(law, _ACCEPTED, s)
    best = jnp.argmax(law[:3])
    excess = law[best] / law[:3] - 1
    others = jnp.arange(3) != best
    lost = jnp.where(others, after[:3], 0.0).sum() / after[:3].sum()
    return lost, jnp.where(others, 1 / jnp.where(others, excess, 1.0), 0.0).sum() * jnp.exp(-s / 3)


_late = {"right": RIGHT[0], "v": fmpq(1, 1024)}
softmax_survivor = inequality(
    "thm:softmax-survivor",
    (SOFTMAX, VERDICT),
    _float_losers,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jnp.exp(x[4]))),
    exact=_losers,
    family=Family(
        "four laws of three right answers, with and without ties, while the likeliest has v = 1 to 2^-20",
        lambda: parameter_grid(right=RIGHT, v=[fmpq(1, 2**k) for k in (0, 1, 2, 4, 10, 20)]),
    ),
    loose="the least rate of loss, over all laws of a number of right answers, is not that of any of them for long",
    ceiling=lambda case: 1,
    wrong=lambda case: _float_losers(case)[::-1],
    neighbours=(
        without(SOFTMAX, {**_late, "rule": "natural"}),
        unrefuted(VERDICT, "the classes of a graded reward do not move by themselves: there is no such time s"),
        changed("exp(-s) in place of exp(-s/|A|)", lambda case: _losers(case, power=3), _late),
    ),
)
