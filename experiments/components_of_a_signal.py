r"""Which component of a signal is learned first, and which stays, by learners that see what efficiency calls waste.

Thesis: learning picks up the most information-efficient component first. Each of two components shows a fair bit, wrong
at the rate $e_j$, in one of $2^{b_j}$ forms; the forms are part of the learner's input or of the strings that it is
taught to say, and all tokens have one amplitude. Fixed before the run: first is what contributes more, beyond the
untrained learner, where the loss has gone 10 % of its way down to the least possible; what stays is what contributes
more at the end; the lead is its share of both contributions less that of the other. Efficiency is
$\frac{1-h(e_j)}{1+b_j}$, information $1-h(e_j)$, the learner's own rate $(1-2e_j)2^{-b_j}$ where idle bits slow their
own component, and $1-2e_j$ where they slow none, or both. Each seed has pairs of its own: one as it comes, one on which
efficiency and information disagree, one on which efficiency and the rate of tokens do.
"""

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
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
from infoloop.learning.component_order_rates import component_efficiency, relative_lead
from infoloop.learning.disagreeing_pairs import DRAWS, PREDICTORS, drawn_pair, predicted
from infoloop.probability.numerics import plog2p
from infoloop.reporting.figures import Figure, Line, Panel, Whiskers
from infoloop.statements.criteria import Budget
from infoloop.studies.configuration import Count, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.seed_shares import SeedShare, share_over_seeds
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.component_pairs import ComponentPair, inputs_law, strings_law

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
SLOWED = ("linear on tokens", "perceptron on tokens", "token tables", "writing perceptron")  # each by its idle bits
FIRST = 0.1  # share of the way at which the first component is asked for


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
    "thm:idle-bits-split",
    "thm:idle-bits-at-end",
    "fol:efficient-starts-first",
    "fol:efficient-stays",
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
            pair = drawn_pair(key_pair, config.least, config.most, draw)
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
        "contribution": Quantity(
            "contribution beyond the untrained learner; at 1 all of it, at the end",
            "nats",
            ("draw", "level", "component"),
        ),
        "reached": Quantity("whether the level was reached; else contributions are 0", "1", ("draw", "level")),
        "lead_bits": Quantity("lead of the first in bits at the first level of the thesis", "bits", each),
        "lead_half": Quantity("looks by which the first has half of its own information earlier", "1", each),
        "looked": Quantity("looks until that level (0: never)", "1", each),
        "way": Quantity("share of the way that is gone at the end", "1", each),
        "diverged": Quantity("whether the run diverged; its contributions are 0", "1", each),
    }
    axes = {"draw": DRAWS, "component": (1, 2), "level": (*levels, 1.0)}
    return Sweep(
        measure, quantities, {"learner": config.learners}, {"seed": range(config.seeds)}, axes,
        shard_size=config.seeds, batch_size=min(config.seeds, 40),
    )  # fmt: skip


def _summary(pair, trained, least, levels):
    """Return what either component contributes at each level and at the end, and by two other definitions of first."""
    risk, taken = trained.observed
    way = (risk[0] - risk) / (risk[0] - least)
    gained, told = taken.logit - taken.logit[0], taken.bits
    looks = jnp.arange(len(way)) * 1.0
    at = lambda level, values: jax.vmap(lambda v: first_at(level, way, v), 1)(values)  # noqa: E731
    by_level = jax.vmap(lambda level: at(level, gained))(jnp.array(levels))
    whole = component_efficiency(pair.crossovers, 0)
    own = jax.vmap(lambda of: first_at(0.5, of, looks), 1)(told / whole)
    never = jnp.where(jnp.isnan(own), len(way) * 1.0, own)
    bits = at(FIRST, told)
    found = {
        "contribution": jnp.concatenate([by_level, taken.logit[-1:]]),
        "lead_bits": bits[0] - bits[1],
        "lead_half": never[1] - never[0],
        "looked": first_at(FIRST, way, looks),
        "way": way[-1],
    }
    shown = {name: jnp.where(trained.diverged | jnp.isnan(x), 0.0, x) for name, x in found.items()}
    reached = jnp.append(~jnp.isnan(by_level[:, 0]), ~trained.diverged)
    return {**shown, "reached": reached, "diverged": trained.diverged}


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def efficient_first(found: dict[str, xr.Dataset], budget: Budget) -> dict:
    """Return the lead of the more efficient component at a share of the loss's way, by seed, in pairs as they come."""
    return _by_cell(found, DRAWS[0], "efficiency", _level(budget))


def efficient_over_informative(found: dict[str, xr.Dataset], budget: Budget) -> dict:
    """Return the lead of the more efficient component, by seed, where the other one tells more."""
    return _by_cell(found, DRAWS[1], "efficiency", _level(budget))


def efficient_over_fast(found: dict[str, xr.Dataset], budget: Budget) -> dict:
    """Return the same where the other one has the larger rate; void where the rate is another one."""
    reason = "idle bits slow neither or both: its own rate orders like information"
    cells = _by_cell(found, DRAWS[2], "efficiency", _level(budget))
    return {cell: values if "idle=slow their own" in cell else reason for cell, values in cells.items()}


def informative_stays(found: dict[str, xr.Dataset], budget: Budget) -> dict:
    """Return the lead of the more informative component at the end, by seed, where the other is more efficient."""
    if budget.unit != "steps":
        raise ValueError(f"the budget is in {budget.unit}: give the steps of training, at whose end one looks")
    return _by_cell(found, DRAWS[1], "information", 1.0)


def _level(budget: Budget) -> float:
    if budget.unit != "way":
        raise ValueError(f"the budget is in {budget.unit}: give a share of the way that the loss has gone")
    return budget.amount


