r"""What a trained network knows of a random rule, round by round, as exact sums.

A base that knows other tasks is trained on noisy labels of a new one, whose rule X is one of 16; the 25 possible data
sets D are trained on once each, so that $I(X;Z)$ of the trained network Z is a sum. Its own answers are the next data
set: alone (*closed*, or its likeliest ones, *greedy*), with the first labels (*replay*), or where a noisy verifier of
the rule accepts them, the last label staying where it does not (*verified*). In each round $I(X;Z_t)\le I(X;D_t)\le
I(X;D_{t-1})+I(X;S_{t-1}\mid D_{t-1},Y_{t-1})$, where a closed loop has no verdicts S. What is not listed breaks it:
right answers to held-out questions among the labels, verdicts, runs selected because held-out answers are accepted; a
selection that looks at the network alone does not. With six symbols there are 15 625 data sets and 4 096 rules:
$I(X;Z)$ is bracketed, by Fano's inequality from the errors of drawn runs and by what the labels tell.

Measured in 20 worlds: no inequality is violated by more than 1.4e-15 bits. Training loses nothing, $I(X;Z_0)=I(X;D_0)$
is 2.059 bits in all worlds, as no two data sets give the same logits, on a grid of half a nat either; what is lost is
lost where answers are drawn (to 1.51 bits) and in greedy tables (1.75). After ten rounds the closed loop of the
perceptron has 1.08 bits and that of the table of logits .01; on its greedy answers it stays at 1.70 (1.77) from the
first round on; under replay it is 1.57 (1.27): all that entered is still among the labels, and the network does not
show it. What is not listed breaks $I(X;Z)\le I(X;D)$ in every world: held-out answers among the labels by 1.94 bits,
verdicts by .46 (at least .32), selection on acceptance by .16 (at least .05) of all logits; blind selection in none. A
verifier that errs once in fifty told 7.2 bits in ten rounds and left the perceptron with 2.51. One that errs as often
as the labels, once in ten, told 5.4 and left it with 2.02, no more than it began with: what verdicts tell is no measure
of what is kept. With six symbols a thousand drawn runs say that the first network knows at least 3.8 bits, of the 6.2
that its labels tell.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import optax
import scipy.stats
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learners.label_loops import accepted_labels, own_labels, replay_link, replayed_labels, verdict_laws
from infoloop.learners.label_training import label_learner, trained_on_labels
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.readout_information import information_by_round, least_information
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.learners.trained_information import (
    cases_by_round,
    label_laws,
    label_sets,
    set_laws,
    state_codes,
    state_law,
    verdicts_information,
)
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy, rounding
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand, Whiskers
from infoloop.studies.configuration import Count, Positive, Weight, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.lookup import lookup_world
from infoloop.worlds.strings import all_strings

LEARNERS = ("tabular", "perceptron")
LOOPS = ("closed", "greedy", "verified", "replay")
LEAKS = ("none", "held-out answers", "unlisted verdicts", "selected on acceptance", "selected blindly")
BY_ROUND = {
    "data": "I(X;D), what the labels that the network is trained on tell of the rule",
    "whole": "I(X;Z), Z all log-probabilities of the new task",
    "grid": "I(X;Z), Z the same on a grid",
    "greedy": "I(X;Z), Z the likeliest answer to every question of the new task",
    "answers": "I(X;Y), Y one answer drawn to each trained question",
    "held_out": "I(X;Y), Y one answer drawn to each held-out question",
    "ceiling": "I(X;D_0) and what all verdicts so far told",
    "slack": "least difference of the two sides of all inequalities of the round",
}


@config
class Config:
    """Sixteen rules, 25 data sets; twenty worlds with a base each."""

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
    symbols=1, many_symbols=2, classes=2, tasks=1, rounds=2, base_steps=20, steps=10, width=8, tries=2, runs=4, seeds=2
)
CLAIMS = ("thm:dpi", "thm:refined-dpi", "thm:verdict-bits", "thm:fano", "thm:replay", "fol:selection-cannot-raise")


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
    optimiser = optax.adam(config.tabular_rate if tabular else config.rate)
    return label_learner(key_bases, world, 2 * symbols, policy_of, optimiser, bases, config.base_steps, not tabular)


def _one_hot(labels, classes):
    return jax.nn.one_hot(labels, classes, dtype=float)


def _bits(table):
    return mutual_information(Joint(table, ("X", "Z")), "X", "Z")


def _first_cases(world, config, symbols):
    laws = label_laws(world.right_class[:, :symbols], config.classes, config.wrong, config.missing)
    return world.prior[:, None] * set_laws(laws)


def _verdict_bits(cases, answers, right, misjudged):
    drawn = jnp.asarray(all_strings(answers.shape[-1], right.shape[1]))
    return verdicts_information(cases, set_laws(answers), verdict_laws(drawn, right, misjudged))


def _loops(config: Config) -> Sweep:
    symbols, classes = config.symbols, config.classes
    sets, rounds = label_sets(symbols, classes), config.rounds
    empty = len(sets) - 1

    def measure(key, learner, seed):
        who = _learner(key, config, learner, symbols)
        start, right = _first_cases(who.world, config, symbols), who.world.right_class[:, :symbols]
        targets = replayed_labels(sets, classes, config.kept)
        pairs = trained_on_labels(who, jnp.zeros(len(targets), int), targets, config.steps)
        logs = pairs[empty :: len(sets)]
        own = jnp.exp(logs[:, :symbols])
        links = (own_labels(own), own_labels(_one_hot(own.argmax(axis=-1), classes)))
        links += (accepted_labels(own, sets, right, config.misjudged),)
        links = jnp.stack([jnp.broadcast_to(link, (len(start), *link.shape[1:])) for link in links])
        cases = jax.vmap(lambda link: cases_by_round(start, link, rounds))(links)
        verdicts = jax.lax.map(lambda c: _verdict_bits(c, own, right, config.misjudged), cases[2])
        told = jnp.zeros((3, rounds + 1)).at[2].set(verdicts)
        found = jax.vmap(lambda cases, told: information_by_round(cases, logs, told, symbols, config.grid))(cases, told)
        first = (start[:, :, None] * (jnp.arange(len(sets)) == empty)).reshape(len(start), -1)
        replayed = cases_by_round(first, replay_link(jnp.exp(pairs[:, :symbols])), rounds)
        last = information_by_round(replayed, pairs, told[0], symbols, config.grid)
        return jax.tree.map(lambda many, one: jnp.concatenate([many, one[None]]), found, last)._asdict()

    quantities = {name: Quantity(text, "bits", ("loop", "round")) for name, text in BY_ROUND.items()}
    axes = {"loop": LOOPS, "round": range(rounds + 1)}
    return Sweep(measure, quantities, {"learner": LEARNERS}, {"seed": range(config.seeds)}, axes)


def _leaks(config: Config) -> Sweep:
    symbols, classes, tries = config.symbols, config.classes, config.tries
    sets = label_sets(symbols, classes)

    def measure(key, seed):
        who = _learner(key, config, "perceptron", symbols, tries)
        start, rule = _first_cases(who.world, config, symbols), who.world.right_class
        shape = (*start.shape, 2 * symbols, classes)
        labels = jnp.zeros(shape[1:]).at[:, :symbols].set(_one_hot(sets, classes))
        shown = jnp.broadcast_to(labels, shape).at[:, :, symbols:].set(_one_hot(rule[:, None, symbols:], classes))
        targets = jnp.concatenate([jnp.tile(labels, (tries, 1, 1)), shown.reshape(-1, *shape[2:])])
        numbers = jnp.concatenate([jnp.repeat(jnp.arange(tries), len(sets)), jnp.zeros(start.size, int)])
        logs = trained_on_labels(who, numbers, targets, config.steps)
        logs, shown = logs[: tries * len(sets)].reshape(tries, *shape[1:]), logs[tries * len(sets) :].reshape(shape)
        right = (logs[:, None, :, symbols:].argmax(axis=-1) == rule[None, :, None, symbols:]).sum(axis=-1)
        chosen = right.argmax(axis=0), jnp.broadcast_to(logs.max(axis=-1).sum(axis=-1).argmax(axis=0), start.shape)
        own = jnp.exp(logs[0, :, :symbols])
        link = accepted_labels(own, sets, rule[:, :symbols], config.misjudged)
        later = cases_by_round(start, link, config.rounds)
        verdicts = jax.lax.map(lambda c: _verdict_bits(c, own, rule[:, :symbols], config.misjudged), later)[:-1].sum()
        same = jnp.broadcast_to(logs[0], shape)
        states = jnp.stack([same, shown, same, *(logs[number, jnp.arange(len(sets))] for number in chosen)])
        cases = jnp.stack([start, start, later[-1], start, start])
        with_choice = [(start[:, :, None] * _one_hot(number, tries)).reshape(len(start), -1) for number in chosen]
        listed, *selected = jax.vmap(_bits)(
            jnp.stack([jnp.pad(start, ((0, 0), (0, start.shape[1] * (tries - 1)))), *with_choice])
        )
        bounds = jnp.stack([listed, -jnp.log2(who.world.prior).mean(), listed + verdicts, *selected])
        found = jnp.stack([_known_of_all(cases, states), _known_of_all(cases, states.argmax(axis=-1)), bounds])
        return {**dict(zip(("whole", "greedy", "with_signal"), found, strict=True)), "listed": listed}

    texts = {**BY_ROUND, "with_signal": "I(X;D_0,S), with the signal that leaked"}
    quantities = {name: Quantity(texts[name], "bits", ("leak",)) for name in ("whole", "greedy", "with_signal")}
    quantities["listed"] = Quantity("I(X;D_0), of the data that are listed", "bits")
    return Sweep(measure, quantities, traced_grid={"seed": range(config.seeds)}, axes={"leak": LEAKS})


def _known_of_all(cases, states):
    """Return what states that hang on the rule and the data set know of the rule, one leak after the other."""

    def known(cases, states):
        codes = state_codes(states.reshape(cases.size, -1)).reshape(cases.shape)
        return mutual_information(state_law(cases, codes), "X", "Z")

    return jax.vmap(known)(cases, states)


def _brackets(config: Config) -> Sweep:
    def measure(key, symbols, seed):
        key_learner, key_runs = jax.random.split(key)
        who = _learner(key_learner, config, "perceptron", symbols)
        classes = config.classes

        def answer(labels):
            return trained_on_labels(who, jnp.zeros(1, int), _one_hot(labels, classes)[None], config.steps)[0, :symbols]

        def one(key, verified):
            key_rule, key_data, key_rounds = jax.random.split(key, 3)
            right = jax.random.randint(key_rule, (symbols,), 0, classes)
            first = jax.random.categorical(
                key_data, jnp.log(label_laws(right, classes, config.wrong, config.missing)), axis=-1
            )

            def step(labels, key):
                key_answer, key_verdict = jax.random.split(key)
                logs = answer(labels)
                drawn = jax.random.categorical(key_answer, logs, axis=-1)
                fine = (drawn == right) ^ jax.random.bernoulli(key_verdict, config.misjudged, (symbols,))
                errors = jnp.mean(logs.argmax(axis=-1) != right, dtype=float)
                return jnp.where(fine | ~verified, drawn, labels), errors

            return jax.lax.scan(step, first, jax.random.split(key_rounds, config.rounds + 1))[1]

        keys = jax.random.split(key_runs, config.runs)
        errors = jax.vmap(lambda verified: jax.vmap(one, (0, None))(keys, verified).mean(axis=0))
        data = _bits(label_laws(jnp.arange(classes), classes, config.wrong, config.missing) / classes)
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


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def _interval(values):
    """Return the mean over seeds and the half width of its 95 % interval, by Student's t."""
    seeds = values.sizes["seed"]
    return values.mean("seed"), scipy.stats.t.ppf(0.975, seeds - 1) * values.std("seed", ddof=1) / np.sqrt(seeds)


