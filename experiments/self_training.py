r"""A small transformer trained on its own strings, generation by generation, beside the exact loops' predictions.

Each question has 16 strings, of which the rule makes four right. Each generation n strings a question are drawn from
the last model and a transformer is trained on them from the same initial weights: on them alone (*replace*), with all
strings before (*accumulate*), on those that a noisy verifier accepts (*verifier*), or on the winners of pairs whose
better answer an environment names (*self-play*). Every string's probability is exact. All schedules of a seed share
rule, coding, initial weights and real strings. The same loops with a learner that keeps the frequencies themselves are
the prediction; where strings are only resampled their expected diversity has a closed form.

What the model of a generation knows of the rule is bracketed: at least what its likeliest classes say by Fano's
inequality, at most what the real strings told and all verdicts since could tell, $I(X;Z_t)\le
I(X;D_0)+\sum_{s<t}I(X;S_s\mid D_s,Y_s)$.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Key
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learners.own_string_loops import SCHEDULES, frequencies_kept, real_strings, string_fit, string_loop
from infoloop.learners.readout_information import least_information
from infoloop.learners.transformer_policy import transformer
from infoloop.loops.loop import many, unroll
from infoloop.models import wright_fisher
from infoloop.probability.channel_families import multinomial
from infoloop.probability.channels import extend
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import binary_entropy, divergence_terms, plog2p
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import interval_over_seeds
from infoloop.studies.configuration import Count, Counts, Positive, Weight, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import draw_rule, right_outputs
from infoloop.worlds.lookup import lookup_world

LEARNERS = ("transformer", "frequencies")
CLOSED = ("replace", "accumulate")
BY_GENERATION = {
    "support": ("different strings among the kept ones of a question", "1"),
    "heterozygosity": ("probability that two strings of one model differ", "1"),
    "entropy": ("entropy of the model's strings, mean over questions", "bits"),
    "passed": ("pass rate", "1"),
    "risk": ("total variation from the truth", "1"),
    "misfit": ("relative entropy of the model from the frequencies that it is trained on", "bits"),
    "misguessed": ("share of questions whose likeliest class is wrong", "1"),
    "diverged": ("share of runs whose training diverged", "1"),
}


@config
class Config:
    """Six questions with 16 strings each, ten generations of 4 or 12 strings a question, forty seeds."""

    questions: Count = Field(6, description="questions; each has a right class under the rule")
    alphabet: int = Field(
        4, ge=2, le=8, description="tokens, classes and surface forms of a class; strings have 2 tokens"
    )
    wrong: Weight = Field(0.4, description="share of real strings that are drawn from all strings alike")
    strings: Counts = Field((4, 12), description="strings a question and generation, n")
    generations: Count = Field(10, description="generations after that of real strings")
    misjudged: Weight = Field(0.05, description="how often a verdict is wrong")
    width: Count = Field(16, description="numbers a position of the transformer, which has two heads and one layer")
    steps: Count = Field(80, description="steps of Adam a generation, from the same initial weights")
    rate: Positive = Field(0.01, description="learning rate")
    runs: Count = Field(8, description="runs of the transformer a seed, of which the mean is taken")
    simulated_runs: Count = Field(50, description="the same of the learner that keeps frequencies")
    seeds: Count = Field(40, description="seeds: rule, coding, initial weights and strings are drawn anew")


SMALL = Config(questions=1, alphabet=2, strings=(4,), width=4, steps=2, runs=1, simulated_runs=2, seeds=2)
CLAIMS = (
    "thm:resampling-diversity",
    "thm:sample-information",
    "fol:collapse-forgets",
    "thm:refined-dpi",
    "thm:verdict-bits",
    "thm:fano",
    "thm:filtered-error",
    "fol:closed-loop-must-lose",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "generations", over learners, strings a generation and seeds, and "predicted", in closed form."""

    def measure(key, learner, strings, seed):
        key_world, key_rule, key_start, key_runs = jax.random.split(key, 4)
        world = _world(key_world, config)
        rule = draw_rule(key_rule, world)
        fit, runs = frequencies_kept, config.simulated_runs
        if learner == "transformer":
            policy = transformer(world, config.width, heads=2, hidden=2 * config.width)
            fit, runs = string_fit(key_start, policy, optax.flatten(optax.adam(config.rate)), config.steps), config.runs
        keys, most = jax.random.split(key_runs, config.generations + 2), max(config.strings)

        def course(schedule):
            loop = string_loop(world, rule, fit, schedule, strings, most, config.wrong, config.misjudged)
            return unroll(many(loop, runs), keys, jax.vmap(partial(_seen, world, rule, config.wrong)))

        found = jax.vmap(course)(jnp.arange(len(SCHEDULES)))
        return {name: values[:, 1:].mean(axis=2) for name, values in found.items()}

    quantities = {name: Quantity(*texts, ("schedule", "generation")) for name, texts in BY_GENERATION.items()}
    axes = {"schedule": SCHEDULES, "generation": range(config.generations + 1)}
    over = {"strings": config.strings, "seed": range(config.seeds)}
    runs = Sweep(measure, quantities, {"learner": LEARNERS}, over, axes, shard_size=20)
    return {"generations": runs, "predicted": _predicted(config)}


