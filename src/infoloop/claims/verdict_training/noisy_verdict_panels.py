"""Chapter 6, verifiers: rates from three verifiers without the truth, and bits over boxes of rates (S54, S55)."""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.noisy_verdicts import judged
from infoloop.exact.rational_laws import fmpq
from infoloop.information.measures import mutual_information
from infoloop.learning.noisy_verifiers import NoisyVerifier, noisy_verdict_bits
from infoloop.learning.verifier_audits import bits_over_box
from infoloop.learning.verifier_panels import panel_law
from infoloop.learning.verifier_rates import identified_rates
from infoloop.statements.cases import Family, exact_law, random_numbers, random_probabilities
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

INDEPENDENT = "three verdicts are independent given the truth"
Table = dict[tuple[int, ...], Number]


def three_verdicts(right: Number, *, false_positive: Sequence[Number], true_positive: Sequence[Number]) -> Table:
    """Return P(S1, S2, S3), by verdicts, of verifiers that err independently given the truth.

    >>> three_verdicts(fmpq(1, 2), false_positive=[fmpq(0)] * 3, true_positive=[fmpq(1)] * 3)[1, 1, 1]
    1/2
    """
    found = {}
    for cell in itertools.product((0, 1), repeat=3):
        wrong, passed = (
            math.prod((x if s else 1 - x for s, x in zip(cell, rates, strict=True)), start=1 + 0 * right)
            for rates in (false_positive, true_positive)
        )
        found[cell] = (1 - right) * wrong + right * passed
    return found


def mixed_determinant(law: Table, t: Number) -> Number:
    """Return det((1-t)B - tC): B and C are the tables of the last two verdicts where the first is 1 and where it is 0.

    >>> perfect = three_verdicts(fmpq(1, 2), false_positive=[fmpq(0)] * 3, true_positive=[fmpq(1)] * 3)
    >>> mixed_determinant(perfect, fmpq(1, 2))
    -1/16
    """
    mixed = {(j, k): (1 - t) * law[1, j, k] - t * law[0, j, k] for j in (0, 1) for k in (0, 1)}
    return mixed[1, 1] * mixed[0, 0] - mixed[1, 0] * mixed[0, 1]


def _factored(case):
    """Return the determinant at three t, and pqJ2J3(t-T)(t-F)."""
    p, low, high = case[0], case[1:4], case[4:]
    law, j = three_verdicts(p, false_positive=low, true_positive=high), high - low
    points = [0.1, 0.5, 0.8]
    return jnp.stack([mixed_determinant(law, t) for t in points]), jnp.stack(
        [p * (1 - p) * j[1] * j[2] * (t - high[0]) * (t - low[0]) for t in points]
    )


def _factored_exactly(case, factor=lambda p: p * (1 - p)):
    p, low, high, t = (case[key] for key in ("p", "fpr", "tpr", "t"))
    law: Table = three_verdicts(p, false_positive=low, true_positive=high)
    if case.get("copies") == "the second is the third":
        pairs = {(a, b): sum(law[a, j, b] for j in (0, 1)) for a in (0, 1) for b in (0, 1)}
        law = {cell: pairs[cell[0], cell[2]] if cell[1] == cell[2] else fmpq(0) for cell in law}
    j = [b - a for a, b in zip(low, high, strict=True)]
    return mixed_determinant(law, t), factor(p) * j[1] * j[2] * (t - high[0]) * (t - low[0])


RATES = (
    ([fmpq(1, 10), fmpq(3, 10), fmpq(1, 5)], [fmpq(4, 5), fmpq(9, 10), fmpq(3, 5)]),
    ([fmpq(1, 4), fmpq(0), fmpq(1, 2)], [fmpq(3, 4), fmpq(1), fmpq(1, 4)]),
    ([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)], [fmpq(1, 2), fmpq(3, 4), fmpq(7, 8)]),
)
_quarters = [fmpq(k, 4) for k in range(5)]
_three = {"p": fmpq(1, 4), "fpr": RATES[0][0], "tpr": RATES[0][1], "t": fmpq(1, 4)}
three_verifier_rates = equality(
    "thm:three-verifier-rates",
    (INDEPENDENT,),
    _factored,
    random_probabilities(7),
    exact=_factored_exactly,
    family=Family(
        "p and t from 0 to 1 in quarters, and t the two roots; three sets of rates, among them J < 0 and J = 0",
        lambda: (
            {"p": p, "fpr": low, "tpr": high, "t": t}
            for p in _quarters
            for low, high in RATES
            for t in (*_quarters, low[0], high[0])
        ),
    ),
    edges=(_three,),
    neighbours=(
        without(INDEPENDENT, {**_three, "copies": "the second is the third"}),
        changed("without pq", lambda case: _factored_exactly(case, lambda p: fmpq(1)), _three),
    ),
    wrong=lambda case: (_factored(case)[0], _factored(jnp.concatenate([case[:1], case[4:], case[2:5]]))[1]),
)


