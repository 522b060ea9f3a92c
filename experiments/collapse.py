r"""What collapses and what stays: diversity, information and risk of a token loop and a Gaussian loop, side by side.

Tokens: two hypotheses on the rate of a token, n tokens a generation, the next generation drawn from the frequencies of
the last (*replace*), from these with imagined counts (*smoothed*), or from all data so far (*accumulate*); all laws are
exact. Heterozygosity dies out under replace while $I(\theta;Z_t)$ falls to a positive residual and $I(\theta;Y_t)$, of
one generated token, never moves; smoothing keeps every token alive and forgets everything; accumulating keeps most of
both. Gaussians: a fit refit to its own samples, where the expected variance may stand still while the typical run dies.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.loops.diversity import Diversity, diversity_of
from infoloop.loops.loop import unroll
from infoloop.loops.two_token_loops import exact_count_loop
from infoloop.models import gaussian_refit, smoothed, urn, wright_fisher
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand
from infoloop.studies.configuration import Count, Counts, Hypotheses, Positive, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

TOKENS = ("replace", "smoothed", "accumulate")
GAUSSIANS = ("replace", "replace, unbiased", "accumulate")
MEANINGS = {
    "support": Quantity("expected number of tokens that are left", "1", ("generation",)),
    "entropy": Quantity("expected entropy of the current law", "bits", ("generation",)),
    "heterozygosity": Quantity("probability that two tokens of one model differ", "1", ("generation",)),
    "state_information": Quantity("I(theta;Z), what the model tells of the truth", "bits", ("generation",)),
    "sample_information": Quantity("I(theta;Y), what one generated token tells", "bits", ("generation",)),
    "mean_error": Quantity("mean squared error of the frequencies", "1", ("generation",)),
    "median_error": Quantity("median squared error of the frequencies", "1", ("generation",)),
    "mean_excess": Quantity("mean relative entropy from the truth", "bits", ("generation",)),
    "median_excess": Quantity("median relative entropy from the truth", "bits", ("generation",)),
}


@config
class Config:
    """A hundred generations of 10 or 50 samples."""

    samples: Counts = Field((10, 50), description="samples a generation")
    generations: Count = Field(100, description="generations")
    rates: Hypotheses = Field((0.25, 0.75), description="rates of the token that are possible, equally likely")
    alpha: Positive = Field(0.5, description="imagined counts of each token, when smoothed")
    runs: Count = Field(10_000, description="simulated runs of the Gaussian loop")


SMALL = Config(samples=(4,), generations=5, runs=100)
CLAIMS = (
    "thm:resampling-diversity",
    "thm:residual-information",
    "thm:sample-information",
    "fol:collapse-forgets",
    "fol:information-dies-with-diversity",
    "thm:smoothing-diversity",
    "fol:smoothing-keeps-information",
    "thm:refit-typical",
    "fol:expectation-is-typical",
    "thm:refit-accumulates",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "tokens" and "gaussians", over schedules and samples, by generation."""
    return {"tokens": _tokens(config), "gaussians": _gaussians(config)}


def _tokens(config: Config) -> Sweep:
    rates = np.array(config.rates)

    def measure(key, schedule, samples, **band):
        targets = jnp.stack([1 - rates, rates], 1)
        prior = jnp.full(len(rates), 1 / len(rates))
        keys = jnp.arange(config.generations)

        def seen(table, held, alpha=0.0):
            ones = jnp.arange(table.shape[1])
            kept = jnp.where(ones <= held, ones, 0)  # more ones than tokens have no mass
            counts = jnp.stack([held - kept, kept], 1)
            return diversity_of(table, (counts + alpha) / (held + 2 * alpha), targets)

        if schedule == "accumulate":
            model = urn.Urn(samples, config.generations, "accumulate", jnp.asarray(rates), prior)
            report = unroll(urn.loop(model), keys, lambda state: seen(state[0], samples * state[1]))
        else:
            loop = exact_count_loop(samples, jnp.asarray(rates), prior, band["band"])
            alpha = config.alpha if schedule == "smoothed" else 0.0
            report = unroll(loop, keys, lambda table: seen(table, samples, alpha))
        return report._asdict()

    def shared(schedule, samples):
        if schedule == "accumulate":
            return {}
        band = wright_fisher.band(samples) if schedule == "replace" else smoothed.band(samples, config.alpha)
        return {"band": band}

    axes = {"generation": range(1, config.generations + 1)}
    return Sweep(
        measure, MEANINGS, static_grid={"schedule": TOKENS, "samples": config.samples}, axes=axes, shared_inputs=shared
    )


