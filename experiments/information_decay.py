r"""How information decays in a closed loop: to nothing, at a rate with a closed form, or only to a residual.

A bit through equal noisy links loses all of $I(X;Z_t)$, at the rate of the links' contraction coefficient. Tokens
redrawn from their own frequencies lose only part of $I(\theta;Z_t)$: what a single token tells is never lost.
Smoothed, they lose all of it, in the end by the factor $(n/(n+2\alpha))^2$ a generation. A mean passed on loses all
of it like 1/t, and the average of all means so far keeps a positive part for good.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.loops.banded_kernels import BandedKernel
from infoloop.loops.loop import unroll
from infoloop.loops.two_token_loops import exact_count_loop, hypothesis_information
from infoloop.models import cascade, gaussian_mean, smoothed, wright_fisher
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Hypotheses, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

KINDS = ("bsc", "erasure", "z_channel")


@config
class Config:
    """Five hundred generations."""

    noises: Weights = Field((0.01, 0.05, 0.2), description="probabilities that a link errs")
    draws: Counts = Field((10, 30, 100), description="tokens a generation, n")
    alphas: Positives = Field((0.1, 0.5, 2.0), description="imagined counts of each token, at the last of draws")
    samples: Counts = Field((1, 10, 100), description="samples a generation, of the Gaussian mean")
    rates: Hypotheses = Field((0.25, 0.75), description="rates of a token that are possible, equally likely")
    generations: Count = Field(500, description="generations")


SMALL = Config(noises=(0.2,), draws=(4,), alphas=(0.5,), samples=(3,), generations=6)
CLAIMS = (
    "thm:bsc-cascade",
    "thm:erasure-cascade",
    "thm:z-cascade",
    "thm:sdpi",
    "thm:residual-information",
    "thm:smoothing-rate",
    "thm:mean-replace",
    "thm:mean-accumulate",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "cascade", "tokens", "smoothed" and "mean", all by generation."""
    return {
        "cascade": _cascade(config),
        "tokens": _tokens(config),
        "smoothed": _smoothed(config),
        "mean": _mean(config),
    }


def _by_generation(config: Config) -> dict:
    return {"generation": range(1, config.generations + 1)}


def _information(what: str) -> Quantity:
    return Quantity(what, "bits", ("generation",))


def _cascade(config: Config) -> Sweep:
    def measure(key, kind, noise):
        m = cascade.Model(kind, noise, jnp.float64(0.5))
        t = jnp.arange(1, config.generations + 1)
        return {
            "information": cascade.information_by_table(m, config.generations),
            "closed": cascade.information(m, config.generations),
            "bound": cascade.contraction(m, t),
        }

    quantities = {
        "information": _information("I(X;Z) of a fair bit, from tables"),
        "closed": _information("the same by its closed form"),
        "bound": _information("the contraction coefficient of all links, times H(X) = 1 bit"),
    }
    axes = _by_generation(config)
    return Sweep(measure, quantities, static_grid={"kind": KINDS}, traced_grid={"noise": config.noises}, axes=axes)


def _tokens(config: Config) -> Sweep:
    return Sweep(
        lambda key, draws, band: {"information": _counted(config, draws, band)},
        {"information": _information("I(theta;Z), tokens redrawn")},
        static_grid={"draws": config.draws},
        axes=_by_generation(config),
        shared_inputs=lambda draws: {"band": wright_fisher.band(draws)},
    )


def _smoothed(config: Config) -> Sweep:
    n = config.draws[-1]
    return Sweep(
        lambda key, alpha, band: {"information": _counted(config, n, band)},
        {"information": _information("I(theta;Z), tokens redrawn and smoothed")},
        static_grid={"alpha": config.alphas},
        axes=_by_generation(config),
        shared_inputs=lambda alpha: {"band": smoothed.band(n, alpha)},
    )


def _counted(config: Config, n: int, band: BandedKernel):
    prior = jnp.full(len(config.rates), 1 / len(config.rates))
    return unroll(
        exact_count_loop(n, jnp.array(config.rates), prior, band),
        jnp.arange(config.generations),
        hypothesis_information,
    )


