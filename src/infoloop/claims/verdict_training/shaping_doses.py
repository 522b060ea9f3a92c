"""Chapter 6, the dose of a bonus: it cancels in groups whose verdicts agree, and is small in others (S51)."""

from collections.abc import Sequence

import jax.numpy as jnp
from flint import arb, fmpq_series, fmpz

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.dead_groups import root_of
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.learning.policy_gradient.reward_shaping import dose_factor
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

AGREEING, POSITIVE = "all verdicts of the group agree", "the dose lambda is above 0"
DIFFERING = "bonuses of the group differ"
DIVIDED = "advantages are divided by the deviation of the rewards and epsilon"
BONUSES = ((1, 0), (1, 0, 0, 0, 0), (1, 1, 0, 0), (7, 1, 15, 9))
BONUS = (1, 0, 1, 0)


def variance_of(values: Sequence[fmpq]) -> fmpq:
    """Return the mean square distance of some rationals from their mean.

    >>> variance_of([fmpq(1), fmpq(0)])
    1/4
    """
    mean = sum(values, fmpq(0)) / len(values)
    return sum(((v - mean) ** 2 for v in values), fmpq(0)) / len(values)


def rational_root(square: fmpq) -> fmpq:
    """Return the root of a rational that has a rational one.

    >>> rational_root(fmpq(1, 4))
    1/2
    """
    root = fmpq(fmpz(square.p).isqrt(), fmpz(square.q).isqrt())
    assert root**2 == square
    return root


def deviation(values: Sequence[fmpq]) -> fmpq:
    """Return the standard deviation of some rationals, which is one too.

    >>> deviation([fmpq(1), fmpq(0)])
    1/2
    """
    return rational_root(variance_of(values))


def _dose_exactly(case, factor=True):
    """Return the shaped advantage of an answer, and the one of the bonus alone times the factor of its dose."""
    s, dose, epsilon = [fmpq(x) for x in case["bonus"]], case["dose"], case["epsilon"]
    rewards = [r + dose * x for r, x in zip(case.get("verdicts", [fmpq(0)] * len(s)), s, strict=True)]
    divisor = 1 if case.get("rule") == "dr_grpo" else deviation(rewards) + epsilon
    found = (rewards[0] - sum(rewards, fmpq(0)) / len(s)) / divisor
    size = dose * deviation(s)
    alone = (s[0] - sum(s, fmpq(0)) / len(s)) / deviation(s)
    return found, alone * (size / (size + epsilon) if factor else 1)


def _dose(case):
    bonus, dose, epsilon = case
    rewards = dose * bonus
    found = (rewards - rewards.mean()) / (rewards.std() + epsilon)
    return found, (bonus - bonus.mean()) / bonus.std() * dose_factor(dose, bonus.std(), epsilon)


def shaped_series(verdicts: Sequence[int], bonus: Sequence[int], root: int, order: int) -> list[fmpq_series]:
    r"""Return the shaped, normalised advantages of a group as power series of a dose that is above 0.

    They are the rational factors of $\sqrt d$, d the `root`: of constants if all verdicts agree, and else of
    $\frac{x_i+\lambda y_i}{\sqrt{v(\lambda)}}$ with centred verdicts x, centred bonuses y and their mean square v.

    >>> [str(a) for a in shaped_series((1, 0), (0, 1), 1, 2)]
    ['1 + O(x^2)', '(-1) + O(x^2)']
    """
    n = len(verdicts)
    x, y = ([v - fmpq(sum(values), n) for v in values] for values in (verdicts, bonus))
    if not any(x):
        x, y = y, [fmpq(0)] * n
    square = [sum((a * b for a, b in zip(u, v, strict=True)), fmpq(0)) / n for u, v in ((x, x), (x, y), (y, y))]
    whole, squarefree = root_of(int(square[0].p * square[0].q)) if square[0] else (1, 0)
    if squarefree != root:
        return [fmpq_series([0], prec=order)] * n
    first = square[0].q / fmpq(whole * root)  # 1 over the root of the mean square of what is left at dose 0
    rest = fmpq_series([1, 2 * square[1] / square[0], square[2] / square[0]], prec=order).rsqrt()
    return [fmpq_series([first * a, first * b], prec=order) * rest for a, b in zip(x, y, strict=True)]


_one = {"bonus": BONUSES[1], "dose": fmpq(1, 100), "epsilon": fmpq(0)}
_small = {**_one, "epsilon": fmpq(1, 10**6)}
_half = {"bonus": (1, 0), "dose": fmpq(2, 10**6), "epsilon": fmpq(1, 10**6)}  # half of what it is without epsilon
shaping_dose = equality(
    "thm:shaping-dose",
    (AGREEING, POSITIVE, DIFFERING, DIVIDED),
    _dose,
    random_numbers(6, lambda x: (x[:4], jnp.exp(x[4]), jnp.exp(x[5]))),
    exact=_dose_exactly,
    family=Family(
        "four groups of bonuses with a rational deviation, doses 10^-6, 1/100, 1/10, 1 and 10, epsilon 0, 10^-6, 1/10",
        lambda: parameter_grid(
            bonus=BONUSES,
            dose=[fmpq(1, 10**6), fmpq(1, 100), fmpq(1, 10), fmpq(1), fmpq(10)],
            epsilon=[fmpq(0), fmpq(1, 10**6), fmpq(1, 10)],
        ),
    ),
    edges=(_one, _small, _half),
    neighbours=(
        without(AGREEING, {**_one, "bonus": (0, 1), "verdicts": (1, 0)}),
        without(POSITIVE, {**_one, "dose": fmpq(-1, 100)}),
        unrefuted(DIFFERING, "without it the advantages of the statement are 0 divided by 0"),
        without(DIVIDED, {**_one, "rule": "dr_grpo"}),
        changed("without the factor that epsilon leaves", lambda case: _dose_exactly(case, factor=False), _small),
    ),
    wrong=lambda case: (_dose(case)[0], case[1] * _dose(case)[1]),
)


