"""Chapter 6, selection: above a threshold it is a tilt by the rate of the error's tail, exactly or nearly (S61)."""

import itertools

import jax
import jax.numpy as jnp
from flint import arb, fmpq

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import tilted
from infoloop.claims.verdict_training.tail_selection_regimes import INDEPENDENT, SELECT, SURVIVALS, selected_masses
from infoloop.exact.log_sums import rational
from infoloop.exact.real_balls import real_ball
from infoloop.learning.error_tails import gaussian_log_survival, weibull_log_survival
from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.tail_selection import limit_law, limit_mean, selected_law, selected_mean
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

EXPONENTIAL, HIGH = "P(E >= x) = e^(-gamma x) for x >= 0", "no value is above t"
REACHED, FINITE_TILT = "P(V + E >= t) > 0", "E e^(gamma V) is finite"
LAWS = (("1/2", "1/8", "1/8", "1/4"), ("1/10", "1/5", "3/10", "2/5"), ("1/4",) * 4, ("1/16", "1/16", "7/8", 0))
STRENGTHS = (fmpq(3, 2), fmpq(2), fmpq(10))  # e^gamma
_REACHED = unrefuted(REACHED, "without it there is no selected law")


def _law(case):
    return [rational(p) for p in case["law"]]


def _selected(case):
    """Return the selected law by pairs of value and error: P(E >= k) = e^(-gamma k), or as the case has it."""
    heavier, strength = case.get("for V = 0", case["strength"]), case["strength"]

    def survival(k, v):
        return 1 / rational(strength if v else heavier) ** k

    return selected_masses(_law(case), SURVIVALS.get(case.get("S"), survival), case["t"])


def _tilt(case):
    return tilted(_law(case), [case["strength"] ** v for v in range(len(case["law"]))])


def _mean(law):
    return sum((v * p for v, p in enumerate(law)), fmpq(0))


def _values(normals):
    """Return four values, their law and the rate of the tail."""
    return normals[:4], jax.nn.softmax(normals[4:8]), jnp.exp(normals[8])


_any_values = random_numbers(9, _values)


def _as_optimised(case):
    """Return the selected law above all values, and the best policy for the value at beta = 1/gamma."""
    values, law, rate = case
    found = selected_law(values, law, lambda x: weibull_log_survival(x, 1.0, 1 / rate), values.max() + 1)
    return found, regularised(law, values, 1 / rate)


_above = {"law": LAWS[0], "strength": fmpq(2), "t": 4, "v": 3}
as_optimised = equality(
    "thm:selection-tilt",
    (INDEPENDENT, EXPONENTIAL, SELECT, HIGH),
    _as_optimised,
    _any_values,
    exact=lambda case: (_selected(case)[case["v"]], _tilt(case)[case["v"]]),
    family=Family(
        "four laws of the values 0 to 3, e^gamma 3/2, 2 and 10, thresholds 3, 4, 7; the mass of each value",
        lambda: parameter_grid(law=LAWS, strength=STRENGTHS, t=(3, 4, 7), v=range(4)),
    ),
    edges=(_above,),
    wrong=lambda case: (_as_optimised(case)[0], regularised(case[1], case[0], case[2])),
    neighbours=(
        without(INDEPENDENT, {**_above, "for V = 0": 3}),
        without(EXPONENTIAL, {**_above, "S": "1/(k+1)"}),
        without(SELECT, _above, exact=lambda case: (_law(case)[case["v"]], _tilt(case)[case["v"]])),
        without(HIGH, {**_above, "t": 2}),
        changed("beta = gamma", lambda case: (_selected(case)[case["v"]], _law_at_gamma(case)[case["v"]])),
    ),
)


def _law_at_gamma(case):
    """Return the tilt of a penalty of the inverse: by 1/strength."""
    return _tilt({**case, "strength": 1 / case["strength"]})


def _below(case):
    """Return selected means at thresholds among the values and above, and the mean under the tilt."""
    values, law, rate = case
    found = [selected_mean(values, law, lambda x: weibull_log_survival(x, 1.0, 1 / rate), t) for t in (-1.0, 0.0, 1.0)]
    return jnp.stack(found), jnp.broadcast_to(limit_mean(values, law, rate), (3,))


