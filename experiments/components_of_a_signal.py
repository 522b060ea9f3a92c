r"""Which component of a signal is learned first, and which stays, by learners that see what efficiency calls waste.

Thesis: learning picks up the most information-efficient component first. Each of two components shows a fair bit, wrong
at the rate $e_j$, in one of $2^{b_j}$ forms; the forms are part of the learner's input or of the strings that it is
taught to say, and all tokens have one amplitude. Fixed before the run: first is what contributes more, beyond the
untrained learner, where the loss has gone 10 % of its way down to the least possible; a component stays if it
contributes more at the end. Efficiency is $\frac{1-h(e_j)}{1+b_j}$, information $1-h(e_j)$, the learner's own rate
$(1-2e_j)2^{-b_j}$ where a form splits its class, and $1-2e_j$ where it does not. Each seed has pairs of its own: one as
it comes, one on which efficiency and information disagree, one on which efficiency and the rate of tokens do.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import scipy.stats
import xarray as xr
from pydantic import Field

from infoloop.learners.component_contributions import read_contributions, written_contributions
from infoloop.learners.component_learners import (
    bit_code,
    factored_tables,
    linear_reader,
    perceptron_reader,
    perceptron_writer,
    string_table,
    token_code,
    token_tables,
)
from infoloop.learners.objectives import imitation
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_outcomes import first_at
from infoloop.learners.policy_training import train_policy
from infoloop.learning.learning_order import order_predictors
from infoloop.probability.numerics import plog2p
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.studies.configuration import Count, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.component_pairs import MOST_IDLE, ComponentPair, inputs_law, strings_law

PREDICTORS = ("efficiency", "information", "rate")
DRAWS = ("as they come", "efficiency or information", "efficiency or rate")
Learner = Literal[
    "linear on tokens",
    "perceptron on tokens by SGD",
    "perceptron on tokens by Adam",
    "linear on bits",
    "perceptron on bits by SGD",
    "perceptron on bits by Adam",
    "token tables",
    "factored tables",
    "string table",
    "writing perceptron by SGD",
    "writing perceptron by Adam",
]
FIRST = 0.1  # share of the way at which the first component is asked for
CANDIDATES = 128  # among them no pair of the wanted kind has a chance below 1e-6


@config
class Config:
    """A hundred and twenty seeds, each with three pairs; six readers of two tokens and five writers of them."""

    least: Weight = Field(0.02, gt=0, description="least crossover probability of a component")
    most: Weight = Field(0.45, lt=0.5, description="largest one, below 1/2")
    learners: tuple[Learner, ...] = Field(get_args(Learner), min_length=1, description="who learns")
    seeds: Count = Field(120, description="independent seeds: pairs and first weights of each are its own")
    width: Count = Field(16, description="hidden units of the perceptrons")
    steps: Count = Field(2_000, description="steps of training, whose size grows geometrically")
    looks: Count = Field(200, description="times at which a learner is looked at (they divide the steps)")
    linear: tuple[Positive, Positive] = Field((0.02, 6.0), description="first and last step size of linear learners")
    sgd: tuple[Positive, Positive] = Field((0.002, 1.0), description="the same of perceptrons by SGD")
    adam: tuple[Positive, Positive] = Field((0.0001, 0.01), description="the same of perceptrons by Adam")
    levels: Weights = Field(
        (0.02, 0.05, 0.2, 0.3, 0.5, 0.7, 0.9, 0.95), description="other shares of the way, between 0 and 1"
    )


SMALL = Config(learners=("linear on tokens", "string table"), seeds=3, width=2, steps=40, looks=20, levels=(0.5,))
CLAIMS = (
    "cnd:equal-amplitudes",
    "fol:most-informative-first",
    "fol:efficient-first",
    "fol:first-remains",
    "thm:irrelevant-detail",
)


class Trial(NamedTuple):
    """What a learner is taught and how: the policy, its targets and weights, whether it reads or writes."""

    policy: ParametricPolicy
    target: jax.Array
    weight: jax.Array
    contributions: Callable
    steps: tuple[float, float]
    clock: jax.Array


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare the table "pairs": by learner and seed, for three pairs each."""
    return {"pairs": _pairs(config)}