def _predicted(config: Config) -> Sweep:
    """Return the exact courses of frequencies, in expectation, and what strings and verdicts tell at most."""
    letters, questions = config.alphabet, config.questions
    rates = np.array([(1 - config.wrong) / letters + config.wrong / letters**2, config.wrong / letters**2])
    kinds, t = np.array([letters, letters**2 - letters]), np.arange(config.generations + 1)
    classes = letters * (np.eye(letters) * (rates[0] - rates[1]) + rates[1])

    def measure(key, strings):
        left = jnp.stack([wright_fisher.survival(strings, float(rate), len(t)) for rate in rates])
        differ = 1 - kinds @ rates**2
        prior = joint(jnp.full(letters, 1 / letters), "X")
        told = questions * mutual_information(extend(prior, multinomial(classes, strings, "X", "D")), "X", "D")
        whole, a_verdict = questions * jnp.log2(letters), 1 - binary_entropy(config.misjudged)
        asked = jnp.array([0.0, 0.0, a_verdict, 1.0]) * strings * questions
        return {
            "support": kinds @ left,
            "replace": differ * (1 - 1 / strings) ** (t + 1),
            "accumulate": differ * jnp.cumprod(1 - 1 / (strings * (t + 1) ** 2)),
            "most": jnp.minimum(told + asked[:, None] * t, whole),
            "classes": jnp.asarray(letters),
            "questions": jnp.asarray(questions),
        }

    quantities = {
        "support": Quantity("expected strings of a question that frequencies keep, replace", "1", ("generation",)),
        "replace": Quantity("expected heterozygosity of frequencies under replace", "1", ("generation",)),
        "accumulate": Quantity("the same under accumulate", "1", ("generation",)),
        "most": Quantity("I(X;D_0) and what all verdicts so far tell at most", "bits", ("schedule", "generation")),
        "classes": Quantity("classes", "1"),
        "questions": Quantity("questions", "1"),
    }
    axes = {"schedule": SCHEDULES, "generation": range(config.generations + 1)}
    return Sweep(measure, quantities, {"strings": config.strings}, axes=axes)


def _world(key, config):
    sizes = dict.fromkeys(("classes", "forms", "alphabet"), config.alphabet)
    return lookup_world(key, symbols=config.questions, tasks=0, domains=1, length=2, **sizes)


def _seen(world, rule, wrong, state):
    right, truth = right_outputs(world, rule), real_strings(world, rule, wrong)
    law, kept = jnp.exp(state.log_policy), jnp.exp(frequencies_kept(state.counts).log_policy)
    of_class = (law[:, None] * (world.classes[:, None] == jnp.arange(len(world.grades))[:, None])).sum(axis=-1)
    return {
        "support": (state.counts > 0).sum(axis=1).mean(dtype=float),
        "heterozygosity": (law * (1 - law)).sum(axis=1).mean(),
        "entropy": -plog2p(law).sum(axis=1).mean(),
        "passed": (law * right).sum(axis=1).mean(),
        "risk": jnp.abs(law - truth).sum(axis=1).mean() / 2,
        "misfit": divergence_terms(kept, law).sum(axis=1).mean(),
        "misguessed": (of_class.argmax(axis=1) != world.right_class[rule]).mean(dtype=float),
        "diverged": 1.0 * state.diverged,
    }


