r"""When a short spurious rule beats the intended one, and until when.

Two rules explain the same labels: a spurious one, right at the rate rho, and the intended one, longer by some bits and
wrong at the rate e. Under the prior $2^{-K}$ the spurious rule leads for $n^*=\Delta/(h(\rho)-h(e))$ samples, the exact
switch time of reward hacking; if it is always right it leads for ever, and only decorrelated data end that. What the
optimisation of a hackable proxy does is the experiment `goodhart`.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jax.scipy.stats import binom
from pydantic import Field

from infoloop.learning.code_length_switch import decorrelated, switch_time
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Three spurious rules, ten bits shorter than the intended one."""

    accuracies: Weights = Field((0.7, 0.8, 0.9), description="rates at which a spurious rule is right")
    error: Weight = Field(0.02, description="rate at which the intended rule errs")
    extra_bits: Positive = Field(10.0, description="bits by which the intended rule is longer")
    samples: Count = Field(80, description="samples shown")
    runs: Count = Field(2_000, description="simulated learners")
    shares: Weights = Field(tuple((2 * k + 1) / 100 for k in range(50)), description="shares of decorrelated data")


SMALL = Config(accuracies=(0.6,), samples=30, runs=100, shares=(0.5, 1.0))
CLAIMS = (
    "cnd:switch-time",
    "thm:never-switches",
    "fol:more-data-switches",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "switch", by samples, and "decorrelation", over its share."""
    return {
        "switch": _switch(config),
        "decorrelation": Sweep(
            lambda key, share: {"time": switch_time(config.extra_bits, decorrelated(share), config.error)},
            {"time": Quantity("samples until the intended rule leads", "1")},
            traced_grid={"share": config.shares},
        ),
    }


def _lead(config, accuracy, right, wrong, n):
    """Return log posterior odds in bits for the spurious rule: right `right` times, where the other erred `wrong`."""
    said = right * jnp.log2(accuracy) + (n - right) * jnp.log2(1 - accuracy)
    meant = wrong * jnp.log2(config.error) + (n - wrong) * jnp.log2(1 - config.error)
    return config.extra_bits + said - meant


def _switch(config: Config) -> Sweep:
    n = jnp.arange(config.samples + 1)

    def hacked(accuracy, count):
        """Return the probability that the spurious rule leads after `count` samples, over all counts of errors."""
        right, wrong = n[:, None], n[None, :]
        law = binom.pmf(right, count, accuracy) * binom.pmf(wrong, count, config.error)
        return (law * (_lead(config, accuracy, right, wrong, count) > 0)).sum()

    def measure(key, accuracy):
        key_said, key_meant = jax.random.split(key)
        shape = (config.runs, config.samples)
        right = jnp.cumsum(jax.random.bernoulli(key_said, accuracy, shape), axis=1)
        wrong = jnp.cumsum(jax.random.bernoulli(key_meant, config.error, shape), axis=1)
        leads = (_lead(config, accuracy, right, wrong, n[1:]) > 0).mean(0, dtype=float)
        return {
            "chance": jax.vmap(lambda count: hacked(accuracy, count))(n),
            "simulated": jnp.concatenate([jnp.ones(1), leads]),
            "time": switch_time(config.extra_bits, accuracy, config.error),
        }

    quantities = {
        "chance": Quantity("probability that the spurious rule leads, exact", "1", ("sample",)),
        "simulated": Quantity("share of simulated learners in which it leads", "1", ("sample",)),
        "time": Quantity("samples until the intended rule leads on average", "1"),
    }
    return Sweep(
        measure, quantities, traced_grid={"accuracy": config.accuracies}, axes={"sample": range(config.samples + 1)}
    )


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def switch_figure(found: dict) -> Figure:
    """Draw who leads by samples, and what decorrelation does to the switch time."""
    switch, mixed = found["switch"], found["decorrelation"]
    marked, marks = slice(0, None, max(1, switch.sample.size // 16)), []
    for k, accuracy in enumerate(switch.accuracy.values):
        t = switch.sel(accuracy=accuracy)
        time = float(t.time)
        marks += [
            Line(t.sample, t.chance, f"right {accuracy:g}", colour=k),
            Line(t.sample[marked], t.simulated[marked], "", "points", k),
            Line([time, time], [0, 1], "", "dotted", k),
        ]
    ends = mixed.where(np.isfinite(mixed.time), drop=True)
    times = (Line(ends.share, ends.time, "n*"),)
    panels = (
        Panel("The spurious rule leads", "samples", "probability", tuple(marks)),
        Panel(
            "A perfect spurious rule, data decorrelated",
            "share of data",
            "samples until the switch",
            times,
            y_scale="log",
        ),
    )
    return Figure(
        panels, "Exact probability that the spurious rule leads (lines), simulated (circles), switch time (dotted)."
    )


FIGURES = {"switch": switch_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State where simulated learners switch."""
    switch = found["switch"]
    rows = []
    for accuracy in switch.accuracy.values:
        t = switch.sel(accuracy=accuracy)
        below = np.flatnonzero(t.simulated.values < 0.5)
        found_at = float(below[0]) if below.size else float("inf")
        rows.append(Headline(f"half have switched, right {accuracy:g}", found_at, float(t.time), "1", "n*, on average"))
        gap = float(np.abs(t.simulated - t.chance).max())
        rows.append(
            Headline(f"simulated less exact probability, right {accuracy:g}", gap, None, "1", "", "by sampling")
        )
    return tuple(rows)
