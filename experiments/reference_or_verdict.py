r"""Reference or verdict? The same learner from the same base, fine-tuned on a ladder of signals, one change a rung.

A reference in one house style, one random reference a question, all references, the class label, the exact verdict,
verdicts on eight samples (GRPO): granularity falls over the first four, then the objective changes from $\log p$ to
$p$, then comes sampling. Each seed has a rule, known tables, forms, first weights and a pre-trained base of its own,
which all signals share, so that differences are paired. Accuracy on held-out questions, which share the rule and not
the surface, is compared at equal accuracy on the trained ones, where a slower signal has no larger gap.
"""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Int, Key
from pydantic import Field

from infoloop.learners.base_training import pretrain
from infoloop.learners.fine_tuning import adam_or_descent, first_questions
from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.objectives import class_likelihood, expected_reward, imitation, sampled_policy_gradient
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_outcomes import first_at, outcomes
from infoloop.learners.policy_training import train_policy
from infoloop.learners.transformer_policy import transformer
from infoloop.learning.policy_gradient.advantage_rules import grpo
from infoloop.learning.policy_gradient.reward_kinds import verdict_outputs
from infoloop.probability.numerics import binary_entropy
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import SeedInterval, median_interval
from infoloop.studies.configuration import Count, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule, right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_signals import all_references, drawn_references, house_references

SIGNALS = ("house", "own", "all", "class", "verdict", "samples")
LAWS = np.array([0, 1, 2, 2, 2, 2])  # of references, one a signal
MIXTURES = np.eye(4)[[0, 0, 0, 1, 2, 3]]  # of the four objectives
OPTIMISERS = ("adam", "sgd")
GROUP = 8
Part = Literal["perceptron", "other_symbols", "no_shared_rule", "transformer", "log_linear"]
PARTS: tuple[Part, ...] = get_args(Part)
TABLES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {  # cells of one table have worlds of one shape
    "perceptron": {
        "lenient, M=1": {"forms": 1},
        "lenient, M=6": {"forms": 6},
        "strict, M=3": {"forms": 3, "accepted": "other forms"},
    },
    "other_symbols": {"other symbols, M=3": {"forms": 3, "surface": "other symbols", "tasks": 12}},
    "no_shared_rule": {"no shared rule, M=3": {"forms": 3, "symbols": 3, "shared": False}},
    "transformer": {"strict, M=3": {"forms": 3, "accepted": "other forms"}},
    "log_linear": {"lenient, M=1": {"forms": 1, "tasks": 1}, "lenient, M=6": {"forms": 6, "tasks": 1}},
}
NULLS = {"lenient, M=1": "all references are one", "no shared rule, M=3": "no signal could bridge the shift"}
BY_LEVEL = {
    "held_out": "pass rate on held-out questions when the trained ones reach a level",
    "form": "mass on accepted forms on held-out questions then",
    "known": "pass rate on known tasks then",
    "forgetting": "D(base || policy) on known tasks then",
    "diversity": "right answers in use then, 2^entropy",
    "unevenness": "standard deviation of the pass rate over trained questions then",
    "steps": "steps until then",
    "verdict_bits": "bits of the verdicts on eight samples a question and step until then",
}


@config
class Config:
    """Perceptron, transformer and log-linear learner, two optimisers, 20 seeds."""

    parts: tuple[Part, ...] = Field(PARTS, min_length=1, description="tables: learners in worlds of one shape")
    seeds: Count = Field(20, description="independent seeds, each with a rule, tables, forms, weights, base of its own")
    symbols: Count = Field(6, description="symbols to which the rule gives classes; 3 where domains share no rule")
    classes: Count = Field(4, description="classes")
    junk: Weight = Field(0.0, description="mass of junk in the base's target for the new task")
    base_steps: Count = Field(400, description="steps of pre-training")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    sgd_rate: Positive = Field(0.05, description="learning rate of gradient descent")
    looks: Count = Field(80, description="looks at a learner in training")
    every: Count = Field(10, description="its steps between two looks")
    levels: Weights = Field(
        (0.6, 0.8, 0.9), description="accuracies on trained questions at which signals are compared"
    )
    shared: Weights = Field((0.2, 0.5, 0.8), description="weight of the log-linear learner's shared class feature")
    flow_rate: Positive = Field(0.5, description="learning rate of the log-linear learner")


