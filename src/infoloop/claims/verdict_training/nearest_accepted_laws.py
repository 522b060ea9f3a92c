"""Chapter 6, projections: what the nearest accepted laws and references cost (S43, S44, S47)."""

import itertools
from math import prod

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.rational_laws import LogSum, entropy_of_masses, fmpq, log2, rational
from infoloop.learning.kl_projections import accepted_law, reference_cost
from infoloop.learning.verifier_feedback import rewarded_mass
from infoloop.probability.numerics import divergence_terms
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

ON_ACCEPTED, DRAWN = "q lies on the accepted outputs", "the references are drawn from the base's accepted outputs"
BASES = (["1/4", "1/4", "1/2"], ["3/8", "1/8", "1/2"], ["1/10", "1/5", "7/10"])
CHOSEN = (["1/4", "3/4", 0], ["1/2", "1/2", 0], [1, 0, 0])
_ACCEPTED = jnp.array([1.0, 1.0, 0.0])


def exact_divergence(law: list[fmpq], base: list[fmpq]) -> LogSum:
    """Return the divergence of rational masses, in bits.

    >>> exact_divergence([fmpq(1), fmpq(0)], [fmpq(1, 4), fmpq(3, 4)]).digits(3)
    '2.00'
    """
    return sum((log2(p / q) * p for p, q in zip(law, base, strict=True) if p), LogSum({}))


def _laws(case):
    base, law = ([rational(x) for x in case[name]] for name in ("base", "law"))
    p = base[0] + base[1]
    return base, law, p, [base[0] / p, base[1] / p, fmpq(0)]


def _split(case, turned=False):
    base, law, p, best = _laws(case)
    rest = exact_divergence(best, law) if turned else _from_accepted(law, best)
    return exact_divergence(law, base), log2(1 / p) + rest


def _from_accepted(law, best):
    """Return the divergence over the accepted outputs alone, where the other has its mass."""
    return exact_divergence(law[:2], best[:2])


def _float_split(x):
    base, law = jax.nn.softmax(x[:3]), jnp.append(jax.nn.softmax(x[3:]), 0.0)
    best = accepted_law(base, _ACCEPTED)
    whole = divergence_terms(law, base).sum()
    return whole, divergence_terms(law, best).sum() - jnp.log2(base[0] + base[1])


_skew = {"base": BASES[0], "law": CHOSEN[0]}
i_projection = equality(
    "thm:i-projection",
    (ON_ACCEPTED,),
    _float_split,
    random_numbers(5, lambda x: x),
    exact=_split,
    family=Family(
        "three bases on three outputs, of which two are accepted, and three laws on these",
        lambda: parameter_grid(base=BASES, law=CHOSEN),
    ),
    edges=(_skew,),
    wrong=lambda x: (_float_split(x)[0], _float_split(x)[1] * 2),
    neighbours=(
        without(ON_ACCEPTED, {"base": BASES[0], "law": ["1/4", "1/4", "1/2"]}),
        changed("D(pi*||q) in place of D(q||pi*)", lambda case: _split(case, turned=True), _skew),
    ),
)


def _references(case, uniform=False):
    """Return the mean divergence over all samples of n references, and the formula."""
    base, source, p, best = _laws({"base": case["base"], "law": case.get("source", BASES[0])})
    drawn, n = (source if "source" in case else best)[:2], case["n"]
    found, entropies = LogSum({}), LogSum({})
    for draws in itertools.product(range(2), repeat=n):
        shares = [fmpq(draws.count(y), n) for y in range(2)]
        mass = prod((drawn[y] for y in draws), start=fmpq(1))
        found = found + exact_divergence([*shares, fmpq(0)], base) * mass
        entropies = entropies + entropy_of_masses([x for x in shares if x]) * mass
    spread = log2(2) if uniform else entropy_of_masses(best[:2])
    return found, log2(1 / p) + spread - entropies


def _float_references(x):
    base = jax.nn.softmax(x)
    best = accepted_law(base, _ACCEPTED)
    masses = jnp.array([best[0] ** 2, 2 * best[0] * best[1], best[1] ** 2])
    laws = jnp.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.0, 1.0, 0.0]])
    costs = jax.vmap(lambda law: divergence_terms(law, base).sum())(laws)
    return masses @ costs, reference_cost(base, _ACCEPTED, 2)


