r"""Is the best granularity of a label in the middle, between one that tells nothing and a unique identifier?

A label leaves a set of outputs: all four classes of answers, two, the class that is right, half of its four surface
forms, one output; the forms of the finer ones are one house style for all questions, or drawn for each. A learner is
fine-tuned on the likelihood of its label. Each seed has a rule, known tables, forms, first weights and a base of its
own, which all labels share; held-out questions share the rule, and the surface forms (an overlap of 1) or not (0).

Labels are compared by the pass rate on held-out questions, where that on trained ones has reached a level, or after
equally many steps; the differences, seed by seed, are the outcomes of the measured theses H4. The log-linear learner,
of which the answer is known, shows an effect where a question has features of its own, and none where it has not.
"""

from collections.abc import Callable
from functools import partial
from typing import Any, Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from pydantic import Field

from infoloop.learners.base_training import pretrain
from infoloop.learners.fine_tuning import adam_or_descent, first_questions
from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.objectives import class_likelihood
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_outcomes import first_at, outcomes
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.learning.label_transfer import accuracy_from_label, label_bits
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import interval_over_seeds
from infoloop.studies.configuration import Count, Positive, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.coded_worlds import FORMS
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule
from infoloop.worlds.label_sets import class_group, first_right_outputs
from infoloop.worlds.lookup import lookup_world

CLASSES, FORMS_A_CLASS, ALPHABET = 4, 4, 8
KINDS = ("house", "drawn")
LEFT = {  # classes and forms that a label leaves
    "4 classes": (4, 4),
    "2 classes": (2, 4),
    "class": (1, 4),
    **{f"{k} of 4, {kind}": (1, k) for kind in KINDS for k in (2, 1)},
}
BITS = {name: label_bits(CLASSES, FORMS_A_CLASS, *left) for name, left in LEFT.items()}
AT = {"few": Budget(0.35, "accuracy"), "most": Budget(0.8, "accuracy"), "steps": Budget(400, "steps")}
LEAST_GAIN, VOID = 0.1, "no label transfers to held-out questions"  # in the pass rate, by the best label
SEEN = {
    "trained": ("pass rate on trained questions, A", "1"),
    "held_out": ("pass rate on held-out questions, B", "1"),
    "known": ("pass rate on questions of known tasks", "1"),
    "forgetting": ("divergence from the base to the learner on them", "bits"),
    "diversity": ("2^entropy among right outputs of trained questions", "1"),
}


class NetworkCase(NamedTuple):
    """A network, the questions of a domain and the known tasks in its world, and what is varied."""

    learner: Callable[[World], ParametricPolicy]
    symbols: int
    tasks: int
    overlaps: tuple[int, ...]
    optimisers: tuple[str, ...]


Network = Literal["perceptron", "transformer"]
NETWORKS: dict[Network, NetworkCase] = {
    "perceptron": NetworkCase(perceptron, 6, 4, (1, 0), ("SGD", "Adam")),
    "transformer": NetworkCase(transformer, 4, 3, (0,), ("Adam",)),
}


@config
class Config:
    """Seven labels on four classes of four surface forms each."""

    networks: tuple[Network, ...] = Field(tuple(NETWORKS), min_length=1, description="trained networks")
    seeds: Count = Field(20, description="independent seeds: each has a rule, tables, forms, weights and a base")
    pretraining: Count = Field(400, description="steps by which a base is trained")
    looks: Count = Field(160, description="looks at a learner in training")
    every: Count = Field(5, description="steps of a network between two looks")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    sgd_rate: Positive = Field(0.015, description="learning rate of gradient descent")
    own: Weights = Field((0.0, 0.25, 0.5, 0.75), description="weight of a log-linear learner's own features, below 1")
    flow_rate: Positive = Field(0.125, description="learning rate of the log-linear learner")
    flow_every: Count = Field(10, description="its steps between two looks")