def run(config: Config, key: Key[Array, ""]) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def diversity_kept(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return how much more likely two strings differ under accumulate than under replace, by seed."""
    return _by_cell(found, budget, "heterozygosity", {"": ("accumulate", "replace")})


def filter_gain(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return the pass rate under a verifier's filter less that of each closed loop, by seed."""
    return _by_cell(found, budget, "passed", {f", closed={name}": ("verifier", name) for name in CLOSED})


def play_gain(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return the pass rate in self-play less that of each closed loop, by seed."""
    return _by_cell(found, budget, "passed", {f", closed={name}": ("self-play", name) for name in CLOSED})


def closed_gain(found: dict[str, xr.Dataset], budget: Budget) -> dict[str, Any]:
    """Return the pass rate of each closed loop less that of its first model, by seed."""
    return _by_cell(found, budget, "passed", {f", schedule={name}": (name, None) for name in CLOSED})


def _by_cell(found, budget, name, pairs):
    """Return paired differences of two schedules, or of one and its first generation; infinite where one diverged."""
    table, last = found["generations"].sel(learner="transformer"), int(budget.amount)
    if budget.unit != "rounds" or last not in table.generation:
        raise ValueError(
            f"the budget is {budget.amount:g} {budget.unit}: give rounds, up to {table.generation.size - 1}"
        )
    end, diverged = table.sel(generation=last), table.diverged.sel(generation=slice(last)).sum("generation") > 0
    cells = {}
    for n in table.strings.values:
        for text, (one, other) in pairs.items():
            before = table.sel(generation=0, schedule=one) if other is None else end.sel(schedule=other)
            gap = end[name].sel(schedule=one) - before[name]
            lost = diverged.sel(schedule=[one, other or one]).any("schedule").sel(strings=n)
            cells[f"strings={n}{text}"] = dict(enumerate(gap.sel(strings=n).where(~lost, np.inf).values.tolist()))
    return cells


THESES: dict[str, Callable] = {
    "two strings differ, accumulate less replace": diversity_kept,
    "pass rate, closed loops less their start": closed_gain,
    "pass rate, verifier less closed loops": filter_gain,
    "pass rate, self-play less closed loops": play_gain,
}


def _least(found, learner, strings, schedule):
    """Return what the model of each generation knows of the rule at least, from the share of wrong likeliest classes.

    Runs of a seed share the rule: a seed counts once.
    """
    predicted = found["predicted"].sel(strings=strings)
    t = found["generations"].misguessed.sel(learner=learner, strings=strings, schedule=schedule)
    sizes = int(predicted.classes), int(predicted.questions), t.sizes["seed"]
    return np.array([least_information(float(error), *sizes) for error in t.mean("seed")])


def generations_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw what is left, by generation, with the most strings: the transformer, frequencies, and closed forms."""
    n, panels = found["generations"].strings.values[-1], []
    table, predicted = found["generations"].sel(strings=n), found["predicted"].sel(strings=n)
    titles = {"support": "Strings kept", "heterozygosity": "Two strings differ", "entropy": "Entropy"}
    titles |= {"passed": "Pass rate", "risk": "Distance from the truth", "misfit": "What the fit leaves"}
    t = table.generation
    for name, title in titles.items():
        marks = []
        for k, schedule in enumerate(SCHEDULES):
            one, other = (table[name].sel(learner=learner, schedule=schedule) for learner in LEARNERS)
            ends = [interval_over_seeds(np.ravel(one.sel(generation=g)).tolist()) for g in t]
            if np.isfinite([(e.lower, e.upper) for e in ends]).all():
                marks.append(ShadedBand(t, [e.lower for e in ends], [e.upper for e in ends], "", k))
            marks.append(Line(t, [e.median for e in ends], schedule, colour=k))
            marks.append(Line(t, other.mean("seed"), "", "dashed", k))
        closed_forms = {"heterozygosity": CLOSED, "support": ("support",)}.get(name, ())
        marks += [Line(t, predicted[form], "", "dotted", 6) for form in closed_forms]
        unit = table[name].attrs["units"].replace("1", "")
        panels.append(Panel(title, "generation", unit, tuple(marks)))
    caption = (
        f"{n} strings a question and generation. Solid: a transformer on its own strings, median and 95 % interval "
        "over seeds. Dashed: a learner that keeps frequencies, mean. Dotted, black: closed forms."
    )
    return Figure(tuple(panels), caption, columns=2)


def theses_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the paired differences at the last generation, median and interval over seeds."""
    budget, panels = Budget(float(found["generations"].generation[-1]), "rounds"), []
    for title, outcome in THESES.items():
        cells = outcome(found, budget)
        ends = [interval_over_seeds([*by.values()]) for by in cells.values()]
        names = tuple(", ".join(part.partition("=")[2] for part in cell.split(",")) for cell in cells)
        places, medians = np.arange(len(ends)), [e.median for e in ends]
        mark: Whiskers | Line = Line(places, medians, "", "points")
        if np.isfinite([(e.lower, e.upper) for e in ends]).all():
            mark = Whiskers(places, medians, [e.lower for e in ends], [e.upper for e in ends])
        zero = Line([-0.5, len(names) - 0.5], [0, 0], "", "dotted", 6)
        label = "strings a question and generation; loop"
        panels.append(Panel(title, label, "difference", (mark, zero), x_names=names))
    caption = "The transformer after the last generation: paired differences, median and 95 % interval over seeds."
    return Figure(tuple(panels), caption, columns=2)


def information_figure(found: dict[str, xr.Dataset]) -> Figure:
    """Draw the bracket of what the model of each generation knows of the rule."""
    table, panels = found["generations"], []
    for n in table.strings.values:
        for schedule in SCHEDULES:
            most = found["predicted"].most.sel(strings=n, schedule=schedule)
            lows = [_least(found, learner, n, schedule) for learner in LEARNERS]
            marks = (
                ShadedBand(table.generation, lows[0], most, "bracket, transformer", 5),
                Line(table.generation, most, "at most: strings, verdicts", "dotted", 6),
                Line(table.generation, lows[0], "at least, transformer", colour=0),
                Line(table.generation, lows[1], "at least, frequencies", "dashed", 1),
            )
            panels.append(Panel(f"{n} strings, {schedule}", "generation", "bits about the rule", marks))
    caption = (
        "I(X;Z_t), from above by what was told, from below by Fano's inequality from wrong likeliest classes (95 %)."
    )
    return Figure(tuple(panels), caption, columns=2)


FIGURES = {"generations": generations_figure, "theses": theses_figure, "information": information_figure}


def headlines(found: dict[str, xr.Dataset]) -> tuple[Headline, ...]:
    """State the paired differences, diversity beside its closed forms, and brackets of the information."""
    budget, rows = Budget(float(found["generations"].generation[-1]), "rounds"), []
    for title, outcome in THESES.items():
        for cell, by in outcome(found, budget).items():
            end = interval_over_seeds([*by.values()])
            rows.append(Headline(f"{title}, {cell}", end.median, None, "1", "", f"[{end.lower:.3f}, {end.upper:.3f}]"))
    for n in found["generations"].strings.values:
        last = found["generations"].sel(learner="transformer", strings=n).isel(generation=-1)
        predicted = found["predicted"].sel(strings=n).isel(generation=-1)
        for name, source in zip(CLOSED, ("(1-1/n)^(t+1)", "product of 1-1/(n t^2)"), strict=True):
            end = interval_over_seeds(np.ravel(last.heterozygosity.sel(schedule=name)).tolist())
            note = f"median [{end.lower:.3f}, {end.upper:.3f}]"
            rows.append(
                Headline(f"two strings differ, {name}, n={n}", end.median, float(predicted[name]), "1", source, note)
            )
        for name in SCHEDULES:
            low, high = float(_least(found, "transformer", n, name)[-1]), float(predicted.most.sel(schedule=name))
            rows.append(Headline(f"I(X;Z) at least, {name}, n={n}", low, None, "bits", "", f"at most {high:.3f}"))
    return tuple(rows)
