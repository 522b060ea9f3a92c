r"""Does a coarser signal teach the task better? Four mechanisms that could make it so, each mapped exactly.

An ideal learner never loses by the finer signal (Blackwell's theorem); so the thesis can hold only by what a learner
lacks. Mapped is the difference of the task errors of a learner trained on fine labels and of one trained on their
classes, over two knobs: a *memory* of few bits; a rule that counts *votes*; a *shift* of the surface that fine labels
name; the *price* of a demonstration. Where the difference is negative, finer wins. For all but the memory, whose
risks are those of the best of all memories, learners are drawn as well: the size of the effect, with an interval.
"""

import math
from collections.abc import Callable
from functools import partial

import jax
import numpy as np
import xarray as xr
from pydantic import Field

from infoloop.learning.coarse_vs_fine import (
    fine_and_coarse_memory_error,
    fine_and_coarse_recall,
    fine_and_coarse_shift_error,
    fine_and_coarse_vote_error,
    shift_boundary,
    vote_boundaries,
)
from infoloop.learning.coarse_vs_fine_sampling import recall_runs, shift_runs, vote_runs
from infoloop.learning.effect_sizes import effect_size
from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import Figure, Line, Map, Panel
from infoloop.studies.configuration import Count, Counts, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

TIE = rounding(2**16)  # of the sums behind a risk
MECHANISMS = ("memory", "votes", "shift", "price")
SAMPLED = {"votes": ("inside", "across"), "shift": ("inverted", "new"), "price": ("accepted", "price")}


def _even(last: float, count: int, first: float = 0.0) -> tuple[float, ...]:
    return tuple(round(float(x), 6) for x in np.linspace(first, last, count))


@config
class Config:
    """Two classes; maps of some 40 by 40 points."""

    bits: Positives = Field(_even(5.5, 45, 0.05), description="bits of memory an item")
    sizes: Counts = Field((1, 2, 4, 8, 16), description="fine labels a class, for the memory")
    inside: Weights = Field(_even(0.3, 31), description="probability of a wrong label of the right class")
    across: Weights = Field(_even(0.7, 43), description="probability of a label of the wrong class")
    votes: Count = Field(15, description="labels an item that are counted")
    run_inside: Weights = Field((0.05, 0.15, 0.25), description="inside, for sampled learners")
    run_across: Weights = Field((0.2, 0.3, 0.4), description="across, for sampled learners")
    run_inverted: Weights = Field((0.05, 0.15, 0.25), description="inverted, for sampled learners")
    run_new: Weights = Field((0.1, 0.3, 0.5), description="new, for sampled learners")
    run_accepted: Counts = Field((4, 16, 32), description="accepted, for sampled learners")
    run_prices: Positives = Field((1.0, 2.0, 4.0), description="price, for sampled learners (at most the last budget)")
    runs: Count = Field(16, description="sampled learners a setting")
    items: Count = Field(50, description="items that a learner is judged on")
    noise: Weights = Field((0.1,), description="probability that the bit is seen wrongly, for the shift")
    inverted: Weights = Field(_even(0.5, 41), description="share of surfaces on which the bit means the opposite")
    new: Weights = Field(_even(1.0, 41), description="share of surfaces that are new in the test")
    outputs: Count = Field(64, description="outputs K, for the price")
    accepted: Counts = Field(tuple(range(2, 65, 2)), description="outputs M that are accepted (at most K)")
    prices: Positives = Field(_even(4.0, 40, 0.1), description="price of a demonstration, in verdicts")
    budgets: Positives = Field((16.0, 48.0), description="what may be spent, in verdicts")