def predicted(crossovers: jax.Array, idle: jax.Array) -> dict[str, jax.Array]:
    """Return what each predictor says of either component of a pair; the larger one is named."""
    named = order_predictors(jnp.ones(2), crossovers, idle * 1.0)
    return {
        "efficiency": named["efficiency"],
        "information": named["information"],
        "rate": (1 - 2 * crossovers) * 2.0**-idle,
    }


def drawn_pair(key: jax.Array, config: Config, draw: int) -> ComponentPair:
    """Return a pair of one of `DRAWS`: the first one of that kind among many that come."""
    key_flips, key_idle = jax.random.split(key)
    e = jax.random.uniform(key_flips, (CANDIDATES, 2), minval=config.least, maxval=config.most)
    b = jax.random.randint(key_idle, (CANDIDATES, 2), 0, MOST_IDLE + 1)
    leads = {name: jnp.sign(x[:, 0] - x[:, 1]) for name, x in jax.vmap(predicted)(e, b).items()}
    wanted = jnp.stack(
        [jnp.ones(CANDIDATES, bool), *(leads["efficiency"] * leads[name] < 0 for name in ("information", "rate"))]
    )
    place = jnp.argmax(wanted[draw])
    return ComponentPair(e[place], b[place])


def _trial(config: Config, learner: str, pair: ComponentPair) -> Trial:
    network = "perceptron" in learner
    sizes = {"SGD": config.sgd, "Adam": config.adam}.get(learner.split(" by ")[-1], config.linear)
    if " on " in learner:
        code = token_code() if "on tokens" in learner else bit_code(pair)
        weight, target = inputs_law(pair)
        policy = perceptron_reader(code, config.width) if network else linear_reader(code)
        return Trial(policy, target, weight, read_contributions, sizes, jnp.ones(()))
    writers = {"token tables": token_tables, "factored tables": factored_tables, "string table": string_table}
    policy = perceptron_writer(pair, config.width) if network else writers[learner](pair)
    strings = 2.0 ** pair.idle.sum()  # one logit of so many gets one part of so many of the gradient: a clock
    clock = strings if learner == "string table" else jnp.ones(())
    return Trial(policy, strings_law(pair), jnp.full(2, 0.5), written_contributions, sizes, clock)


def _pairs(config: Config) -> Sweep:
    levels = sorted({FIRST, *config.levels})
    every = config.steps // config.looks

    def measure(key, learner, seed):
        def one(key, draw):
            key_pair, key_start = jax.random.split(key)
            pair = drawn_pair(key_pair, config, draw)
            trial = _trial(config, learner, pair)
            low, high = trial.steps
            size = lambda step: trial.clock * low * (high / low) ** (step / config.steps)  # noqa: E731
            optimiser = optax.adam(size) if learner.endswith("Adam") else optax.sgd(size)
            loss = imitation(trial.target, trial.weight)
            trained = train_policy(
                key, trial.policy, trial.policy.start(key_start), loss, optimiser, every * config.looks, every,
                lambda log_policy: (loss(log_policy, key), trial.contributions(pair, log_policy)),
            )  # fmt: skip
            least = (trial.weight[:, None] * -plog2p(trial.target)).sum() * jnp.log(2)
            return {**_summary(pair, trained, least, levels), "crossovers": pair.crossovers, "idle": pair.idle}

        return jax.vmap(one)(jax.random.split(key, len(DRAWS)), jnp.arange(len(DRAWS)))

    each = ("draw",)
    quantities = {
        "crossovers": Quantity("crossover probability", "1", ("draw", "component")),
        "idle": Quantity("idle bits", "bits", ("draw", "component")),
        "lead": Quantity(
            "what the first contributes beyond the second (0: level not reached)", "nats", ("draw", "level")
        ),
        "lead_last": Quantity("the same at the end", "nats", each),
        "lead_bits": Quantity("its lead in bits at the first level of the thesis", "bits", each),
        "lead_half": Quantity("looks by which the first has half of its own information earlier", "1", each),
        "looked": Quantity("looks until that level (0: never)", "1", each),
        "way": Quantity("share of the way that is gone at the end", "1", each),
        "diverged": Quantity("whether the run diverged; its leads are 0", "1", each),
    }
    axes = {"draw": DRAWS, "component": (1, 2), "level": levels}
    return Sweep(
        measure, quantities, {"learner": config.learners}, {"seed": range(config.seeds)}, axes,
        shard_size=config.seeds, batch_size=min(config.seeds, 40),
    )  # fmt: skip


