r"""Reference or verdict? The same learner from the same base, fine-tuned on a ladder of signals, one change a rung.

References in one house style, one or some random ones a question, all, the class label, the exact verdict, samples:
granularity falls, then the objective changes from $\log p$ to $p$, then comes sampling. Each seed has a rule, known
tables, forms, first weights and a pre-trained base of its own, which all signals share, so that differences are paired.
Accuracy on held-out questions, which share the rule and not the surface, is compared at equal accuracy on the trained
ones, where a slower signal has no larger gap, and at equal budgets, one at a time.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Int, Key
from pydantic import Field

from infoloop.learners.base_training import pretrain
from infoloop.learners.fine_tuning import adam_or_descent, fewer_contents, first_questions
from infoloop.learners.log_linear_policy import FeatureWeights, log_linear
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.policy_outcomes import first_at, outcomes
from infoloop.learners.signal_costs import signal_costs, signal_price
from infoloop.learners.signal_ladder import EXACT_SIGNALS, SIGNALS, train_ladder
from infoloop.learners.transformer_policy import transformer
from infoloop.learning.label_transfer import accuracy_from_group, accuracy_from_part
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import SeedInterval, median_interval
from infoloop.studies.configuration import Count, Positive, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.bayes_learner import void_reason
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule, right_outputs, under_rule
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.reference_channels import class_channel

OPTIMISERS = ("adam", "sgd")
SHOWN = ("house", "own", "all", "class", "verdict", "samples")
SAMPLED = ("samples", "rejection")  # which are told more in every step
SHORT = {"best_of_n": "best", "samples": "GRPO", "rejection": "reject", "preferences": "DPO"}


class Cell(NamedTuple):
    """A world of a map: forms of a class, which of them held-out questions accept, junk in the base, questions."""

    forms: int
    accepted: str = "same forms"
    junk: float = 0.0
    half: bool = False

    @property
    def name(self) -> str:
        """The cell in a figure."""
        shift = "lenient" if self.accepted == "same forms" else "strict"
        return f"{shift} {self.forms}" + (f" J{self.junk:g}" if self.junk else "") + (" half" if self.half else "")


Part = Literal[
    "perceptron", "other_symbols", "no_shared_rule", "transformer", "log_linear", "transformer_map",
    "transformer_symbols",
]  # fmt: skip
STRICT = Cell(3, "other forms")
LENIENT = Cell(6)
CELLS: Mapping[Part, tuple[Cell, ...]] = {  # cells of one table have worlds of one shape
    "perceptron": (
        LENIENT, STRICT, Cell(3, "other forms", 0.8), Cell(6, junk=0.8), Cell(3), Cell(3, "other forms", half=True),
        Cell(1),
    ),
    "other_symbols": (Cell(3), Cell(3, junk=0.8)),
    "no_shared_rule": (Cell(3),),
    "transformer": (STRICT, LENIENT),
    "log_linear": (Cell(1), Cell(3), Cell(6)),
    "transformer_map": tuple(Cell(*which, junk) for junk in (0.0, 0.8) for which in (
        (1, "same forms"), (3, "same forms"), (6, "same forms"), (1, "other forms"), (3, "other forms"),
    )),
    "transformer_symbols": tuple(Cell(*which, junk) for junk in (0.0, 0.8) for which in (
        (3, "same forms"), (6, "same forms"), (3, "other forms"),
    )),
}  # fmt: skip
OTHER_SYMBOLS = {"surface": "other symbols", "tasks": 12}
WORLDS: Mapping[str, Mapping[str, Any]] = {
    "other_symbols": OTHER_SYMBOLS,
    "transformer_symbols": OTHER_SYMBOLS,
    "no_shared_rule": {"shared": False},
    "log_linear": {"tasks": 1},
}
SHIFTS = dict.fromkeys(("other_symbols", "transformer_symbols"), "other symbols") | {"no_shared_rule": "no shared rule"}
BY_LEVEL = {
    "held_out": "pass rate on held-out questions when the trained ones reach a level",
    "form": "mass on accepted forms on held-out questions then",
    "known": "pass rate on known tasks then",
    "forgetting": "D(base || policy) on known tasks then",
    "diversity": "right answers in use then, 2^entropy",
    "unevenness": "standard deviation of the pass rate over trained questions then",
    "steps": "steps until then",
}


@config
class Config:
    """Perceptron, transformer and log-linear learner, two optimisers, 20 seeds."""

    parts: tuple[Part, ...] = Field(
        get_args(Part)[:5], min_length=1, description="tables: learners in worlds of one shape"
    )
    seeds: Count = Field(20, description="independent seeds, each with a rule, tables, forms, weights, base of its own")
    symbols: Count = Field(6, description="symbols to which the rule gives classes; 3 where domains share no rule")
    classes: Count = Field(4, description="classes")
    base_steps: Count = Field(400, description="steps of pre-training")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    sgd_rate: Positive = Field(0.05, description="learning rate of gradient descent")
    looks: Count = Field(80, description="looks at a learner in training")
    every: Count = Field(10, description="its steps between two looks")
    levels: Weights = Field(
        (0.6, 0.8, 0.9), description="accuracies on trained questions at which signals are compared"
    )
    shared: Weights = Field((0.0, 0.2, 0.5, 0.8), description="weight of the log-linear learner's shared class feature")
    flow_rate: Positive = Field(0.5, description="learning rate of the log-linear learner")
    reference_price: Positive = Field(10.0, description="price of a reference: an example, in any currency")
    label_price: Positive = Field(1.0, description="price of a class label: an example")
    verdict_price: Positive = Field(0.1, description="price of a verdict: an example")


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
    return {part: _log_linear(config) if part == "log_linear" else _networks(config, part) for part in config.parts}


def _drawn(config: Config, part: str, key: Key[Array, ""], cell: Int[Array, ""]) -> tuple[World, Array, Array]:
    """Return what a seed draws in a cell: a world of its rule alone, its base's junk, keys of weights and signals."""
    key_world, key_rule, *rest = jax.random.split(key, 4)
    symbols = min(3, config.symbols) if part == "no_shared_rule" else config.symbols
    sizes: dict[str, Any] = {"symbols": symbols, "classes": config.classes, **WORLDS.get(part, {})}
    worlds = []
    for c in CELLS[part]:
        world = lookup_world(key_world, forms=c.forms, accepted=c.accepted, **sizes)
        world = under_rule(world, draw_rule(key_rule, world))
        worlds.append(fewer_contents(world, max(1, symbols // 2) if c.half else symbols))
    world = jax.tree.map(lambda *cells: jnp.stack(cells)[cell], *worlds)
    return world, jnp.array([c.junk for c in CELLS[part]])[cell], jnp.stack(rest)


def _networks(config: Config, part: str) -> Sweep:
    learner = transformer if part.startswith("transformer") else perceptron
    symbols = min(3, config.symbols) if part == "no_shared_rule" else config.symbols

    def measure(key, cell, seed):
        world, junk, keys = _drawn(config, part, key, cell)
        few, policy = first_questions(world, symbols), learner(world)
        start = pretrain(keys[0], world, policy, junk, config.base_steps)

        def one(adam):
            optimiser = adam_or_descent(adam, config.adam_rate, config.sgd_rate)
            return _fine_tuned(config, keys[1], world, few, policy, learner(few), start, optimiser, SIGNALS)

        return jax.vmap(one)(jnp.array([name == "adam" for name in OPTIMISERS]))

    return _table(config, part, measure, {"seed": range(config.seeds)}, OPTIMISERS, SIGNALS)


def _log_linear(config: Config) -> Sweep:
    def measure(key, cell, shared):
        world, junk, keys = _drawn(config, "log_linear", key, cell)
        base = jnp.log(base_targets(world, junk))
        policy = log_linear(world, FeatureWeights(content_class=shared, own=1 - shared), base)
        start, optimiser = policy.start(keys[0]), optax.sgd(config.flow_rate)
        found = _fine_tuned(config, keys[1], world, world, policy, policy, start, optimiser, EXACT_SIGNALS)
        return jax.tree.map(lambda x: x[None], found)

    return _table(config, "log_linear", measure, {"shared": config.shared}, ("flow",), EXACT_SIGNALS)


def _table(config: Config, part: Part, measure: Any, grid: dict, optimisers: tuple, signals: tuple) -> Sweep:
    units, own = {"forgetting": "bits", "steps": "steps"}, ("optimiser", "signal")
    quantities = {name: Quantity(said, units.get(name, "1"), (*own, "level")) for name, said in BY_LEVEL.items()}
    quantities["trained_curve"] = Quantity("pass rate on trained questions", "1", (*own, "step"))
    quantities["held_out_curve"] = Quantity("pass rate on held-out questions", "1", (*own, "step"))
    quantities["bits"] = Quantity("bits told until a look", "bits", (*own, "step"))
    for name in ("examples", "verdicts", "price"):  # until a later look they are as many, of samples in proportion
        quantities[name] = Quantity(f"{name} told until the second look", "1", own)
    quantities["diverged"] = Quantity("whether the run diverged", "1", own)
    steps = range(0, config.looks * config.every + 1, config.every)
    axes = {"optimiser": optimisers, "signal": signals, "level": config.levels, "step": steps}
    grid = {"cell": range(len(CELLS[part])), **grid}
    shard, batch = len(grid["cell"]) * len(next(iter(list(grid.values())[1:]))), config.seeds
    return Sweep(measure, quantities, {}, grid, axes, shard_size=shard, batch_size=batch)


def _fine_tuned(
    config: Config,
    key: Key[Array, ""],
    world: World,
    few: World,
    policy: ParametricPolicy,
    of_few: ParametricPolicy,
    start: Any,
    optimiser: optax.GradientTransformation,
    signals: tuple[str, ...],
) -> dict[str, Array]:
    """Return the quantities of a table: one training on `few` questions for each signal, all at once."""
    base, right = policy.log_policy(start), right_outputs(few, 0)

    def observer(log_policy):
        passed = jnp.where(right, jnp.exp(log_policy[: len(right)]), 0.0).sum(axis=1)
        return outcomes(world, 0, base, log_policy), passed

    steps = config.looks * config.every
    found = train_ladder(
        key, few, 0, of_few, start, optimiser, steps, config.every, observer, policy, signals
    )  # fmt: skip
    seen, passed = found.observed
    costs = signal_costs(few, 0, passed, config.every, signals)
    price = signal_price(costs, config.reference_price, config.label_price, config.verdict_price)
    examples = costs.references + costs.labels + costs.verdicts
    times = jnp.broadcast_to(jnp.arange(config.looks + 1.0) * config.every, seen.trained.shape)
    numbers = (seen.held_out, seen.held_out_form, seen.known, seen.forgetting, seen.diversity, seen.unevenness, times)

    def at(values):
        of_run = lambda a, v: jax.vmap(lambda level: first_at(level, a, v))(jnp.array(config.levels))  # noqa: E731
        return jnp.where(found.diverged[:, None], jnp.inf, jax.vmap(of_run)(seen.trained, values))

    return {name: at(values) for name, values in zip(BY_LEVEL, numbers, strict=True)} | {
        "trained_curve": seen.trained,
        "held_out_curve": seen.held_out,
        "bits": costs.bits,
        "examples": examples[:, 1],
        "verdicts": costs.verdicts[:, 1],
        "price": price[:, 1],
        "diverged": 1.0 * found.diverged,
    }


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


class Arm(NamedTuple):
    """One learner in one cell under one optimiser; its table has the axes seed, signal, level and step."""

    part: str
    cell: Cell
    optimiser: str
    table: xr.Dataset

    @property
    def name(self) -> str:
        """The cell in the ledger."""
        learner = "transformer" if self.part.startswith("transformer") else "perceptron"
        shift = SHIFTS.get(self.part, "same symbols"), "strict" if self.cell.accepted == "other forms" else "lenient"
        half = "half" if self.cell.half else "all"
        return (
            f"learner={learner}, shift={' '.join(shift)}, M={self.cell.forms}, J={self.cell.junk:g}, questions={half}, "
            f"optimiser={self.optimiser}"
        )


def arms(found: dict[str, xr.Dataset]) -> Iterator[Arm]:
    """Return the arms of all networks, or of the log-linear learner where there is no network."""
    parts = [part for part in CELLS if part in found and part != "log_linear"]
    for part in parts or ["log_linear"]:
        table = found[part] if parts else found[part].isel(shared=-1).expand_dims("seed")
        for k, cell in enumerate(CELLS[part]):
            for optimiser in table.optimiser.values:
                yield Arm(part, cell, str(optimiser), table.isel(cell=k).sel(optimiser=optimiser))


@lru_cache
def void(part: str, cell: Cell) -> str:
    """Return why nothing can be learned from held-out questions in a cell; '' if something can."""
    sizes = {"symbols": 2, "classes": 2, **WORLDS.get(part, {})}  # which no answer hangs on
    world = lookup_world(jax.random.key(0), forms=cell.forms, accepted=cell.accepted, **sizes)
    return void_reason(world, class_channel(world))


def paired(found: dict[str, xr.Dataset], value: Callable, signal: str, against: str) -> Iterator[tuple[Arm, str, Any]]:
    """Return each arm, why it is void, and `value(arm's table, signal)` of a signal less that of another, by seed."""
    for arm in arms(found):
        null = "all references are one" if arm.cell.forms == 1 and {signal, against} == {"own", "class"} else ""
        yield arm, void(arm.part, arm.cell) or null, value(arm.table, signal) - value(arm.table, against)


def at_accuracy(quantity: str, level: float) -> Callable[[xr.Dataset, str], np.ndarray]:
    """Return what reads off a quantity at the moment at which trained questions reach an accuracy."""
    return lambda table, signal: table[quantity].sel(level=level, signal=signal).values


def within(budget: Budget) -> Callable[[xr.Dataset, str], np.ndarray]:
    """Return what reads off held-out accuracy at the last look within a budget of steps or of what is told."""

    def value(table: xr.Dataset, signal: str) -> np.ndarray:
        spent = cost(table, budget.unit.replace("queries", "verdicts"), signal)
        last = (spent <= budget.amount).sum("step") - 1
        return table.held_out_curve.sel(signal=signal).isel(step=last).values

    return value


def cost(table: xr.Dataset, unit: str, signal: str) -> xr.DataArray:
    """Return what was spent until each look, by seed: a data set at once, samples anew in each step."""
    look = xr.DataArray(np.arange(table.sizes["step"]), dims="step")
    if unit == "steps":
        return table.step + 0 * table.bits.sel(signal=signal)
    told = table[unit].sel(signal=signal)
    return told if unit == "bits" else told * (look if signal in SAMPLED else np.minimum(look, 1))


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
    if budget.unit in ("accuracy", "rounds"):
        raise ValueError(f"the budget is in {budget.unit}: give steps, examples, queries, bits or a price")
    return _by_seed(paired(found, within(budget), "own", "samples"))


def _by_cell(found, budget, quantity, signal, against):
    if budget.unit != "accuracy":
        raise ValueError(f"the budget is in {budget.unit}: give an accuracy, at which signals are compared here")
    return _by_seed(paired(found, at_accuracy(quantity, budget.amount), signal, against))


def _by_seed(pairs):
    return {arm.name: reason or {seed: float(x) for seed, x in enumerate(gap)} for arm, reason, gap in pairs}


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


def _level(found: dict[str, xr.Dataset]) -> float:
    levels = next(iter(found.values())).level.values
    return float(levels[len(levels) // 2])


def _first(found: dict[str, xr.Dataset], cells: int) -> list[list[Arm]]:
    """Return the first cells of the first learner that is there, each with all of its optimisers."""
    every = [arm for arm in arms(found) if arm.cell.forms > 1]
    groups: dict[Cell, list[Arm]] = {}
    for arm in every:
        if arm.part == every[0].part:
            groups.setdefault(arm.cell, []).append(arm)
    return list(groups.values())[:cells]


def transfer_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw held-out against trained accuracy, medians over seeds."""
    panels = []
    for arm in (arm for group in _first(found, 3) for arm in group):
        curves = arm.table[["trained_curve", "held_out_curve"]].median("seed")
        both = [(curves.trained_curve.sel(signal=s), curves.held_out_curve.sel(signal=s), s) for s in _shown(arm)]
        lines = tuple(Line(x, y, SHORT.get(s, s), colour=j) for j, (x, y, s) in enumerate(both))
        panels.append(Panel(f"{arm.cell.name}, {arm.optimiser}", "pass rate, trained", "pass rate, held out", lines))
    caption = "Medians over seeds. A signal that is only slower lies on the same curve, not below it."
    return Figure(tuple(panels), caption, columns=2)


def _shown(arm: Arm) -> list[str]:
    return [s for s in SHOWN if s in arm.table.signal.values]


def rung_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what each signal transfers, forgets and leaves in use, at equal accuracy."""
    level, panels = _level(found), []
    for group in _first(found, 2):
        for quantity, words in (
            ("held_out", "held out"), ("forgetting", "bits on known tasks"), ("diversity", "right answers in use"),
        ):  # fmt: skip
            names = [str(s) for s in group[0].table.signal.values]
            marks = []
            for j, arm in enumerate(group):
                values = [at_accuracy(quantity, level)(arm.table, s) for s in names]
                marks += _marks(values, arm.optimiser, j, 0.2 * j - 0.1)
            short = tuple(SHORT.get(s, s) for s in names)
            panels.append(Panel(f"{quantity}, {group[0].cell.name}", "", words, tuple(marks), x_names=short))
    caption = f"At a pass rate of {level:g} on trained questions: median and 95 % interval over seeds."
    return Figure(tuple(panels), caption, columns=2)


def _comparisons(found):
    level = _level(found)
    return (
        ("held out, class - reference", "1", at_accuracy("held_out", level), "class", "own"),
        ("held out, verdict - class", "1", at_accuracy("held_out", level), "verdict", "class"),
        ("forgotten, reference - class", "bits", at_accuracy("forgetting", level), "own", "class"),
        ("steps, verdict - class", "steps", at_accuracy("steps", level), "verdict", "class"),
    )


def difference_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what one signal transfers or forgets more than another, or how much longer it takes."""
    panels = []
    for words, unit, *asked in _comparisons(found):
        rows = [(arm, gap) for arm, _, gap in paired(found, *asked)]
        marks: list[Whiskers | Line] = [Line([-0.5, len(rows) / 2 - 0.5], [0, 0], "", "dotted", 6)]
        for j, optimiser in enumerate(dict.fromkeys(arm.optimiser for arm, _ in rows)):
            marks += _marks([gap for arm, gap in rows if arm.optimiser == optimiser], optimiser, j, 0.2 * j - 0.1)
        cells = dict.fromkeys((arm.part, arm.cell) for arm, _ in rows)
        names = tuple(f"{PREFIXES.get(part, '')}{cell.name}" for part, cell in cells)
        panels.append(Panel(words, "", unit.replace("1", "difference"), tuple(marks), x_names=names))
    caption = (
        f"Paired differences at a pass rate of {_level(found):g} on trained questions: median and 95 % interval over "
        "seeds; a circle where too many seeds have none. J: junk in the base. sym: other symbols in other domains. "
        "null: no shared rule. T: transformer."
    )
    return Figure(tuple(panels), caption, columns=2)


PREFIXES = {
    "other_symbols": "sym ", "no_shared_rule": "null ", "transformer": "T ", "transformer_map": "T ",
    "transformer_symbols": "T sym ",
}  # fmt: skip


def budget_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw accuracy over each budget."""
    arm, panels = _first(found, 2)[-1][0], []
    of_steps = [arm.table.trained_curve.sel(signal=s).median("seed") for s in _shown(arm)]
    lines = [Line(arm.table.step, y, SHORT.get(s, s), colour=j) for j, (s, y) in enumerate(zip(_shown(arm), of_steps))]
    panels.append(Panel("trained questions", "steps", "pass rate", tuple(lines)))
    for unit in ("steps", "examples", "verdicts", "bits", "price"):
        lines = []
        for j, s in enumerate(_shown(arm)):
            spent = cost(arm.table, unit, s).median("seed").values
            accuracy = arm.table.held_out_curve.sel(signal=s).median("seed").values
            curve = unit == "steps" or s in SAMPLED
            x, y = (spent[1:], accuracy[1:]) if curve else (spent[-1:], accuracy[-1:])
            lines.append(Line(x, y, SHORT.get(s, s), "line" if curve else "points", j))
        scale = "linear" if unit == "steps" else "symlog" if unit == "verdicts" else "log"
        panels.append(Panel(f"held-out questions, {unit}", unit, "pass rate", tuple(lines), x_scale=scale))
    caption = (
        f"{arm.cell.name}, {arm.optimiser}, medians over seeds. A data set is told once: a circle at the end of its "
        "training. Examples are references, labels and verdicts; prices are settings, not facts."
    )
    return Figure(tuple(panels), caption, columns=2)
