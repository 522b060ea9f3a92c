r"""How a bonus of any size makes accuracy fall under group-relative training, split exactly by kind of group.

A policy chooses how long to answer easy, medium and hard questions; longer answers are right more often, and shorter
ones get a bonus, the dose times their brevity. Up to a dose of .04 the answer with the best expected reward is the
most accurate one to every question: each reward is harmless. Under GRPO accuracy falls nevertheless, from .475 to
.464 at a dose of 1e-9 and to .460 at .01 (to .433 on the way), where without a bonus it rises to .517. As in the runs
that were published (verl-recipe, pull request 125) no dose is safe, a gate helps, and the reversed bonus harms nobody
(.519). Where all answers are wrong, or all right, the bonus alone is standardised, to the same advantages at any dose.
A gate of one right answer ends the first (.496), a gate of mixed groups (.516) and redrawing dead groups (.518) both.

Nothing is drawn: updates are expected ones, and the change of accuracy is integrated along the path of training, so
that the shares of groups that all fail, all pass, or are mixed (with and without bonus) add up to it.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pydantic import Field

from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule, dr_grpo, grpo, modified
from infoloop.learning.policy_gradient.exact_updates import update_shares
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

KINDS = ("easy", "medium", "hard")
RIGHT = ((0.90, 0.92, 0.94), (0.30, 0.50, 0.60), (0.01, 0.03, 0.06))  # by kind of question, short answers first
QUESTIONS = (0.4, 0.2, 0.4)  # shares of the kinds
BREVITY = (1.0, 0.5, 0.0)
FIRST_LENGTHS = (0.3, 0.4, 0.3)
PARTS = ("all fail", "all pass", "mixed, outcome", "mixed, bonus")
REMEDIES = ("none", "some right", "mixed", "redrawn", "undivided", "reversed")
NAMES = ("no remedy", "gate: one right", "gate: mixed", "dead redrawn", "undivided", "bonus reversed")
Update: TypeAlias = Callable[[Any], Any]  # parameters -> what is added to them, by part
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(8)  # of integrals along one step


@config
class Config:
    """Groups of eight, fifty steps."""

    size: Count = Field(8, ge=2, le=24, description="answers in a group")
    steps: Count = Field(50, description="steps of training")
    rate: Positive = Field(2.0, description="learning rate")
    doses: Positives = Field((1e-9, 1e-6, 0.001, 0.01, 0.1, 0.3), description="doses of the bonus; paths at the middle")
    epsilons: Weights = Field((0.0, 1e-6, 1e-3, 0.1), description="what is added to the deviation")
    sizes: Counts = Field((2, 4, 8, 12), description="sizes of groups")


SMALL = Config(size=2, steps=3, doses=(1e-6, 0.1), epsilons=(0.0, 0.1), sizes=(2, 3))
CLAIMS = (
    "thm:dead-groups",
    "thm:redrawn-groups",
    "thm:shaping-dose",
    "thm:shaping-continuous",
    "thm:shaping-jump",
    "thm:shaping-kernel",
    "fol:right-like-shaping",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "training" by dose and remedy, "epsilons" by epsilon and dose, and "sizes"."""
    doses, middle = (0.0, *config.doses), _middle(config.doses)
    return {
        "training": _sweep(
            config,
            lambda key, dose: _each([partial(_parts, _rule(name, dose), config.size) for name in REMEDIES], config),
            {"dose": doses},
            {"remedy": REMEDIES},
        ),
        "epsilons": _sweep(
            config,
            lambda key, epsilon, dose: _trained(
                partial(_parts, modified(grpo(epsilon), dose=dose), config.size), config
            ),
            {"epsilon": config.epsilons, "dose": doses},
            {},
        ),
        "sizes": _sweep(
            config,
            lambda key, dose: _each([partial(_parts, modified(grpo(), dose=dose), n) for n in config.sizes], config),
            {"dose": (middle,)},
            {"size": config.sizes},
        ),
    }


def _sweep(config: Config, measure: Callable, grid: dict[str, Sequence], each: dict[str, Sequence]) -> Sweep:
    """Return the sweep of what `_trained` returns, along the axis of what `_each` goes through."""
    axes: dict[str, Sequence] = {**each, "part": PARTS, "step": range(config.steps + 1)}
    quantities = {
        "accuracy": Quantity("accuracy", "1", (*each, "step")),
        "split": Quantity(_SPLIT, "1", (*each, "part", "step")),
    }
    return Sweep(measure, quantities, traced_grid=grid, axes=axes)