def _swap(case):
    """Return the share of right answers, and that of another panel with the same law of verdicts."""
    p, low, high = case[0], 0.5 * case[1:4], 0.5 + 0.5 * case[4:]
    law = panel_law(
        NoisyVerifier(false_positive=low[:, None], false_negative=1 - high[:, None]), jnp.stack([1 - p, p])[:, None]
    )
    return p, identified_rates(law.table.sum(0)).swapped().right


def _swap_exactly(case):
    p, low, high = (case[key] for key in ("p", "fpr", "tpr"))
    assert three_verdicts(p, false_positive=low, true_positive=high) == three_verdicts(
        1 - p, false_positive=high, true_positive=low
    )
    return p, 1 - p


verdicts_name_the_truth = equality(
    "fol:verdicts-name-the-truth",
    (INDEPENDENT, "two panels have the same law of verdicts"),
    _swap,
    random_probabilities(7),
    exact=_swap_exactly,
    family=Family(
        "p 1/4 and 3/4 and three sets of rates; the second panel has right and wrong exchanged",
        lambda: ({"p": p, "fpr": low, "tpr": high} for p in (fmpq(1, 4), fmpq(3, 4)) for low, high in RATES),
    ),
)

ORDERED = ("FPR <= FPR'", "FPR' <= TPR'", "TPR' <= TPR")


def _nested(x):
    """Return p and four rates in rising order."""
    p, first, *rest = jax.nn.sigmoid(x)
    rates = [first]
    for share in rest:
        rates.append(rates[-1] + (1 - rates[-1]) * share)
    return p, jnp.stack(rates)


def _boxed(case):
    p, (low, low_inside, high_inside, high) = case
    return noisy_verdict_bits(
        NoisyVerifier(false_positive=low_inside, false_negative=1 - high_inside), p
    ), noisy_verdict_bits(NoisyVerifier(false_positive=low, false_negative=1 - high), p)


def _boxed_exactly(case):
    """Return the bits of the verdict with the rates inside, and of that with the rates outside."""
    return tuple(
        mutual_information(exact_law({"R,S": judged(case["p"], case["fpr" + dash], 1 - case["tpr" + dash])}), "R", "S")
        for dash in ("'", "")
    )


_inside = {"p": fmpq(1, 2), "fpr": fmpq(1, 4), "fpr'": fmpq(1, 4), "tpr'": fmpq(3, 4), "tpr": fmpq(3, 4)}
wider_rates_tell_more = inequality(
    "thm:wider-rates-tell-more",
    ORDERED,
    _boxed,
    random_numbers(5, _nested),
    exact=_boxed_exactly,
    family=Family(
        "p 1/4 and 1/2, four rates FPR <= FPR' <= TPR' <= TPR from 0 to 1 in quarters",
        lambda: (
            case
            for case in parameter_grid(
                p=_quarters[1:3], **{"fpr": _quarters, "fpr'": _quarters, "tpr'": _quarters, "tpr": _quarters}
            )
            if case["fpr"] <= case["fpr'"] <= case["tpr'"] <= case["tpr"]
        ),
    ),
    edges=(_inside,),
    neighbours=(
        without(ORDERED[0], {**_inside, "fpr'": fmpq(0)}),
        without(ORDERED[1], {**_inside, "fpr'": fmpq(1), "tpr'": fmpq(0)}),
        without(ORDERED[2], {**_inside, "tpr'": fmpq(1)}),
    ),
    ceiling=lambda case: mutual_information(exact_law({"R,S": judged(case["p"], fmpq(0), fmpq(0))}), "R", "S"),
    wrong=lambda case: (
        _boxed(case)[0],
        noisy_verdict_bits(NoisyVerifier(false_positive=case[1][1], false_negative=1 - case[1][2]), case[0]) / 2,
    ),
)


