r"""How long a rare token lives: its exact survival by generation, the published bracket, and Fisher's mutant.

A token is expected $np$ times among n draws, and then drawn again, n times a generation, from the last frequencies.
The exact probability that it is still there stands beside the bracket of Suresh et al. (arXiv 2412.17646), whose lower
bound is the probability in a branching process, and beside simulated runs. The bracket says nothing where its upper
bound exceeds 1, which it does from about $t=1/(3p)$ on.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.loops.loop import unroll
from infoloop.loops.two_token_loops import exact_count_loop
from infoloop.models import branching, wright_fisher
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand
from infoloop.studies.configuration import Count, Counts, Positives, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

# Fisher, The Genetical Theory of Natural Selection (1930), chapter 4: extinct by the generation, by mean offspring.
FISHER = {
    1.0: {1: 0.3679, 3: 0.6259, 7: 0.7905, 15: 0.8873, 31: 0.9411, 63: 0.9698, 127: 0.9847},
    1.01: {1: 0.3642, 3: 0.6197, 7: 0.7825, 15: 0.8783, 31: 0.9313, 63: 0.9591, 127: 0.9729},
}


@config
class Config:
    """Three sizes of a generation, three numbers of expected copies."""

    draws: Counts = Field((100, 1_000, 10_000), description="draws a generation, n")
    copies: Counts = Field((1, 4, 16), description="expected copies in the first generation, np (at most n)")
    generations: Count = Field(127, description="generations")
    offspring: Positives = Field((1.0, 1.01), description="mean offspring of a copy in the branching process")
    runs: Count = Field(4_000, description="simulated runs")


SMALL = Config(draws=(50,), copies=(1, 4), generations=10, runs=100)
CLAIMS = ("thm:survival-floor", "thm:survival-deficit", "thm:survival-ceiling", "thm:fixation")


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "survival", over draws and copies, and "mutant", over the mean offspring; both by generation."""
    if max(config.copies) > min(config.draws):
        raise ValueError(f"copies is up to {max(config.copies)}: give at most the least of draws, {min(config.draws)}")
    return {"survival": _survival(config), "mutant": _mutant(config)}


def _survival(config: Config) -> Sweep:
    def measure(key, draws, copies, band):
        model = wright_fisher.Model(draws, jnp.stack([copies / draws]), jnp.ones(1))
        exact = exact_count_loop(draws, model.rates, model.prior, band)
        low, high = branching.bracket(draws, model.rates[0], config.generations)
        keys = jax.random.split(key, config.generations)
        return {
            "survival": unroll(exact, keys, lambda table: table[:, 1:].sum()),
            "simulated": unroll(
                wright_fisher.counted(model, config.runs), keys, lambda run: (run[1] > 0).mean(dtype=float)
            ),
            "low": low,
            "high": high,
        }

    quantities = {
        "survival": Quantity("probability that the token is still there, exact", "1", ("generation",)),
        "simulated": Quantity("share of simulated runs in which it is", "1", ("generation",)),
        "low": Quantity("lower bound of Suresh et al.", "1", ("generation",)),
        "high": Quantity("upper bound of Suresh et al., which says nothing above 1", "1", ("generation",)),
    }
    return Sweep(
        measure,
        quantities,
        static_grid={"draws": config.draws},
        traced_grid={"copies": config.copies},
        axes={"generation": range(1, config.generations + 1)},
        shared_inputs=lambda draws: {"band": wright_fisher.band(draws)},
    )


def _mutant(config: Config) -> Sweep:
    quantities = {"extinct": Quantity("probability that one mutant has no descendants left", "1", ("generation",))}
    return Sweep(
        lambda key, offspring: {"extinct": 1 - branching.survivals(config.generations, offspring)},
        quantities,
        traced_grid={"offspring": config.offspring},
        axes={"generation": range(1, config.generations + 1)},
    )


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def survival_figure(found: dict) -> Figure:
    """Draw survival by generation within its bracket, a panel for each number of draws."""
    table = found["survival"]
    marked = np.unique(np.geomspace(1, table.generation.size, 9).astype(int)) - 1
    panels = []
    for n in table.draws.values:
        marks = []
        for k, c in enumerate(table.copies.values):
            t = table.sel(draws=n, copies=c)
            marks += [
                ShadedBand(t.generation, t.low, np.minimum(t.high, 1), colour=k),
                Line(t.generation, t.survival, f"{c} expected", colour=k),
                Line(t.generation[marked], t.simulated[marked], "", "points", k),
            ]
        panels.append(Panel(f"{n} draws a generation", "generation", "still there", tuple(marks), "log"))
    caption = (
        "Probability that a token is still there, by the number of copies expected in the first generation: exact "
        "(lines), bracket of Suresh et al. (shaded, cut at 1 where it says nothing), simulated runs (circles)."
    )
    return Figure(tuple(panels), caption)


def mutant_figure(found: dict) -> Figure:
    """Draw the branching process beside Fisher's table."""
    table, marks = found["mutant"], []
    for k, mean in enumerate(table.offspring.values):
        marks.append(Line(table.generation, 1 - table.extinct.sel(offspring=mean), f"mean {mean:g}", colour=k))
        published = FISHER.get(float(mean))
        if published:
            marks.append(Line(list(published), [1 - q for q in published.values()], f"Fisher, {mean:g}", "points", k))
    panel = Panel("Descendants of one mutant", "generation", "still there", tuple(marks), "log", "log")
    return Figure((panel,), "A mutant's descendants, by the mean offspring of a copy; circles: Fisher's table of 1930.")


FIGURES = {"survival": survival_figure, "mutant": mutant_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State whether the bracket holds, how often it says something, and Fisher's table at its last generation."""
    table, mutant = found["survival"], found["mutant"]
    inside = (table.low <= table.survival) & (table.survival <= table.high)
    rows = [
        Headline("cells in which the bracket holds, share", float(inside.mean()), 1.0, "1", "thm:survival-ceiling"),
        Headline("cells in which it says something, share", float((table.high < 1).mean()), None, "1", ""),
    ]
    for mean, published in FISHER.items():
        last = max((t for t in published if t <= int(mutant.generation[-1])), default=None)
        if mean in mutant.offspring.values and last:
            q = float(mutant.extinct.sel(offspring=mean, generation=last))
            rows.append(Headline(f"extinct by {last}, mean {mean:g}", q, published[last], "1", "Fisher (1930)"))
    return tuple(rows)
