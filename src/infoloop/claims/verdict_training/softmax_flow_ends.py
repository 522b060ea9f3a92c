"""Chapter 6, flows: what exact softmax training on a verdict ends on (S45).

Exact states are certain enclosures of the flow itself (`flow_enclosures`), the bounds follow from its first integrals.
Float states are points of the curve that the integrals give, without a solver.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
from flint import arb
from jaxtyping import Array, Float

from infoloop.claims.comparisons import inequality
from infoloop.claims.verdict_training.flow_enclosures import flow_number
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.verdict_orbit import limit_logits
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

SOFTMAX, VERDICT = "the exact softmax gradient with tabular logits", "a verdict as reward"
NO_CLOCK = "the classes of a graded reward do not move by themselves: there is no such time s"
STARTS = (
    {"base": ("3/10", "1/10", "3/10", "3/10"), "rewards": (1, 1, 0, 0)},
    {"base": ("1/5", "1/5", "1/10", "1/2"), "rewards": (1, 1, 1, 0)},
    {"base": ("3/10", "1/10", "1/5", "2/5"), "rewards": (1, 1, 0, 0)},
    {"base": ("1/10", "1/5", "1/5", "1/2"), "rewards": (1, 0, 0, 0)},
)
SOON = fmpq(1, 1000)
_RIGHT = jnp.array([1.0, 1.0, 0.0, 0.0])


def base_of(case: Mapping[str, Any]) -> list[fmpq]:
    """Return the base of a case as exact rationals.

    >>> base_of({"base": ("1/2", "1/2")})
    [1/2, 1/2]
    """
    return [rational(p) for p in case["base"]]


def state_number(case: Mapping[str, Any], of: Callable[[Sequence[arb]], arb]) -> RealBall:
    """Return a number of the logits at the time of a case, under its objective, log-odds unless it names one.

    >>> case = {"base": ("1/2", "1/2"), "rewards": (1, 0), "time": fmpq(1), "rule": "natural"}
    >>> state_number(case, lambda z: z[0] - z[1]).digits(5)
    '1.0000'
    """
    base, rewards, time = base_of(case), case["rewards"], fmpq(case["time"])
    if case.get("rule") == "natural":
        return real_ball(lambda: of([arb(p).log() + arb(time * r) for p, r in zip(base, rewards, strict=True)]))
    return flow_number(of, base, rewards, case.get("objective", ("log-odds", 1)), time)


def output_classes(case: Mapping[str, Any]) -> tuple[list[int], list[int]]:
    """Return the outputs that are accepted, and the others.

    >>> output_classes({"rewards": (1, 0, 1)})
    ([0, 2], [1])
    """
    right = [y for y, r in enumerate(case["rewards"]) if r]
    return right, [y for y, r in enumerate(case["rewards"]) if not r]


def excesses(case: Mapping[str, Any]) -> dict[int, fmpq]:
    r"""Return $\frac{\pi_{\max}}{\pi_b}-1$ of the right outputs at time 0, by output.

    >>> excesses({"base": ("1/2", "1/4", "1/4"), "rewards": (1, 1, 0)})
    {0: 0, 1: 1}
    """
    base, right = base_of(case), output_classes(case)[0]
    best = max(base[y] for y in right)
    return {y: best / base[y] - 1 for y in right}


def moved_along(
    case: tuple[Float[Array, "4"], Float[Array, ""]],
) -> tuple[Float[Array, "4"], Float[Array, "2"], Float[Array, "2"], tuple[Float[Array, ""], Float[Array, ""]]]:
    r"""Return the policy, later logits of both classes, and how much their sums have moved.

    $e^{-z}$ of right outputs has fallen by a share of the least, that of wrong ones risen by a multiple of it.

    >>> moved_along((jnp.full(4, 0.25), jnp.array(0.5)))[1].round(4).tolist()
    [-0.6931, -0.6931]
    """
    law, share = case
    inverse = 1 / law
    fallen = inverse[:2] - inverse[:2].min() + share * inverse[:2].min()
    risen = inverse[2:] + (1 / share - 1) * inverse[2:].min()
    times = jnp.log(inverse[:2] / fallen).sum(), jnp.log(risen / inverse[2:]).sum()
    return law, -jnp.log(fallen), -jnp.log(risen), times


_timed = random_numbers(5, lambda x: (jax.nn.softmax(x[:4]), jax.nn.sigmoid(x[4])))


def _losers(case, slower=1):
    """Return the others' share over that of the likeliest, and its bound."""
    excess, time = excesses(case), fmpq(case["time"])
    best = [y for y, e in excess.items() if not e]

    def share(z):
        weights = {y: z[y].exp() for y in excess}
        top = sum((weights[y] for y in best), arb(0))
        return sum((w for y, w in weights.items() if y not in best), arb(0)) / top

    def bound():
        growth = (arb(time) / len(excess) * slower).exp()
        return sum((1 / (1 + growth * e) for e in excess.values() if e), arb(0)) / len(best)

    return state_number(case, share), real_ball(bound)


