r"""Reference or verdict? The same learner from the same base, fine-tuned on a ladder of signals, one change a rung.

References in one house style, one or some random ones a question, all, the class label, the exact verdict, samples:
granularity falls, then the objective changes from $\log p$ to $p$, then comes sampling. Each seed has a rule, known
tables, forms, first weights and a pre-trained base of its own, which all signals share, so that differences are paired.
Accuracy on held-out questions, which share the rule and not the surface, is compared at equal accuracy on the trained
ones, where a slower signal has no larger gap, and at equal budgets, one at a time.
"""

from collections.abc import Iterator, Mapping
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
from infoloop.learners.ladder_arms import (
    REFERENCES_ARE_ONE,
    LadderArm,
    arms_of_map,
    at_accuracy,
    first_cells,
    paired_by_seed,
)
from infoloop.learners.ladder_measures import AT_LEVEL, AT_LOOKS, TOLD, held_out_within, ladder_outcomes
from infoloop.learners.ladder_predictions import measured_and_predicted, predicted_accuracy
from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.signal_ladder import EXACT_SIGNALS, SIGNALS
from infoloop.learners.transformer_policy import transformer
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import interval_over_seeds
from infoloop.studies.configuration import Count, Positive, Weights, config
from infoloop.studies.ladder_panels import budget_panels, prediction_panel, rung_panel, transfer_panel
from infoloop.studies.marks_over_seeds import seed_marks
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import World, base_targets
from infoloop.worlds.lookup_cells import LookupCell, cell_world

OPTIMISERS = ("adam", "sgd")
WITH_LINES = ("own", "some", "class", "verdict")  # of the log-linear learner, in closed form
SHOWN = ("house", "own", "all", "class", "verdict", "samples")
UNITS = {"held": "1", "bits": "bits", "step": "steps"}  # of comparisons, by how they begin
PREFIXES = {
    "other_symbols": "sym ", "no_shared_rule": "null ", "transformer": "T ", "transformer_map": "T ",
    "transformer_symbols": "T sym ",
}  # fmt: skip


Part = Literal[
    "perceptron", "other_symbols", "no_shared_rule", "transformer", "log_linear", "transformer_map",
    "transformer_symbols",
]  # fmt: skip
LENIENT = tuple(LookupCell(m) for m in (6, 3, 1))
STRICT = LookupCell(3, "other forms")
SECOND = *LENIENT[:2], STRICT
CELLS: Mapping[Part, tuple[LookupCell, ...]] = {  # cells of one table have worlds of one shape
    "perceptron": (LENIENT[0], STRICT, STRICT._replace(junk=0.8), LENIENT[0]._replace(junk=0.8), LENIENT[1],
                   STRICT._replace(half=True), LENIENT[2]),
    "other_symbols": (LENIENT[1], LENIENT[1]._replace(junk=0.8)),
    "no_shared_rule": (LENIENT[1],),
    "transformer": (STRICT,),
    "log_linear": LENIENT,
    "transformer_map": tuple(c._replace(junk=j) for j in (0.0, 0.8) for c in (*SECOND, LENIENT[2])),
    "transformer_symbols": tuple(c._replace(junk=j) for j in (0.0, 0.8) for c in SECOND),
}  # fmt: skip
OTHER_SYMBOLS = {"surface": "other symbols"}
SHIFTS: Mapping[str, Mapping[str, Any]] = {
    "other_symbols": OTHER_SYMBOLS, "transformer_symbols": OTHER_SYMBOLS, "no_shared_rule": {"shared": False},
}  # fmt: skip
TASKS = {"other_symbols": 12, "transformer_symbols": 12, "log_linear": 1}


@config
class Config:
    """Perceptron, transformer and log-linear learner, two optimisers, 20 seeds."""

    parts: tuple[Part, ...] = Field(get_args(Part)[:5], min_length=1, description="tables: learners in like worlds")
    seeds: Count = Field(20, description="independent seeds, each with a rule, tables, forms, weights, base of its own")
    symbols: Count = Field(6, description="symbols to which the rule gives classes; 3 where domains share no rule")
    classes: Count = Field(4, description="classes")
    base_steps: Count = Field(400, description="steps of pre-training")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    sgd_rate: Positive = Field(0.05, description="learning rate of gradient descent")
    looks: Count = Field(60, description="looks at a learner in training")
    every: Count = Field(10, description="its steps between two looks")
    levels: Weights = Field((0.6, 0.8, 0.9), description="trained accuracies at which signals are compared")
    shared: Weights = Field((0.0, 0.2, 0.5, 0.8), description="weight of the log-linear learner's shared class feature")
    flow_rate: Positive = Field(0.5, description="learning rate of the log-linear learner")
    reference_price: Positive = Field(10.0, description="price of a reference: an example, in any currency")
    label_price: Positive = Field(1.0, description="price of a class label: an example")
    verdict_price: Positive = Field(0.1, description="price of a verdict: an example")


