r"""Chapter 6, the equation that a crossing of pass@k solves: one base rate, two rates after sharpening (S53)."""

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import equality
from infoloop.claims.verdict_training.crossing_points import BASE, LOWERED, fails
from infoloop.exact.log_sums import LogSum, log2
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.learning.pass_at_k import pass_at
from infoloop.learning.question_populations import FixedRates
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

SHARE = "sharpening gives a share w < 1 of the questions the rate A < 1"
FALLS = "w ln((1-A)/(1-a)) + (1-w) ln((1-B)/(1-a)) < 0"
_HALVINGS = 30


def _falling_case(normals):
    """Return a, A, B and a share w with which the left side falls at k = 0."""
    a, up, down, part = jax.nn.sigmoid(normals)
    raised, lowered = a + (1 - a) * up, a * down
    fall, rise = jnp.log1p(-raised) - jnp.log1p(-a), jnp.log1p(-lowered) - jnp.log1p(-a)
    least = rise / (rise - fall)
    return a, raised, lowered, least + (1 - least) * part


def _solved(case):
    """Return the pass@k of the sharpened policy and of its base at the k that bisection finds."""
    a, raised, lowered, w = case
    fall, rise = jnp.log1p(-raised) - jnp.log1p(-a), jnp.log1p(-lowered) - jnp.log1p(-a)
    lowest = jnp.log(-w * fall / ((1 - w) * rise)) / (rise - fall)  # where the left side is least

    def halve(ends, _):
        middle = sum(ends) / 2
        above = w * jnp.expm1(fall * middle) + (1 - w) * jnp.expm1(rise * middle) > 0
        return (jnp.where(above, ends[0], middle), jnp.where(above, middle, ends[1])), None

    ends, _ = jax.lax.scan(halve, (lowest, -jnp.log1p(-w) / rise), length=60)
    k = sum(ends) / 2
    sharpened = FixedRates(jnp.stack([raised, lowered]), jnp.stack([w, 1 - w]))
    return pass_at(sharpened, k), pass_at(FixedRates(a[None], jnp.ones(1)), k)


def solution(case: dict) -> tuple[fmpq, fmpq] | None:
    r"""Return two ends of a short interval that holds the one solution k > 0; None if there is none.

    The left side is convex in k and 1 at k = 0; balls decide that it is below 1 at one end and above at the other.

    >>> low, high = solution({"a": fmpq(1, 2), "A": fmpq(9, 10), "B": fmpq(1, 5), "w": fmpq(1, 2)})
    >>> [round(float(end.p) / float(end.q), 6) for end in (low, high)]
    [1.350067, 1.350067]
    """
    rest = 1 - case["a"]
    powers = [((1 - case[p]) / rest, share) for p, share in (("A", case["w"]), ("B", 1 - case["w"]))]
    slope = sum((log2(base) * share for base, share in powers if share), LogSum())
    if slope.sign() >= 0 or not any(base > 1 and share for base, share in powers):
        return None

    def above(k):
        return real_ball(lambda: sum((arb(share) * arb(base) ** arb(k) for base, share in powers), arb(-1))).sign() > 0

    low = high = fmpq(7, 5)  # no power of two times it is whole
    while above(low):
        low /= 2
    while not above(high):
        high *= 2
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if above(middle) else (middle, high)
    return low, high


def _signs(case, solves=solution):
    """Return the sign of pass'@k - pass@k, and that of k* - k; without a solution, how many there are, and one."""
    a, w, k = case["a"], case["w"], case["k"]
    ends = solves(case)
    if ends is None:
        return fmpq(0), fmpq(1)
    gap = fails(case.get("base rates", (a, a)), (w, 1 - w), k) - fails((case["A"], case["B"]), (w, 1 - w), k)
    if ends[0] < k < ends[1]:  # too close for balls: is it the solution?
        assert w * ((1 - case["A"]) / (1 - a)) ** k + (1 - w) * ((1 - case["B"]) / (1 - a)) ** k == 1
        return fmpq((gap > 0) - (gap < 0)), fmpq(0)
    return fmpq((gap > 0) - (gap < 0)), fmpq(1 if k < ends[0] else -1)


def _twice(case):
    """Return twice the ends, as if k counted pairs of attempts."""
    ends = solution(case)
    assert ends is not None
    return 2 * ends[0], 2 * ends[1]


def _cases():
    rates, shares = [fmpq(1, 10), fmpq(1, 2), fmpq(4, 5)], [fmpq(1, 4), fmpq(1, 2), fmpq(9, 10)]
    for case in parameter_grid(a=rates, A=(fmpq(3, 5), fmpq(9, 10)), B=(fmpq(0), fmpq(1, 20), fmpq(2, 5)), w=shares):
        if case["A"] > case["a"] > case["B"] and solution(case):
            yield from ({**case, "k": k} for k in (1, 2, 3, 10))


_crossed = {"a": fmpq(1, 2), "A": fmpq(9, 10), "B": fmpq(1, 5), "w": fmpq(1, 2), "k": 2}
crossing_equation = equality(
    "cnd:crossing-equation",
    (BASE, SHARE, LOWERED, FALLS),
    _solved,
    random_numbers(4, _falling_case),
    exact=_signs,
    family=Family(
        "a of 1/10, 1/2, 4/5; A of 3/5, 9/10; B of 0, 1/20, 2/5; w of 1/4, 1/2, 9/10; where the assumptions hold; "
        "k = 1, 2, 3, 10: the sign of pass'@k - pass@k",
        _cases,
    ),
    edges=(_crossed, {**_crossed, "k": 1}),
    neighbours=(
        without(BASE, {**_crossed, "a": fmpq(9, 20), "B": fmpq(2, 5), "k": 10, "base rates": (fmpq(0), fmpq(9, 10))}),
        without(SHARE, {**_crossed, "w": fmpq(1)}),
        without(LOWERED, {**_crossed, "B": fmpq(3, 4)}),
        without(FALLS, {**_crossed, "A": fmpq(3, 5)}),
        changed("2 k* in place of k*", lambda case: _signs(case, _twice)),
    ),
    wrong=lambda case: (_solved(case)[0], _solved((*case[:3], (1 + case[3]) / 2))[1]),
)
