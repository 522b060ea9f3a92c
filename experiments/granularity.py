r"""Is the best granularity of a label in the middle, between one that tells nothing and a unique identifier?

A label leaves a set of outputs: all four classes of answers, two, the class that is right, half of its four surface
forms, one output; the forms of the finer ones are one house style for all questions, or drawn for each. A learner is
fine-tuned on the likelihood of its label. Each seed has a rule, known tables, forms, first weights and a base of its
own, which all labels share; held-out questions share the rule, and the surface forms (an overlap of 1) or not (0).

What is decided, by a criterion that a pilot with other seeds suggested: the pass rate on held-out questions at equal
pass rates on trained ones (.8), of the class less that of a finer label. Its mean over 20 seeds or more says "more"
where the 95 % bootstrap interval is above .01, "less" below -.01, "alike" inside. One output is not the best
granularity if the class has more in 2/3 of the decided cells, and finer labels help if it has less in 2/3. The
log-linear learner, of which the answer is known, shows what the analysis finds where there is an effect, and where
there is none (no features of its own).
"""

import itertools
from collections.abc import Callable
from typing import NamedTuple

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
from infoloop.learning.label_transfer import accuracy_from_group, accuracy_from_part, label_bits
from infoloop.learning.paired_differences import bootstrap_interval, said_by_differences
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.studies.configuration import Count, Counts, Positive, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.coded_worlds import FORMS
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule
from infoloop.worlds.label_sets import class_group, first_right_outputs
from infoloop.worlds.lookup import lookup_world

CLASSES, FORMS_A_CLASS, ALPHABET = 4, 4, 8
KINDS = ("house", "drawn")
SIZE, MOST_MISSING = 0.01, 0.25  # the least difference that counts, and the most seeds without one
LEAST_GAIN = 0.1  # of the held-out pass rate by the best label, below which a cell is void
SEEN = {
    "trained": ("pass rate on trained questions, A", "1"),
    "held_out": ("pass rate on held-out questions, B", "1"),
    "held_out_form": ("mass on accepted forms on held-out questions", "1"),
    "known": ("pass rate on questions of known tasks", "1"),
    "forgetting": ("divergence from the base to the learner on them", "bits"),
    "diversity": ("2^entropy among right outputs of trained questions", "1"),
}


@config
class Config:
    """Four classes of four surface forms each."""

    seeds: Count = Field(20, description="independent seeds: each has a rule, tables, forms, weights and a base")
    groups: Counts = Field((4, 2, 1), description="classes that a label of whole classes leaves")
    parts: Counts = Field((2, 1), description="outputs that a label finer than the class leaves")
    symbols: Count = Field(6, description="questions of a domain, for the perceptron")
    tasks: Count = Field(4, description="tasks that the base knows, for the perceptron")
    small_symbols: Count = Field(4, description="questions of a domain, for the transformer")
    small_tasks: Count = Field(3, description="tasks that the base knows, for the transformer")
    levels: Weights = Field((0.35, 0.8), description="accuracies on trained questions at which labels are compared")
    pretraining: Count = Field(400, description="steps by which a base is trained")
    looks: Count = Field(80, description="looks at a learner in training")
    every: Count = Field(5, description="its steps between two looks")
    adam_rate: Positive = Field(5e-4, description="learning rate of Adam")
    sgd_rate: Positive = Field(0.015, description="learning rate of gradient descent")
    own: Weights = Field(
        (0.0, 0.25, 0.5, 0.75), description="kernel weight of a log-linear learner's own features, below 1"
    )
    flow_rate: Positive = Field(0.125, description="learning rate of the log-linear learner")
    flow_every: Count = Field(20, description="its steps between two looks")


SMALL = Config(
    seeds=2, groups=(2, 1), parts=(1,), symbols=2, tasks=1, small_symbols=2, small_tasks=1, levels=(0.3,),
    pretraining=20, looks=4, every=5, adam_rate=0.02, sgd_rate=0.3, own=(0.5,), flow_rate=1.0, flow_every=5,
)  # fmt: skip
CLAIMS = (
    "thm:transfer-at-accuracy",
    "thm:label-transfers-most",
    "thm:garbling-risk",
    "fol:coarser-teaches-more",
    "fol:smaller-gap-transfers",
    "fol:waste-decides",
    "thm:fine-labels-help",
)


