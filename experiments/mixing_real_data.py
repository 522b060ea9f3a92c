r"""How much fresh real data a loop needs: stationary error over its weight, and the golden ratio.

Each generation the estimate is $Z_t=wR_t+(1-w)S_t$, with $R_t$ the mean of n fresh real samples and $S_t$ that of m
samples of the last model; r = n/m. Every round is strictly open, $I(\theta;R_t\mid Z_{t-1})>0$ at any weight; the error
that stays is another matter: it grows like $r/(2w)$ as $w\to0$, and is least at $w^2=r(1-w)$, for r = 1 the golden
ratio (arXiv 2502.18049).

Openness is no amount of tokens either: of two possible rates of a token, a closed loop that replays its first data
keeps more than one which lets some fresh data in every round and forgets the rest.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field
from scipy.optimize import minimize_scalar

from infoloop.information.gaussian_channels import awgn_capacity
from infoloop.loops.generation import Parts, weighted_mean
from infoloop.loops.loop import many, unroll
from infoloop.loops.schedules import weighted_mix
from infoloop.models import mixing
from infoloop.models.anchored import Anchored, information
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Hypotheses, Positive, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Weights from scarce to pure real data; three ratios of real to synthetic samples."""

    weights: Weights = Field(
        tuple(round(float(w), 4) for w in np.geomspace(0.005, 1, 60)), description="weights w of the real data"
    )
    ratios: Positives = Field((0.25, 1.0, 4.0), description="real over synthetic samples, r")
    shown: Weights = Field((0.01, 0.1, 0.618034), description="weights whose generations are shown, at r = 1")
    samples: Count = Field(10, description="real samples a generation, n")
    generations: Count = Field(200, description="generations shown")
    runs: Count = Field(2_000, description="simulated runs")
    tokens: Count = Field(20, description="tokens a generation, of the loops of tokens")
    truths: Hypotheses = Field((0.25, 0.75), description="rates of a token that are possible, equally likely")
    real: Weights = Field((0.02, 0.1, 0.3), description="weights of fresh real data, of the open loops of tokens")
    token_generations: Count = Field(60, description="generations of the loops of tokens")
    prior_variance: Positive = Field(1.0, description="variance of the true mean, in units of a sample's")


