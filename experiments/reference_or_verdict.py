r"""Reference or verdict? The same learner from the same base, fine-tuned on a ladder of signals, one change a rung.

A reference in one house style, one random reference a question, all references, the class label, the exact verdict,
verdicts on eight samples (GRPO): granularity falls over the first four, then the objective changes from $\log p$ to
$p$, then comes sampling. Each seed has a rule, known tables, forms, first weights and a pre-trained base of its own,
which all signals share, so that differences are paired. Accuracy on held-out questions, which share the rule and not
the surface, is compared at equal accuracy on the trained ones, where a slower signal has no larger gap.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Int, Key
from pydantic import Field

from infoloop.learners.base_training import pretrain
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
from infoloop.statements.seed_intervals import median_interval
from infoloop.studies.configuration import Count, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule, right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_signals import all_references, drawn_references, house_references

SIGNALS = ("house", "own", "all", "class", "verdict", "samples")
MIXTURES = np.eye(4)[[0, 0, 0, 1, 2, 3]]  # of the four objectives, one a signal
OPTIMISERS = ("adam", "sgd")
GROUP = 8
TABLES: Mapping[str, Mapping[str, Mapping[str, Any]]] = {  # cells of a table have worlds of one shape
    "perceptron": {
        "lenient, M=1": {"forms": 1},
        "lenient, M=6": {"forms": 6},
        "strict, M=3": {"forms": 3, "accepted": "other forms"},
    },
    "other_symbols": {"other symbols, M=3": {"forms": 3, "surface": "other symbols", "tasks": 12}},
    "no_shared_rule": {"no shared rule, M=3": {"forms": 3, "symbols": 3, "shared": False}},
    "transformer": {"strict, M=3": {"forms": 3, "accepted": "other forms"}},
    "log_linear": {"lenient, M=1": {"forms": 1}, "lenient, M=6": {"forms": 6}},
}
NULLS = {"lenient, M=1": "one form: all references are one", "no shared rule, M=3": "no signal could bridge the shift"}


@config
class Config:
    """Perceptron, transformer and log-linear learner, two optimisers, 20 seeds."""

    seeds: Count = Field(20, description="independent seeds, each with a rule, tables, forms, weights, base of its own")
    symbols: Count = Field(6, description="symbols to which the rule gives classes")
    classes: Count = Field(4, description="classes")
    junk: Weight = Field(0.0, description="mass of junk in the base's target for the new task")
    base_steps: Count = Field(400, description="steps of pre-training")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    adam_steps: Count = Field(500, description="its steps")
    sgd_rate: Positive = Field(0.05, description="learning rate of gradient descent")
    sgd_steps: Count = Field(2000, description="its steps")
    looks: Count = Field(50, description="times at which a run is looked at (they divide the steps)")
    levels: Weights = Field(
        (0.6, 0.8, 0.9), description="accuracies on trained questions at which signals are compared"
    )
    shared: Weights = Field((0.2, 0.5, 0.8), description="weight of the log-linear learner's shared class feature")
    log_linear_rate: Positive = Field(0.5, description="learning rate of the log-linear learner")
    log_linear_steps: Count = Field(1000, description="its steps")


SMALL = Config(
    seeds=2,
    symbols=2,
    classes=2,
    base_steps=2,
    adam_steps=2,
    sgd_steps=2,
    log_linear_steps=2,
    looks=2,
    levels=(0.25,),
    shared=(0.5,),
)
CLAIMS = ()


class Draw(NamedTuple):
    """What one seed draws: a world in which its rule is the only one, and the laws of its references."""

    world: World
    references: Array


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare a table for each learner and shape of world, one entry a cell and seed."""
    networks = {"transformer": transformer}
    return {
        name: _networks(config, name, networks.get(name, perceptron)) for name in TABLES if name != "log_linear"
    } | {"log_linear": _log_linear(config)}


def _keys(seed: Int[Array, ""]) -> Key[Array, "5"]:
    """Return the keys of a seed: of its world, rule, references, first weights and samples."""
    return jax.random.split(jax.random.fold_in(jax.random.key(0), seed), 5)