def loops_figure(found: dict) -> Figure:
    """Draw what is known by round, a panel for each learner and loop."""
    table, panels = found["loops"], []
    whole_rule = float(found["leaks"].with_signal.sel(leak="held-out answers").mean())
    names = {"data": "labels", "whole": "all logits", "grid": "logits on a grid", "greedy": "greedy table"}
    names |= {"answers": "one answer each", "held_out": "one answer each, held out"}
    for learner in table.learner.values:
        for loop in table.loop.values:
            t = table.sel(learner=learner, loop=loop)
            styles = {"data": "dashed", "grid": "dotted"}
            ceiling = np.minimum(t.ceiling.mean("seed"), whole_rule)
            marks = [Line(t["round"], ceiling, "ceiling: first labels and verdicts, H(X)", "dotted", 6)]
            for k, (name, label) in enumerate(names.items()):
                marks.append(Line(t["round"], t[name].mean("seed"), label, styles.get(name, "line"), k))
            panels.append(Panel(f"{learner}, {loop}", "round", "bits about the rule", tuple(marks)))
    caption = (
        "What a network knows of a random rule, exact in each world, mean over worlds. No line passes the labels that "
        "the network was trained on, and these do not pass the ceiling; only verdicts raise both."
    )
    return Figure(tuple(panels), caption, columns=4)


