"""A planted experiment: paired differences of a known size; a seed that never gets there, and one that diverges."""

import jax
import jax.numpy as jnp
from pydantic import Field

from infoloop.learning.effect_sizes import standard_deviations
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.statements.criteria import Budget
from infoloop.studies.configuration import Count, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

NOISE = float(standard_deviations(1.0, 1.0, 0.01).noise)  # an import whose digest is kept


@config
class Config:
    """The sizes of the effect, one a cell."""

    effects: Weights = Field((0.0, 0.05, 0.5), description="the mean of the paired differences")
    seeds: Count = Field(20, description="independent seeds a cell")


SMALL = Config(effects=(0.05,), seeds=3)
CLAIMS = ()


def sweeps(config: Config) -> dict[str, Sweep]:
    """One table of differences; the last seed of the last effect never gets there, the one before diverges."""

    def difference(key, seed, effect):
        value = effect + NOISE * jax.random.normal(key)
        lost = (effect == 0.5) & (seed >= config.seeds - 2)
        return {"difference": jnp.where(lost, jnp.where(seed % 2, jnp.nan, jnp.inf), value)}

    quantities = {"difference": Quantity("the paired difference", "1")}
    grid = {"effect": config.effects, "seed": tuple(range(config.seeds))}
    return {"differences": Sweep(difference, quantities, traced_grid=grid, shard_size=8)}


def run(config: Config, key) -> dict:
    """All tables at once."""
    return tables(sweeps(config), key)


def by_cell(found: dict, budget: Budget) -> dict:
    """The differences by the effect planted; the cell of the greatest is named apart, and one is void."""
    table = found["differences"].difference
    cells = {
        f"effect={effect:g}, {budget.unit}={budget.amount:g}": {
            int(seed): float(table.sel(effect=effect, seed=seed)) for seed in table.seed
        }
        for effect in table.effect.values
    }
    return {**cells, f"effect=none, {budget.unit}={budget.amount:g}": "no learner could bridge it"}


def differences(found: dict) -> Figure:
    """The means over the effect."""
    table = found["differences"]
    lines = (Line(table.effect, table.difference.mean("seed"), "mean"),)
    return Figure((Panel("Differences", "effect", "difference", lines),), "Differences.")


FIGURES = {"differences": differences}


def headlines(found: dict) -> tuple[Headline, ...]:
    """The greatest effect."""
    return (Headline("greatest effect", float(found["differences"].effect.max()), None, "1", ""),)
