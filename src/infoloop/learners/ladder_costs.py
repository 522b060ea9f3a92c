r"""What the signals of the ladder tell until each look at a learner: items, verdicts, bits.

A data set is told once, before the first step: references, labels, judged pairs, or the verdicts on all outputs of a
question, on which the exact policy gradient and the exact best of n rest. Samples are judged anew in each step.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
from jax.scipy.special import gammaln
from jaxtyping import Array, Float, Int

from infoloop.learners.signal_ladder import LADDER_DEFAULTS, SIGNALS, LadderSettings
from infoloop.probability.array_types import Number
from infoloop.probability.numerics import binary_entropy
from infoloop.probability.validation import check_finite, check_int
from infoloop.worlds.finite_worlds import World, right_outputs


class SignalCosts(NamedTuple):
    """What was told until each look, in all trained questions together, signals x looks.

    Attributes:
        references: References.
        labels: Class labels.
        verdicts: Calls of the verifier.
        bits: Entropy of what was told, classes being equally likely beforehand.
    """

    references: Float[Array, "signals looks"]
    labels: Float[Array, "signals looks"]
    verdicts: Float[Array, "signals looks"]
    bits: Float[Array, "signals looks"]


def signal_costs(
    world: World,
    rule: Int[Array, ""] | int,
    passed: Float[Array, "signals looks questions"],
    every: int,
    signals: Sequence[str] = SIGNALS,
    settings: LadderSettings = LADDER_DEFAULTS,
) -> SignalCosts:
    r"""Return what each signal told until each look.

    With C classes and M right outputs, bits a question are $\log_2C$ of a label, of all references, of one in a known
    style and of verdicts on all outputs; $\log_2C\binom Mk$ of k references; $h(p)$ of a verdict on an own output at
    the pass rate p, which is taken to stay from one look to the next. A judged pair of a right and a wrong output
    takes $\frac1p+\frac1{1-p}-1$ verdicts on outputs of the base.

    Args:
        world: A world.
        rule: Number of the rule.
        passed: Pass rate of each question at each look, the first of which is at the base.
        every: Steps from a look to the next.
        signals: Names of the signals.
        settings: What they are made of.

    Raises:
        ValueError: `every` is below 1.

    >>> import jax
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2, forms=4)
    >>> told = signal_costs(world, 0, jnp.full((2, 3, 20), 0.5), 10, ("own", "samples"))
    >>> told.bits.round(9).tolist()
    [[0.0, 8.0, 8.0], [0.0, 160.0, 320.0]]
    """
    every, trained = check_int(every, "every"), world.trained
    started = jnp.arange(passed.shape[1]) > 0
    right, outputs = right_outputs(world, rule).sum(axis=1), world.classes.shape[1]
    some = jnp.minimum(settings.some, right)
    label = jnp.log2(world.grades.shape[-1]) + jnp.zeros(right.shape)
    none = jnp.zeros(right.shape)
    start = passed[:, 0]
    asked = settings.pairs * (1 / start + 1 / (1 - start) - 1)
    data = {  # references, labels, verdicts and bits of a question, told once
        "house": (1 + none, none, none, label),
        "own": (1 + none, none, none, label + _log2_choices(right, 1)),
        "some": (some, none, none, label + _log2_choices(right, some)),
        "all": (right, none, none, label),
        "best_of_n": (none, none, none + outputs, label),
        "class": (none, 1 + none, none, label),
        "verdict": (none, none, none + outputs, label),
    }
    rows = []
    for k, name in enumerate(signals):
        if name in data:
            rows.append([started * _over(trained, x) for x in data[name]])
        elif name == "preferences":
            bits = _over(trained, asked[k] * binary_entropy(start[k]))
            rows.append([0.0 * started, 0.0 * started, started * _over(trained, asked[k]), started * bits])
        else:
            in_look = settings.group * every * jnp.where(trained, binary_entropy(passed[k]), 0.0).sum(axis=1)
            calls = settings.group * every * trained.sum() * jnp.arange(len(started))
            rows.append([0.0 * started, 0.0 * started, calls, jnp.cumsum(in_look) - in_look])
    return SignalCosts(*(jnp.stack(column).astype(float) for column in zip(*rows, strict=True)))


def signal_price(
    costs: SignalCosts, reference: Number, label: Number, verdict: Number
) -> Float[Array, "signals looks"]:
    r"""Return $n_rc_r+n_lc_l+n_vc_v$, the price of what was told, in the unit of the three prices.

    Args:
        costs: What was told.
        reference: $c_r$ of a reference, at least 0.
        label: $c_l$ of a class label, at least 0.
        verdict: $c_v$ of a verdict, at least 0.

    Raises:
        ValueError: A price is below 0.

    >>> one = jnp.ones((1, 1))
    >>> signal_price(SignalCosts(one, 2 * one, 3 * one, one), 1.0, 0.5, 0.25).tolist()
    [[2.75]]
    """
    prices = (
        check_finite(x, what, 0) for x, what in ((reference, "reference"), (label, "label"), (verdict, "verdict"))
    )
    return jnp.stack([n * price for n, price in zip(costs[:3], prices, strict=True)]).sum(axis=0)


def _log2_choices(of, taken):
    """Return log2 of the number of sets of so many."""
    return (gammaln(of + 1) - gammaln(taken + 1) - gammaln(of - taken + 1)) / jnp.log(2.0)


def _over(members, value):
    return jnp.where(members, value, 0.0).sum()
