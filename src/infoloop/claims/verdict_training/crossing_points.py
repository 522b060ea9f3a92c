r"""Chapter 6, where pass@k curves of two policies cross: one base rate, orders of Cover, support kept or lost (S53)."""

import itertools
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import log2
from infoloop.exact.rational_laws import fmpq
from infoloop.learning.pass_at_crossings import sharpened_crossing
from infoloop.learning.pass_at_k import pass_at
from infoloop.learning.question_populations import FixedRates
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

BASE, RAISED = "the base has one rate a < 1", "sharpening raises a share w of the questions to 1"
LOWERED = "it lowers the others to B < a"
ORDER = "E min(p', x) >= E min(p, x) for every x"
_half, _quarter = fmpq(1, 2), fmpq(1, 4)
KS = jnp.arange(1.0, 9.0)


def fails(rates: Sequence[Number], weights: Sequence[Number], k: int) -> Number:
    r"""Return $\sum_iw_i(1-p_i)^k=1-\mathrm{pass@}k$.

    >>> fails([fmpq(1, 2), fmpq(0)], [fmpq(1, 2), fmpq(1, 2)], 2)
    5/8
    """
    return sum(w * (1 - p) ** k for p, w in zip(rates, weights, strict=True))


def _at_crossing(case):
    """Return the pass@k of the sharpened policy and of its base at the real k where the closed form has them meet."""
    a, w, lowered = case[0], case[1], case[0] * case[2]
    k = sharpened_crossing(a, w, lowered)
    sharpened = FixedRates(jnp.stack([jnp.ones_like(a), lowered]), jnp.stack([w, 1 - w]))
    return pass_at(sharpened, k), pass_at(FixedRates(a[None], jnp.ones(1)), k)


def _which_is_ahead(case):
    """Return the sign of pass'@k - pass@k, and that of k* - k by logarithms."""
    a, w, low, k = case["a"], case["w"], case["B"], case["k"]
    bases, top = case.get("base rates", (a, a)), case.get("raised to", fmpq(1))
    gap = fails(bases, (w, 1 - w), k) - fails((top, low), (w, 1 - w), k)
    return fmpq((gap > 0) - (gap < 0)), fmpq(_by_logarithms(a, w, low, k))


def _by_logarithms(a, w, low, k):
    """Return the sign of k* - k, k* a quotient of logarithms."""
    divisor = log2((1 - low) / (1 - a))
    return (log2(1 / (1 - w)) - divisor * k).sign() * divisor.sign()


_tie = {"a": _half, "w": 3 * _quarter, "B": fmpq(0), "k": 3}
crossing = equality(
    "cnd:crossing-point",
    (BASE, RAISED, LOWERED),
    _at_crossing,
    random_numbers(3, lambda x: jax.nn.sigmoid(1.5 * x)),
    exact=_which_is_ahead,
    family=Family(
        "a of 1/2, 1/3, 9/10; w of 1/4, 3/4, 9/10; B of 0, 1/10, 1/4; k = 1, 2, 3, 10: the sign of pass'@k - pass@k",
        lambda: parameter_grid(
            a=(_half, fmpq(1, 3), fmpq(9, 10)),
            w=(_quarter, 3 * _quarter, fmpq(9, 10)),
            B=(fmpq(0), fmpq(1, 10), _quarter),
            k=(1, 2, 3, 10),
        ),
    ),
    edges=(_tie,),
    neighbours=(
        without(BASE, {"a": fmpq(9, 20), "w": _half, "B": fmpq(2, 5), "k": 10, "base rates": (fmpq(0), fmpq(9, 10))}),
        without(RAISED, {**_tie, "k": 1, "w": 3 * _quarter, "raised to": fmpq(3, 5)}),
        without(LOWERED, {**_tie, "B": 3 * _quarter}),
        changed(
            "ln(1-w) / ln(1-a), as if B were 0",
            lambda case: (
                _which_is_ahead(case)[0],
                fmpq(_by_logarithms(case["a"], case["w"], fmpq(0), case["k"])),
            ),
        ),
    ),
    wrong=lambda case: (_at_crossing(case)[0], pass_at(FixedRates(case[:1] * case[2], jnp.ones(1)), KS[0])),
)


def _ratios(rates, weights, base, k):
    """Return r_k = (1 - pass'@k) / (1 - pass@k)."""
    return fails(rates, weights, k) / fails(*base, k)


def _one_crossing(case):
    a, w, raised, lowered = case
    rates, weights = (a + (1 - a) * raised, a * lowered), (w, 1 - w)
    r = jnp.stack([_ratios(rates, weights, ([a], [1.0]), k) for k in range(1, 6)])
    ks = jnp.arange(1.0, 5.0)
    return r[:-1], (1 + ks * r[1:]) / (ks + 1)


