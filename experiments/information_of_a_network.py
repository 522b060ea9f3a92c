r"""What a trained network knows of a random rule, round by round, as exact sums.

A base that knows other tasks is trained on noisy labels of a new one, whose rule X is one of 16; the 25 possible data
sets D are trained on once each, so that $I(X;Z)$ of the trained network Z is a sum. Its own answers are the next data
set: alone (*closed*, or its likeliest ones, *greedy*), with the first labels (*replay*), or where a noisy verifier of
the rule accepts them, the last label staying where it does not (*verified*). In each round $I(X;Z_t)\le I(X;D_t)\le
I(X;D_{t-1})+I(X;S_{t-1}\mid D_{t-1},Y_{t-1})$, where a closed loop has no verdicts S. What is not listed breaks it:
right answers to held-out questions among the labels, verdicts, runs selected because held-out answers are accepted; a
selection that looks at the network alone does not. With six symbols there are 15 625 data sets and 4 096 rules:
$I(X;Z)$ is bracketed, by Fano's inequality from the errors of drawn runs and by what the labels tell.
"""

from functools import partial
from typing import Literal, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Key
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learners.drawn_label_runs import drawn_errors
from infoloop.learners.label_training import label_learner, trained_on_labels
from infoloop.learners.loop_information import LOOPS, first_cases, information_in_loops
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.planted_leaks import LEAKS, information_with_leaks
from infoloop.learners.readout_information import INEQUALITIES, least_information
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.learners.trained_information import label_laws
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy, rounding
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand, Whiskers
from infoloop.statements.seed_intervals import interval_over_seeds
from infoloop.studies.configuration import Count, Positive, Weight, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.lookup import lookup_world

Learner = Literal["tabular", "perceptron"]
LEARNERS: tuple[Learner, ...] = get_args(Learner)
HONEST = ("none", "selected blindly")
_ALLOWED = rounding(2**12)  # bits, for sums over at most so many cells
BY_ROUND = {
    "data": "I(X;D), what the labels that the network is trained on tell of the rule",
    "whole": "I(X;Z), Z all log-probabilities of the new task",
    "grid": "I(X;Z), Z the same on a grid",
    "greedy": "I(X;Z), Z the likeliest answer to every question of the new task",
    "answers": "I(X;Y), Y one answer drawn to each trained question",
    "held_out": "I(X;Y), Y one answer drawn to each held-out question",
    "ceiling": "I(X;D_0) and what all verdicts so far told",
}


@config
class Config:
    """Sixteen rules, 25 data sets; twenty worlds with a base each."""

    learners: tuple[Learner, ...] = Field(LEARNERS, min_length=1, description="learners, where information is exact")
    symbols: Count = Field(2, description="symbols, each of which has a class under the rule")
    many_symbols: Count = Field(6, description="the same, where information is bracketed")
    classes: int = Field(4, ge=2, le=8, description="classes, and output tokens")
    tasks: Count = Field(4, description="known tasks, on which the base is trained")
    wrong: Weight = Field(0.1, description="how often a label is wrong")
    missing: Weight = Field(0.25, description="how often a question has no label")
    misjudged: Weight = Field(0.02, description="how often a verdict is wrong")
    kept: Weight = Field(0.5, description="weight of the first data under replay")
    rounds: Count = Field(10, description="rounds after the first")
    base_steps: Count = Field(200, description="steps of Adam that make the base")
    steps: Count = Field(25, description="steps of training a round")
    rate: Positive = Field(0.004, description="learning rate of the perceptron, of Adam")
    tabular_rate: Positive = Field(0.06, description="the same of the table of logits")
    embedding: Count = Field(8, description="numbers a token, of the perceptron")
    width: Count = Field(32, description="its hidden units")
    grid: Positive = Field(0.5, description="grid of log-probabilities, in nats")
    tries: Count = Field(8, description="runs among which one is selected")
    runs: Count = Field(50, description="drawn runs a base, where information is bracketed")
    seeds: Count = Field(20, description="worlds, each with a base of its own")


