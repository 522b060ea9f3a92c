r"""Chapter 7: at equal steps references are ahead of a verdict in the held-out domain at first, and behind later (S71).

Times are in units of n. That of references is the integral $\int_0^X(1+e^{F(p_A)})dX$, enclosed by balls.
"""

from collections.abc import Mapping
from typing import Any

import jax
import jax.numpy as jnp
from flint import acb, arb

from infoloop.claims.comparisons import inequality
from infoloop.claims.learners.held_out_transfer import SOME
from infoloop.claims.learners.log_linear_states import EVEN, GRADIENT, KERNEL
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.reference_locking import reference_time, reference_training
from infoloop.learning.signal_clocks import verdict_time
from infoloop.learning.transfer_at_accuracy import transfer_share
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without

LOCKS = "alpha, delta > 0 and k < M"
LATE = "the time is late"


def path_numbers(case: Mapping[str, Any]) -> dict[str, fmpq]:
    r"""Return the rational constants of a case: $c_1$, $w_0$, g, $\lambda$, and $\kappa$ for n = 1.

    >>> case = {"alpha": "1/2", "delta": "1/2", "classes": 4, "forms": 2, "references": 1, "base": "1/4"}
    >>> {name: str(x) for name, x in path_numbers(case).items() if name in ("rate", "lock", "growth", "clock")}
    {'rate': '3/4', 'lock': '1/9', 'growth': '2', 'clock': '1'}
    """
    a, d, p0 = (rational(case[name]) for name in ("alpha", "delta", "base"))
    c, m, k = case["classes"], case["forms"], case["references"]
    rate, odds = (a * c + d / m) / (c - 1), (1 - p0) / p0
    both = (a + d / m) * fmpq(c, c - 1)
    return {
        "rate": rate,
        "odds": odds,
        "lock": d / (m * odds * rate),
        "growth": (m * rate + d) / k,
        "clock": both,
        "shared": a * fmpq(c, c - 1),
    }


def reference_path_time(case: Mapping[str, Any]) -> RealBall:
    """Return the time at which references have brought X to the `progress` of a case.

    >>> case = {"alpha": "1/2", "delta": "1/2", "classes": 4, "forms": 2, "references": 1, "base": "1/4"}
    >>> reference_path_time({**case, "progress": "1/2"}).digits(6)
    '0.717450'
    """
    odds = _training_odds(case)
    return real_ball(lambda: acb.integral(lambda x, _: odds(x) + 1, 0, arb(rational(case["progress"]))).real)