SMALL = Config(
    weights=(0.1, 0.5, 1.0),
    ratios=(1.0,),
    shown=(0.1,),
    generations=5,
    runs=50,
    tokens=4,
    real=(0.1,),
    token_generations=4,
)
CLAIMS = (
    "thm:mixing-variance",
    "thm:mixing-optimal",
    "thm:mixing-golden",
    "thm:mixing-diverges",
    "thm:mixing-open",
    "fol:fresh-data-never-worse",
    "fol:open-rounds-keep",
    "thm:frozen-judge",
    "thm:replay",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "stationary", over weights and ratios, and "approach" and "tokens", by generation."""
    return {"stationary": _stationary(config), "approach": _approach(config), "tokens": _tokens(config)}


def _stationary(config: Config) -> Sweep:
    def measure(key, weight, ratio):
        error = mixing.stationary_variance(weight, ratio)
        known = config.prior_variance * config.samples  # what the truth varies by, in units of the error's
        left = known * error / (known + error)
        return {"error": error, "kept": awgn_capacity(known / error), "entering": awgn_capacity(left)}

    quantities = {
        "error": Quantity("stationary error over that of the real data of one generation", "1"),
        "kept": Quantity("I(theta;Z), what the stationary model knows of the truth", "bits"),
        "entering": Quantity("I(theta;R|Z), what the fresh data of one round add to it", "bits"),
    }
    return Sweep(measure, quantities, traced_grid={"weight": config.weights, "ratio": config.ratios}, batch_size=64)


def _approach(config: Config) -> Sweep:
    def draw(key, mean):
        return mean + jax.random.normal(key, (config.samples,))

    def measure(key, weight):
        m = mixing.mixing(weight, config.samples, config.samples)
        exact = mixing.error_variance(m, jnp.arange(config.generations + 1)) * config.samples
        parts = Parts(lambda key: draw(key, 0.0), draw, weighted_mean)
        loop = many(weighted_mix(parts, weight), config.runs)
        keys = jax.random.split(key, config.generations + 1)
        simulated = unroll(loop, keys, lambda state: jnp.square(state.model).mean()) * config.samples
        return {"exact": exact, "simulated": simulated}

    quantities = {
        "exact": Quantity("error over that of the real data of one generation", "1", ("generation",)),
        "simulated": Quantity("the same in simulated runs", "1", ("generation",)),
    }
    axes = {"generation": range(config.generations + 1)}
    return Sweep(measure, quantities, traced_grid={"weight": config.shown}, axes=axes)


def _tokens(config: Config) -> Sweep:
    kinds = ("closed", "replay", "judge", *(f"real {w:g}" for w in config.real))
    weights = {"closed": 0.0, "replay": 0.5, "judge": 0.5, **{f"real {w:g}": w for w in config.real}}

    def measure(key, loop):
        schedule = loop if loop in ("replay", "judge") else "mix"
        prior = jnp.full(len(config.truths), 1 / len(config.truths))
        model = Anchored(config.tokens, schedule, weights[loop], jnp.array(config.truths), prior)
        return {"information": information(model, config.token_generations)}

    quantities = {"information": Quantity("I(theta;Z), what the model tells of the truth", "bits", ("round",))}
    return Sweep(
        measure, quantities, static_grid={"loop": kinds}, axes={"round": range(1, config.token_generations + 1)}
    )


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def error_figure(found: dict) -> Figure:
    """Draw the stationary error over the weight, its least value, and what the rounds bring."""
    table = found["stationary"]
    curves, bits = [], []
    for k, r in enumerate(table.ratio.values):
        t = table.sel(ratio=r)
        best = float(mixing.optimal_weight(float(r)))
        curves += [Line(t.weight, t.error, f"r = {r:g}", colour=k), Line([best], [best], "", "points", k)]
        bits += [Line(t.weight, t.kept, f"known, r = {r:g}", colour=k)]
        bits += [Line(t.weight, t.entering, f"entering a round, r = {r:g}", "dashed", k)]
    panels = (
        Panel("Error that stays (circles: least)", "weight of real data", "error", tuple(curves), "log", "log"),
        Panel("Open in every round, and yet", "weight of real data", "bits", tuple(bits), "log"),
    )
    return Figure(panels, "Small weights of fresh real data let the error diverge, although every round is open.")


def approach_figure(found: dict) -> Figure:
    """Draw the error by generation."""
    table = found["approach"]
    marked, marks = slice(None, None, max(1, table.generation.size // 15)), []
    for k, w in enumerate(table.weight.values):
        t = table.sel(weight=w)
        marks += [
            Line(t.generation, t.exact, f"w = {w:g}", colour=k),
            Line(t.generation[marked], t.simulated[marked], "", "points", k),
        ]
    panel = Panel("Error by generation, r = 1", "generation", "error", tuple(marks), y_scale="log")
    return Figure((panel,), "The error by generation for as many real as synthetic samples; circles: simulated runs.")


def tokens_figure(found: dict) -> Figure:
    """Draw information by generation, of open and closed loops of tokens."""
    loops = found["tokens"]
    bits = tuple(
        Line(loops["round"], loops.information.sel(loop=name), str(name), "line" if "real" in name else "dashed", k)
        for k, name in enumerate(loops.loop.values)
    )
    panel = Panel("Open (solid) and closed (dashed) loops", "generation", "I(theta;Z), bits", bits, "log")
    return Figure((panel,), "Only fresh data raise a loop's ceiling; what it keeps is another thing.")


FIGURES = {"error": error_figure, "approach": approach_figure, "tokens": tokens_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State the best weight of each ratio, by search and by the closed form, and where the loops of tokens end."""
    rows = []
    for r in found["stationary"].ratio.values:
        best = minimize_scalar(
            lambda w, r=r: float(mixing.stationary_variance(w, float(r))), bounds=(0.01, 1.0), options={"xatol": 1e-10}
        )
        source = "golden ratio, arXiv 2502.18049" if r == 1 else "w^2 = r(1-w)"
        rows.append(Headline(f"best weight at r = {r:g}", best.x, float(mixing.optimal_weight(float(r))), "1", source))
    last = found["tokens"].information.isel(round=-1)
    ends = [
        Headline(f"I(theta;Z) at the end, {n}", float(last.sel(loop=n)), None, "bits", "") for n in last.loop.values
    ]
    return (*rows, *ends)
