"""A planted experiment: the mean of normals, in many small shards."""

import jax
import jax.numpy as jnp
from jax import lax
from pydantic import Field

from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Sizes are static, rates are traced; `work` is how long a point takes."""

    sizes: Counts = Field((3, 5), description="normals a point")
    rates: Weights = Field((0.0, 0.25, 0.5, 0.75, 1.0), description="what they are multiplied by")
    work: Count = Field(1, description="rounds of useless work")


SMALL = Config(sizes=(3,), rates=(0.5,))
CLAIMS = ("thm:dpi",)


def sweeps(config: Config) -> dict[str, Sweep]:
    """One table, two points a shard."""

    def mean(key, size, rate, offset):
        spent = lax.fori_loop(0, config.work, lambda _, x: jnp.sin(x), rate)
        normals = rate * jax.random.normal(key, (size,)) + offset + 0 * spent
        return {"mean": normals.mean(), "first": normals[:2]}

    quantities = {"mean": Quantity("mean of the normals", "1"), "first": Quantity("the first two", "1", ("place",))}
    found = Sweep(
        mean,
        quantities,
        static_grid={"size": config.sizes},
        traced_grid={"rate": config.rates},
        axes={"place": (1, 2)},
        shared_inputs=lambda size: {"offset": jnp.float64(size)},
        shard_size=2,
    )
    return {"means": found}


def run(config: Config, key) -> dict:
    """All tables at once."""
    return tables(sweeps(config), key)


def means(found: dict) -> Figure:
    """The mean over the rate."""
    table = found["means"]
    lines = tuple(Line(table.rate, table["mean"].sel(size=n), f"{n} normals") for n in table.size.values)
    return Figure((Panel("Means", "rate", "mean", lines),), "Means of normals.")


FIGURES = {"means": means}


def headlines(found: dict) -> tuple[Headline, ...]:
    """At rate 0 nothing is left but the offset."""
    table = found["means"]
    return tuple(
        Headline(f"mean of {n} normals, least rate", float(table["mean"].sel(size=n)[0]), float(n), "1", "the offset")
        for n in table.size.values
    )