def _summary(pair, trained, least, levels):
    """Return who leads at each level, at the end, and by the two other definitions of first."""
    risk, taken = trained.observed
    way = (risk[0] - risk) / (risk[0] - least)
    gained, told = taken.logit - taken.logit[0], taken.bits
    looks = jnp.arange(len(way)) * 1.0
    at = lambda level, lead: first_at(level, way, lead)  # noqa: E731
    lead = jax.vmap(lambda level: at(level, gained[:, 0] - gained[:, 1]))(jnp.array(levels))
    own = jax.vmap(
        lambda j: first_at(0.5, told[:, j] / (1 + plog2p(pair.crossovers[j]) + plog2p(1 - pair.crossovers[j])), looks)
    )(jnp.arange(2))
    never = jnp.where(jnp.isnan(own), len(way) * 1.0, own)
    found = {
        "lead": lead,
        "lead_last": taken.logit[-1, 0] - taken.logit[-1, 1],
        "lead_bits": at(FIRST, told[:, 0] - told[:, 1]),
        "lead_half": never[1] - never[0],
        "looked": at(FIRST, looks),
        "way": way[-1],
    }
    shown = {name: jnp.where(trained.diverged | jnp.isnan(x), 0.0, x) for name, x in found.items()}
    return {**shown, "diverged": trained.diverged}


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


class Share(NamedTuple):
    """A share of independent seeds with its exact interval (Clopper & Pearson 1934), and how many seeds there are."""

    right: float
    low: float
    high: float
    seeds: int


def named_share(named: np.ndarray, taken: np.ndarray) -> Share:
    """Return how often a predictor's lead and a learner's have one sign; ties of either are left out.

    Args:
        named: Lead of the first component by a predictor, one a seed.
        taken: Its lead in the learner, one a seed.
    """
    clear = (named != 0) & (taken != 0)
    right, seeds = int((named[clear] * taken[clear] > 0).sum()), int(clear.sum())
    if not seeds:
        return Share(0.0, 0.0, 1.0, 0)
    low, high = scipy.stats.binomtest(right, seeds).proportion_ci(0.95, method="exact")
    return Share(right / seeds, float(low), float(high), seeds)