def _training_odds(case):
    """Return the odds of training as a function of X."""
    m, k, delta, known = case["forms"], case["references"], rational(case["delta"]), path_numbers(case)

    def odds(x):
        shared = (x * arb(known["rate"])).exp()
        lock = (shared - 1) * arb(known["lock"]) + 1
        locked = (x * arb(delta / k)).exp() * lock ** (m // k)
        return (locked * k + (m - k)) * shared / lock / arb(m * known["odds"])

    return odds


def verdict_path_time(case: Mapping[str, Any]) -> RealBall:
    r"""Return the time at which a verdict has brought the held-out log-odds as far, to $F(p_0)+\frac{\alpha C}{C-1}X$.

    >>> case = {"alpha": "1/2", "delta": "1/2", "classes": 4, "forms": 2, "references": 1, "base": "1/4"}
    >>> verdict_path_time({**case, "progress": "0"}).enclosure().contains(0)
    True
    """
    known = path_numbers(case)
    moved = known["clock"] * rational(case["progress"])  # of the log-odds of training, 1/rho times those held out

    def time():
        odds = arb(moved).exp() / arb(known["odds"])
        start = 1 / arb(known["odds"])
        return (2 * arb(moved) + odds - 1 / odds - start + 1 / start) / arb(known["clock"])

    return real_ball(time)


def _ball_exp(exponent):
    return real_ball(lambda: arb(exponent).exp())


def latest_bounds(case: Mapping[str, Any], time: RealBall) -> tuple[RealBall, RealBall]:
    r"""Return $(1+Kt)^k$ and $(1+\kappa p_0(1-p_0)t)^M$: from when the second is larger, the verdict is ahead."""
    return _power(1 + time * reference_constant(case), case["references"]), _power(
        1 + time * verdict_constant(case), case["forms"]
    )


def _power(x, n):
    return real_ball(lambda: x.ball() ** n)


def verdict_constant(case: Mapping[str, Any]) -> fmpq:
    r"""Return $\kappa p_0(1-p_0)$."""
    p0 = rational(case["base"])
    return path_numbers(case)["clock"] * p0 * (1 - p0)


def reference_constant(case: Mapping[str, Any]) -> fmpq:
    r"""Return $K=\lambda\frac{Mw_0}k\min(1,g)^{-(M-k)/k}$, with M/k whole."""
    known, m, k = path_numbers(case), case["forms"], case["references"]
    return known["growth"] * m * known["odds"] / k / min(fmpq(1), known["lock"]) ** (m // k - 1)


def _overtaking(case, more=1):
    known, part = path_numbers(case), case["part"]
    if part == "verdict":
        moved = known["clock"] * rational(case["progress"])
        return 1 + verdict_path_time(case) * verdict_constant(case) * more, _ball_exp(moved)
    if part == "references":
        grown = known["growth"] * rational(case["progress"])
        return _ball_exp(grown), 1 + reference_path_time(case) * reference_constant(case)
    references = reference_path_time(case)
    if case.get("checked", True):
        earlier, later = latest_bounds(case, references)
        assert (later - earlier).sign() >= 0
    return verdict_path_time(case), references


def _with_twins(case):
    """Return both times where twins share the logits of outputs too: a verdict's, to the references' accuracy."""
    known, progress = path_numbers(case), rational(case["progress"])
    odds = _training_odds(case)

    def time():
        found, start = odds(acb(progress)).real, 1 / arb(known["odds"])
        return (2 * (found / start).log() + found - 1 / found - start + 1 / start) / arb(known["clock"])

    return real_ball(time), reference_path_time(case)


def _unlocked(case, forms, references):
    """Return both times where no form is locked in: all are references, or the base gives no other."""
    return _overtaking({**case, "forms": forms, "references": references, "checked": False})


def _overtaking_floats(x):
    (alpha, delta), p0, progress = jax.nn.softplus(x[:2]) + 0.1, jax.nn.sigmoid(x[2]), jnp.exp(x[3] - 1)
    training = reference_training(alpha, delta, 4, 3, 1, p0)
    rate, odds = (alpha * 4 + delta / 3) / 3, (1 - p0) / p0
    growth, clock = 3 * rate + delta, (alpha + delta / 3) * 4 / 3
    lock = delta / (3 * odds * rate)
    most = growth * 3 * odds / jnp.where(lock < 1, lock, 1.0) ** 2
    held_out = jax.nn.sigmoid(-jnp.log(odds) + alpha * 4 / 3 * progress / transfer_share(alpha, delta, 3))
    verdict = verdict_time(held_out, p0, clock)
    lesser = jnp.stack([jnp.log1p(clock * p0 * (1 - p0) * verdict), growth * progress])
    return lesser, jnp.stack([clock * progress, jnp.log1p(most * reference_time(training, progress))])


_base: dict[str, Any] = {
    "alpha": "1/2", "delta": "1/2", "classes": 4, "forms": 2, "references": 1, "base": "1/4", "progress": "1/1000"
}  # fmt: skip
_late = {**_base, "part": "late", "progress": "24"}
_LEVELS = {"verdict": ("1/1000", "1", "8"), "references": ("1/1000", "1", "8"), "late": ("24", "32")}
verdict_overtakes = inequality(
    "thm:verdict-overtakes",
    (KERNEL, GRADIENT, SOME, EVEN, LOCKS, LATE),
    _overtaking_floats,
    random_numbers(4, lambda x: x),
    exact=_overtaking,
    family=Family(
        "alpha = delta = 1/2 or alpha = 1, delta = 1/4; C = 2, 4; one reference of two, two of four; p_0 = 1/4: the "
        "bound of a verdict, that of references, and both times late",
        lambda: (
            {**_base, "alpha": a, "delta": d, "classes": c, "forms": m, "references": k, "part": part, "progress": x}
            for a, d in (("1/2", "1/2"), ("1", "1/4"))
            for c in (2, 4)
            for m, k in ((2, 1), (4, 2))
            for part, levels in _LEVELS.items()
            for x in levels
        ),
    ),
    edges=({**_base, "part": "verdict"}, {**_base, "part": "references", "progress": "1/100000"}),
    neighbours=(
        without(KERNEL, _late, exact=_with_twins),
        without(GRADIENT, {**_base, "part": "verdict"}, exact=lambda case: (1 + verdict_constant(case), fmpq(1))),
        without(SOME, _late, exact=lambda case: _unlocked(case, case["forms"], case["forms"])),
        without(EVEN, _late, exact=lambda case: _unlocked(case, 1, 1)),
        without(LOCKS, {**_late, "references": 2, "checked": False}, {**_late, "delta": "0", "checked": False}),
        without(LATE, {**_late, "progress": "1/2", "checked": False}),
        changed("twice the verdict's constant", lambda case: _overtaking(case, 2), {**_base, "part": "verdict"}),
    ),
    wrong=lambda x: _overtaking_floats(x)[::-1],
)