def _draws(config: Config, table: str) -> Draw:
    """Return what the seeds draw, cells x seeds."""

    def of_cell(settings):
        def draw(seed):
            keys = _keys(seed)
            world = lookup_world(keys[0], **{"symbols": config.symbols, "classes": config.classes, **settings})
            world = under_rule(world, draw_rule(keys[1], world))
            laws = house_references(keys[2], world, 0), drawn_references(keys[2], world, 0), all_references(world, 0)
            return Draw(world, jnp.stack(laws))

        return jax.jit(jax.vmap(draw))(jnp.arange(config.seeds))

    return jax.tree.map(lambda *cells: jnp.stack(cells), *map(of_cell, TABLES[table].values()))


def _networks(config: Config, table: str, learner: Callable[[World], ParametricPolicy]) -> Sweep:
    @lru_cache(maxsize=1)
    def prepared():
        def base(seed, draw):
            return pretrain(_keys(seed)[3], draw.world, learner(draw.world), config.junk, config.base_steps)

        draws, seeds = _draws(config, table), jnp.arange(config.seeds)
        return {"draws": draws, "bases": jax.jit(jax.vmap(jax.vmap(base), (None, 0)))(seeds, draws)}

    def measure(key, optimiser, cell, seed, draws, bases):
        place = cell.astype(int), seed.astype(int)
        draw, start = jax.tree.map(lambda x: x[place], (draws, bases))
        rate, steps = {
            "adam": (optax.adam(config.adam_rate), config.adam_steps),
            "sgd": (optax.sgd(config.sgd_rate), config.sgd_steps),
        }[optimiser]
        return _fine_tuned(config, place[1], draw, learner(draw.world), start, rate, steps)

    return _table(config, table, measure, {"optimiser": OPTIMISERS}, {}, lambda optimiser: prepared())


def _log_linear(config: Config) -> Sweep:
    def measure(key, cell, shared, seed, draws):
        place = cell.astype(int), seed.astype(int)
        draw = jax.tree.map(lambda x: x[place], draws)
        base = jnp.log(base_targets(draw.world, config.junk))
        policy = log_linear(draw.world, FeatureWeights(content_class=shared, own=1 - shared), base)
        start, steps = policy.start(key), config.log_linear_steps
        return _fine_tuned(config, place[1], draw, policy, start, optax.sgd(config.log_linear_rate), steps)

    return _table(
        config, "log_linear", measure, {}, {"shared": config.shared}, lambda: {"draws": _draws(config, "log_linear")}
    )


def _table(config: Config, table: str, measure: Any, static: dict, traced: dict, shared: Any) -> Sweep:
    by_level = {
        "held_out": "pass rate on held-out questions when the trained ones reach a level",
        "form": "mass on accepted forms on held-out questions then",
        "known": "pass rate on known tasks then",
        "forgetting": "D(base || policy) on known tasks then",
        "diversity": "right answers in use then, 2^entropy",
        "unevenness": "standard deviation of the pass rate over trained questions then",
        "steps": "steps until then",
        "verdict_bits": "bits of the verdicts on eight samples a question and step until then",
    }
    units = {"forgetting": "bits", "verdict_bits": "bits"}
    quantities = {name: Quantity(words, units.get(name, "1"), ("signal", "level")) for name, words in by_level.items()}
    curves = {"trained_curve": "pass rate on trained questions", "held_out_curve": "pass rate on held-out questions"}
    quantities |= {name: Quantity(words, "1", ("signal", "look")) for name, words in curves.items()}
    quantities["diverged"] = Quantity("whether the run diverged", "1", ("signal",))
    axes = {"signal": SIGNALS, "level": config.levels, "look": range(config.looks + 1)}
    places = {"cell": tuple(map(float, range(len(TABLES[table])))), "seed": tuple(map(float, range(config.seeds)))}
    batch = config.seeds * len(places["cell"])
    return Sweep(measure, quantities, static, traced | places, axes, shared, shard_size=batch, batch_size=batch)