SMALL = Config(
    learners=("perceptron",),
    symbols=1,
    many_symbols=1,
    classes=2,
    tasks=1,
    rounds=2,
    base_steps=20,
    steps=10,
    width=8,
    tries=2,
    runs=4,
    seeds=2,
)
CLAIMS = (
    "thm:trained-network-information",
    "thm:dpi",
    "thm:refined-dpi",
    "thm:verdict-bits",
    "thm:fano",
    "thm:replay",
    "fol:selection-cannot-raise",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "loops" and "leaks", exact, and "brackets", from drawn data sets; over seeds."""
    return {"loops": _loops(config), "leaks": _leaks(config), "brackets": _brackets(config)}


def _learner(key, config, learner, symbols, bases=1):
    """Return a learner of the new task, whose questions of domain 0 are trained and come before the held-out ones."""
    key_world, key_bases = jax.random.split(key)
    classes, tasks = config.classes, config.tasks
    world = lookup_world(key_world, symbols, classes, 1, tasks, alphabet=classes, length=1, entangled=False)
    tabular = learner == "tabular"
    policy_of = tabular_softmax if tabular else partial(perceptron, embedding=config.embedding, widths=(config.width,))
    optimiser = optax.flatten(optax.adam(config.tabular_rate if tabular else config.rate))
    return label_learner(key_bases, world, 2 * symbols, policy_of, optimiser, bases, config.base_steps, not tabular)


def _loops(config: Config) -> Sweep:
    def measure(key, learner, seed):
        who = _learner(key, config, learner, config.symbols)
        start = first_cases(who.world, config.symbols, config.wrong, config.missing)
        sizes = config.symbols, config.steps, config.rounds
        return information_in_loops(who, start, *sizes, config.misjudged, config.kept, config.grid)._asdict()

    quantities = {name: Quantity(text, "bits", ("loop", "round")) for name, text in BY_ROUND.items()}
    quantities["slack"] = Quantity("greater less lesser side", "bits", ("loop", "round", "inequality"))
    axes = {"loop": LOOPS, "round": range(config.rounds + 1), "inequality": INEQUALITIES}
    return Sweep(measure, quantities, {"learner": config.learners}, {"seed": range(config.seeds)}, axes)


def _leaks(config: Config) -> Sweep:
    def measure(key, seed):
        who = _learner(key, config, "perceptron", config.symbols, config.tries)
        start = first_cases(who.world, config.symbols, config.wrong, config.missing)
        sizes = config.symbols, config.steps, config.rounds
        return information_with_leaks(who, start, *sizes, config.misjudged)._asdict()

    texts = {**BY_ROUND, "with_signal": "I(X;D_0,S), with the signal that leaked"}
    quantities = {name: Quantity(texts[name], "bits", ("leak",)) for name in ("whole", "greedy", "with_signal")}
    quantities["listed"] = Quantity("I(X;D_0), of the data that are listed", "bits")
    return Sweep(measure, quantities, traced_grid={"seed": range(config.seeds)}, axes={"leak": LEAKS})


def _brackets(config: Config) -> Sweep:
    def measure(key, symbols, seed):
        key_learner, key_runs = jax.random.split(key)
        who = _learner(key_learner, config, "perceptron", symbols)
        classes = config.classes

        def answer(labels):
            targets = jax.nn.one_hot(labels, classes, dtype=float)[None]
            return trained_on_labels(who, jnp.zeros(1, int), targets, config.steps)[0, :symbols]

        def one(key, verified):
            rates = config.wrong, config.missing, config.misjudged
            return drawn_errors(key, answer, symbols, classes, config.rounds, *rates, verified)

        keys = jax.random.split(key_runs, config.runs)
        errors = jax.vmap(lambda verified: jax.vmap(one, (0, None))(keys, verified).mean(axis=0))
        one_label = label_laws(jnp.arange(classes), classes, config.wrong, config.missing) / classes
        data = mutual_information(Joint(one_label, ("X", "D")), "X", "D")
        gain = jnp.outer(jnp.array([0, 1 - binary_entropy(config.misjudged)]), jnp.arange(config.rounds + 1))
        ceiling = symbols * jnp.minimum(data + gain, jnp.log2(classes))
        sizes = {"drawn": config.runs, "letters": classes, "summed": symbols == config.symbols}
        sizes = {name: jnp.asarray(size, int) for name, size in sizes.items()}
        return {"errors": errors(jnp.array([False, True])), "ceiling": ceiling, **sizes}

    quantities = {
        "errors": Quantity("share of trained questions whose likeliest answer is wrong", "1", ("loop", "round")),
        "ceiling": Quantity("what the first labels and all verdicts so far tell at most", "bits", ("loop", "round")),
        "drawn": Quantity("drawn runs", "1"),
        "letters": Quantity("classes", "1"),
        "summed": Quantity("whether the other tables have sums for this number of symbols", "1"),
    }
    axes = {"loop": ("closed", "verified"), "round": range(config.rounds + 1)}
    return Sweep(
        measure,
        quantities,
        {"symbols": sorted({config.symbols, config.many_symbols})},
        {"seed": range(config.seeds)},
        axes,
    )


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def _whiskers(groups, shift, label, colour):
    """Return medians and intervals of groups of worlds at 0, 1, 2, ...; points where worlds are too few for them."""
    ends = [interval_over_seeds(np.ravel(group).tolist()) for group in groups]
    places, medians = np.arange(len(ends)) + shift, [e.median for e in ends]
    if np.isfinite([(e.lower, e.upper) for e in ends]).all():
        return Whiskers(places, medians, [e.lower for e in ends], [e.upper for e in ends], label, colour)
    return Line(places, medians, label, "points", colour)


def loops_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what is known by round, a panel for each learner and loop."""
    table, panels = found["loops"], []
    whole_rule = float(found["leaks"].with_signal.sel(leak="held-out answers").mean())
    names = {"data": "labels", "whole": "all logits", "grid": "logits on a grid", "greedy": "greedy table"}
    names |= {"answers": "one answer each", "held_out": "one answer each, held out"}
    for learner in table.learner.values:
        for loop in table.loop.values:
            t = table.sel(learner=learner, loop=loop)
            styles = {"data": "dashed", "grid": "dotted"}
            ceiling = np.minimum(t.ceiling.median("seed"), whole_rule)
            marks = [Line(t["round"], ceiling, "ceiling: first labels and verdicts, H(X)", "dotted", 6)]
            for k, (name, label) in enumerate(names.items()):
                marks.append(Line(t["round"], t[name].median("seed"), label, styles.get(name, "line"), k))
            panels.append(Panel(f"{learner}, {loop}", "round", "bits about the rule", tuple(marks)))
    caption = (
        "What a network knows of a random rule, exact in each world, median over worlds. No line passes the labels "
        "that the network was trained on, and these do not pass the ceiling; only verdicts raise both."
    )
    return Figure(tuple(panels), caption, columns=2)


def leaks_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw by how much what a network knows passes what is listed, and what is listed with the signal that leaked."""
    table = found["leaks"]
    places, panels = np.arange(len(LEAKS)), []
    for title, bound in (("Beyond the listed data", table.listed), ("With the signal that leaked", table.with_signal)):
        marks = []
        for k, (name, label) in enumerate((("whole", "all logits"), ("greedy", "greedy table"))):
            excess = table[name] - bound
            marks.append(_whiskers([excess.sel(leak=leak) for leak in LEAKS], 0.2 * k - 0.1, label, k))
        marks.append(Line(places, 0 * places, "", "dotted", 6))
        panels.append(Panel(title, "", "I(X;Z) - bound, bits", tuple(marks), x_names=LEAKS))
    caption = (
        "Above 0 the inequality is broken: by answers, verdicts or a selection that the list of data does not name. "
        "With them listed it holds. Median and 95 % interval over worlds."
    )
    return Figure(tuple(panels), caption)


def gaps_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw how much room each inequality leaves: least, median and greatest over worlds and rounds, a loop each."""
    table, places, panels = found["loops"].slack.isel(round=slice(1, None)), np.arange(len(INEQUALITIES)), []
    for learner in table.learner.values:
        marks = [Line([-0.5, len(places) - 0.5], [0, 0], "", "dotted", 6)]
        for k, loop in enumerate(LOOPS):
            t = table.sel(learner=learner, loop=loop)
            ends = (reduced(("seed", "round")) for reduced in (t.median, t.min, t.max))
            marks.append(Whiskers(places + 0.15 * k - 0.2, *ends, loop, k))
        panels.append(Panel(str(learner), "", "greater - lesser side, bits", tuple(marks), x_names=INEQUALITIES))
    return Figure(tuple(panels), "Room in each inequality, from round 1 on; none is below 0.", columns=1)


def _lower_ends(table):
    """Return what drawn runs say at least of I(X;Z), by loop and round, from the share of wrong greedy answers."""
    letters, symbols, runs = int(table.letters.max()), int(table.symbols), int(table.drawn.sum())
    errors = table.errors.mean("seed").values
    return np.array([[least_information(float(e), letters, symbols, runs) for e in row] for row in errors])


def brackets_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the bracket of drawn runs, beside the exact information where there is one."""
    table, exact, panels = found["brackets"], found["loops"], []
    for n in table.symbols.values:
        t = table.sel(symbols=n)
        low, high = _lower_ends(t), t.ceiling.median("seed")
        for k, loop in enumerate(t.loop.values):
            bracket = ShadedBand(t["round"], low[k], high.sel(loop=loop), "bracket of I(X;Z)", 5)
            marks: list[ShadedBand | Line] = [bracket]
            if t.summed.all() and "perceptron" in exact.learner.values:
                known = exact.sel(learner="perceptron", loop=loop)
                marks += [Line(known["round"], known.whole.median("seed"), "exact, all logits", colour=1)]
                marks += [Line(known["round"], known.greedy.median("seed"), "exact, greedy table", colour=3)]
            panels.append(Panel(f"{n} symbols, {loop}", "round", "bits about the rule", tuple(marks)))
    caption = (
        "Where there are too many data sets for a sum, I(X;Z) lies between what the errors of drawn runs say by Fano's "
        "inequality (95 %) and what the labels and the verdicts can tell at most."
    )
    return Figure(tuple(panels), caption, columns=2)


FIGURES = {"loops": loops_figure, "leaks": leaks_figure, "gaps": gaps_figure, "brackets": brackets_figure}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """Count violations, state what each leak breaks, and where the loops end."""
    loops, leaks, brackets = (found[name] for name in ("loops", "leaks", "brackets"))
    slacks = [loops.slack.isel(round=slice(1, None)), loops.slack.isel(round=0, inequality=slice(2, None))]
    gaps = [leaks.with_signal - leaks[name] for name in ("whole", "greedy")]
    rows = []
    for what, parts in (("in loops", slacks), ("with all signals listed", gaps)):
        room = np.concatenate([np.ravel(part) for part in parts])
        note = f"of {room.size} inequalities; least room {room.min():.2e} bits"
        broken = float((room < -_ALLOWED).sum())
        rows.append(Headline(f"violations {what}", broken, 0.0, "1", "thm:trained-network-information", note))
    for leak in LEAKS:
        excess = (leaks.whole - leaks.listed).sel(leak=leak)
        broken, end = float((excess > _ALLOWED).mean()), interval_over_seeds(np.ravel(excess).tolist())
        note = f"excess {end.median:.3f} [{end.lower:.3f}, {end.upper:.3f}] bits, least {float(excess.min()):.3f}"
        expected, source = (0.0, "thm:dpi") if leak in HONEST else (1.0, "planted")
        rows.append(Headline(f"worlds that break it, {leak}", broken, expected, "1", source, note))
    for learner in loops.learner.values:
        for loop in loops.loop.values:
            known = loops.whole.sel(learner=learner, loop=loop)
            end, start = (
                interval_over_seeds(np.ravel(known.isel(round=-1)).tolist()),
                interval_over_seeds(np.ravel(known.isel(round=0)).tolist()).median,
            )
            note = f"[{end.lower:.3f}, {end.upper:.3f}], from {start:.3f}"
            rows.append(Headline(f"I(X;Z) at the end, {learner}, {loop}", end.median, None, "bits", "", note))
    for n in brackets.symbols.values:
        t = brackets.sel(symbols=n)
        note = f"at most {float(t.ceiling.sel(loop='closed')[:, 0].median()):.3f}"
        low = float(_lower_ends(t)[0, 0])
        rows.append(Headline(f"I(X;Z) at least, {n} symbols, first round", low, None, "bits", "", note))
    return tuple(rows)