_pair = {"base": BASES[1], "n": 1}
mean_reference_cost = equality(
    "thm:reference-cost",
    (DRAWN,),
    _float_references,
    random_numbers(3, lambda x: x),
    exact=_references,
    family=Family(
        "three bases on three outputs, of which two are accepted; 1 to 5 references",
        lambda: parameter_grid(base=BASES, n=range(1, 6)),
    ),
    edges=(_pair,),
    wrong=lambda x: (_float_references(x)[0], _float_references(x)[1] * 2),
    neighbours=(
        without(DRAWN, {**_pair, "source": ["1/4", "3/4", 0]}),
        changed("log M in place of H(pi*)", lambda case: _references(case, uniform=True), _pair),
    ),
)


AT_RATE = "pi has the pass rate p'"
_POLICIES = (["1/4", "1/4", "1/2"], ["1/2", "1/4", "1/4"], ["1/10", "7/10", "1/5"], ["3/5", "1/5", "1/5"])


def _rates(case, turned=False):
    """Return the divergence of the two verdicts' laws and that of the policies, in one of the two directions."""
    base, law = ([rational(x) for x in case[name]] for name in ("base", "law"))
    rate = rational(case.get("rate", law[0] + law[1]))
    p = base[0] + base[1]
    if case["direction"] == "from the base":
        base, law, p, rate = law, base, rate, p
    pair = ([rate, 1 - rate], [p, 1 - p])
    return exact_divergence(*(pair[::-1] if turned else pair)), exact_divergence(law, base)


def _float_rates(x):
    base, law = jax.nn.softmax(x[:3]), jax.nn.softmax(x[3:])
    verdicts = [jnp.stack([y[0] + y[1], y[2]]) for y in (base, law)]
    least = [divergence_terms(*pair).sum() for pair in (verdicts, verdicts[::-1])]
    return jnp.stack(least), jnp.stack([divergence_terms(base, law).sum(), divergence_terms(law, base).sum()])


_DIRECTIONS = ("to the base", "from the base")
_tilts = tuple({"base": BASES[0], "law": ["2/5", "2/5", "1/5"], "direction": name} for name in _DIRECTIONS)
rate_projection = inequality(
    "thm:rate-projection",
    (AT_RATE,),
    _float_rates,
    random_numbers(6, lambda x: x),
    exact=_rates,
    family=Family(
        "three bases and four policies on three outputs, of which two are accepted; both directions",
        lambda: parameter_grid(base=BASES, law=_POLICIES, direction=_DIRECTIONS),
    ),
    edges=_tilts,
    wrong=lambda x: _float_rates(x)[::-1],
    neighbours=(
        without(AT_RATE, {**_tilts[0], "rate": "9/10"}),
        changed("the divergences of the verdicts turned", lambda case: _rates(case, turned=True), *_tilts),
    ),
)

BY_DIVERGENCE = "the penalty is beta > 0 times the divergence from the base"


def _regularised_rate(case):
    """Return the pass rate of the penalised optimum, and 1; a case's `beta` is that of half of chi-square."""
    p = case["rate"]
    if "beta" in case:
        return min(fmpq(1), p + p * (1 - p) / case["beta"]), fmpq(1)
    return p * case["strength"] / (p * case["strength"] + 1 - p), fmpq(1)


_large = {"rate": fmpq(1, 2), "strength": fmpq(10**6)}
oracle_imitation = inequality(
    "cnd:oracle-sft",
    (BY_DIVERGENCE,),
    lambda case: (rewarded_mass(*case), 1.0),
    random_numbers(2, lambda x: (jax.nn.sigmoid(x[0]), jnp.exp(x[1] / 2))),
    relation="<",
    exact=_regularised_rate,
    family=Family(
        "p0 from 1/10 to 9/10 in tenths, exp(1/beta) 3/2, 3 and 1000",
        lambda: parameter_grid(rate=[fmpq(k, 10) for k in range(1, 10)], strength=[fmpq(3, 2), fmpq(3), fmpq(1000)]),
    ),
    edges=(_large,),
    wrong=lambda case: (rewarded_mass(*case) * 2, 1.0),
    neighbours=(
        without(BY_DIVERGENCE, {"rate": fmpq(1, 2), "beta": fmpq(1, 2)}),
        changed("at most 99/100", lambda case: (_regularised_rate(case)[0], fmpq(99, 100)), _large),
    ),
)