SMALL = Config(
    networks=("perceptron",), seeds=1, pretraining=60, looks=8, every=50, adam_rate=0.01, sgd_rate=0.2, own=(0.5,),
    flow_rate=1.0, flow_every=5,
)  # fmt: skip
CLAIMS = (
    "thm:transfer-at-accuracy", "thm:label-transfers-most", "thm:garbling-risk", "fol:coarser-teaches-more",
    "fol:smaller-gap-transfers", "fol:waste-decides", "thm:fine-labels-help",
)  # fmt: skip


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare the networks by overlap of forms and seed, "log_linear" and "predicted" by weight of own features."""
    networks = {name: _network(config, NETWORKS[name]) for name in config.networks}
    return {**networks, "log_linear": _log_linear(config), "predicted": _predicted(config)}


def _labels(key: jax.Array, world: World, rule: jax.Array) -> jax.Array:
    """Return the label sets, signals x questions x outputs."""
    key_house, key_drawn = jax.random.split(key)
    house = jax.random.permutation(key_house, world.forms)[world.form]
    drawn = jax.random.uniform(key_drawn, world.classes.shape)
    whole = [class_group(world, rule, g) for g in (4, 2, 1)]
    parts = [first_right_outputs(place, world, rule, k) for place in (house, drawn) for k in (2, 1)]
    return jnp.stack([*whole, *parts])


def _world(key: jax.Array, overlap: jax.Array, case: NetworkCase) -> World:
    """Return a world whose domains accept the same forms (an overlap of 1) or forms of their own (0)."""
    same, other = (
        lookup_world(key, case.symbols, CLASSES, FORMS_A_CLASS, case.tasks, alphabet=ALPHABET, accepted=accepted)
        for accepted in FORMS
    )
    return jax.tree.map(lambda a, b: jnp.where(overlap == 1, a, b), same, other)


def _network(config: Config, case: NetworkCase) -> Sweep:
    """Return the table of a network that is fine-tuned from one base for all optimisers and labels of a seed."""

    def measure(key, overlap, seed):
        key_world, key_rule, key_base, key_labels, key_steps = jax.random.split(key, 5)
        world, n = _world(key_world, overlap, case), case.symbols
        rule, policy, few = draw_rule(key_rule, world), case.learner(world), case.learner(first_questions(world, n))
        start, weight = pretrain(key_base, world, policy, 0.0, config.pretraining), jnp.full(n, 1 / n)
        looked = _observer(world, rule, policy.log_policy(start))

        def one(adam, members):
            objective = class_likelihood(members[:n], weight)
            optimiser = adam_or_descent(adam, config.adam_rate, config.sgd_rate)
            steps = config.looks * config.every
            run = train_policy(key_steps, few, start, objective, optimiser, steps, config.every, looked, policy)
            return {**run.observed, "diverged": 1.0 * run.diverged}

        adam = jnp.array([name == "Adam" for name in case.optimisers])
        return jax.vmap(jax.vmap(one, (None, 0)), (0, None))(adam, _labels(key_labels, world, rule))

    axes = {"optimiser": case.optimisers}
    return _table(config, measure, tuple(SEEN), {"overlap": case.overlaps}, axes, config.every)


def _observer(world: World, rule: jax.Array, base: jax.Array, names: tuple = tuple(SEEN)) -> Callable:
    def looked(log_policy):
        found = outcomes(world, rule, base, log_policy)
        return {name: getattr(found, name) for name in names}

    return looked


def _table(config: Config, measure: Callable, names: tuple, grid: dict, axes: dict, every: int) -> Sweep:
    """Return a sweep over seeds too, of labels and looks, all its points at once."""
    quantities = {name: Quantity(*SEEN[name], (*axes, "signal", "step")) for name in names}
    quantities["diverged"] = Quantity("whether training diverged", "1", (*axes, "signal"))
    axes = {**axes, "signal": list(LEFT), "step": range(0, config.looks * every + 1, every)}
    points = config.seeds * len(next(iter(grid.values())))
    grid = {**grid, "seed": range(config.seeds)}
    return Sweep(measure, quantities, {}, grid, axes, shard_size=points, batch_size=points)


def _log_linear(config: Config) -> Sweep:
    """Two questions of the new task and no other: nothing else shares a feature with them."""
    names = "trained", "held_out"

    def measure(key, own, seed):
        key_world, key_rule, key_labels = jax.random.split(key, 3)
        world = lookup_world(key_world, 2, CLASSES, FORMS_A_CLASS, 0, alphabet=ALPHABET)
        rule, weight = draw_rule(key_rule, world), world.trained / world.trained.sum()
        base = jnp.log(base_targets(world, 0.0))
        policy = log_linear(world, FeatureWeights(content_class=1 - own, own=own), base)
        steps, rate = config.looks * config.flow_every, optax.sgd(config.flow_rate)
        start, looked = policy.start(key), _observer(world, rule, base, names)

        def one(members):
            objective = class_likelihood(members, weight)
            run = train_policy(key, policy, start, objective, rate, steps, config.flow_every, looked)
            return {**run.observed, "diverged": 1.0 * run.diverged}

        return jax.vmap(one)(_labels(key_labels, world, rule))

    return _table(config, measure, names, {"own": config.own}, {}, config.flow_every)


def _predicted(config: Config) -> Sweep:
    """Return the log-linear learner's held-out pass rates in closed form, at equal pass rates on trained questions."""
    told = {"few": list(LEFT)[1:], "most": list(LEFT)[2:]}  # two classes never reach the higher one

    def measure(key, own):
        sizes = 1 - own, own, CLASSES, FORMS_A_CLASS
        at = lambda name: [accuracy_from_label(AT[name].amount, *sizes, *LEFT[n]) for n in told[name]]  # noqa: E731
        return {name: jnp.array(at(name)) for name in told}

    rates = {name: Quantity(f"held-out pass rate at A = {AT[name].amount:g}", "1", (f"{name}_label",)) for name in told}
    return Sweep(measure, rates, {}, {"own": config.own}, {f"{name}_label": told[name] for name in told})


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def at_budget(table: xr.Dataset, quantity: str, budget: Budget) -> xr.DataArray:
    """Return a quantity after so many steps, or when A first is an accuracy; NaN if never, infinite if diverged."""
    if budget.unit not in ("steps", "accuracy"):
        raise ValueError(f"the budget is in {budget.unit}: give steps, or an accuracy on trained questions")
    values, clock = (table[name].transpose(..., "step") for name in (quantity, "trained"))
    if budget.unit == "steps":
        clock = clock.step.broadcast_like(values).transpose(*values.dims)
    flat = (jnp.asarray(x.values, float).reshape(-1, x.sizes["step"]) for x in (clock, values))
    found = values.isel(step=0).copy(data=np.asarray(_first_at(budget.amount, *flat)).reshape(values.shape[:-1]))
    return found.where(table.diverged == 0, np.inf).drop_vars("step")