def _mean(config: Config) -> Sweep:
    def measure(key, schedule, samples):
        m = gaussian_mean.gaussian_mean(samples, schedule=schedule)
        return {"information": gaussian_mean.information(m, np.arange(1, config.generations + 1))}

    return Sweep(
        measure,
        {"information": _information("I(theta;Z), a mean passed on, or averaged with all before")},
        static_grid={"schedule": gaussian_mean.SCHEDULES},
        traced_grid={"samples": config.samples},
        axes=_by_generation(config),
    )


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def cascades_figure(found: dict) -> Figure:
    """Draw information through links of each kind, with the contraction bound."""
    table, panels = found["cascade"], []
    for kind in table.kind.values:
        marks = []
        for k, noise in enumerate(table.noise.values):
            t = table.sel(kind=kind, noise=noise)
            seen = t.where(t.information > 1e-16, drop=True)
            marks += [
                Line(seen.generation, seen.information, f"noise {noise:g}", colour=k),
                Line(seen.generation, seen.bound, f"bound, noise {noise:g}", "dotted", k),
            ]
        panels.append(Panel(str(kind), "links", "I(X;Z), bits", tuple(marks), y_scale="log"))
    caption = (
        "A fair bit through equal links: exact information (solid, down to 1e-16 bits) and contraction bound (dotted)."
    )
    return Figure(tuple(panels), caption)


def loops_figure(found: dict) -> Figure:
    """Draw information that a loop keeps, or forgets."""
    tokens, forgetful, mean = found["tokens"], found["smoothed"], found["mean"]
    kept = [
        Line(tokens.generation, tokens.information.sel(draws=n), f"{n} tokens", colour=k)
        for k, n in enumerate(tokens.draws.values)
    ]
    lost = [
        Line(forgetful.generation, forgetful.information.sel(alpha=a), f"alpha = {a:g}", colour=k)
        for k, a in enumerate(forgetful.alpha.values)
    ]
    means = [
        Line(mean.generation, mean.information.sel(schedule=s, samples=n), f"{s}, {n}", style, k)
        for k, n in enumerate(mean.samples.values)
        for s, style in zip(mean.schedule.values, ("line", "dashed"), strict=True)
    ]
    panels = (
        Panel("Tokens redrawn: to a residual", "generation", "I(theta;Z), bits", tuple(kept), "log"),
        Panel("Smoothed: to nothing", "generation", "I(theta;Z), bits", tuple(lost), y_scale="log"),
        Panel("A Gaussian mean", "generation", "I(theta;Z), bits", tuple(means), "log"),
    )
    return Figure(panels, "Closed loops need not forget: only smoothing, and passing on a mean alone, lose every bit.")


FIGURES = {"cascades": cascades_figure, "loops": loops_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State table against closed form, residuals and rates."""
    links, tokens, forgetful, mean = (found[name] for name in ("cascade", "tokens", "smoothed", "mean"))
    gap = float(abs(links.information - links.closed).max())
    rows = [Headline("largest gap of table and closed form", gap, 0.0, "bits", "thm:bsc-cascade and others")]
    n, last = int(tokens.draws[0]), int(tokens.generation[-1])
    rows.append(Headline(f"I(theta;Z), {n} tokens, t = {last}", float(tokens.information[0, -1]), None, "bits", ""))
    ratio = forgetful.information[:, -1] / forgetful.information[:, -2]
    for alpha, found_ratio in zip(forgetful.alpha.values, ratio.values, strict=True):
        limit = smoothed.contraction_limit(int(tokens.draws[-1]), float(alpha))
        rows.append(
            Headline(
                f"ratio a generation, alpha = {alpha:g}", float(found_ratio), limit, "1", "thm:smoothing-rate, limit"
            )
        )
    for n in mean.samples.values:
        bits = float(mean.information.sel(schedule="accumulate", samples=n)[-1])
        limit = float(gaussian_mean.residual(gaussian_mean.gaussian_mean(int(n), schedule="accumulate")))
        rows.append(Headline(f"mean of {n}, accumulate, t = {last}", bits, limit, "bits", "thm:mean-accumulate, limit"))
    return tuple(rows)
