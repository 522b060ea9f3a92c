r"""What training on verdicts does to the variety of right answers: softmax and natural gradients, GRPO, imitation.

One question, tabular, exact. At every pass rate softmax policy gradient, GRPO with any groups and every other
objective of the pass rate have the same policy: they run on one curve and differ in the clock, so that GRPO loses the
same variety as REINFORCE. The natural gradient, which is the KL-regularised optimum, keeps the base's variety at every
pass rate, and so does imitation of the base's own right answers; imitation of one reference loses all of it at once.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.learning.kl_projections import law_at_rate, reference_cost
from infoloop.learning.pass_rate_objectives import group_slope, late_error, log_odds_slope, pass_at_slope, rate_slope
from infoloop.learning.verdict_flows import softmax_flow, softmax_time
from infoloop.learning.verdict_orbit import error_scale, orbit_at_rate
from infoloop.probability.numerics import divergence_terms, plog2p
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Six right answers, the likeliest twice as likely as the next; four wrong ones."""

    right: Weights = Field((0.08, 0.04, 0.03, 0.02, 0.02, 0.01), description="base's probabilities of right answers")
    wrong: Weights = Field((0.4, 0.2, 0.1, 0.1), description="base's probabilities of wrong answers")
    rates: Weights = Field(
        (0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999), description="pass rates, above the base's"
    )
    exponents: int = Field(8, ge=1, le=12, description="times go up to ten to this power")
    group: Count = Field(8, description="verdicts a group of GRPO, and attempts of pass@k")
    draws: Count = Field(16, description="draws among which different right answers are counted")
    references: Counts = Field((1, 2, 4, 8, 16, 64), description="references of imitation")


SMALL = Config(right=(0.2, 0.1), wrong=(0.7,), rates=(0.5, 0.9), exponents=2, group=3, draws=4, references=(1, 2))
CLAIMS = (
    "thm:softmax-integrals",
    "thm:one-curve",
    "thm:softmax-survivor",
    "thm:natural-gradient-keeps",
    "thm:reference-cost",
    "cnd:oracle-sft",
)
METHODS = ("softmax", "GRPO", "natural, KL-regularised")
CLOCKS = ("pass rate", "GRPO", "pass@k", "log-odds")


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "rates", over the pass rate, "times", by objective, and "references", over their number."""
    base = jnp.array([*config.right, *config.wrong])
    accepted = jnp.array([1.0] * len(config.right) + [0.0] * len(config.wrong))

    def kept(law):
        right = jnp.where(accepted == 1, law, 0.0)
        return {
            "entropy": -plog2p(right / right.sum()).sum(),
            "distance": divergence_terms(law, base).sum(),
            "different": (1 - (1 - right) ** config.draws).sum(),
        }

    def at_rate(key, rate):
        grpo = group_slope(config.group)
        by_time = softmax_flow(base, accepted, softmax_time(base, accepted, rate, grpo), grpo)
        laws = (orbit_at_rate(base, accepted, rate), by_time, law_at_rate(base, accepted, rate))
        found = [kept(law) for law in laws]
        return {name: jnp.stack([one[name] for one in found]) for name in found[0]}

    slopes = (rate_slope, group_slope(config.group), pass_at_slope(config.group), log_odds_slope)
    times = np.geomspace(1e-1, 10**config.exponents, 5 * config.exponents + 6)

    def in_time(key, clock):
        slope = slopes[CLOCKS.index(clock)]
        until = np.minimum(times, 40.0) if clock == "log-odds" else times
        laws = softmax_flow(base, accepted, until, slope)
        return {
            "error": laws @ (1 - accepted),
            "entropy": jax.vmap(kept)(laws)["entropy"],
            "expected": late_error(error_scale(base, accepted), times),
        }

    said = {
        "entropy": Quantity("entropy among right answers", "bits", ("learner",)),
        "distance": Quantity("divergence from the base", "bits", ("learner",)),
        "different": Quantity("different right answers found by the draws", "1", ("learner",)),
    }
    by_time = {
        "error": Quantity("rate of wrong answers", "1", ("time",)),
        "entropy": Quantity("entropy among right answers", "bits", ("time",)),
        "expected": Quantity("late rate of wrong answers on the clock of the pass rate", "1", ("time",)),
    }
    return {
        "rates": Sweep(at_rate, said, traced_grid={"rate": config.rates}, axes={"learner": METHODS}),
        "times": Sweep(in_time, by_time, static_grid={"clock": CLOCKS}, axes={"time": times}),
        "references": Sweep(
            lambda key, references: {"cost": reference_cost(base, accepted, references)},
            {"cost": Quantity("mean divergence of the references' law from the base", "bits")},
            static_grid={"references": config.references},
        ),
    }


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def rates_figure(found: dict) -> Figure:
    """Draw what is kept at each pass rate, and what references cost."""
    table, cost = found["rates"], found["references"]
    styles = ("line", "points", "line")

    def lines(name):
        return tuple(
            Line(table.rate, table[name].sel(learner=m), m, style, k)
            for k, (m, style) in enumerate(zip(METHODS, styles, strict=True))
        )

    panels = (
        Panel("Variety", "pass rate", "entropy among right answers, bits", lines("entropy")),
        Panel("Right answers found", "pass rate", "different ones, mean", lines("different")),
        Panel("Distance from the base", "pass rate", "bits", lines("distance")),
        Panel(
            "Imitation of references",
            "references",
            "bits from the base",
            (Line(cost.references, cost.cost, ""),),
            "log",
        ),
    )
    return Figure(panels, "At equal pass rates GRPO (circles) is on the curve of softmax policy gradient.")


def times_figure(found: dict) -> Figure:
    """Draw errors and variety in time, by objective."""
    table = found["times"]
    errors = tuple(Line(table.time, table.error.sel(clock=c), c, colour=k) for k, c in enumerate(CLOCKS))
    variety = tuple(Line(table.time, table.entropy.sel(clock=c), c, colour=k) for k, c in enumerate(CLOCKS))
    panels = (
        Panel("Wrong answers", "time", "rate", errors, "log", "log"),
        Panel("Variety", "time", "entropy among right answers, bits", variety, "log"),
    )
    return Figure(panels, "One curve, four clocks.")


FIGURES = {"rates": rates_figure, "times": times_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what is kept at the highest pass rate, how far GRPO is from the curve, and the late error."""
    table, times = found["rates"], found["times"].sel(clock="pass rate")
    last = table.isel(rate=-1)
    base = float(table.entropy.sel(learner=METHODS[2])[0])
    gap = float(np.abs(table.entropy.sel(learner="GRPO") - table.entropy.sel(learner="softmax")).max())
    return (
        Headline(
            "variety kept by softmax at the highest pass rate",
            float(last.entropy.sel(learner="softmax")),
            None,
            "bits",
            "",
        ),
        Headline(
            "variety kept by the natural gradient",
            float(last.entropy.sel(learner=METHODS[2])),
            base,
            "bits",
            "thm:natural-gradient-keeps",
        ),
        Headline("variety, GRPO less softmax at one pass rate", gap, 0.0, "bits", "thm:one-curve"),
        Headline(
            "last error of the softmax flow", float(times.error[-1]), float(times.expected[-1]), "1", "its late rate"
        ),
    )