def leads_by_predictor(table: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the lead of the first component by each predictor, seed x draw."""
    e, b = (table[name].transpose("seed", "draw", "component").values for name in ("crossovers", "idle"))
    found = jax.vmap(jax.vmap(predicted))(jnp.asarray(e), jnp.asarray(b))
    return {name: np.asarray(x[..., 0] - x[..., 1]) for name, x in found.items()}


def shares(table: xr.Dataset, lead: xr.DataArray, draw: str) -> dict[str, Share]:
    """Return the share of seeds that each predictor names rightly, for one learner and draw."""
    place = DRAWS.index(draw)
    taken = lead.sel(draw=draw).transpose("seed").values
    return {name: named_share(x[:, place], taken) for name, x in leads_by_predictor(table).items()}


def shares_figure(found: dict) -> Figure:
    """Draw the share of seeds that each predictor names rightly, first and last."""
    table, panels = found["pairs"], []
    learners = table.learner.values
    names = tuple(str(k + 1) for k in range(len(learners)))
    for what, lead in (("First", table.lead.sel(level=FIRST)), ("Stays", table.lead_last)):
        for draw, rivals in ((DRAWS[1], PREDICTORS[:2]), (DRAWS[2], PREDICTORS[::2])):
            marks = []
            for by in rivals:
                k = PREDICTORS.index(by)
                each = [shares(table.sel(learner=x), lead.sel(learner=x), draw)[by] for x in learners]
                places = np.arange(len(learners)) + 0.15 * (k - 1)
                marks.append(
                    Whiskers(places, [s.right for s in each], [s.low for s in each], [s.high for s in each], by, k)
                )
            panels.append(
                Panel(
                    f"{what}: {draw}",
                    "learner",
                    "seeds named rightly",
                    tuple(marks),
                    y_limits=(-0.03, 1.03),
                    x_names=names,
                )
            )
    listed = "; ".join(f"{k + 1} {name}" for k, name in enumerate(learners))
    caption = f"Pairs on which the two predictors disagree, with 95 % intervals over seeds. Learners: {listed}."
    return Figure(tuple(panels), caption, columns=2)


def way_figure(found: dict) -> Figure:
    """Draw in how many pairs the more efficient component leads along the way, where the other one is cleaner."""
    table, panels = found["pairs"], []
    groups = {
        title: [name for name in table.learner.values if (" on " in name) == reads]
        for title, reads in (("Readers", True), ("Writers", False))
    }
    for title, names in ((title, names) for title, names in groups.items() if names):
        marks = []
        for k, name in enumerate(names):
            t = table.sel(learner=name)
            right = [shares(t, t.lead.sel(level=x), DRAWS[1])["efficiency"].right for x in t.level.values]
            right.append(shares(t, t.lead_last, DRAWS[1])["efficiency"].right)
            marks.append(Line([*t.level.values, 1.0], right, str(name), colour=k))
        y = "the more efficient one leads"
        panels.append(Panel(title, "share of the way", y, tuple(marks), y_limits=(-0.03, 1.03)))
    caption = (
        "Share of pairs in which the more efficient component contributes more than the cleaner one, by how far the "
        "loss has gone down; at 1, the end of training."
    )
    return Figure(tuple(panels), caption)


FIGURES = {"shares": shares_figure, "way": way_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what each predictor names where it disagrees with efficiency, first and last, and what diverged."""
    table = found["pairs"]
    rows = [
        Headline("runs that diverged, share", float(table.diverged.mean()), None, "1", ""),
        Headline("least looks until first", float(table.looked.min()), None, "1", ""),
        Headline("least share of the way at the end", float(table.way.min()), None, "1", ""),
    ]
    definitions = {"first": table.lead.sel(level=FIRST), "last": table.lead_last}
    for what, lead in definitions.items():
        for draw, rivals in ((DRAWS[1], PREDICTORS[:2]), (DRAWS[2], PREDICTORS[::2])):
            for name in table.learner.values:
                each = shares(table.sel(learner=name), lead.sel(learner=name), draw)
                for by in rivals:
                    s = each[by]
                    note = f"[{s.low:.3f}, {s.high:.3f}] over {s.seeds} seeds; {draw}"
                    rows.append(Headline(f"{what}: {name}, by {by}", s.right, None, "1", "", note))
    for what, lead in {**definitions, "more bits": table.lead_bits, "half of its own": table.lead_half}.items():
        for name in table.learner.values:
            each = shares(table.sel(learner=name), lead.sel(learner=name), DRAWS[0])
            note = ", ".join(f"{by} {s.right:.3f} [{s.low:.3f}, {s.high:.3f}]" for by, s in each.items())
            note += f" of {each['efficiency'].seeds} pairs as they come"
            rows.append(Headline(f"{what}: {name}, by efficiency", each["efficiency"].right, None, "1", "", note))
    return tuple(rows)