def leaks_figure(found: dict) -> Figure:
    """Draw by how much what a network knows passes what is listed, and what is listed with the signal that leaked."""
    table = found["leaks"]
    places, panels = np.arange(len(LEAKS)), []
    for title, bound in (("Beyond the listed data", table.listed), ("With the signal that leaked", table.with_signal)):
        marks = []
        for k, (name, label) in enumerate((("whole", "all logits"), ("greedy", "greedy table"))):
            excess = table[name] - bound
            shift = places + 0.2 * k - 0.1
            least, mean, most = (excess.min("seed"), excess.mean("seed"), excess.max("seed"))
            marks.append(Whiskers(shift, mean, least, most, label, k))
        marks.append(Line(places, 0 * places, "", "dotted", 6))
        panels.append(Panel(title, "", "I(X;Z) - bound, bits", tuple(marks), x_names=LEAKS))
    caption = (
        "Above 0 the inequality is broken: by answers, verdicts or a selection that the list of data does not name. "
        "With them listed it holds. Least, mean and greatest of all worlds."
    )
    return Figure(tuple(panels), caption)


def _lower_ends(table):
    """Return what drawn runs say at least of I(X;Z), by loop and round, from the share of wrong greedy answers."""
    letters, symbols, runs = int(table.letters.max()), int(table.symbols), int(table.drawn.sum())
    errors = table.errors.mean("seed").values
    return np.array([[least_information(float(e), letters, symbols, runs) for e in row] for row in errors])