SMALL = Config(
    parts=("perceptron",), seeds=1, symbols=2, classes=2, base_steps=60, adam_rate=0.02, sgd_rate=0.2, looks=4,
    levels=(0.8,), shared=(0.5,),
)  # fmt: skip
CLAIMS = (
    "thm:verdict-pull", "thm:own-references", "thm:transfer-at-accuracy", "thm:label-transfers-most",
    "fol:waste-decides", "fol:smaller-gap-transfers",
)  # fmt: skip


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare a table for each learner and shape of world, by cell and seed."""
    return {part: _log_linear(config) if part == "log_linear" else _networks(config, part) for part in config.parts}


def _drawn(config: Config, part: Part, key: Key[Array, ""], cell: Int[Array, ""]) -> tuple[World, Array, Array]:
    """Return what a seed draws in a cell: a world of its rule alone, its base's junk, keys of weights and signals."""
    key_world, *rest = jax.random.split(key, 3)
    sizes = {"classes": config.classes, "tasks": TASKS.get(part, 4), **SHIFTS.get(part, {})}
    world = cell_world(key_world, CELLS[part], cell, _symbols(config, part), **sizes)
    return world, jnp.array([c.junk for c in CELLS[part]])[cell], jnp.stack(rest)


def _symbols(config: Config, part: Part) -> int:
    return min(3, config.symbols) if part == "no_shared_rule" else config.symbols


def _networks(config: Config, part: Part) -> Sweep:
    learner = transformer if part.startswith("transformer") else perceptron

    def measure(key, cell, seed):
        world, junk, keys = _drawn(config, part, key, cell)
        few, policy = first_questions(world, _symbols(config, part)), learner(world)
        start = pretrain(keys[0], world, policy, junk, config.base_steps)

        def one(adam):
            optimiser = adam_or_descent(adam, config.adam_rate, config.sgd_rate)
            return ladder_outcomes(keys[1], world, policy, few, learner(few), start, optimiser, *_looked_at(config))

        return jax.vmap(one)(jnp.array([name == "adam" for name in OPTIMISERS]))

    return _table(config, part, measure, {"seed": range(config.seeds)}, OPTIMISERS, SIGNALS)


def _log_linear(config: Config) -> Sweep:
    def measure(key, cell, shared):
        world, junk, keys = _drawn(config, "log_linear", key, cell)
        base = jnp.log(base_targets(world, junk))
        policy = log_linear(world, FeatureWeights(content_class=shared, own=1 - shared), base)
        start, optimiser = policy.start(keys[0]), optax.sgd(config.flow_rate)
        learner = (world, policy, world, policy, start, optimiser)
        found = ladder_outcomes(keys[1], *learner, *_looked_at(config), signals=EXACT_SIGNALS)
        return jax.tree.map(lambda x: x[None], found)

    return _table(config, "log_linear", measure, {"shared": config.shared}, ("flow",), EXACT_SIGNALS)


def _looked_at(config: Config) -> tuple:
    prices = (config.reference_price, config.label_price, config.verdict_price)
    return config.looks, config.every, config.levels, prices