SMALL = Config(
    bits=(0.5, 1.5),
    sizes=(1, 2),
    inside=(0.0, 0.2),
    across=(0.1, 0.4),
    votes=3,
    run_inside=(0.1,),
    run_across=(0.2, 0.4),
    run_inverted=(0.1,),
    run_new=(0.1, 0.5),
    run_accepted=(2,),
    run_prices=(1.0, 2.0),
    runs=4,
    items=8,
    inverted=(0.0, 0.2),
    new=(0.0, 0.5),
    outputs=8,
    accepted=(2, 4),
    prices=(1.0, 2.0),
    budgets=(4.0,),
)
CLAIMS = (
    "thm:garbling-information",
    "thm:garbling-risk",
    "fol:coarser-teaches-more",
    "cnd:coarse-wins",
    "fol:verdicts-always-cheaper",
    "thm:fine-labels-help",
)
RISKS = {
    "fine": Quantity("task error, trained on fine labels", "1"),
    "coarse": Quantity("task error, trained on classes", "1"),
}


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare a table for each mechanism, and one of sampled learners for all but the memory."""
    most = max(config.inside + config.run_inside) + max(config.across + config.run_across)
    if most > 1:
        raise ValueError(f"inside and across make up to {most:g}: give probabilities of at most 1 together")
    accepted = max(config.accepted + config.run_accepted)
    if accepted > config.outputs:
        raise ValueError(f"accepted is up to {accepted}: give at most outputs, {config.outputs}")
    if max(config.run_prices) > config.budgets[-1]:
        raise ValueError(f"run_prices is up to {max(config.run_prices):g}: give at most {config.budgets[-1]:g}")
    return {
        "memory": Sweep(
            lambda key, size, bits: _named(fine_and_coarse_memory_error(bits, 2, size)),
            RISKS,
            static_grid={"size": config.sizes},
            traced_grid={"bits": config.bits},
        ),
        "votes": Sweep(
            lambda key, across, inside: _named(fine_and_coarse_vote_error(config.votes, inside, across)),
            RISKS,
            traced_grid={"across": config.across, "inside": config.inside},
            shard_size=2048,
        ),
        "shift": Sweep(
            lambda key, noise, inverted, new: _named(fine_and_coarse_shift_error(noise, inverted, new)),
            RISKS,
            traced_grid={"noise": config.noise, "inverted": config.inverted, "new": config.new},
            shard_size=2048,
        ),
        "price": Sweep(
            lambda key, accepted, budget, price: _named(
                tuple(1 - share for share in fine_and_coarse_recall(budget, accepted, config.outputs, price))
            ),
            RISKS,
            static_grid={"accepted": config.accepted},
            traced_grid={"budget": config.budgets, "price": config.prices},
            shard_size=2048,
        ),
        **_sampled(config),
    }


def _sampled(config: Config) -> dict[str, Sweep]:
    """Tables "votes_runs", "shift_runs" and "price_runs": one entry a sampled learner."""
    runs, items, budget = config.runs, config.items, config.budgets[-1]
    risks = {name: Quantity(f"{q.meaning}, sampled", "1", ("run",)) for name, q in RISKS.items()}
    axes = {"run": range(runs)}

    def shares_missed(key, price, accepted):
        found = recall_runs(key, runs, math.floor(budget / price), math.floor(budget), accepted, config.outputs)
        return _named(tuple(1 - share for share in found))

    return {
        "votes_runs": Sweep(
            lambda key, inside, across: _named(vote_runs(key, runs, items, config.votes, inside, across)),
            risks,
            traced_grid={"inside": config.run_inside, "across": config.run_across},
            axes=axes,
        ),
        "shift_runs": Sweep(
            lambda key, inverted, new: _named(shift_runs(key, runs, items, config.noise[0], inverted, new)),
            risks,
            traced_grid={"inverted": config.run_inverted, "new": config.run_new},
            axes=axes,
        ),
        "price_runs": Sweep(
            shares_missed,
            risks,
            static_grid={"price": config.run_prices},
            traced_grid={"accepted": config.run_accepted},
            axes=axes,
        ),
    }


def _named(risks: tuple) -> dict:
    return dict(zip(RISKS, risks, strict=True))


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def _difference(table):
    """Fine minus coarse: positive where the thesis holds."""
    return table.fine - table.coarse


def map_figure(found: dict) -> Figure:
    """Draw the difference of task errors over two knobs, by mechanism."""
    memory, votes, shift, price = (found[name] for name in MECHANISMS)
    shift, price = shift.isel(noise=0), price.isel(budget=-1)
    label = "task error, fine minus coarse"
    panels = (
        Panel(
            "Memory: classes of g labels",
            "bits an item",
            "task error, fine minus coarse",
            tuple(Line(memory.bits, _difference(memory).sel(size=g), f"g = {g}") for g in memory["size"].values),
        ),
        Panel(
            "Votes",
            "wrong labels, right class",
            "wrong class",
            (
                Map(votes.inside, votes.across, _difference(votes), label, 0.0, True),
                Line(votes.inside, vote_boundaries(votes.inside.values)[0], "fine fails above, many votes", colour=2),
                Line(votes.inside, vote_boundaries(votes.inside.values)[1], "coarse fails above", "dashed", 2),
            ),
        ),
        Panel(
            "Shift",
            "surfaces inverted",
            "surfaces new",
            (
                Map(shift.inverted, shift.new, _difference(shift).transpose("new", "inverted"), label, signed=True),
                Line(shift.inverted, shift_boundary(shift.inverted.values), "new = 2 inverted", colour=2),
            ),
        ),
        Panel(
            f"Price, budget {float(price.budget):g} verdicts",
            "price of a demonstration",
            "accepted",
            (Map(price.price, price.accepted, _difference(price), label, 0.0, True),),
        ),
    )
    caption = (
        "Where a coarser signal teaches the task better (above 0, violet) and where worse (below 0, orange). Lines: "
        "boundaries in closed form (coloured), or where the difference is 0 (black)."
    )
    return Figure(panels, caption, columns=2)


FIGURES = {"mechanisms": map_figure}


def headlines(found: dict) -> tuple[Headline | Callable[[], Headline], ...]:
    """State the share of each map in which the thesis holds, ties counted as neither, and the effect over learners."""
    rows = []
    for name in MECHANISMS:
        gap = _difference(found[name])
        cells = f"of the {gap.size:,} points of this grid"
        rows.append(Headline(f"{name}: share where coarse is better", float((gap > TIE).mean()), None, "1", "", cells))
        rows.append(Headline(f"{name}: share where fine is better", float((gap < -TIE).mean()), None, "1", "", cells))
    effects = (partial(_effect, name, found[f"{name}_runs"].stack(setting=dims)) for name, dims in SAMPLED.items())
    return (*rows, *effects)


def _effect(name: str, runs: xr.Dataset) -> Headline:
    """Estimate how much more the learners of coarse labels err, over the settings of the runs."""
    outcome = np.concatenate([runs.fine.values, runs.coarse.values])
    treated = np.repeat([0.0, 1.0], len(runs.fine))[:, None] * np.ones(outcome.shape)
    setting = np.arange(outcome.shape[1]) * np.ones(outcome.shape, int)
    effect = effect_size(jax.random.key(0), outcome.ravel(), treated.ravel(), setting.ravel(), draws=500)
    interval = f"95 % over learners: {float(effect.lower):.3f} to {float(effect.upper):.3f}"
    return Headline(f"{name}: effect of coarse labels on the error", float(effect.mean), None, "1", "", interval)