def _float_losers(case):
    law, z, _, (time, _) = moved_along(case)
    return jnp.exp(-jnp.abs(z[0] - z[1])), 1 / (1 + jnp.expm1(jnp.abs(jnp.log(law[0] / law[1]))) * jnp.exp(time / 2))


_soon, _late = {**STARTS[0], "time": SOON}, {**STARTS[0], "time": fmpq(1)}
_TIMES = (SOON, 1, 2, 4)
softmax_survivor = inequality(
    "thm:softmax-survivor",
    (SOFTMAX, VERDICT),
    _float_losers,
    _timed,
    exact=_losers,
    family=Family(
        "three bases on four outputs with two or three right ones, one with a tie; times 1/1000, 1, 2, 4",
        lambda: ({**start, "time": t} for start in STARTS[:3] for t in _TIMES),
    ),
    edges=(_soon, {**STARTS[1], "time": SOON}),
    wrong=lambda case: _float_losers(case)[::-1],
    neighbours=(
        without(SOFTMAX, {**_late, "rule": "natural"}),
        unrefuted(VERDICT, NO_CLOCK),
        changed("exp(s) in place of exp(s/|A|)", lambda case: _losers(case, slower=len(excesses(case))), _late),
    ),
)


def _unequal(case, slower=1):
    """Return how much likelier the likeliest wrong output is than the least likely one, less 1, and the bound."""
    base, wrong, time = base_of(case), output_classes(case)[1], fmpq(case["time"])
    top, low = (choose(wrong, key=lambda y: base[y]) for choose in (max, min))
    start = base[top] / base[low] - 1
    return (
        state_number(case, lambda z: (z[top] - z[low]).exp() - 1),
        real_ball(lambda: (-arb(time) / len(wrong) * slower).exp() * start),
    )


def _float_unequal(case):
    law, _, z, (_, time) = moved_along(case)
    return jnp.expm1(jnp.abs(z[0] - z[1])), jnp.expm1(jnp.abs(jnp.log(law[2] / law[3]))) * jnp.exp(-time / 2)


_spread = {**STARTS[2], "time": fmpq(1)}
rejected_equal = inequality(
    "thm:rejected-become-equal",
    (SOFTMAX, VERDICT),
    _float_unequal,
    _timed,
    exact=_unequal,
    family=Family(
        "two bases on four outputs, with two and three wrong ones that differ; times 1/1000, 1/2, 1, 2, 3, 4",
        lambda: ({**start, "time": t} for start in STARTS[2:] for t in (*_TIMES, fmpq(1, 2), fmpq(3))),
    ),
    edges=({**STARTS[2], "time": SOON}, {**STARTS[3], "time": SOON}),
    wrong=lambda case: _float_unequal(case)[::-1],
    neighbours=(
        without(SOFTMAX, {**_spread, "rule": "natural"}),
        unrefuted(VERDICT, NO_CLOCK),
        changed(
            "exp(-s) in place of exp(-s/|A^c|)",
            lambda case: _unequal(case, slower=len(output_classes(case)[1])),
            _spread,
        ),
    ),
)


def _short(case, slower=1):
    r"""Return a logit and its limit, or how much is missing to the limit and the bound."""
    base, excess, y, time = base_of(case), excesses(case), case["output"], fmpq(case["time"])
    limit = real_ball(lambda: -(1 / arb(base[y]) - 1 / arb(max(base[b] for b in excess))).log())
    logit = state_number(case, lambda z: z[y])
    if case["part"] == "from below":
        return logit, limit
    factor = 1 / excess[y]
    return limit - logit, real_ball(lambda: ((-arb(time) / len(excess) * slower).exp() * arb(factor)).log1p())


def _float_short(case):
    law, z, _, (time, _) = moved_along(case)
    least = jnp.argmin(law[:2])
    limit, e = limit_logits(law, _RIGHT)[least], jnp.expm1(jnp.abs(jnp.log(law[0] / law[1])))
    return jnp.stack([z[least], limit - z[least]]), jnp.stack([limit, jnp.log1p(jnp.exp(-time / 2) / e)])


_below = {**STARTS[0], "output": 1, "time": fmpq(1), "part": "from below"}
_gap = {**_below, "part": "gap"}
losing_logits = inequality(
    "thm:losing-logits",
    (SOFTMAX, VERDICT),
    _float_short,
    _timed,
    exact=_short,
    family=Family(
        "three bases on four outputs with two or three right ones; times 1/1000, 1, 2, 4; the losing right output",
        lambda: (
            {**case, "output": case["base"].index("1/10")}
            for start in STARTS[:3]
            for case in parameter_grid(
                **{name: (value,) for name, value in start.items()}, time=_TIMES, part=("from below", "gap")
            )
        ),
    ),
    edges=({**_gap, "time": SOON}, {**_gap, **STARTS[1], "output": 2, "time": SOON}),
    wrong=lambda case: _float_short(case)[::-1],
    neighbours=(
        without(SOFTMAX, {**_below, "rule": "natural"}),
        without(VERDICT, {**_below, "base": ("4/5", "1/5"), "rewards": (1, 3), "objective": ("mean reward", 1)}),
        changed("exp(-s) in place of exp(-s/|A|)", lambda case: _short(case, slower=len(excesses(case))), _gap),
    ),
)