def _table(config: Config, part: Part, measure: Any, grid: dict, optimisers: tuple, signals: tuple) -> Sweep:
    own = ("optimiser", "signal")
    kinds = ((AT_LEVEL, (*own, "level")), (AT_LOOKS, (*own, "step")), (TOLD, own))
    quantities = {name: Quantity(*said, axes) for names, axes in kinds for name, said in names.items()}
    steps = range(0, config.looks * config.every + 1, config.every)
    axes = {"optimiser": optimisers, "signal": signals, "level": config.levels, "step": steps}
    (batch,) = map(len, grid.values())  # a cell is a shard, so that a run goes on from where it was killed
    grid = {"cell": range(len(CELLS[part])), **grid}
    return Sweep(measure, quantities, {}, grid, axes, shard_size=batch, batch_size=batch)


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def arms(found: dict[str, xr.Dataset]) -> Iterator[LadderArm]:
    """Return the arms of all networks, or of the log-linear learner where there is no network."""
    networks = {part: cells for part, cells in CELLS.items() if part in found and part != "log_linear"}
    if networks:
        return arms_of_map(found, networks, SHIFTS)
    alone = {"log_linear": found["log_linear"].isel(shared=-1).expand_dims("seed")}
    return arms_of_map(alone, {"log_linear": CELLS["log_linear"]}, SHIFTS)