def _one_crossing_exactly(case):
    k, base = case["k"], case.get("base") or ((case["a"],), (fmpq(1),))
    r = [_ratios(case["sharpened"], case["weights"], base, n) for n in (k, k + 1)]
    return r[0], (1 + k * r[1]) / (k + 1)


_same = {"a": _half, "sharpened": (_half, _half), "weights": (_half, _half), "k": 2}
SHARPENED = ((_half, fmpq(1, 8)), (fmpq(9, 10), fmpq(1, 5)), (fmpq(2, 5), fmpq(0)), (fmpq(3, 5), 3 * _quarter))
one_crossing = inequality(
    "cnd:one-crossing",
    (BASE,),
    _one_crossing,
    random_numbers(4, lambda x: jax.nn.sigmoid(1.5 * x)),
    exact=_one_crossing_exactly,
    family=Family(
        "a of 1/4, 1/2, 9/10; two rates after sharpening, four pairs; w of 1/4, 1/2, 9/10; k = 1, 2, 5",
        lambda: parameter_grid(
            a=(_quarter, _half, fmpq(9, 10)),
            sharpened=SHARPENED,
            weights=tuple((w, 1 - w) for w in (_quarter, _half, fmpq(9, 10))),
            k=(1, 2, 5),
        ),
    ),
    edges=(_same,),
    neighbours=(
        without(
            BASE,
            {
                "base": ((fmpq(1, 10), fmpq(9, 10)), (_half, _half)),
                "sharpened": (fmpq(1, 5), 3 * _quarter),
                "weights": (_half, _half),
                "k": 1,
            },
        ),
        changed(
            "k r_(k+1) / (k+1), without the 1",
            lambda case: (_one_crossing_exactly(case)[0], _one_crossing_exactly(case)[1] - fmpq(1, case["k"] + 1)),
        ),
    ),
    wrong=lambda case: _one_crossing(case)[::-1],
)


def _spread_out(x):
    """Return rates after sharpening, and a base that spreads each out and then lowers it."""
    after = jax.nn.sigmoid(2 * x[:3])
    spread = jnp.minimum(after, 1 - after) * jax.nn.sigmoid(x[3:6])
    return after, jnp.concatenate([after - spread, after + spread]) * jax.nn.sigmoid(3 + x[6:])


def _ordered(case):
    after, before = case
    passed = (pass_at(FixedRates(p, jnp.full(p.shape, 1 / p.size)), KS) for p in (before, after))
    return tuple(passed)


def in_second_order(before: Sequence[fmpq], after: Sequence[fmpq]) -> bool:
    """Return whether E min(p', x) >= E min(p, x) for every x: at all rates, as both sides are linear between.

    >>> in_second_order((fmpq(1, 4), fmpq(3, 4)), (fmpq(1, 2), fmpq(1, 2)))
    True
    """

    def area(rates, x):
        return fmpq(1, len(rates)) * sum((min(p, x) for p in rates), fmpq(0))

    return all(area(after, x) >= area(before, x) for x in (*before, *after))


def _ordered_exactly(case):
    before, after = (1 - fails(case[p], [fmpq(1, len(case[p]))] * len(case[p]), case["k"]) for p in ("base", "after"))
    return before, after


def _orders():
    """Yield all pairs of two rates in quarters, in the order of areas under Cover."""
    quarters = [fmpq(j, 4) for j in range(5)]
    pairs = list(itertools.combinations_with_replacement(quarters, 2))
    for before, after, k in itertools.product(pairs, pairs, (1, 2, 5)):
        if in_second_order(before, after):
            yield {"base": before, "after": after, "k": k}


cover_order = inequality(
    "thm:cover-order",
    (ORDER,),
    _ordered,
    random_numbers(12, _spread_out),
    exact=_ordered_exactly,
    family=Family("all pairs of populations of two rates in quarters that are in this order; k = 1, 2, 5", _orders),
    edges=({"base": (_quarter, _half), "after": (_quarter, _half), "k": 2},),
    ceiling=lambda case: fmpq(1),
    neighbours=(
        without(ORDER, {"base": (_half, _half), "after": (fmpq(9, 10), fmpq(1, 5)), "k": 2}),
        changed("at most in place of at least", lambda case: _ordered_exactly(case)[::-1]),
    ),
    wrong=lambda case: _ordered(case)[::-1],
)