def brackets_figure(found: dict) -> Figure:
    """Draw the bracket of drawn runs, beside the exact information where there is one."""
    table, exact, panels = found["brackets"], found["loops"].sel(learner="perceptron"), []
    for n in table.symbols.values:
        t = table.sel(symbols=n)
        low, high = _lower_ends(t), t.ceiling.mean("seed")
        for k, loop in enumerate(t.loop.values):
            bracket = ShadedBand(t["round"], low[k], high.sel(loop=loop), "bracket of I(X;Z)", 5)
            marks: list[ShadedBand | Line] = [bracket]
            if t.summed.all():
                known = exact.sel(loop=loop)
                marks += [Line(known["round"], known.whole.mean("seed"), "exact, all logits", colour=1)]
                marks += [Line(known["round"], known.greedy.mean("seed"), "exact, greedy table", colour=3)]
            panels.append(Panel(f"{n} symbols, {loop}", "round", "bits about the rule", tuple(marks)))
    caption = (
        "Where there are too many data sets for a sum, I(X;Z) lies between what the errors of drawn runs say by Fano's "
        "inequality (95 %) and what the labels and the verdicts can tell at most."
    )
    return Figure(tuple(panels), caption, columns=2)


FIGURES = {"loops": loops_figure, "leaks": leaks_figure, "brackets": brackets_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """Count violations, state what each leak breaks, and where the loops end."""
    loops, leaks, brackets = (found[name] for name in ("loops", "leaks", "brackets"))
    allowed = rounding(loops.sizes["round"] * 2**12)
    gaps = leaks.with_signal - np.maximum(leaks.whole, leaks.greedy)
    rows = [
        Headline("violations in loops", float((loops.slack < -allowed).sum()), 0.0, "1", "thm:refined-dpi"),
        Headline("violations with all signals listed", float((gaps < -allowed).sum()), 0.0, "1", "thm:refined-dpi"),
    ]
    honest = ("none", "selected blindly")
    for leak in LEAKS:
        excess = leaks.whole.sel(leak=leak) - leaks.listed
        mean, half = _interval(excess)
        broken = float((excess > allowed).mean())
        expected, source = (0.0, "thm:dpi") if leak in honest else (None, "")
        rows.append(
            Headline(f"worlds that break it, {leak}", broken, expected, "1", source, f"excess {mean:.3f} +- {half:.3f}")
        )
    last = loops.isel(round=-1)
    for learner in loops.learner.values:
        for loop in loops.loop.values:
            mean, half = _interval(last.whole.sel(learner=learner, loop=loop))
            start = float(loops.whole.sel(learner=learner, loop=loop)[:, 0].mean())
            note = f"+- {float(half):.3f}, from {start:.3f}"
            rows.append(Headline(f"I(X;Z) at the end, {learner}, {loop}", float(mean), None, "bits", "", note))
    for n in brackets.symbols.values:
        t = brackets.sel(symbols=n)
        low = _lower_ends(t)[0, 0]
        note = f"at most {float(t.ceiling.sel(loop='closed')[:, 0].mean()):.3f}"
        rows.append(Headline(f"I(X;Z) at least, {n} symbols, first round", float(low), None, "bits", "", note))
    return tuple(rows)