def _by_cell(found, draw, predictor, level):
    """Return by seed the relative lead of the component that a predictor names; NaN if the level is not reached."""
    cells = {}
    for name in map(str, found["pairs"].learner.values):
        t = found["pairs"].sel(learner=name)
        sign = np.sign(leads_by_predictor(t)[predictor][:, DRAWS.index(draw)])
        lead = sign * relative_lead(*_contributions(t, draw, level))
        lead = np.where(t.reached.sel(draw=draw, level=level) > 0, lead, np.nan)
        lead = np.where(t.diverged.sel(draw=draw) > 0, np.inf, lead)
        idle = "slow their own" if name.split(" by ")[0] in SLOWED else "slow neither or both"
        cells[f"idle={idle}, learner={name}"] = {seed: float(x) for seed, x in enumerate(lead)}
    return cells


def _contributions(table: xr.Dataset, draw: str, level: float) -> np.ndarray:
    """Return the contributions at a level of one learner, component x seed; level 1 is the end."""
    return table.contribution.sel(draw=draw, level=level).transpose("component", "seed").values


def named_share(named: np.ndarray, taken: np.ndarray) -> SeedShare:
    """Return how often a predictor's lead and a learner's have one sign; ties of either are left out.

    Args:
        named: Lead of the first component by a predictor, one a seed.
        taken: Its lead in the learner, one a seed.
    """
    clear = (named != 0) & (taken != 0)
    return share_over_seeds(named[clear] * taken[clear] > 0)


def leads_by_predictor(table: xr.Dataset) -> dict[str, np.ndarray]:
    """Return the lead of the first component by each predictor, seed x draw."""
    e, b = (table[name].transpose("seed", "draw", "component").values for name in ("crossovers", "idle"))
    found = jax.vmap(jax.vmap(predicted))(jnp.asarray(e), jnp.asarray(b))
    return {name: np.asarray(x[..., 0] - x[..., 1]) for name, x in found.items()}


def shares(table: xr.Dataset, lead: np.ndarray, draw: str) -> dict[str, SeedShare]:
    """Return the share of seeds that each predictor names rightly, for one learner and draw."""
    place = DRAWS.index(draw)
    return {name: named_share(x[:, place], lead) for name, x in leads_by_predictor(table).items()}


def _led(table: xr.Dataset, draw: str, level: float) -> np.ndarray:
    first, second = _contributions(table, draw, level)
    return first - second


def shares_figure(found: dict) -> Figure:
    """Draw the share of seeds that each predictor names rightly, first and last."""
    table, panels = found["pairs"], []
    names = tuple(map(str, table.learner.values))
    for what, level in (("First", FIRST), ("Stays", 1.0)):
        for draw, rivals in ((DRAWS[1], PREDICTORS[:2]), (DRAWS[2], PREDICTORS[::2])):
            each = [shares(t, _led(t, draw, level), draw) for t in (table.sel(learner=x) for x in names)]
            marks = []
            for by in rivals:
                k = PREDICTORS.index(by)
                columns = zip(*(said[by][:3] for said in each), strict=True)
                marks.append(Whiskers(np.arange(len(names)) + 0.15 * (k - 1), *columns, by, k))
            limits, y = (-0.03, 1.03), "seeds named rightly"
            panels.append(Panel(f"{what}: {draw}", "", y, tuple(marks), y_limits=limits, x_names=names))
    caption = "Pairs on which the two predictors disagree, with 95 % intervals over seeds."
    return Figure(tuple(panels), caption, columns=2)


def way_figure(found: dict) -> Figure:
    """Draw in how many pairs the more efficient component leads along the way, where the other one is cleaner."""
    table, panels = found["pairs"], []
    for title, reads in (("Readers", True), ("Writers", False)):
        marks = []
        for name in (x for x in map(str, table.learner.values) if (" on " in x) == reads):
            t = table.sel(learner=name)
            right = [shares(t, _led(t, DRAWS[1], x), DRAWS[1])["efficiency"].right for x in t.level.values]
            marks.append(Line(t.level.values, right, name))
        y, limits = "the more efficient one leads", (-0.03, 1.03)
        panels += [Panel(title, "share of the way", y, tuple(marks), y_limits=limits)] if marks else []
    caption = "Share of pairs in which the more efficient component leads the cleaner one; at 1, the end of training."
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
    by_level = {"first": FIRST, "last": 1.0}
    for what, level in by_level.items():
        for draw, rivals in ((DRAWS[1], PREDICTORS[:2]), (DRAWS[2], PREDICTORS[::2])):
            for name in table.learner.values:
                t = table.sel(learner=name)
                each = shares(t, _led(t, draw, level), draw)
                for by in rivals:
                    s = each[by]
                    note = f"[{s.low:.3f}, {s.high:.3f}] over {s.seeds} seeds; {draw}"
                    rows.append(Headline(f"{what}: {name}, by {by}", s.right, None, "1", "", note))
    for name in table.learner.values:
        t = table.sel(learner=name)
        leads = {what: _led(t, DRAWS[0], level) for what, level in by_level.items()}
        others = {"more bits": t.lead_bits, "half of its own": t.lead_half}
        leads |= {what: x.sel(draw=DRAWS[0]).values for what, x in others.items()}
        for what, lead in leads.items():
            each = shares(t, lead, DRAWS[0])
            note = ", ".join(f"{by} {s.right:.3f} [{s.low:.3f}, {s.high:.3f}]" for by, s in each.items())
            note += f" of {each['efficiency'].seeds} pairs as they come"
            rows.append(Headline(f"{what}: {name}, by efficiency", each["efficiency"].right, None, "1", "", note))
    return tuple(rows)