BOX = ("f0 <= FPR <= f1", "t0 <= TPR <= t1")


def _in_box(case):
    """Return the least bits of a box and those at a point, and the point's and the greatest: each at most the next."""
    p, f, t, inside = case
    point = NoisyVerifier(
        false_positive=f[0] + (f[1] - f[0]) * inside[0], false_negative=1 - t[0] - (t[1] - t[0]) * inside[1]
    )
    found = bits_over_box(jnp.stack([p, p]), false_positive=f, true_positive=t)
    bits = noisy_verdict_bits(point, p)
    return jnp.stack([found.lower, bits]), jnp.stack([bits, found.upper])


def _at_fixed_corners(case):
    """Return the same as if the least were always at the corner of f1 and t0, the greatest at that of f0 and t1."""
    (_, bits), (p, f, t, _) = _in_box(case)[0], case
    near, far = (noisy_verdict_bits(NoisyVerifier(false_positive=f[k], false_negative=1 - t[1 - k]), p) for k in (1, 0))
    return jnp.stack([near, bits]), jnp.stack([bits, far])


def _drawn_box(x):
    p, *numbers = jax.nn.sigmoid(x)
    rates = jnp.stack(numbers)
    return p, jnp.sort(rates[:2]), jnp.sort(rates[2:4]), rates[4:]


def _bits_at(p, fpr, tpr):
    return mutual_information(exact_law({"R,S": judged(p, fpr, 1 - tpr)}), "R", "S")


def _in_box_exactly(case):
    """Return the bits at a point and the greater of two corners; or the least of the box, and the bits at the point."""
    p, point, ((f0, f1), (t0, t1)) = case["p"], _bits_at(case["p"], *case["at"]), case["box"]
    if case["part"] == "most":
        corners = [_bits_at(p, f0, t1), _bits_at(p, f1, t0)]
        return point, corners[(corners[1] - corners[0]).sign() > 0]
    if f1 <= t0 or t1 <= f0:
        return _bits_at(p, *((f1, t0) if f1 <= t0 else (f0, t1))), point
    return fmpq(0), point


def _boxes():
    """Yield boxes with ends in quarters, and in each its corners and its middle."""
    ends = [(fmpq(a, 4), fmpq(b, 4)) for a, b in ((0, 1), (1, 2), (0, 3), (2, 4))]
    for p, f, t, part in itertools.product((fmpq(1, 4), fmpq(1, 2)), ends, ends, ("most", "least")):
        for at in (*itertools.product(f, t), (sum(f) / 2, sum(t) / 2)):
            yield {"p": p, "box": (f, t), "at": at, "part": part}


_beside = {"p": fmpq(1, 2), "box": ((fmpq(0), fmpq(1, 4)), (fmpq(1, 2), fmpq(3, 4))), "part": "most"}
_corner = {**_beside, "at": (fmpq(0), fmpq(3, 4))}
_beyond = {**_beside, "box": ((fmpq(1, 2), fmpq(1)), (fmpq(0), fmpq(1, 4))), "at": (fmpq(1), fmpq(0))}


def _at_one_corner(case):
    (f0, _), (_, t1) = case["box"]
    return _bits_at(case["p"], f0, t1)


box_of_rates = inequality(
    "thm:box-of-rates",
    BOX,
    _in_box,
    random_numbers(7, _drawn_box),
    exact=_in_box_exactly,
    family=Family(
        "p 1/4 and 1/2, both rates in one of [0, 1/4], [1/4, 1/2], [0, 3/4], [1/2, 1]; the four corners and the "
        "middle; the greatest and the least",
        _boxes,
    ),
    edges=(_corner, {**_beside, "at": (fmpq(1, 4), fmpq(1, 2)), "part": "least"}),
    neighbours=(
        without(BOX[0], {**_beside, "part": "least", "at": (fmpq(1, 2), fmpq(1, 2))}),
        without(BOX[1], {**_beside, "at": (fmpq(0), fmpq(1))}),
        changed("the corner f0, t1 alone", lambda case: (_in_box_exactly(case)[0], _at_one_corner(case)), _beyond),
    ),
    wrong=_at_fixed_corners,
)