def _gaussians(config: Config) -> Sweep:
    def measure(key, schedule, samples):
        how, unbiased = schedule.split(",")[0], schedule.endswith("unbiased")
        if samples == 1 and unbiased:
            raise ValueError("samples is 1: give 2 or more, since one sample has no unbiased variance")
        t = np.arange(config.generations + 1)
        runs = gaussian_refit.simulate(key, samples, config.generations, config.runs, how, unbiased).variance
        low, median, high = jnp.quantile(runs, jnp.array([0.1, 0.5, 0.9]), axis=0)
        exact = gaussian_refit.expected_variance(samples, t, how, unbiased)
        return {"expected": exact, "mean": runs.mean(0), "median": median, "low": low, "high": high}

    quantities = {
        "expected": Quantity("expected variance over the true one, exact", "1", ("generation",)),
        "mean": Quantity("mean variance of the simulated runs", "1", ("generation",)),
        "median": Quantity("median variance of the simulated runs", "1", ("generation",)),
        "low": Quantity("variance that a tenth of the runs are below", "1", ("generation",)),
        "high": Quantity("variance that a tenth of the runs are above", "1", ("generation",)),
    }
    axes = {"generation": range(config.generations + 1)}
    return Sweep(measure, quantities, static_grid={"schedule": GAUSSIANS, "samples": config.samples}, axes=axes)


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def tokens_figure(found: dict) -> Figure:
    """Draw what is left of diversity and of information, a panel for each schedule and size."""
    shown = {
        "heterozygosity": ("heterozygosity", ""),
        "entropy": ("entropy", ""),
        "state_information": ("information of the model", r"I(\theta;Z_t)"),
        "sample_information": ("information of a sample", r"I(\theta;Y_t)"),
    }
    table, panels = found["tokens"], []
    for n in table.samples.values:
        for schedule in table.schedule.values:
            t = table.sel(schedule=schedule, samples=n)
            marks = tuple(
                Line(t.generation, t[name] / t[name][0], label, "line" if "inf" in name else "dashed", k, symbol)
                for k, (name, (label, symbol)) in enumerate(shown.items())
            )
            panels.append(
                Panel(
                    f"{schedule}, {n} samples", "generation", "share of generation 1", marks, "log", y_limits=(0, 1.05)
                )
            )
    caption = (
        "What is left of the first generation's diversity (dashed) and information about the truth (solid). Replacing "
        "kills diversity and keeps information; smoothing keeps diversity and kills information."
    )
    return Figure(tuple(panels), caption)


def risks_figure(found: dict) -> Figure:
    """Draw mean and median squared error."""
    table = found["tokens"]
    panels = []
    for n in table.samples.values:
        marks = []
        for k, schedule in enumerate(table.schedule.values):
            t = table.sel(schedule=schedule, samples=n)
            marks += [
                Line(t.generation, t.mean_error, f"mean, {schedule}", colour=k),
                Line(t.generation, t.median_error, f"median, {schedule}", "dashed", k),
            ]
        panels.append(Panel(f"{n} samples", "generation", "squared error", tuple(marks), "log"))
    return Figure(tuple(panels), "Mean (solid) and median (dashed) squared error of the tokens' frequencies.")


def gaussians_figure(found: dict) -> Figure:
    """Draw expectation and typical run of the fitted variance."""
    table, panels = found["gaussians"], []
    n = table.samples.values[0]
    for schedule in table.schedule.values:
        t = table.sel(schedule=schedule, samples=n)
        marked = slice(None, None, max(1, t.generation.size // 12))
        marks = (
            ShadedBand(t.generation, t.low, t.high, "from the 10th to the 90th of 100 runs", 0),
            Line(t.generation, t["median"], "median run", colour=0),
            Line(t.generation, t.expected, "expectation, exact", "dashed", 1),
            Line(t.generation[marked], t["mean"][marked], "mean of the runs", "points", 1),
        )
        panels.append(Panel(f"{schedule}, {n} samples", "generation", "variance", marks, y_scale="log"))
    caption = (
        "The fitted variance. Unbiased, its expectation stands still and the typical run dies all the same; "
        "the mean of the runs leaves the expectation, which ever rarer runs carry."
    )
    return Figure(tuple(panels), caption)


FIGURES = {"tokens": tokens_figure, "risks": risks_figure, "gaussians": gaussians_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State the least samples' last generation, beside limits in closed form."""
    tokens, gaussians = found["tokens"], found["gaussians"]
    n, last = int(tokens.samples[0]), int(tokens.generation[-1])
    at = tokens.isel(samples=0, generation=-1)
    start = tokens.isel(samples=0, generation=0).sel(schedule="replace")
    shrunk = float(start.heterozygosity) * (1 - 1 / n) ** (last - 1)
    spread = gaussians.isel(samples=0, generation=-1)
    bits = {name: float(at.state_information.sel(schedule=name)) for name in TOKENS}
    limit = float(gaussian_refit.limit_ratio(n))
    return (
        Headline(f"heterozygosity, replace, t = {last}", float(at.heterozygosity[0]), shrunk, "1", "(1-1/n)^(t-1)"),
        Headline(f"I(theta;Z), replace, t = {last}", bits["replace"], float(start.sample_information), "bits", "limit"),
        Headline(f"I(theta;Z), smoothed, t = {last}", bits["smoothed"], 0.0, "bits", "limit"),
        Headline(f"I(theta;Z), accumulate, t = {last}", bits["accumulate"], None, "bits", ""),
        Headline(f"variance, accumulate, t = {last}", float(spread.expected[2]), limit, "1", "limit, Euler's product"),
        Headline(f"median variance, unbiased, t = {last}", float(spread["median"][1]), None, "1", ""),
    )


assert set(Diversity._fields) == set(MEANINGS)