def _late(case):
    """Return the sign of pass'@k - pass@k for a large k, and what the rates after and before it say of it."""
    (a, b), (raised, lowered), w, k = case["base"], case["after"], case["w"], case["k"]
    gap = fails((a, b), (w, 1 - w), k) - fails((raised, lowered), (w, 1 - w), k)
    said = (lowered > a) - (lowered < a) or (w > _half) - (w < _half) or (raised > b) - (raised < b)
    return fmpq((gap > 0) - (gap < 0)), fmpq(said)


def _late_floats(case):
    """Return the sign of pass'@k - pass@k at k = 10^9, by logarithms, and that of B - a."""
    k, weights = 1e9, jnp.array([case[4], 1 - case[4]])
    base = jnp.stack([case[0], case[1]])
    after = jnp.stack([case[0] + (1 - case[0]) * case[2], case[1] * case[3]])
    curves = [jax.nn.logsumexp(k * jnp.log1p(-p), b=weights) for p in (base, after)]
    gap = curves[0] - curves[1]
    return jnp.sign(gap), jnp.sign(after[1] - base[0])


TWO = "the base has rates a and b, of which sharpening raises a to A and lowers b to B"
LATE, SHARE = "k is large", "0 < w < 1"
_late_case = {"base": (_half, 3 * _quarter), "after": (3 * _quarter, _quarter), "w": 3 * _quarter, "k": 200}


def _late_cases():
    eighths = [fmpq(j, 8) for j in range(0, 8, 1)]
    for a, b, w in itertools.product((_quarter, _half), eighths[2:7:2], (_quarter, _half, 3 * _quarter)):
        for raised, lowered in itertools.product(eighths, repeat=2):
            if raised > a and lowered < b and (a, b) != (lowered, raised):
                yield {"base": (a, b), "after": (raised, lowered), "w": w, "k": 200}


late_order = equality(
    "cnd:late-order",
    (TWO, SHARE, LATE),
    _late_floats,
    random_numbers(5, lambda x: jax.nn.sigmoid(1.5 * x)),
    exact=_late,
    family=Family("rates in eighths, w of 1/4, 1/2, 3/4; k = 200", _late_cases),
    edges=(_late_case,),
    neighbours=(
        without(TWO, {"base": (_half, _half), "after": (_quarter, fmpq(5, 8)), "w": _half, "k": 200}),
        without(
            SHARE,
            {**_late_case, "w": fmpq(1)},
            {**_late_case, "after": (3 * _quarter, _half + fmpq(1, 8)), "w": fmpq(0)},
        ),
        without(LATE, {**_late_case, "w": fmpq(9, 10), "k": 1}),
        changed(
            "the lowered rate B against its own base b",
            lambda case: (_late(case)[0], fmpq((case["after"][1] > case["base"][1]) - 1)),
        ),
    ),
    wrong=lambda case: (_late_floats(case)[0], -_late_floats(case)[1]),
)


def _folk(label, assumes, base, after, ks, description):
    """Return a claim that no pass@k falls, refuted by one pair of populations of two equal shares."""
    return inequality(
        label,
        assumes,
        _ordered,
        random_numbers(12, _spread_out),
        exact=_ordered_exactly,
        family=Family(description, lambda: parameter_grid(base=[base], after=[after], k=ks)),
    )


support_kept = _folk(
    "fol:support-kept-is-enough",
    ("every question keeps a rate above 0", "pass@1 rises"),
    (_half, _half),
    (fmpq(9, 10), fmpq(1, 5)),
    (1, 2),
    "1/2 raised to 9/10 and lowered to 1/5; k = 1, 2",
)


def _loses(case):
    base, after = _ordered_exactly(case)
    return after, base


support_lost = inequality(
    "fol:support-lost-crosses",
    ("a question that the base solves at times is never solved after", "k is large"),
    lambda case: _ordered(case)[::-1],
    random_numbers(12, _spread_out),
    exact=_loses,
    family=Family(
        "1/4 and 0 become 0 and 1/2; k = 20",
        lambda: parameter_grid(base=[(_quarter, fmpq(0))], after=[(fmpq(0), _half)], k=(20,)),
    ),
)
lowered_crosses = inequality(
    "fol:a-lowered-question-crosses",
    ("a question is lowered", "k is large"),
    lambda case: _ordered(case)[::-1],
    random_numbers(12, _spread_out),
    exact=_loses,
    family=Family(
        "1/10 raised to 1/5, 9/10 lowered to 3/4; k = 20",
        lambda: parameter_grid(base=[(fmpq(1, 10), fmpq(9, 10))], after=[(fmpq(1, 5), 3 * _quarter)], k=(20,)),
    ),
)
