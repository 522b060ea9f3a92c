"""Chapter 6, projections: how far a policy must move to pass, and what a reference asks beyond that (S43)."""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.claims.comparisons import equality
from infoloop.exact.log_sums import LogSum, entropy_of_masses, log2, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq, rational_table
from infoloop.information.measures import divergence
from infoloop.learning.kl_projections import accepted_law, reference_cost
from infoloop.probability.distributions import Joint
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

BASES = (["1/2", "1/8", "1/8", "1/4"], ["1/10", "1/5", "3/10", "2/5"], ["1/4"] * 4, ["1/16", "1/16", "3/8", "1/2"])
ALONE, GIVEN = "the policy gives accepted outputs alone", "pi* is the base, given that its output is accepted"


_TWO = jnp.array([1.0, 1.0, 0.0, 0.0])


def bits_from(law: Any, base: Any) -> Any:
    """Return the divergence of a law from a base, in bits: exactly for rational masses, else in floats.

    >>> bits_from([fmpq(1), fmpq(0)], [fmpq(1, 2), fmpq(1, 2)]).digits(3)
    '1.00'
    >>> round(float(bits_from(jnp.array([1.0, 0.0]), jnp.array([0.5, 0.5]))), 12)
    1.0
    """
    if isinstance(law, Sequence):
        return divergence(*(RationalLaw(rational_table(masses), ("Y",)) for masses in (law, base)))
    return divergence(Joint(law, ("Y",)), Joint(base, ("Y",)))


def accepted_part(base: Sequence[fmpq], accepted: int) -> list[fmpq]:
    """Return the base given that its output is one of the first, which are accepted.

    >>> accepted_part([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], 2)
    [2/3, 1/3, 0]
    """
    rate = sum(base[:accepted], fmpq(0))
    return [p / rate if y < accepted else fmpq(0) for y, p in enumerate(base)]


def exact_masses(case: Mapping[str, Any], name: str = "base") -> list[fmpq]:
    """Return the masses of a law of a case as exact rationals.

    >>> exact_masses({"base": ["1/2", "1/2"]})
    [1/2, 1/2]
    """
    return [rational(p) for p in case[name]]


def _projected(case):
    base, share = case
    law = jnp.stack([share, 1 - share, 0.0, 0.0])
    return bits_from(law, base), -jnp.log2(base[0] + base[1]) + bits_from(law, accepted_law(base, _TWO))


def _projected_exactly(case, swapped=False):
    base, share = exact_masses(case), case["share"]
    law, target = [share, 1 - share, fmpq(0), fmpq(0)], accepted_part(base, 2)
    if "target" in case:
        target = exact_masses(case, "target")
    gap = bits_from(target, law) if swapped else bits_from(law, target)
    return bits_from(law, base), log2(1 / (base[0] + base[1])) + gap


_quarter = {"base": BASES[2], "share": fmpq(1, 4)}
i_projection = equality(
    "thm:i-projection",
    (ALONE, GIVEN),
    _projected,
    random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jax.nn.sigmoid(x[4]))),
    exact=_projected_exactly,
    family=Family(
        "four bases on four outputs, two of them accepted, and policies that give the first of these 0, 1/8, ..., 1",
        lambda: parameter_grid(base=BASES, share=[fmpq(k, 8) for k in range(9)]),
    ),
    edges=(_quarter, {"base": BASES[0], "share": fmpq(4, 5)}),
    neighbours=(
        unrefuted(ALONE, "with a rejected output D(q||pi*) is infinite, which is no exact number"),
        without(GIVEN, {"base": BASES[0], "share": fmpq(1, 4), "target": ["1/2", "1/2", 0, 0]}),
        changed("D(pi*||q) in place of D(q||pi*)", lambda case: _projected_exactly(case, swapped=True), _quarter),
    ),
    wrong=lambda case: (
        _projected(case)[0],
        -jnp.log2(case[0][0] + case[0][1]) + bits_from(accepted_law(case[0], _TWO), case[0]),
    ),
)

DRAWN, INDEPENDENT = "references are drawn from the base, given that they are accepted", "n independent references"
_ACCEPTED, _FLOAT_DRAWS = 3, 3