def granularity(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the class label transfers more than one random reference a question, by seed, at equal accuracy."""
    return _by_cell(found, budget, "held_out", "class", "own")


def objective(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what the exact verdict transfers more than the class label, by seed, at equal accuracy."""
    return _by_cell(found, budget, "held_out", "verdict", "class")


def forgetting(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return by how many bits one random reference forgets more than the class label, by seed, at equal accuracy."""
    return _by_cell(found, budget, "forgetting", "own", "class")


def slowness(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return how many steps more the exact verdict takes to an accuracy than the class label, by seed."""
    return _by_cell(found, budget, "steps", "verdict", "class")


def thrift(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return what one reference a question transfers more than verdicts on samples, by seed, at an equal budget."""
    unit = budget.unit.replace("queries", "verdicts")
    value = lambda table, s: held_out_within(table, budget.amount, unit, s).values  # noqa: E731
    return _by_seed(paired_by_seed(arms(found), value, "own", "samples"))


def _by_cell(found, budget, quantity, signal, against):
    if budget.unit != "accuracy":
        raise ValueError(f"the budget is in {budget.unit}: give an accuracy, at which signals are compared here")
    return _by_seed(paired_by_seed(arms(found), at_accuracy(quantity, budget.amount), signal, against))


def _by_seed(pairs):
    return {arm.name: reason or {seed: float(x) for seed, x in enumerate(gap)} for arm, reason, gap in pairs}


def _level(found: dict[str, xr.Dataset]) -> float:
    levels = next(iter(found.values())).level.values
    return float(levels[len(levels) // 2])


def transfer_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw held-out against trained accuracy, medians over seeds."""
    every = (arm for group in first_cells(arms(found), 3) for arm in group)
    panels = tuple(transfer_panel(f"{arm.cell.name}, {arm.optimiser}", arm.table, SHOWN) for arm in every)
    caption = "Medians over seeds. A signal that is only slower lies on the same curve, not below it."
    return Figure(panels, caption, columns=2)


def rung_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what each signal transfers, forgets and leaves in use, at equal accuracy."""
    level, panels = _level(found), []
    rows = {"held_out": "pass rate, held out", "forgetting": "bits on known tasks", "diversity": "right answers in use"}
    for quantity, words in rows.items():
        for group in first_cells(arms(found), 2):
            by_optimiser = {arm.optimiser: arm.table for arm in group}
            panels.append(rung_panel(group[0].cell.name, words, by_optimiser, quantity, level))
    caption = f"At a pass rate of {level:g} on trained questions: median and 95 % interval over seeds."
    return Figure(tuple(panels), caption, columns=2)


def _comparisons(found: dict[str, xr.Dataset]) -> dict[str, tuple]:
    level = _level(found)
    return {
        "held out, class - reference": (at_accuracy("held_out", level), "class", "own"),
        "held out, verdict - class": (at_accuracy("held_out", level), "verdict", "class"),
        "bits forgotten, reference - class": (at_accuracy("forgetting", level), "own", "class"),
        "steps, verdict - class": (at_accuracy("steps", level), "verdict", "class"),
    }


def difference_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what one signal transfers or forgets more than another, or how many steps more it takes."""
    panels = []
    for words, asked in _comparisons(found).items():
        rows = [(arm, gap) for arm, _, gap in paired_by_seed(arms(found), *asked)]
        cells = dict.fromkeys((arm.part, arm.cell) for arm, _ in rows)
        marks: list[Whiskers | Line] = [Line([-0.5, len(cells) - 0.5], [0, 0], "", "dotted", 6)]
        for j, optimiser in enumerate(dict.fromkeys(arm.optimiser for arm, _ in rows)):
            marks += seed_marks([gap for arm, gap in rows if arm.optimiser == optimiser], optimiser, j, 0.2 * j - 0.1)
        names = tuple(f"{PREFIXES.get(part, '')}{cell.name}" for part, cell in cells)
        panels.append(Panel(words, "", "difference", tuple(marks), x_names=names))
    caption = (
        f"Paired differences at a pass rate of {_level(found):g} on trained questions: median and 95 % interval over "
        "seeds; a circle where too many seeds have none. After the shift stands M; J: junk in the base, half: half of "
        "the questions, sym: other symbols in other domains, null: no shared rule, T: transformer."
    )
    return Figure(tuple(panels), caption, columns=2)


def budget_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw accuracy over each budget, one at a time."""
    arm = first_cells(arms(found), 2)[-1][0]
    caption = (
        f"{arm.cell.name}, {arm.optimiser}, medians over seeds. A data set is told once: a circle at the end of its "
        "training; labels and references ask for no verdict. Examples are references, labels and verdicts; prices are "
        "settings, not facts."
    )
    return Figure(budget_panels(arm.table, SHOWN), caption, columns=2)


def log_linear_tables(found: dict[str, xr.Dataset]) -> Iterator[tuple[LookupCell, float, xr.Dataset]]:
    """Return the log-linear learner's cells and weights of the shared feature, each with its table."""
    for k, cell in enumerate(CELLS["log_linear"] if "log_linear" in found else ()):
        for shared in found["log_linear"].shared.values:
            yield cell, float(shared), found["log_linear"].isel(cell=k, optimiser=0).sel(shared=shared)


def predicted_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the log-linear learner's held-out accuracy, and the lines on which it should lie."""
    panels = [
        prediction_panel(f"log-linear, {cell.name}, shared {shared:g}", table, WITH_LINES, shared, cell.forms)
        for cell, shared, table in log_linear_tables(found)
        if cell.forms > 1 and shared > 0
    ]
    if not panels:
        p = jnp.linspace(0.3, 0.99, 50)
        lines = tuple(Line(p, predicted_accuracy(s, p, 0.5, 0.5, 4, 6), s) for s in WITH_LINES)
        panels = [Panel("log-linear, lenient 6, shared 0.5", "pass rate, trained", "pass rate, held out", lines)]
    return Figure(tuple(panels), "Circles are measured, lines are the closed forms of S69 to S72.", columns=2)


FIGURES = {
    "transfer": transfer_figure,
    "rungs": rung_figure,
    "differences": difference_figure,
    "budgets": budget_figure,
    "log_linear": predicted_figure,
}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """State in which cells differences are least and greatest, the planted nulls, and how far closed forms are off."""
    rows = []
    for words, asked in _comparisons(found).items():
        middles: dict[str, list[tuple[float, str]]] = {}
        for arm, reason, gap in paired_by_seed(arms(found), *asked):
            middle = interval_over_seeds(gap.tolist()).median
            if reason == REFERENCES_ARE_ONE:
                rows.append(
                    Headline(f"{words}: {arm.cell.name}, {arm.optimiser}", middle, 0.0, UNITS[words[:4]], reason)
                )
            elif not reason and np.isfinite(middle):
                name = f"{PREFIXES.get(arm.part, '')}{arm.cell.name}"
                middles.setdefault(arm.optimiser, []).append((middle, name))
        for optimiser, each in middles.items():
            for end, (value, name) in (("least", min(each)), ("greatest", max(each))):
                rows.append(Headline(f"{words}, {optimiser}, {end}: {name}", value, None, UNITS[words[:4]], ""))
    off = []
    for cell, shared, table in log_linear_tables(found):
        for signal in WITH_LINES:
            _, held_out, line = measured_and_predicted(table, signal, shared, cell.forms)
            off.append((shared, np.abs(held_out - line).max()))
    for words, source, chosen in (
        ("log-linear, largest distance from its closed form", "S69 to S72", [x for shared, x in off if shared > 0]),
        ("log-linear without a shared feature, largest transfer", "a table", [x for shared, x in off if shared == 0]),
    ):
        rows += [Headline(words, float(max(chosen)), 0.0, "1", source)] if chosen else []
    return tuple(rows)
