"""Chapter 6, selection: light tails end at the largest value, finite or not, dependent errors anywhere (S61)."""

import jax
import jax.numpy as jnp
from flint import fmpq

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.verdict_training.tail_selection_regimes import INDEPENDENT, SELECT, SURVIVALS, reached
from infoloop.exact.log_sums import rational
from infoloop.learning.error_tails import gaussian_log_survival
from infoloop.learning.tail_selection import selected_law
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

LAWS = (("1/2", "1/8", "1/8", "1/4"), ("1/10", "1/5", "3/10", "2/5"), ("1/4",) * 4)
HIGH = "P(V >= h) P(E >= t - h) > 0"
_STEP = 0.5


def _values(normals):
    """Return four values in order, and their law."""
    return jnp.sort(normals[:4]), jax.nn.softmax(normals[4:])


def _short(case):
    """Return the shortfall below three numbers for each selected value from h on, and its bound, for a Gaussian."""
    (values, law), found = case, []
    high = values[3] - _STEP / 2
    for t, low in ((0.0, high - _STEP), (2.0, high - _STEP), (6.0, high)):
        selected = selected_law(values, law, gaussian_log_survival, t)
        below, above = jnp.maximum(low - values, 0), values >= high
        ratio = jnp.exp(gaussian_log_survival(t - low) - gaussian_log_survival(t - high))
        found.append(((selected @ below) / (selected @ above), (law @ below) / (law @ above) * ratio))
    return jnp.array(found).T


def _masses(case, t):
    """Return P(V = v, V + E >= t) for v below the end, and P(V >= end, V + E >= t), where all are selected.

    V has the law of the case on 0, 1, ..., or is any whole number, P(V >= k) = x^k, and the end is t at least.
    """
    survival = SURVIVALS[case["S"]]
    if "ratio" not in case:
        return [rational(p) * reached(survival, v, t) for v, p in enumerate(case["law"])], fmpq(0)
    x, end = rational(case["ratio"]), max(t, case["low"], case["high"])
    return [(1 - x) * x**v * reached(survival, v, t) for v in range(end)], x**end


def _short_exactly(case, further=0):
    """Return the same with whole errors; the proxy reaches 0 always, so that t = 0 stands for no selection."""
    low, high, t, survival = case["low"], case["high"], case["t"], SURVIVALS[case["S"]]
    sides = []
    for threshold in (t, 0):
        masses, rest = _masses(case, threshold)
        short = sum(((low - v) * p for v, p in enumerate(masses) if v < low), fmpq(0))
        sides.append(short / (sum(masses[high:], fmpq(0)) + rest))
    tails = [survival(max(0, t - end), 1) for end in (low - further, high)]
    return sides[0], sides[1] * tails[0] / tails[1]


def _grid():
    for low, high in ((1, 2), (1, 3), (2, 3), (3, 3)):
        shared = {"S": ("2^-k", "1/(k+1)", "2^-k^2"), "t": (0, 1, 3, 5, 8), "low": (low,), "high": (high,)}
        yield from parameter_grid(law=LAWS, **shared)
        yield from parameter_grid(ratio=("1/2", "9/10"), **shared)


_all = {"law": LAWS[1], "S": "2^-k^2", "t": 0, "low": 2, "high": 3}
_some = {**_all, "law": ("3/4", "1/4"), "t": 3, "low": 1, "high": 1}
light_supremum = inequality(
    "thm:light-tail-supremum",
    (INDEPENDENT, SELECT, HIGH),
    lambda case: tuple(_short(case)),
    random_numbers(8, _values),
    exact=_short_exactly,
    family=Family(
        "three laws of the values 0 to 3, and all whole values with P(V >= k) = 2^-k or (9/10)^k; P(E >= k) = 2^-k, "
        "1/(k+1) and 2^-k^2; thresholds 0, 1, 3, 5, 8; l and h of (1, 2), (1, 3), (2, 3), (3, 3)",
        _grid,
    ),
    edges=(_all,),
    neighbours=(
        without(INDEPENDENT, {**_some, "S": "2^-k or 4^-k"}),
        # all outputs are kept
        without(
            SELECT, {**_all, "t": 3}, exact=lambda case: (_short_exactly({**case, "t": 0})[0], _short_exactly(case)[1])
        ),
        unrefuted(HIGH, "without it the bound has no value"),
        changed("t - l + 2 in place of t - l", lambda case: _short_exactly(case, 2)),
    ),
    wrong=lambda case: (_short(case)[0], _short(case)[1] ** 2 / 4),
)


