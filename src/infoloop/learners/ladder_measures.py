r"""What a learner can do on each rung of the ladder, at equal accuracy and at each look, and what it was told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Key, PyTree

from infoloop.learners.ladder_costs import signal_costs, signal_price
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_outcomes import first_at, outcomes
from infoloop.learners.signal_ladder import LADDER_DEFAULTS, SAMPLED_SIGNALS, SIGNALS, LadderSettings, train_ladder
from infoloop.probability.array_types import Number
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_choice
from infoloop.worlds.finite_worlds import World, right_outputs

if TYPE_CHECKING:
    import xarray

AT_LEVEL = {  # at the end, where the level is never reached
    "held_out": ("pass rate on held-out questions when the trained ones reach a level", "1"),
    "form": ("mass on accepted forms on held-out questions then", "1"),
    "known": ("pass rate on known tasks then", "1"),
    "forgetting": ("D(base || policy) on known tasks then", "bits"),
    "diversity": ("right answers in use then, 2^entropy", "1"),
    "unevenness": ("standard deviation of the pass rate over trained questions then", "1"),
    "steps": ("steps until then", "steps"),
    "reached": ("whether trained questions reach the level", "1"),
}
AT_LOOKS = {
    "trained_curve": ("pass rate on trained questions at a look", "1"),
    "held_out_curve": ("pass rate on held-out questions at a look", "1"),
    "bits": ("bits told until a look", "bits"),
}
TOLD = {  # until a later look they are as many, of signals that sample in proportion
    "examples": ("references, labels and verdicts told until the second look", "1"),
    "verdicts": ("verdicts told until the second look", "1"),
    "price": ("price of what was told until the second look", "1"),
    "diverged": ("whether the run diverged", "1"),
}
BUDGETS = ("steps", "examples", "verdicts", "bits", "price")


def ladder_outcomes(
    key: Key[Array, ""],
    world: World,
    policy: ParametricPolicy,
    taught: World,
    of_taught: ParametricPolicy,
    start: PyTree,
    optimiser: optax.GradientTransformation,
    looks: int,
    every: int,
    levels: Sequence[float],
    prices: tuple[Number, Number, Number],
    signals: Sequence[str] = SIGNALS,
    settings: LadderSettings = LADDER_DEFAULTS,
) -> dict[str, Float[Array, "signals ..."]]:
    """Train a learner on each signal, under rule 0, and return what `AT_LEVEL`, `AT_LOOKS` and `TOLD` name.

    Args:
        key: Randomness of the signals.
        world: The world; see `finite_worlds.under_rule`.
        policy: The learner on all of its questions.
        taught: The world of its first questions, among them all trained ones (`fine_tuning.first_questions`).
        of_taught: The learner on these, with the same parameters.
        start: Parameters of the base.
        optimiser: As in `train_policy`.
        looks: How often the learner is looked at after the start.
        every: Steps from a look to the next.
        levels: Accuracies on trained questions.
        prices: Of a reference, a class label and a verdict.
        signals: Which signals.
        settings: What they are made of.

    Returns:
        Quantities of the shapes [signals levels], [signals looks + 1] and [signals]; those of a level are infinite
        where the run diverged. `at_level` reads them.

    Raises:
        ValueError: There is no such signal, or a number is out of its range.

    >>> from infoloop.learners.perceptron_policy import perceptron
    >>> from infoloop.learners.fine_tuning import first_questions
    >>> from infoloop.worlds.finite_worlds import under_rule
    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = under_rule(lookup_world(jax.random.key(0), symbols=2, tasks=1), 3)
    >>> taught, policy = first_questions(world, 2), perceptron(world, 4, (8,))
    >>> found = ladder_outcomes(
    ...     jax.random.key(1), world, policy, taught, perceptron(taught, 4, (8,)), policy.start(jax.random.key(2)),
    ...     optax.adam(0.05), 10, 5, (0.2, 0.5), (1, 1, 1), ("own", "class"),
    ... )
    >>> found["held_out"].shape, found["trained_curve"].shape, found["examples"].tolist()
    ((2, 2), (2, 11), [2.0, 2.0])
    """
    base, right = policy.log_policy(start), right_outputs(taught, 0)

    def observer(log_policy):
        passed = jnp.where(right, jnp.exp(log_policy[: len(right)]), 0.0).sum(axis=1)
        return outcomes(world, 0, base, log_policy), passed

    steps = looks * every
    found = train_ladder(
        key, taught, 0, of_taught, start, optimiser, steps, every, observer, policy, signals, settings
    )  # fmt: skip
    seen, passed = found.observed
    costs = signal_costs(taught, 0, passed, every, signals, settings)
    times = jnp.broadcast_to(jnp.arange(looks + 1.0) * every, seen.trained.shape)
    numbers = (seen.held_out, seen.held_out_form, seen.known, seen.forgetting, seen.diversity, seen.unevenness, times)

    reached = (seen.trained[:, None, :] >= jnp.asarray(levels, float)[:, None]).any(axis=2)

    def at(values):
        of_run = jax.vmap(first_at, (0, None, None))
        then = jax.vmap(lambda a, v: of_run(jnp.asarray(levels, float), a, v))(seen.trained, values)
        return jnp.where(found.diverged[:, None], jnp.inf, jnp.where(reached, then, values[:, -1:]))

    at_levels = jax.vmap(at)(jnp.stack(numbers))  # all at once, so that they are compiled once

    told = (costs.references + costs.labels + costs.verdicts, costs.verdicts, signal_price(costs, *prices))
    return (
        dict(zip(AT_LEVEL, at_levels, strict=False))
        | {"reached": reached.astype(float)}
        | dict(zip(AT_LOOKS, (seen.trained, seen.held_out, costs.bits), strict=True))
        | {name: told_until[:, 1] for name, told_until in zip(TOLD, told, strict=False)}
        | {"diverged": found.diverged.astype(float)}
    )


@host_only
def at_level(table: xarray.Dataset, quantity: str, level: float, signal: str) -> xarray.DataArray:
    """Return a quantity when trained questions reach an accuracy: NaN where they never do, infinite if a run diverged.

    Args:
        table: Quantities of `AT_LEVEL`, with the axes `signal` and `level`.
        quantity: One of them.
        level: One of the table's levels.
        signal: The signal.

    Raises:
        ValueError: The table has no such level.

    >>> import xarray
    >>> axes = ("signal", "level")
    >>> numbers = {"held_out": (axes, [[0.7, 0.9]]), "reached": (axes, [[1.0, 0.0]])}
    >>> table = xarray.Dataset(numbers, {"signal": ["own"], "level": [0.8, 0.9]})
    >>> [at_level(table, "held_out", level, "own").item() for level in (0.8, 0.9)]
    [0.7, nan]
    """
    levels = table.level.values.tolist()
    if level not in levels:
        raise ValueError(f"level is {level}, and learners were looked at when they reached {levels}: give one of these")
    there = table[[quantity, "reached"]].sel(level=level, signal=signal)
    return there[quantity].where((there.reached > 0) | (there[quantity] == float("inf")))


@host_only
def spent(table: xarray.Dataset, unit: str, signal: str) -> xarray.DataArray:
    """Return what a signal cost until each look, on the axis `step`: a data set at once, samples anew in each step.

    Args:
        table: Quantities of `AT_LOOKS` and `TOLD`, with the axes `signal` and `step`, in steps.
        unit: One of `BUDGETS`.
        signal: The signal.

    Raises:
        ValueError: There is no such unit.

    >>> import xarray
    >>> table = xarray.Dataset(
    ...     {"verdicts": ("signal", [36.0, 80.0])},
    ...     {"signal": ["verdict", "samples"], "step": [0, 10, 20]},
    ... )
    >>> [spent(table, "verdicts", name).values.tolist() for name in ("verdict", "samples")]
    [[0.0, 36.0, 36.0], [0.0, 80.0, 160.0]]
    """
    unit, step = check_choice(unit, "unit", BUDGETS), table.step
    if unit == "steps":
        return step + 0 * table.bits.sel(signal=signal)
    told = table[unit].sel(signal=signal)
    return told if unit == "bits" else told * (step / step[1] if signal in SAMPLED_SIGNALS else step > 0)


@host_only
def held_out_within(table: xarray.Dataset, amount: float, unit: str, signal: str) -> xarray.DataArray:
    """Return held-out accuracy at the last look at which no more was spent.

    Args:
        table: As in `spent`.
        amount: The budget.
        unit: One of `BUDGETS`.
        signal: The signal.

    Raises:
        ValueError: There is no such unit, or the budget is below 0.

    >>> import xarray
    >>> table = xarray.Dataset(
    ...     {"held_out_curve": (("signal", "step"), [[0.25, 0.5, 0.75]]), "bits": (("signal", "step"), [[0, 9, 18]])},
    ...     {"signal": ["samples"], "step": [0, 10, 20]},
    ... )
    >>> held_out_within(table, 12, "bits", "samples").item()
    0.5
    """
    if not amount >= 0:
        raise ValueError(f"the budget is {amount} {unit}: give at least 0")
    last = (spent(table, unit, signal) <= amount).sum("step") - 1
    return table.held_out_curve.sel(signal=signal).isel(step=last)