def _below_exactly(case):
    """Return the selected mean, and that under the tilt; of a geometric value, whose sums have closed forms."""
    if "rates" in case:
        return _exponentials(*case["rates"], case["t"])
    if "ratio" not in case:
        return _mean(_selected(case)), _mean(_tilt(case))
    x, y, t = rational(case["ratio"]), 1 / rational(case["strength"]), case["t"]
    masses = [(1 - x) * x**v * y ** (t - v) for v in range(t)]
    rest, weighted = x**t, x**t * (t + x / (1 - x))  # all values from t on
    return (_mean(masses) + weighted) / (sum(masses, fmpq(0)) + rest), x / (y - x)


def _exponentials(a, b, t):
    r"""Return the selected mean of $V\sim\mathrm{Exp}(a)$ with an error $\mathrm{Exp}(b)$, and $\frac1{a-b}$.

    Values below t have the weights $ae^{-av}e^{-b(t-v)}$, those from t on $ae^{-av}$; both integrals are elementary.
    """

    def mean():
        gap, (low, high) = arb(a - b), (arb(-rate * t).exp() for rate in (b, a))
        mass = a * (low - high) / gap + high
        weighted = a * ((low - high) / gap - t * high) / gap + high * (t + 1 / arb(a))
        return weighted / mass

    return real_ball(mean), 1 / fmpq(a - b)


_at_four = {"law": LAWS[0], "strength": fmpq(2), "t": 4}
below_tilt = inequality(
    "thm:selection-below-tilt",
    (INDEPENDENT, EXPONENTIAL, SELECT, FINITE_TILT),
    _below,
    _any_values,
    exact=_below_exactly,
    family=Family(
        "four laws of the values 0 to 3, e^gamma 3/2, 2 and 10, thresholds 0 to 4; and all whole values with "
        "P(V >= k) = 4^-k and 3^-k, e^gamma 3/2 and 2, thresholds 1 to 11; and values Exp(a) with errors Exp(b), "
        "a and b 2 and 1, 3 and 1, 3 and 2, thresholds 1/2, 1, 5",
        lambda: itertools.chain(
            parameter_grid(law=LAWS, strength=STRENGTHS, t=range(5)),
            parameter_grid(ratio=("1/4", "1/3"), strength=STRENGTHS[:2], t=range(1, 12)),
            parameter_grid(rates=((2, 1), (3, 1), (3, 2)), t=(fmpq(1, 2), fmpq(1), fmpq(5))),
        ),
    ),
    edges=(_at_four,),
    wrong=lambda case: (_below(case)[0], _below((case[0], case[1], case[2] / 2))[1]),
    neighbours=(
        without(INDEPENDENT, {**_at_four, "for V = 0": 3}),
        without(EXPONENTIAL, {**_at_four, "S": "2^-k^2"}),
        unrefuted(FINITE_TILT, "without it the bound is infinite, and says nothing"),
        # the largest value alone is selected
        without(SELECT, _at_four, exact=lambda case: (fmpq(3), _mean(_tilt(case)))),
        changed(
            "e^gamma lowered by 1 %",
            lambda case: (
                _below_exactly(case)[0],
                _below_exactly({**case, "strength": case["strength"] * fmpq(99, 100)})[1],
            ),
            _at_four,
        ),
    ),
)


def root(square: fmpq) -> Number:
    """Return the square root: a rational where it is one, so that equality can be decided.

    >>> root(fmpq(9, 4))
    3/2
    """
    parts = [fmpq(part.isqrt()) for part in (square.p, square.q)]
    found = parts[0] / parts[1]
    return found if found**2 == square else real_ball(lambda: arb(square).sqrt())


def _apart(case):
    r"""Return the distance to the tilt and $\frac{\sqrt\rho-1}{\sqrt\rho+1}$, at four thresholds, for a Gaussian."""
    values, law, rate = case
    found = []
    for t in (-2.0, 0.0, 2.0, 8.0):
        selected, tilt = selected_law(values, law, gaussian_log_survival, t), limit_law(values, law, rate)
        logs = gaussian_log_survival(t - values) - rate * values
        found.append((jnp.abs(selected - tilt).sum() / 2, jnp.tanh((logs.max() - logs.min()) / 4)))
    return jnp.array(found).T


def _spread(case):
    r"""Return $\rho$: how far $P(E\ge t-v)e^{-\gamma v}$ differs among the values in use, by the survival for V = 1."""
    survival, t = SURVIVALS[case["S"]], case["t"]
    ratios = [survival(max(0, t - v), 1) / case["strength"] ** v for v, p in enumerate(_law(case)) if p]
    return max(ratios) / min(ratios)


def _apart_exactly(case):
    found, tilt = _selected(case), _tilt(case)
    distance = sum((abs(p - q) for p, q in zip(found, tilt, strict=True)), fmpq(0)) / 2
    width = root(_spread(case))
    return distance, (width - 1) / (width + 1)