def _fine_tuned(
    config: Config,
    seed: Int[Array, ""],
    draw: Draw,
    policy: ParametricPolicy,
    start: Any,
    optimiser: optax.GradientTransformation,
    steps: int,
) -> dict[str, Array]:
    """Return the quantities of a table: one training for each signal, all at once."""
    if steps % config.looks:
        raise ValueError(f"looks are {config.looks}, which does not divide {steps} steps: give a divisor")
    world, every = draw.world, steps // config.looks
    base, right = policy.log_policy(start), right_outputs(world, 0)
    weight = world.trained / world.trained.sum()
    kinds, reward = verdict_outputs(right), right.astype(float)

    def observer(log_policy):
        passed = jnp.where(right, jnp.exp(log_policy), 0.0).sum(axis=1)
        return outcomes(world, 0, base, log_policy), GROUP * jnp.where(world.trained, binary_entropy(passed), 0.0).sum()

    def of_signal(target, mixture):
        parts = (
            imitation(target, weight),
            class_likelihood(right, weight),
            expected_reward(reward, weight),
            sampled_policy_gradient(grpo(), kinds, weight, GROUP),
        )

        def objective(log_policy, key):
            return sum(share * part(log_policy, key) for share, part in zip(mixture, parts, strict=True))

        found = train_policy(_keys(seed)[4], policy, start, objective, optimiser, steps, every, observer)
        return *found.observed, found.diverged

    targets = draw.references[np.array([0, 1, 2, 2, 2, 2])]
    seen, bits, diverged = jax.vmap(of_signal)(targets, MIXTURES)
    before = jnp.concatenate([jnp.zeros_like(bits[:, :1]), bits[:, :-1]], axis=1)
    times = jnp.broadcast_to(jnp.arange(config.looks + 1.0) * every, bits.shape)

    def at(values):
        of_run = lambda a, v: jax.vmap(lambda level: first_at(level, a, v))(jnp.array(config.levels))  # noqa: E731
        return jnp.where(diverged[:, None], jnp.inf, jax.vmap(of_run)(seen.trained, values))

    by_level = {
        "held_out": seen.held_out,
        "form": seen.held_out_form,
        "known": seen.known,
        "forgetting": seen.forgetting,
        "diversity": seen.diversity,
        "unevenness": seen.unevenness,
        "steps": times,
        "verdict_bits": jnp.cumsum(before, axis=1) * every,
    }
    curves = {"trained_curve": seen.trained, "held_out_curve": seen.held_out, "diverged": diverged}
    return {name: at(values) for name, values in by_level.items()} | curves


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def granularity(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the class label transfers more than one random reference a question, by seed, at equal accuracy."""
    return _differences(found, budget, "class", "own")


def objective(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the exact verdict transfers more than the class label, by seed, at equal accuracy."""
    return _differences(found, budget, "verdict", "class")


def _differences(found, budget, signal, against):
    if budget.unit != "accuracy":
        raise ValueError(f"the budget is in {budget.unit}: give an accuracy, at which signals are compared here")
    cells = {}
    for table in ("perceptron", "other_symbols", "transformer", "no_shared_rule"):
        values = found[table].held_out.sel(level=budget.amount)
        gap = values.sel(signal=signal) - values.sel(signal=against)
        for k, cell in enumerate(TABLES[table]):
            for optimiser in OPTIMISERS:
                name = f"learner={_learner(table)}, shift={cell.replace(', M', ', forms')}, optimiser={optimiser}"
                by_seed = gap.isel(cell=k).sel(optimiser=optimiser)
                cells[name] = NULLS.get(cell) or {int(s): float(by_seed.sel(seed=s)) for s in by_seed.seed}
    return cells


def _learner(table):
    return "transformer" if table == "transformer" else "perceptron"


def _interval(values):
    """Return median, lower and upper end of an interval of 95 % over seeds, those without a value counted as lost."""
    there = [float(x) for x in np.ravel(values) if np.isfinite(x)]
    return median_interval(there, np.size(values) - len(there), Fraction(95, 100))


def transfer_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw held-out against trained accuracy, and the paired differences with intervals over seeds."""
    cells = found["perceptron"].isel(cell=slice(1, None))
    panels = []
    for k in range(cells.sizes["cell"]):
        for optimiser in OPTIMISERS:
            curves = cells.isel(cell=k).sel(optimiser=optimiser).median("seed")
            lines = tuple(
                Line(curves.trained_curve.sel(signal=s), curves.held_out_curve.sel(signal=s), s, colour=j)
                for j, s in enumerate(SIGNALS)
            )
            title = f"perceptron, {list(TABLES['perceptron'])[k + 1]}, {optimiser}"
            panels.append(Panel(title, "pass rate, trained", "pass rate, held out", lines))
    caption = "Medians over seeds. A signal that is slower lies on the same curve, not below it."
    return Figure(tuple(panels), caption, columns=2)


def difference_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what one signal transfers more than another at the middle level, median and interval over seeds."""
    level = float(found["perceptron"].level[found["perceptron"].sizes["level"] // 2])
    panels = []
    for words, signal, against in (
        ("class less one reference", "class", "own"),
        ("verdict less class", "verdict", "class"),
        ("all references less class", "all", "class"),
    ):
        names, ends = [], []
        for table in ("perceptron", "other_symbols", "transformer"):
            values = found[table].held_out.sel(level=level)
            gap = values.sel(signal=signal) - values.sel(signal=against)
            for k, cell in enumerate(TABLES[table]):
                names += [f"{_learner(table)[0].upper()} {cell} {optimiser}" for optimiser in OPTIMISERS]
                ends += [_interval(gap.isel(cell=k).sel(optimiser=optimiser)) for optimiser in OPTIMISERS]
        shown = [k for k, e in enumerate(ends) if np.isfinite([e.lower, e.median, e.upper]).all()]
        marks = Whiskers(shown, *([getattr(ends[k], end) for k in shown] for end in ("median", "lower", "upper")))
        zero = Line([-0.5, len(names) - 0.5], [0, 0], "", "dotted", 6)
        panels.append(Panel(words, "", f"held-out pass rate at {level:g}", (marks, zero), x_names=tuple(names)))
    caption = "Paired differences at equal accuracy on trained questions: median and 95 % interval over seeds."
    return Figure(tuple(panels), caption, columns=1)


def budget_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw accuracy over steps, forgetting and diversity of a perceptron at the middle level, and bits."""
    table = found["perceptron"].isel(cell=-1)
    level = table.level[table.sizes["level"] // 2]
    panels = []
    for optimiser in OPTIMISERS:
        curves = table.sel(optimiser=optimiser).median("seed")
        share = np.linspace(0, 1, curves.sizes["look"])
        lines = tuple(Line(share, curves.held_out_curve.sel(signal=s), s, colour=j) for j, s in enumerate(SIGNALS))
        panels.append(Panel(f"{optimiser}: equal steps", "share of the steps", "pass rate, held out", lines))
    for name, words in (("forgetting", "bits on known tasks"), ("diversity", "right answers in use")):
        marks = []
        for j, optimiser in enumerate(OPTIMISERS):
            values = table[name].sel(optimiser=optimiser, level=level)
            ends = [_interval(values.sel(signal=s)) for s in SIGNALS]
            shown = [k for k, e in enumerate(ends) if np.isfinite([e.lower, e.median, e.upper]).all()]
            places = [k + 0.15 * (2 * j - 1) for k in shown]
            parts = ([getattr(ends[k], end) for k in shown] for end in ("median", "lower", "upper"))
            marks += [Whiskers(places, *parts, optimiser, j)] if shown else []
        panels.append(Panel(f"{name} at {float(level):g}", "", words, tuple(marks), x_names=SIGNALS))
    caption = "The cell with forms of their own in each domain. Forgetting is of form: accuracy on known tasks stays."
    return Figure(tuple(panels), caption, columns=2)


def predicted_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the log-linear learner's held-out accuracy beside its closed form."""
    table = found["log_linear"]
    level = table.level[-1]
    panels = []
    for k, cell in enumerate(TABLES["log_linear"]):
        values = table.held_out.isel(cell=k).sel(level=level).median("seed")
        lines = [Line(table.shared, values.sel(signal=s), s, "points", j) for j, s in enumerate(SIGNALS)]
        panels.append(Panel(f"log-linear, {cell}", "weight of the shared class feature", "held out", tuple(lines)))
    return Figure(tuple(panels), f"At a pass rate of {float(level):g} on trained questions.", columns=2)


FIGURES = {
    "transfer": transfer_figure,
    "differences": difference_figure,
    "budgets": budget_figure,
    "log_linear": predicted_figure,
}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """State the two differences in each cell, and what one reference forgets more."""
    rows = []
    for words, signal, against in (("class - one reference", "class", "own"), ("verdict - class", "verdict", "class")):
        for table in ("perceptron", "other_symbols", "transformer"):
            level = found[table].level[found[table].sizes["level"] // 2]
            values = found[table].held_out.sel(level=level)
            gap = values.sel(signal=signal) - values.sel(signal=against)
            for k, cell in enumerate(TABLES[table]):
                expected = 0.0 if cell in NULLS and signal == "class" else None
                for optimiser in OPTIMISERS:
                    median = _interval(gap.isel(cell=k).sel(optimiser=optimiser)).median
                    name = f"held out, {words}, {_learner(table)}, {cell}, {optimiser}"
                    rows.append(Headline(name, median, expected, "1", ""))
    return tuple(rows)