def signals(config: Config) -> tuple[str, ...]:
    """Return the names of the labels, coarse ones first."""
    whole = (f"{g} classes" if g > 1 else "class" for g in config.groups)
    return (*whole, *(f"{k} of {FORMS_A_CLASS}, {kind}" for kind in KINDS for k in config.parts))


def _labels(config: Config, key: jax.Array, world: World, rule: jax.Array) -> jax.Array:
    """Return the label sets, signals x questions x outputs."""
    key_house, key_drawn = jax.random.split(key)
    house = jax.random.permutation(key_house, world.forms)[world.form]
    drawn = jax.random.uniform(key_drawn, world.classes.shape)
    whole = [class_group(world, rule, g) for g in config.groups]
    parts = [first_right_outputs(place, world, rule, k) for place in (house, drawn) for k in config.parts]
    return jnp.stack([*whole, *parts])


class NetworkCase(NamedTuple):
    """A network, the size of its world, how far forms overlap between domains, and the optimisers that train it."""

    learner: Callable[[World], ParametricPolicy]
    symbols: int
    tasks: int
    overlaps: tuple[int, ...]
    optimisers: tuple[str, ...]


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "perceptron" and "transformer" by overlap of forms and seed, "log_linear" and "predicted" by weight."""
    perceptrons = NetworkCase(perceptron, config.symbols, config.tasks, (1, 0), ("SGD", "Adam"))
    transformers = NetworkCase(transformer, config.small_symbols, config.small_tasks, (0,), ("Adam",))
    return {
        "perceptron": _network(config, perceptrons),
        "transformer": _network(config, transformers),
        "log_linear": _log_linear(config),
        "predicted": _predicted(config),
    }


def _world(key: jax.Array, overlap: jax.Array, case: NetworkCase) -> World:
    """Return a world whose domains accept the same forms (an overlap of 1) or forms of their own (0)."""
    same, other = (
        lookup_world(key, case.symbols, CLASSES, FORMS_A_CLASS, case.tasks, alphabet=ALPHABET, accepted=accepted)
        for accepted in FORMS
    )
    return jax.tree.map(lambda a, b: jnp.where(overlap == 1, a, b), same, other)


def _fine_tuned(config: Config, key: jax.Array, overlap: jax.Array, case: NetworkCase) -> dict:
    """Return what a learner does after fine-tuning from one base: by optimiser, signal and look."""
    key_world, key_rule, key_base, key_labels, key_steps = jax.random.split(key, 5)
    world, n = _world(key_world, overlap, case), case.symbols
    rule, policy = draw_rule(key_rule, world), case.learner(world)
    start = pretrain(key_base, world, policy, 0.0, config.pretraining)
    base = policy.log_policy(start)
    few, steps = case.learner(first_questions(world, n)), config.looks * config.every

    def looked(log_policy):
        found = outcomes(world, rule, base, log_policy)
        return {name: getattr(found, name) for name in SEEN}

    def one(adam, members):
        objective = class_likelihood(members[:n], jnp.full(n, 1 / n))
        optimiser = adam_or_descent(adam, config.adam_rate, config.sgd_rate)
        run = train_policy(
            key_steps, few, start, objective, optimiser, steps, config.every, looked, observed_policy=policy
        )
        return {**run.observed, "diverged": 1.0 * run.diverged}

    adam = jnp.array([name == "Adam" for name in case.optimisers])
    labels = _labels(config, key_labels, world, rule)
    return jax.vmap(jax.vmap(one, (None, 0)), (0, None))(adam, labels)


def _network(config: Config, case: NetworkCase) -> Sweep:
    axes = ("optimiser", "signal", "look")
    quantities = {name: Quantity(meaning, unit, axes) for name, (meaning, unit) in SEEN.items()}
    points = config.seeds * len(case.overlaps)
    return Sweep(
        lambda key, overlap, seed: _fine_tuned(config, key, overlap, case),
        {**quantities, "diverged": Quantity("whether training diverged", "1", axes[:2])},
        traced_grid={"overlap": case.overlaps, "seed": range(config.seeds)},
        axes={"optimiser": case.optimisers, "signal": signals(config), "look": range(config.looks + 1)},
        shard_size=points,
        batch_size=points,
    )


def _log_linear(config: Config) -> Sweep:
    """Two questions of the new task and no other: nothing else shares a feature with them."""

    def measure(key, own, seed):
        key_world, key_rule, key_labels = jax.random.split(key, 3)
        world = lookup_world(key_world, 2, CLASSES, FORMS_A_CLASS, 0, alphabet=ALPHABET)
        rule, weight = draw_rule(key_rule, world), world.trained / world.trained.sum()
        base = jnp.log(base_targets(world, 0.0))
        policy = log_linear(world, FeatureWeights(content_class=1 - own, own=own), base)
        steps, rate = config.looks * config.flow_every, optax.sgd(config.flow_rate)

        def looked(log_policy):
            found = outcomes(world, rule, base, log_policy)
            return {"trained": found.trained, "held_out": found.held_out}

        def one(members):
            start, objective = policy.start(key), class_likelihood(members, weight)
            return train_policy(key, policy, start, objective, rate, steps, config.flow_every, looked).observed

        return jax.vmap(one)(_labels(config, key_labels, world, rule))

    points = config.seeds * len(config.own)
    return Sweep(
        measure,
        {name: Quantity(*SEEN[name], ("signal", "look")) for name in ("trained", "held_out")},
        traced_grid={"own": config.own, "seed": range(config.seeds)},
        axes={"signal": signals(config), "look": range(config.looks + 1)},
        shard_size=points,
        batch_size=points,
    )


def _predicted(config: Config) -> Sweep:
    """Return what does not hang on a run: bits of a label, an ideal learner, the log-linear learner in closed form."""
    sizes = [(g, FORMS_A_CLASS) for g in config.groups] + [(1, k) for _ in KINDS for k in config.parts]

    def transferred(own, level, group, outputs):
        weights = 1 - own, own, CLASSES, FORMS_A_CLASS
        if group == CLASSES:
            return jnp.nan * own
        if outputs < FORMS_A_CLASS:
            return accuracy_from_part(level, *weights, outputs)
        return accuracy_from_group(level, *weights, group)

    def measure(key, own):
        return {
            "bits": jnp.array([label_bits(CLASSES, FORMS_A_CLASS, *size) for size in sizes]),
            "ideal": jnp.array([1 / group for group, _ in sizes]),
            "held_out": jnp.stack([jnp.stack([transferred(own, a, *size) for a in config.levels]) for size in sizes]),
        }

    quantities = {
        "bits": Quantity("bits of a label about the output", "bits", ("signal",)),
        "ideal": Quantity("held-out pass rate of an ideal learner", "1", ("signal",)),
        "held_out": Quantity("held-out pass rate of the log-linear learner at equal A", "1", ("signal", "level")),
    }
    axes = {"signal": signals(config), "level": config.levels}
    return Sweep(measure, quantities, traced_grid={"own": config.own}, axes=axes)


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def at_accuracy(table: xr.Dataset, level: float, quantity: str = "held_out") -> xr.DataArray:
    """Return a quantity at the moment at which A first reaches a level; NaN where it never does."""
    values, accuracy = (table[name].transpose(..., "look") for name in (quantity, "trained"))
    looks = accuracy.sizes["look"]
    found = _first_at(level, *(jnp.asarray(x.values.reshape(-1, looks)) for x in (accuracy, values)))
    return values.isel(look=0, drop=True).copy(data=np.asarray(found).reshape(values.shape[:-1]))


_first_at = jax.jit(jax.vmap(first_at, (None, 0, 0)))


def cells(found: dict) -> dict[str, xr.Dataset]:
    """Return the cells of the map: the seeds of one learner under one optimiser and one overlap of forms."""
    return {
        f"{name}, {optimiser}, {FORMS[0] if overlap == 1 else FORMS[1]}": found[name].sel(
            overlap=overlap, optimiser=optimiser
        )
        for name in ("perceptron", "transformer")
        for overlap in found[name].overlap.values
        for optimiser in found[name].optimiser.values
    }


def contrasts(found: dict, quantity: str = "held_out") -> dict[str, dict[str, np.ndarray]]:
    """Return paired differences by seed, contrast -> cell -> values; NaN where one of two labels missed the level.

    Parts of a class are compared with the class at the last level, several classes with the class at the first.
    """
    levels, differences = found["predicted"].level.values, {}
    for cell, table in cells(found).items():
        for name in map(str, table.signal.values):
            if name in ("class", f"{CLASSES} classes"):
                continue
            at = at_accuracy(table, levels[0] if name.endswith("classes") else levels[-1], quantity)
            differences.setdefault(name, {})[cell] = (at.sel(signal="class") - at.sel(signal=name)).values
    return differences


def class_less_one_output(found: dict) -> dict[str, dict[int, float] | str]:
    """Return what the class adds to the held-out pass rate of a unique identifier, by cell and seed.

    NaN where one of two did not reach the last level, infinite where one diverged; void where no label transfers.
    """
    returned = {}
    for what, by_cell in contrasts(found).items():
        for cell, values in by_cell.items() if what.startswith("1 of") else ():
            table, (learner, optimiser, forms) = cells(found)[cell], cell.split(", ")
            name = f"learner={learner}, optimiser={optimiser}, forms={forms.split()[0]}, label={what.split()[-1]}"
            gain = table.held_out.isel(look=-1).max("signal") - table.trained.isel(look=0, signal=0)
            lost = table.diverged.sel(signal=["class", what]).max("signal").values > 0
            outcome = dict(zip(table.seed.values.tolist(), np.where(lost, np.inf, values).tolist(), strict=True))
            returned[name] = outcome if float(gain.mean()) >= LEAST_GAIN else "no label transfers to held-out questions"
    return returned


def _enough(values: np.ndarray) -> bool:
    return bool(np.isnan(values).mean() <= MOST_MISSING)


def _whiskers(by_place: dict[float, np.ndarray], label: str, colour: int) -> tuple[Whiskers, ...]:
    """Return intervals at their places, of what enough seeds have; no mark without any."""
    kept = {x: bootstrap_interval(values) for x, values in by_place.items() if _enough(values)}
    return (Whiskers(list(kept), *np.array(list(kept.values())).T, label, colour),) if kept else ()


def contrast_figure(found: dict) -> Figure:
    """Draw the class less finer labels at equal accuracy on trained questions, by cell."""
    names, panels = tuple(cell.removesuffix(" forms").replace("perceptron", "MLP") for cell in cells(found)), []
    for title, quantity, unit in (
        ("Held-out pass rate", "held_out", "class less label"),
        ("Forgetting", "forgetting", "class less label, bits"),
        ("Right answers that stay", "diversity", "class less label"),
    ):
        marks: list[Line | Whiskers] = [Line([0, len(names) - 1], [0, 0], "", "dotted", 6)]
        finer = {what: each for what, each in contrasts(found, quantity).items() if "of" in what}
        for k, (what, by_cell) in enumerate(finer.items()):
            marks += _whiskers({i + 0.12 * k: values for i, values in enumerate(by_cell.values())}, what, k)
        panels.append(Panel(title, "", unit, tuple(marks), x_names=names))
    caption = (
        "The class less finer labels, paired by seed, at equal pass rates on trained questions, with 95 % intervals. "
        "What fewer than three quarters of the seeds reach is left out."
    )
    return Figure(tuple(panels), caption)


def steps_figure(found: dict) -> Figure:
    """Draw held-out pass rates by bits of a label at equal steps, beside an ideal learner's."""
    bits, ideal = (found["predicted"][name].isel(own=0) for name in ("bits", "ideal"))
    order, linear = np.argsort(bits.values, kind="stable"), found["log_linear"].isel(own=-1)
    line = Line(bits.values[order], ideal.values[order], "ideal learner", "dashed", 6)
    panels = []
    for cell, table in {**cells(found), f"log-linear, own weight {float(linear.own):g}": linear}.items():
        marks: list[Line | Whiskers] = [line]
        for k, (kind, look) in enumerate(itertools.product(KINDS, (len(table.look) // 4, -1))):
            held_out = table.held_out.isel(look=look)
            names = [n for n in map(str, table.signal.values) if "of" not in n or n.endswith(kind)]
            label = f"{kind}, {'all' if look == -1 else 'a quarter of the'} steps"
            shift = 0.06 * (kind == KINDS[1])
            marks += _whiskers(
                {float(bits.sel(signal=n)) + shift: held_out.sel(signal=n).values for n in names}, label, k
            )
        panels.append(Panel(cell, "bits of a label", "held-out pass rate", tuple(marks)))
    return Figure(tuple(panels), "At equal steps: labels coarser than the class (2 bits) leave the answer open.")


def log_linear_figure(found: dict) -> Figure:
    """Draw the log-linear learner's held-out pass rates at equal accuracy beside their closed form."""
    table, closed = found["log_linear"], found["predicted"]
    bits, panels = closed.bits.isel(own=0).values, []
    for k, level in enumerate(closed.level.values):
        marks, measured = [], at_accuracy(table, level).mean("seed")
        for j, own in enumerate(table.own.values):
            y, points = closed.held_out.isel(level=k, own=j).values, measured.isel(own=j).values
            kept = np.flatnonzero(np.isfinite(y + points))
            kept = kept[np.argsort(bits[kept], kind="stable")]
            marks += [Line(bits[kept], y[kept], f"own weight {own:g}", colour=j)] if kept.size else []
            marks += [Line(bits[kept], points[kept], "", "points", j)] if kept.size else []
        panels.append(Panel(f"A = {level:g}", "bits of a label", "held-out pass rate", tuple(marks)))
    return Figure(
        tuple(panels), "At equal A the log-linear learner transfers best from the coarsest label. Lines: theory."
    )


FIGURES = {"contrasts": contrast_figure, "equal_steps": steps_figure, "log_linear": log_linear_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what each contrast says by the criterion, with its effects and costs, and how well the closed form fits."""
    rows, words = [], ("more", "less", "alike", "undecided")
    for what, by_cell in contrasts(found).items():
        said = [said_by_differences(values, SIZE, MOST_MISSING) for values in by_cell.values()]
        note = ", ".join(f"{said.count(word)} {word}" for word in words if word in said)
        decided = sum(word != "undecided" for word in said)
        share = said.count("more") / max(decided, 1)
        rows.append(Headline(f"class better than {what}: share of decided cells", share, None, "1", "", note))
    for quantity, meaning, unit in (("held_out", "B", "1"), ("forgetting", "forgetting", "bits")):
        for what, by_cell in contrasts(found, quantity).items():
            for cell, values in by_cell.items():
                if _enough(values):
                    mean, low, high = bootstrap_interval(values)
                    note = f"{low:+.3f} to {high:+.3f}, {np.isfinite(values).sum()} seeds"
                    rows.append(Headline(f"{meaning}, class less {what}: {cell}", mean, None, unit, "", note))
    table, closed = found["log_linear"], found["predicted"].held_out
    gaps = [np.abs(at_accuracy(table, a) - closed.sel(level=a)) for a in closed.level.values]
    worst = max(float(gap.max()) for gap in gaps)
    rows.append(Headline("log-linear: most that B is off its closed form", worst, 0.0, "1", "thm:transfer-at-accuracy"))
    diverged = sum(float(found[name].diverged.sum()) for name in ("perceptron", "transformer"))
    return (*rows, Headline("runs that diverged", diverged, None, "1", ""))