_sharp = {"law": ("4/5", "1/5"), "S": "2^-k^2", "t": 2, "strength": fmpq(2)}
near_tilt = inequality(
    "thm:tail-limit",
    (INDEPENDENT, SELECT, REACHED),
    lambda case: tuple(_apart(case)),
    _any_values,
    exact=_apart_exactly,
    family=Family(
        "three laws of the values 0 to 3, P(E >= k) = 1/(k+1) and 2^-k^2, e^gamma 3/2, 2 and 10, thresholds 3 to 8",
        lambda: parameter_grid(law=LAWS[:3], S=("1/(k+1)", "2^-k^2"), strength=STRENGTHS, t=range(3, 9)),
    ),
    edges=(_sharp,),
    wrong=lambda case: (_apart(case)[0], _apart(case)[1] ** 2),
    neighbours=(
        without(INDEPENDENT, {**_sharp, "S": "2^-k or 4^-k", "strength": fmpq(4)}),
        # what is not selected instead
        without(SELECT, {**_sharp, "S": "2^-k"}, exact=lambda case: (_unselected(case), _apart_exactly(case)[1])),
        _REACHED,
        changed("the fourth root in place of the square root", lambda case: _fourth(case), _sharp),
    ),
)


def _unselected(case):
    """Return how far the law of what is not selected is from the tilt."""
    law, survival = _law(case), SURVIVALS[case["S"]]
    masses = [p * (1 - survival(max(0, case["t"] - v), v)) for v, p in enumerate(law)]
    return sum(abs(m / sum(masses) - q) for m, q in zip(masses, _tilt(case), strict=True)) / 2


def _fourth(case):
    width = real_ball(lambda: arb(_spread(case)).root(4))
    return _apart_exactly(case)[0], (width - 1) / (width + 1)


def _odds(case):
    """Return the odds against the largest value at three thresholds, and their bound by the value next to it."""
    values, law, _ = case
    values = jnp.sort(values)
    found = []
    for t in (0.0, 2.0, 6.0):
        selected = selected_law(values, law, gaussian_log_survival, t)
        ratio = jnp.exp(gaussian_log_survival(t - values[2]) - gaussian_log_survival(t - values[3]))
        found.append((selected[:3].sum() / selected[3], (1 - law[3]) / law[3] * ratio))
    return jnp.array(found).T


def _odds_exactly(case, below=1):
    found, law = _selected(case), _law(case)
    survival, t, top = SURVIVALS[case["S"]], case["t"], len(law) - 1
    ratio = survival(max(0, t - top + below), 1) / survival(max(0, t - top), 1)
    return (1 - found[top]) / found[top], (1 - law[top]) / law[top] * ratio


def _odds_below_the_top(case):
    """Return the odds against the second of three values, and the bound as if it were the largest."""
    found, law, t = _selected(case), _law(case), case["t"]
    survival = SURVIVALS[case["S"]]
    return (1 - found[1]) / found[1], (1 - law[1]) / law[1] * survival(t, 0) / survival(t - 1, 0)


LARGEST = "v1 is the largest value that has mass, v2 the next one"
_two = {"law": ("3/4", "1/4"), "S": "2^-k^2", "t": 4, "strength": fmpq(1)}
light_odds = inequality(
    "thm:light-tail-odds",
    (INDEPENDENT, SELECT, LARGEST, REACHED),
    lambda case: tuple(_odds(case)),
    _any_values,
    exact=_odds_exactly,
    family=Family(
        "three laws of the values 0 to 3, P(E >= k) = 2^-k, 1/(k+1) and 2^-k^2, thresholds 0 to 9",
        lambda: parameter_grid(law=LAWS[:3], S=("2^-k", "1/(k+1)", "2^-k^2"), t=range(10), strength=(fmpq(1),)),
    ),
    edges=(_two,),
    wrong=lambda case: (_odds(case)[0], _odds(case)[1] ** 2),
    neighbours=(
        without(INDEPENDENT, {**_two, "S": "2^-k or 4^-k"}),
        without(SELECT, _two, exact=lambda case: (_law(case)[0] / _law(case)[1], _odds_exactly(case)[1])),
        without(LARGEST, {**_two, "law": ("1/4", "1/4", "1/2"), "S": "2^-k"}, exact=_odds_below_the_top),
        _REACHED,
        changed("two below it", lambda case: _odds_exactly(case, 2), _two),
    ),
)