def _counted(draws, outputs=4):
    return [draws.count(y) for y in range(outputs)]


def _fitted(base: Float[Array, "4"]):
    """Return how far the law of three references is from the base on average, by all of them, and the formula."""
    law = base[:_ACCEPTED] / base[:_ACCEPTED].sum()
    draws = list(itertools.product(range(_ACCEPTED), repeat=_FLOAT_DRAWS))
    masses = law[jnp.array(draws)].prod(axis=1)
    frequencies = jnp.array([_counted(d) for d in draws]) / _FLOAT_DRAWS
    far = jax.vmap(bits_from, (0, None))(frequencies, base)
    return masses @ far, reference_cost(base, jnp.arange(4) < _ACCEPTED, _FLOAT_DRAWS)


def mean_sample_entropy(law: Sequence[fmpq], draws: int) -> LogSum:
    """Return the mean entropy of the frequencies of independent draws: the count of each output is binomial.

    >>> mean_sample_entropy([fmpq(1, 2), fmpq(1, 2)], 2).digits(3)
    '0.500'
    """
    total = LogSum()
    for p, k in itertools.product(law, range(1, draws)):
        total = total + log2(fmpq(draws, k)) * (fmpq(k, draws) * math.comb(draws, k) * p**k * (1 - p) ** (draws - k))
    return total


def _fitted_exactly(case, saved=True):
    """Return the average over all tuples of references, and the formula; `drawn` is another law of references."""
    base, n = exact_masses(case), case["n"]
    law = accepted_part(base, _ACCEPTED)
    drawn = exact_masses(case, "drawn") if "drawn" in case else law
    far = LogSum()
    for draws in itertools.product(range(_ACCEPTED), repeat=1 if case.get("copies") else n):
        mass = math.prod((drawn[y] for y in draws), start=fmpq(1))
        far = far + bits_from([fmpq(count, len(draws)) for count in _counted(draws)], base) * mass
    least = log2(1 / sum(base[:_ACCEPTED])) + entropy_of_masses(law)
    return far, least - mean_sample_entropy(law, n) if saved else least


_two = {"base": BASES[0], "n": 2}
cost_of_references = equality(
    "thm:reference-cost",
    (DRAWN, INDEPENDENT),
    _fitted,
    random_numbers(4, jax.nn.softmax),
    exact=_fitted_exactly,
    family=Family(
        "four bases on four outputs, three of them accepted, and one to four references",
        lambda: parameter_grid(base=BASES, n=(1, 2, 3, 4)),
    ),
    edges=(_two, {"base": BASES[2], "n": 1}),
    neighbours=(
        without(DRAWN, {**_two, "drawn": ["1/3", "1/3", "1/3", 0]}),
        without(INDEPENDENT, {**_two, "copies": True}),
        changed("without what several references save", lambda case: _fitted_exactly(case, saved=False), _two),
    ),
    wrong=lambda base: (_fitted(base)[0], -jnp.log2(base[:3].sum()) + jnp.log2(3.0)),
)

ONE = "one reference"


def _one(base):
    rate = base[0] + base[1]
    law = base[:2] / rate
    far = jax.vmap(bits_from, (0, None))(jnp.eye(4)[:2], base)
    return law @ far, 1 - jnp.log2(rate)


def _one_exactly(case):
    base = exact_masses(case)
    law = accepted_part(base, 2)
    far = (bits_from([fmpq(int(y == a)) for y in range(4)], base) * law[a] for a in range(2))
    return sum(far, LogSum()), log2(1 / (base[0] + base[1])) + log2(2)


costs_log_m = equality(
    "fol:reference-costs-log-m",
    (DRAWN, ONE),
    _one,
    random_numbers(4, jax.nn.softmax),
    exact=_one_exactly,
    family=Family(
        "two accepted outputs of four, whose masses are equal, 3 : 1 or 4 : 1",
        lambda: ({"base": base} for base in (BASES[2], ["3/8", "1/8", "1/4", "1/4"], BASES[0])),
    ),
)