SMALL = Config(
    parts=("perceptron", "log_linear"), seeds=2, symbols=2, classes=2, base_steps=2, looks=2, every=1, levels=(0.01,),
    shared=(0.5,),
)  # fmt: skip
CLAIMS = (
    "thm:verdict-pull",
    "thm:own-references",
    "thm:transfer-at-accuracy",
    "thm:label-transfers-most",
    "fol:waste-decides",
    "fol:smaller-gap-transfers",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare a table for each learner and shape of world, by cell and seed."""
    return {name: _log_linear(config) if name == "log_linear" else _networks(config, name) for name in config.parts}


def _drawn(config: Config, table: str, cell: Int[Array, ""], seed: Int[Array, ""]) -> tuple[World, Array, Array]:
    """Return what a seed draws in a cell: a world of its rule alone, laws of references, keys of weights and steps."""
    key_world, key_rule, key_references, *rest = jax.random.split(jax.random.fold_in(jax.random.key(0), seed), 5)
    sizes: dict[str, Any] = {"symbols": config.symbols, "classes": config.classes}
    worlds = [lookup_world(key_world, **(sizes | dict(settings))) for settings in TABLES[table].values()]
    world = jax.tree.map(lambda *cells: jnp.stack(cells)[cell], *worlds)
    world = under_rule(world, draw_rule(key_rule, world))
    laws = house_references(key_references, world, 0), drawn_references(key_references, world, 0)
    return world, jnp.stack([*laws, all_references(world, 0)]), jnp.stack(rest)


def _networks(config: Config, table: str) -> Sweep:
    learner = transformer if table == "transformer" else perceptron

    def measure(key, cell, seed):
        world, laws, keys = _drawn(config, table, cell.astype(int), seed.astype(int))
        few = first_questions(world, next(iter(TABLES[table].values())).get("symbols", config.symbols))
        policy = learner(world)
        start = pretrain(keys[0], world, policy, config.junk, config.base_steps)

        def one(adam):
            optimiser = adam_or_descent(adam, config.adam_rate, config.sgd_rate)
            return _fine_tuned(config, keys[1], world, few, laws, policy, learner(few), start, optimiser)

        return jax.vmap(one)(jnp.array([name == "adam" for name in OPTIMISERS]))

    return _table(config, table, measure, {}, {"optimiser": OPTIMISERS})


def _log_linear(config: Config) -> Sweep:
    def measure(key, cell, shared, seed):
        world, laws, keys = _drawn(config, "log_linear", cell.astype(int), seed.astype(int))
        base = jnp.log(base_targets(world, config.junk))
        policy = log_linear(world, FeatureWeights(content_class=shared, own=1 - shared), base)
        optimiser = optax.sgd(config.flow_rate)
        return _fine_tuned(config, keys[1], world, world, laws, policy, policy, policy.start(key), optimiser)

    return _table(config, "log_linear", measure, {"shared": config.shared}, {})


def _table(config: Config, table: str, measure: Any, traced: dict, axes: dict) -> Sweep:
    units = {"forgetting": "bits", "verdict_bits": "bits"}
    own = tuple(axes)
    quantities = {
        name: Quantity(said, units.get(name, "1"), (*own, "signal", "level")) for name, said in BY_LEVEL.items()
    }
    quantities["trained_curve"] = Quantity("pass rate on trained questions", "1", (*own, "signal", "look"))
    quantities["held_out_curve"] = Quantity("pass rate on held-out questions", "1", (*own, "signal", "look"))
    quantities["diverged"] = Quantity("whether the run diverged", "1", (*own, "signal"))
    axes = {**axes, "signal": SIGNALS, "level": config.levels, "look": range(config.looks + 1)}
    grid = {**traced, "cell": range(len(TABLES[table])), "seed": range(config.seeds)}
    batch = config.seeds * len(TABLES[table])
    return Sweep(measure, quantities, {}, grid, axes, shard_size=batch, batch_size=batch)


def _fine_tuned(
    config: Config,
    key: Key[Array, ""],
    world: World,
    few: World,
    laws: Array,
    policy: ParametricPolicy,
    of_few: ParametricPolicy,
    start: Any,
    optimiser: optax.GradientTransformation,
) -> dict[str, Array]:
    """Return the quantities of a table: one training on `few` questions for each signal, all at once."""
    base, right = policy.log_policy(start), right_outputs(world, 0)
    weight, few_right, count = few.trained / few.trained.sum(), right_outputs(few, 0), len(few.task)

    def observer(log_policy):
        passed = jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)
        return outcomes(world, 0, base, log_policy), GROUP * jnp.where(world.trained, binary_entropy(passed), 0.0).sum()

    def of_signal(target, mixture):
        parts = (
            imitation(target, weight),
            class_likelihood(few_right, weight),
            expected_reward(few_right.astype(float), weight),
            sampled_policy_gradient(grpo(), verdict_outputs(few_right), weight, GROUP),
        )

        def objective(log_policy, key):
            return sum(share * part(log_policy, key) for share, part in zip(mixture, parts, strict=True))

        steps = config.looks * config.every
        found = train_policy(
            key, of_few, start, objective, optimiser, steps, config.every, observer, observed_policy=policy
        )
        return *found.observed, found.diverged

    seen, bits, diverged = jax.vmap(of_signal)(laws[LAWS, :count], MIXTURES)
    spent = jnp.cumsum(bits, axis=1) - bits
    times = jnp.broadcast_to(jnp.arange(config.looks + 1.0) * config.every, bits.shape)
    numbers = (seen.held_out, seen.held_out_form, seen.known, seen.forgetting, seen.diversity, seen.unevenness)
    by_level = dict(zip(BY_LEVEL, (*numbers, times, spent * config.every), strict=True))
    curves = {"trained_curve": seen.trained, "held_out_curve": seen.held_out, "diverged": 1.0 * diverged}

    def at(values):
        of_run = lambda a, v: jax.vmap(lambda level: first_at(level, a, v))(jnp.array(config.levels))  # noqa: E731
        return jnp.where(diverged[:, None], jnp.inf, jax.vmap(of_run)(seen.trained, values))

    return {name: at(values) for name, values in by_level.items()} | curves


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def granularity(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the class label transfers more than one random reference a question, by seed, at equal accuracy."""
    return _by_cell(found, budget, "held_out", "class", "own")


def objective(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the exact verdict transfers more than the class label, by seed, at equal accuracy."""
    return _by_cell(found, budget, "held_out", "verdict", "class")


def forgetting(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return by how many bits one random reference forgets more than the class label, by seed, at equal accuracy."""
    return _by_cell(found, budget, "forgetting", "own", "class")


def differences(found: dict[str, xr.Dataset], quantity: str, signal: str, against: str, level: float) -> dict:
    """Return paired differences of two signals at a level, one entry a seed, by (learner, cell, optimiser)."""
    cells = {}
    for table in [name for name in TABLES if name in found and name != "log_linear"]:
        values = found[table][quantity].sel(level=level)
        gap = values.sel(signal=signal) - values.sel(signal=against)
        learner = "transformer" if table == "transformer" else "perceptron"
        for k, cell in enumerate(TABLES[table]):
            cells |= {(learner, cell, name): gap.isel(cell=k).sel(optimiser=name).values for name in OPTIMISERS}
    return cells


def _by_cell(found, budget, quantity, signal, against):
    if budget.unit != "accuracy":
        raise ValueError(f"the budget is in {budget.unit}: give an accuracy, at which signals are compared here")
    return {
        f"learner={learner}, shift={cell.replace(', M=', ' ')}, optimiser={optimiser}": NULLS.get(cell)
        or {seed: float(x) for seed, x in enumerate(gap)}
        for (learner, cell, optimiser), gap in differences(found, quantity, signal, against, budget.amount).items()
    }


def _interval(values: np.ndarray) -> SeedInterval:
    """Return the median and an interval of 95 % over seeds, those without a value counted as lost."""
    there = [float(x) for x in values if np.isfinite(x)]
    return median_interval(there, len(values) - len(there), Fraction(95, 100))


def _marks(groups: list, label: str = "", colour: int = 0, shift: float = 0.0) -> tuple[Whiskers | Line, ...]:
    """Return medians of groups of seeds at 0, 1, 2, ..., with intervals where there are seeds enough."""
    ends = [(k + shift, _interval(values)) for k, values in enumerate(groups)]
    sure = [(x, e.median, e.lower, e.upper) for x, e in ends if np.isfinite([e.lower, e.upper]).all()]
    rest = [(x, e.median) for x, e in ends if np.isfinite(e.median) and not np.isfinite([e.lower, e.upper]).all()]
    marks: list[Whiskers | Line] = [Whiskers(*zip(*sure, strict=True), label, colour)] if sure else []
    return (*marks, *([Line(*zip(*rest, strict=True), "" if sure else label, "points", colour)] if rest else []))


def _middle(table: xr.Dataset) -> float:
    return float(table.level[table.sizes["level"] // 2])


def transfer_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw held-out against trained accuracy, medians over seeds."""
    panels = []
    for k, cell in list(enumerate(TABLES["perceptron"]))[1:]:
        for optimiser in OPTIMISERS:
            curves = found["perceptron"].isel(cell=k).sel(optimiser=optimiser).median("seed")
            lines = tuple(
                Line(curves.trained_curve.sel(signal=s), curves.held_out_curve.sel(signal=s), s, colour=j)
                for j, s in enumerate(SIGNALS)
            )
            panels.append(Panel(f"perceptron, {cell}, {optimiser}", "pass rate, trained", "pass rate, held out", lines))
    caption = "Medians over seeds. A signal that is only slower lies on the same curve, not below it."
    return Figure(tuple(panels), caption, columns=2)


def difference_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what one signal transfers or forgets more than another, median and interval over seeds."""
    level, panels = _middle(found["perceptron"]), []
    for words, quantity, signal, against in (
        ("held out, class less one reference", "held_out", "class", "own"),
        ("held out, verdict less class", "held_out", "verdict", "class"),
        ("bits forgotten, one reference less class", "forgetting", "own", "class"),
    ):
        cells = differences(found, quantity, signal, against, level)
        names = tuple(f"{learner[0].upper()} {cell}, {optimiser}" for learner, cell, optimiser in cells)
        zero = Line([-0.5, len(names) - 0.5], [0, 0], "", "dotted", 6)
        panels.append(Panel(words, "", "difference", (*_marks(list(cells.values())), zero), x_names=names))
    caption = (
        f"Paired differences at a pass rate of {level:g} on trained questions: median and 95 % interval over seeds."
    )
    return Figure(tuple(panels), caption, columns=1)


def budget_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw accuracy over steps; forgetting, diversity and bits at the middle level, of the strict cell."""
    table = found["perceptron"].isel(cell=-1)
    level, panels = _middle(table), []
    for optimiser in OPTIMISERS:
        curves = table.sel(optimiser=optimiser).median("seed").held_out_curve
        lines = tuple(Line(table.look, curves.sel(signal=s), s, colour=j) for j, s in enumerate(SIGNALS))
        panels.append(Panel(f"{optimiser}: equal steps", "look", "pass rate, held out", lines))
    for name, words in (("forgetting", "bits on known tasks"), ("diversity", "right answers in use")):
        marks = []
        for j, optimiser in enumerate(OPTIMISERS):
            values = table[name].sel(optimiser=optimiser, level=level)
            marks += _marks([values.sel(signal=s).values for s in SIGNALS], optimiser, j, 0.2 * j - 0.1)
        panels.append(Panel(f"{name} at {level:g}", "", words, tuple(marks), x_names=SIGNALS))
    return Figure(tuple(panels), "Each domain has forms of its own. Intervals of 95 % over seeds.", columns=2)


def predicted_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the log-linear learner's held-out accuracy."""
    table, panels = found["log_linear"], []
    level = float(table.level[-1])
    for k, cell in enumerate(TABLES["log_linear"]):
        values = table.held_out.isel(cell=k).sel(level=level).median("seed")
        lines = [Line(table.shared, values.sel(signal=s), s, "points", j) for j, s in enumerate(SIGNALS)]
        panels.append(Panel(f"log-linear, {cell}", "weight of the shared class feature", "held out", tuple(lines)))
    return Figure(tuple(panels), f"At a pass rate of {level:g} on trained questions.", columns=2)


FIGURES = {
    "transfer": transfer_figure,
    "differences": difference_figure,
    "budgets": budget_figure,
    "log_linear": predicted_figure,
}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """State in each cell what a coarser signal transfers more, and what one reference forgets more."""
    rows = []
    for words, unit, *signals in (
        ("held out, class - reference", "1", "held_out", "class", "own"),
        ("held out, verdict - class", "1", "held_out", "verdict", "class"),
        ("forgotten, reference - class", "bits", "forgetting", "own", "class"),
    ):
        for place, values in differences(found, *signals, _middle(found["perceptron"])).items():
            expected = 0.0 if place[1] == "lenient, M=1" and "own" in signals else None
            source = "" if expected is None else NULLS[place[1]]
            rows.append(Headline(f"{words}: {', '.join(place)}", _interval(values).median, expected, unit, source))
    return tuple(rows)