_first_at = jax.jit(jax.vmap(first_at, (None, 0, 0)))


def cells(found: dict[str, xr.Dataset]) -> dict[str, xr.Dataset]:
    """Return the cells of the map: the seeds of one network under one optimiser and one overlap of forms."""
    return {
        f"learner={name}, optimiser={o}, forms={'same' if x else 'other'}": found[name].sel(overlap=x, optimiser=o)
        for name in sorted(NETWORKS.keys() & found.keys())
        for x in found[name].overlap.values
        for o in found[name].optimiser.values
    }


def differences(
    found: dict[str, xr.Dataset], signal: str, against: str, budget: Budget, quantity: str = "held_out"
) -> dict[str, np.ndarray]:
    """Return what one label has more than another at a budget, one entry a seed, by cell and kind of finer labels."""
    gaps = {}
    for cell, table in cells(found).items():
        at = at_budget(table, quantity, budget)
        for kind in KINDS if "of" in signal + against else ("",):
            one, other = (at.sel(signal=f"{name}, {kind}" if "of" in name else name) for name in (signal, against))
            gap, lost = one - other.where(np.isfinite(other)), np.isinf(one) | np.isinf(other)
            gaps[f"{cell}, label={kind}" if kind else cell] = gap.where(~lost, np.inf).values
    return gaps


def _outcomes(found: dict[str, xr.Dataset], budget: Budget, signal: str, against: str) -> dict[str, Any]:
    """Return differences by cell and seed; a cell in which no label lifts the held-out pass rate is void."""
    outcomes_of = {}
    for cell, values in differences(found, signal, against, budget).items():
        table = cells(found)[cell.partition(", label")[0]]
        gain = (table.held_out.isel(step=-1) - table.held_out.isel(step=0)).where(table.diverged == 0).mean("seed")
        outcomes_of[cell] = dict(enumerate(values.tolist())) if float(gain.max()) >= LEAST_GAIN else VOID
    return outcomes_of


# What one label adds to the held-out pass rate of another, as the theses H4 name it.
class_less_one_output = partial(_outcomes, signal="class", against="1 of 4")
class_less_two_classes = partial(_outcomes, signal="class", against="2 classes")
part_less_class = partial(_outcomes, signal="2 of 4", against="class")
part_less_one_output = partial(_outcomes, signal="2 of 4", against="1 of 4")


def _whiskers(by_place: dict[float, np.ndarray], label: str, colour: int) -> tuple[Whiskers, ...]:
    """Return medians with intervals at their places, of cells with enough seeds; no mark without any."""
    found = {x: interval_over_seeds(values.tolist()) for x, values in by_place.items()}
    sure = {x: (e.median, e.lower, e.upper) for x, e in found.items() if np.isfinite([e.lower, e.upper]).all()}
    return (Whiskers(list(sure), *np.array(list(sure.values())).T, label, colour),) if sure else ()