WITHIN, FREE = "q_v <= C p_v for every v", "N is independent of V and U"
TOLD, ERROR = "P(U = 1 | V = v) = q_v / (C p_v), else U = 0", "E = U N - V"
POSITIVE, REACHED = "t > 0", "P(N >= t) > 0"


def _ends(case):
    """Return the selected law at three thresholds, for a Gaussian N, and the law that was asked for."""
    values, law, asked = case
    logs = jnp.log(asked / law / (asked / law).max())
    found = [selected_law(values, law, lambda x: logs + gaussian_log_survival(x + values), t) for t in (0.1, 1.0, 5.0)]
    return jnp.stack(found), jnp.broadcast_to(asked, (3, 4))


def _ends_exactly(case):
    """Return the mass of a value among the selected, by all U and N, and the mass that was asked for."""
    law, asked = ([rational(p) for p in case[what]] for what in ("law", "asked"))
    ratios = [q / p if p else fmpq(0) for p, q in zip(law, asked, strict=True)]
    told = [ratio / max(ratios) for ratio in ratios] if not case.get("always told") else [fmpq(1)] * len(law)
    survival, t, masses = SURVIVALS[case["S"]], case["t"], []
    for v, (p, share) in enumerate(zip(law, told, strict=True)):
        error = case.get("error", ERROR)
        chosen = fmpq(0)
        for n in range(t + len(law)):  # from t + len(law) on N reaches anyway
            mass = survival(n, v) - survival(n + 1, v)
            for u, chance in ((1, share), (0, 1 - share)):
                chosen += mass * chance if v + (u * n - (v if error == ERROR else 0)) >= t else 0
        chosen += survival(t + len(law), v) * (share if t > 0 else 1)
        masses.append(p * (chosen if case.get("selected", SELECT) == SELECT else 1 - chosen))
    return masses[case["v"]] / sum(masses, fmpq(0)), asked[case["v"]]


ASKED = (("1", "0", "0", "0"), ("1/4", "1/4", "1/4", "1/4"), ("0", "1/3", "2/3", "0"), ("1/8", "1/4", "1/8", "1/2"))
_third = {"law": LAWS[1], "asked": ASKED[3], "S": "2^-k^2", "t": 2, "v": 3}
any_end = equality(
    "thm:dependent-error-any-end",
    (WITHIN, FREE, TOLD, ERROR, SELECT, POSITIVE, REACHED),
    _ends,
    random_numbers(12, lambda x: (x[:4], jax.nn.softmax(x[4:8]), jax.nn.softmax(x[8:]))),
    exact=_ends_exactly,
    family=Family(
        "three laws of the values 0 to 3, four laws that are asked for; P(N >= k) = 2^-k, 1/(k+1) and 2^-k^2; "
        "thresholds 1, 2, 6; the mass of each value",
        lambda: parameter_grid(law=LAWS, asked=ASKED, S=("2^-k", "1/(k+1)", "2^-k^2"), t=(1, 2, 6), v=range(4)),
    ),
    edges=(_third,),
    neighbours=(
        without(WITHIN, {**_third, "law": ("1/2", "1/4", "1/4", "0")}),
        without(FREE, {**_third, "S": "2^-k or 4^-k"}),
        without(TOLD, {**_third, "always told": True}),
        without(ERROR, {**_third, "error": "E = U N"}),
        without(SELECT, {**_third, "selected": "V + E < t"}),
        without(POSITIVE, {**_third, "t": 0}),
        unrefuted(REACHED, "without it there is no selected law"),
        changed(
            "the law of the values in place of q",
            lambda case: (_ends_exactly(case)[0], rational(case["law"][case["v"]])),
        ),
    ),
    wrong=lambda case: (_ends(case)[0], _ends((case[0], case[2], case[1]))[1]),
)