def _middle(doses):
    """Return the dose at which remedies and sizes are compared."""
    return doses[len(doses) // 2]


_SPLIT = "change of accuracy since the start that comes from a part of the groups"


def _rule(remedy: str, dose: jax.Array) -> AdvantageRule:
    if remedy in ("some right", "mixed"):
        return modified(grpo(), dose=dose, gate=remedy)
    if remedy == "redrawn":
        return modified(grpo(), dose=dose, redrawn="equal verdicts")
    return modified(dr_grpo() if remedy == "undivided" else grpo(), dose=-dose if remedy == "reversed" else dose)


def _log_lengths(theta):
    """Logits of lengths by kind of question: what all kinds share, and what is a kind's own."""
    return jax.nn.log_softmax(jnp.log(jnp.array(FIRST_LENGTHS)) + theta["shared"] + theta["own"])


def _accuracy(theta):
    by_kind = (jnp.exp(_log_lengths(theta)) * jnp.array(RIGHT)).sum(axis=1)
    return jnp.array(QUESTIONS) @ by_kind


def _shares(rule, theta, size):
    """Return the update by kind of group; an answer is a length, and right or not by nature."""
    outputs = output_kinds([0.0] * 3 + [1.0] * 3, BREVITY * 2)
    right = jnp.array(RIGHT)

    def of_kind(kind):
        def logits(theta):
            lengths = _log_lengths(theta)[kind]
            return jnp.concatenate([lengths + jnp.log1p(-right[kind]), lengths + jnp.log(right[kind])])

        return update_shares(rule, logits, theta, outputs, size)

    return jax.tree.map(lambda x: jnp.tensordot(jnp.array(QUESTIONS), x, 1), jax.vmap(of_kind)(jnp.arange(len(KINDS))))


def _parts(rule: AdvantageRule, size: int, theta: Any) -> Any:
    """Return the update that comes from each of PARTS."""
    both = jnp.stack([rule.dose, jnp.zeros(())])  # with the bonus and without
    shares = jax.vmap(lambda dose: _shares(modified(rule, dose=dose), theta, size))(both)
    return jax.tree.map(lambda x: jnp.stack([x[0, 0], x[0, 2], x[1, 1], x[0, 1] - x[1, 1]]), shares)


def _each(updates: list[Update], config: Config) -> dict[str, jax.Array]:
    """Return what `_trained` says of each update, by one program: compiling one takes longer than running all."""
    return lax.map(lambda k: _trained(partial(lax.switch, k, updates), config), jnp.arange(len(updates)))


def _trained(update: Update, config: Config) -> dict[str, jax.Array]:
    """Return the accuracy at each step and how much of its change came from each part of the groups so far."""

    def step(state, _):
        theta, split = state
        parts = jax.tree.map(lambda x: config.rate * x, update(theta))
        whole = jax.tree.map(lambda x: x.sum(axis=0), parts)
        along = jax.vmap(lambda s: jax.grad(_accuracy)(jax.tree.map(lambda x, u: x + s * u, theta, whole)))
        slopes = jax.tree.map(lambda x: jnp.tensordot(_WEIGHTS / 2, x, 1), along((_NODES + 1) / 2))
        gains = jax.tree.map(lambda slope, part: jnp.tensordot(part, slope, slope.ndim), slopes, parts)
        theta = jax.tree.map(jnp.add, theta, whole)
        split = split + sum(jax.tree.leaves(gains))
        return (theta, split), (_accuracy(theta), split)

    start = {"shared": jnp.zeros(3), "own": jnp.zeros((3, 3))}
    _, (accuracy, split) = lax.scan(step, (start, jnp.zeros(4)), None, length=config.steps)
    first = (_accuracy(start)[None], jnp.zeros((1, 4)))
    return {"accuracy": jnp.concatenate([first[0], accuracy]), "split": jnp.concatenate([first[1], split]).T}


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def paths_figure(found: dict) -> Figure:
    """Draw accuracy by step under each remedy, and where its change comes from without any."""
    table = found["training"]
    dosed = table.sel(dose=_middle(table.dose.values[1:]))
    lines = [
        Line(table.step, dosed.accuracy.sel(remedy=r), name, colour=k)
        for k, (r, name) in enumerate(zip(REMEDIES, NAMES, strict=True))
    ]
    lines.append(Line(table.step, table.accuracy.isel(dose=0).sel(remedy="none"), "no bonus", "dotted", 6))
    split = dosed.split.sel(remedy="none")
    parts = [Line(table.step, split.sel(part=part), part, colour=k) for k, part in enumerate(PARTS)]
    change = dosed.accuracy.sel(remedy="none") - dosed.accuracy.sel(remedy="none", step=0)
    parts.append(Line(table.step, change, "sum", "dotted", 6))
    dose = float(dosed.dose)
    return Figure(
        (
            Panel(f"Dose {dose:g}", "step", "accuracy", tuple(lines)),
            Panel(f"Dose {dose:g}, no remedy", "step", "share of the change of accuracy", tuple(parts)),
        ),
        "Accuracy under a bonus for brevity, and the exact shares of its change by kind of group.",
    )


def doses_figure(found: dict) -> Figure:
    """Draw the final accuracy over the dose, by remedy and by epsilon."""
    table, epsilons = (found[name].isel(step=-1) for name in ("training", "epsilons"))
    some = table.isel(dose=slice(1, None))
    remedies = [
        Line(some.dose, some.accuracy.sel(remedy=r), name, colour=k)
        for k, (r, name) in enumerate(zip(REMEDIES, NAMES, strict=True))
    ]
    by_epsilon = [
        Line(some.dose, epsilons.accuracy.sel(epsilon=e).isel(dose=slice(1, None)), f"epsilon {e:g}", colour=k)
        for k, e in enumerate(epsilons.epsilon.values)
    ]
    ends = [float(some.dose.min()), float(some.dose.max())]
    start, clean = _start(found), float(table.accuracy.sel(remedy="none").isel(dose=0))
    marks = (Line(ends, [clean] * 2, "no bonus", "dotted", 6), Line(ends, [start] * 2, "at the start", "dashed", 6))
    return Figure(
        (
            Panel("Remedies", "dose", "accuracy after training", (*remedies, *marks), "log"),
            Panel("Epsilon", "dose", "accuracy after training", (*by_epsilon, *marks), "log"),
        ),
        "Without epsilon the harm does not vanish with the dose; a gate of one right leaves the groups that all pass.",
    )


def sizes_figure(found: dict) -> Figure:
    """Draw the shares of the change of accuracy over the size of a group."""
    table = found["sizes"].isel(dose=-1, step=-1)
    lines = [Line(table["size"], table.split.sel(part=part), part, colour=k) for k, part in enumerate(PARTS)]
    change = table.accuracy - _start(found)
    lines.append(Line(table["size"], change, "sum", "dotted", 6))
    panel = Panel(f"Dose {float(table.dose):g}", "answers in a group", "share of the change of accuracy", tuple(lines))
    return Figure((panel,), "Larger groups fail less often as a whole, but learn more from the bonus when they do.")


FIGURES = {"paths": paths_figure, "doses": doses_figure, "sizes": sizes_figure}


def _start(found):
    return float(found["training"].accuracy.isel(dose=0, step=0).sel(remedy="none"))


def harmless_dose() -> float:
    """Return the largest dose up to which the best expected reward is that of the most accurate length, everywhere."""
    gaps = [(row[-1] - a, s) for row in RIGHT for a, s in zip(row[:-1], BREVITY[:-1], strict=True)]
    return min(gap / s for gap, s in gaps)


def headlines(found: dict) -> tuple[Headline, ...]:
    """State the fall of accuracy, its shares, and that these add up."""
    paths = found["training"]
    doses, start = paths.dose.values[1:], _start(found)
    least, dose = float(doses[0]), float(_middle(doses))
    none, tiny = (paths.sel(remedy="none").isel(dose=k, step=-1) for k in (0, 1))
    at = paths.sel(dose=dose).isel(step=-1)
    change = paths.accuracy - paths.accuracy.isel(step=0)
    remainder = float(np.abs(paths.split.sum("part") - change).max())
    rows = [
        Headline(f"accuracy after training, dose {least:g}", float(tiny.accuracy), None, "1", ""),
        Headline("accuracy after training without bonus", float(none.accuracy), None, "1", ""),
        Headline("accuracy at the start", start, None, "1", ""),
        Headline("dose up to which the best reward is the most accurate", harmless_dose(), None, "1", ""),
        Headline("change by groups that all fail", float(tiny.split.sel(part="all fail")), None, "1", "", f"{least:g}"),
        Headline("split less change of accuracy, largest", remainder, 0.0, "1", "integral along the path"),
    ]
    for remedy, name in zip(REMEDIES, NAMES, strict=True):
        value = float(at.accuracy.sel(remedy=remedy))
        rows.append(Headline(f"accuracy after training, {name}", value, None, "1", "", f"dose {dose:g}"))
    gated = float(at.split.sel(remedy="some right", part="all fail"))
    rows.append(Headline("change by failed groups under the gate", gated, 0.0, "1", "verl-recipe, pull request 125"))
    return tuple(rows)