def squared_advantage(verdicts: Sequence[int], bonus: Sequence[int], dose: Number, answer: int) -> fmpq:
    """Return the square of a shaped, normalised advantage, which is rational.

    >>> squared_advantage((1, 0, 0), (0, 1, 0), fmpq(1), 2), squared_advantage((1, 0, 0), (0, 1, 0), fmpq(0), 2)
    (2, 1/2)
    """
    rewards = [r + dose * s for r, s in zip(verdicts, bonus, strict=True)]
    mean = sum(rewards, fmpq(0)) / len(rewards)
    return (rewards[answer] - mean) ** 2 * len(rewards) / sum(((r - mean) ** 2 for r in rewards), fmpq(0))


def _mixed_float(dose):
    r, s = jnp.array([1.0, 0.0, 0.0]), jnp.array([0.0, 1.0, 0.0])
    squares = [((x - x.mean()) ** 2 / x.var())[2] for x in (r + dose * s, r + s)]
    return tuple(squares)


_doses = [fmpq(1, 10**6), fmpq(1, 10), fmpq(1, 2), fmpq(2)]
dose_cancels_anywhere = equality(
    "fol:shaping-dose-mixed",
    (POSITIVE, DIVIDED, "verdicts of the group differ"),
    _mixed_float,
    random_numbers(1, lambda x: jnp.exp(x[0])),
    exact=lambda case: tuple(
        squared_advantage(case["verdicts"], case["bonus"], dose, 2) for dose in (case["dose"], fmpq(1))
    ),
    family=Family(
        "verdicts (1, 0, 0), bonuses (0, 1, 0), the third advantage at doses 10^-6, 1/10, 1/2, 2 against the dose 1",
        lambda: parameter_grid(verdicts=((1, 0, 0),), bonus=((0, 1, 0),), dose=_doses),
    ),
)


def _continuous_exactly(case):
    r"""Return $\frac1n\sum(A_\lambda-A_0)^2=2-2\frac{\mathrm{Cov}}{s_rs_\lambda}$, and its bound."""
    r, s, dose = [fmpq(x) for x in case["verdicts"]], [fmpq(x) for x in case["bonus"]], case["dose"]
    if case.get("rule") == "dr_grpo":
        return 4 * dose**2 * deviation(s) ** 2, dose**2 * deviation(s) ** 2
    shaped = [x + dose * y for x, y in zip(r, s, strict=True)]
    mean_r, mean_shaped = (sum(v, fmpq(0)) / len(v) for v in (r, shaped))
    covariance = sum(((x - mean_r) * (y - mean_shaped) for x, y in zip(r, shaped, strict=True)), fmpq(0)) / len(r)
    squares = [variance_of(v) for v in (r, shaped, s)]

    def bound():
        before, after, bonus = (arb(v).sqrt() for v in squares)
        return (2 * arb(dose) * bonus / (before + after)) ** 2

    return real_ball(lambda: 2 - 2 * arb(covariance) / (arb(squares[0]) * arb(squares[1])).sqrt()), real_ball(bound)


def _continuous(case):
    s, dose = case
    r = jnp.array([1.0, 0.0, 0.0, 0.0])
    shaped = r + dose * s
    a, b = ((x - x.mean()) / x.std() for x in (r, shaped))
    return ((a - b) ** 2).mean(), (2 * dose * s.std() / (r.std() + shaped.std())) ** 2


_opposed = {"verdicts": (1, 0), "bonus": (0, 1), "dose": fmpq(3)}
_MIXED = "the group has right and wrong answers, and its rewards differ"
mixed_doses = inequality(
    "thm:shaping-continuous",
    (_MIXED, DIVIDED),
    _continuous,
    random_numbers(5, lambda x: (x[:4], jnp.exp(x[4]))),
    exact=_continuous_exactly,
    family=Family(
        "three groups of four verdicts, three of bonuses, doses 10^-6, 1/10, 1/2, 2",
        lambda: parameter_grid(
            verdicts=((1, 0, 0, 0), (1, 1, 0, 0), (1, 1, 1, 0)),
            bonus=((0, 1, 0, 0), (1, 0, 1, 0), (0, 0, 2, 1)),
            dose=_doses,
        ),
    ),
    edges=(_opposed,),
    neighbours=(
        without(  # of a dead group the advantages at dose 0 are 0 and at any other of mean square 1
            _MIXED,
            {"bonus": (1, 0), "dose": fmpq(1, 100)},
            exact=lambda case: (_dose_exactly({**case, "epsilon": fmpq(0)})[0] ** 2, (2 * case["dose"]) ** 2),
        ),
        without(DIVIDED, {**_opposed, "rule": "dr_grpo"}),
        changed(
            "99/100 of the bound",
            lambda case: (_continuous_exactly(case)[0], _continuous_exactly(case)[1] * fmpq(99, 100)),
            _opposed,
        ),
    ),
    wrong=lambda case: (_continuous(case)[0], _continuous(case)[1] / 4),
)