def contrast_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the class less finer labels at equal accuracy on trained questions, by cell."""
    names, panels = [" ".join(part.split("=")[1] for part in cell.split(", ")) for cell in cells(found)], []
    titles = {"held_out": "Held-out pass rate", "forgetting": "Bits forgotten", "diversity": "Right answers in use"}
    for quantity, title in titles.items():
        marks: list[Line | Whiskers] = [Line([-0.3, len(names) - 0.7], [0, 0], "", "dotted", 6)]
        for j, finer in enumerate(("2 of 4", "1 of 4")):
            gaps = differences(found, "class", finer, AT["most"], quantity)
            for k, kind in enumerate(KINDS):
                values = [gap for cell, gap in gaps.items() if cell.endswith(kind)]
                shift = 0.12 * (2 * j + k) - 0.18
                marks += _whiskers({i + shift: v for i, v in enumerate(values)}, f"{finer}, {kind}", 2 * j + k)
        panels.append(Panel(title, "", "class less label", tuple(marks), x_names=tuple(names)))
    caption = f"At a pass rate of {AT['most'].amount:g} on trained questions: medians over seeds with 95 % intervals."
    return Figure(tuple(panels), caption, columns=1)


def steps_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw held-out pass rates by bits of a label at equal steps, beside an ideal learner's."""
    line = Line(sorted(BITS.values()), [0.25, 0.5, 1, 1, 1, 1, 1], "ideal learner", "dashed", 6)
    panels, ticks = [], ("0", "1", "2", "3", "4")
    series = {"whole classes": ("class", 0.0), "one style": ("house", -0.08), "drawn styles": ("drawn", 0.08)}
    for cell, table in cells(found).items():
        marks: list[Line | Whiskers] = [line]
        at = at_budget(table, "held_out", AT["steps"])
        for k, (label, (ending, shift)) in enumerate(series.items()):
            chosen = [n for n in LEFT if n.removesuffix("es").endswith(ending)]
            marks += _whiskers({BITS[n] + shift: at.sel(signal=n).values for n in chosen}, label, k)
        title = ", ".join(part.split("=")[1] for part in cell.split(", ")) + " forms"
        panels.append(Panel(title, "bits of a label", "held-out pass rate", tuple(marks), x_names=ticks))
    caption = f"After {AT['steps'].amount:g} steps: medians over seeds with 95 % intervals. The class is at 2 bits."
    return Figure(tuple(panels), caption, columns=2)


def log_linear_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the log-linear learner's held-out pass rates at equal accuracy beside their closed form."""
    panels = []
    for name, closed in _closed(found).items():
        marks, at = [], at_budget(found["log_linear"], "held_out", AT[name]).median("seed")
        for j, own in enumerate(closed.own.values):
            line = closed.sel(own=own)[:-2]  # of the house style; drawn forms are no other to it
            there = at.sel(own=own, signal=line.signal).dropna("signal")
            marks.append(Line([BITS[n] for n in line.signal.values], line, f"own weight {own:g}", colour=j))
            marks += [Line([BITS[n] for n in there.signal.values], there, "", "points", j)] if there.size else []
        panels.append(Panel(f"A = {AT[name].amount:g}", "bits of a label", "held-out pass rate", tuple(marks)))
    return Figure(tuple(panels), "Log-linear learner at equal A, medians over seeds. Lines: closed form.")


def _closed(found: dict[str, xr.Dataset]) -> dict[str, xr.DataArray]:
    return {name: found["predicted"][name].rename({f"{name}_label": "signal"}) for name in ("few", "most")}


FIGURES = {"contrasts": contrast_figure, "equal_steps": steps_figure, "log_linear": log_linear_figure}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """State what labels differ by, as the theses H4 ask, what they cost, and how well the closed form fits."""
    rows = []
    asked = [("class", "1 of 4", "most"), ("class", "2 classes", "steps"), ("class", "2 classes", "few")]
    asked += [("2 of 4", "class", "most"), ("2 of 4", "1 of 4", "most")]
    for *labels, at, quantity in [*((*each, "held_out") for each in asked), (*asked[0], "forgetting")]:
        what = f"{quantity.replace('_', ' ')} at {AT[at].amount:g} {AT[at].unit}, {labels[0]} less {labels[1]}"
        for cell, values in differences(found, *labels, AT[at], quantity).items():
            interval = interval_over_seeds(values.tolist())
            note = f"{interval.lower:+.3f} to {interval.upper:+.3f}, {np.isfinite(values).mean():.0%} of the seeds"
            if np.isfinite(interval.median):
                rows.append(Headline(f"{what}: {cell}", interval.median, None, SEEN[quantity][1], "", note))
    reached = {name: at_budget(found["log_linear"], "held_out", AT[name]) for name in ("few", "most")}
    worst = max(float(np.abs(reached[name] - closed).max()) for name, closed in _closed(found).items())
    rows.append(Headline("log-linear: most that B is off its closed form", worst, 0.0, "1", "thm:transfer-at-accuracy"))
    diverged = sum(float(table.diverged.sum()) for table in cells(found).values())
    return (*rows, Headline("runs that diverged", diverged, None, "1", ""))
