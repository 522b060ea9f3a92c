r"""Which component is learned first, and which one stays: three kinds of predictors against four learners.

Thesis: learning picks up the most information-efficient component of a signal first. Two components of a label differ
in amplitude, crossover probability, idle surface bits, and in the errors they share. A shallow linear learner, a deep
one, a Bayesian with the prior $2^{-K}$ and a small network say which they take up first and which they keep; bits per
observed bit (efficiency), bits (information) and the learner's own speed or price say what they should.
"""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field
from scipy.stats import binomtest

from infoloop.learning.learning_order import deep_linear_order, linear_order, mdl_order, order_predictors
from infoloop.learning.mlp_training import learner, noisy_feature_settings, train_sweep
from infoloop.reporting.figures import Figure, Map, Panel, Whiskers
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

NAMES = ("efficiency", "information", "shallow", "deep", "price")
LEARNERS = ("shallow", "deep", "code", "network")
TIE = 1e-9  # of leads: what is closer is left out as a tie


@config
class Config:
    """A grid of 2 400 pairs; the network sees a coarser one, without shared errors and idle bits."""

    flips: Weights = Field(
        (0.02, 0.05, 0.1, 0.2, 0.3), description="either component's crossover probabilities, below 1/2"
    )
    ratios: Positives = Field((0.25, 0.5, 0.8, 1.25, 2.0, 4.0), description="amplitude of the first over the second")
    surfaces: Positives = Field((0.5, 1.0, 2.0, 4.0), description="idle bits of either component, price of its rule")
    common: Weights = Field((0.0, 0.3), description="share of errors that are common to both")
    done: Weights = Field((0.1, 0.5), description="share of the error's fall that is done when the first is asked for")
    net_flips: Weights = Field((0.02, 0.1, 0.25), description="crossover probabilities, for the network")
    net_ratios: Positives = Field((0.25, 0.5, 2.0, 4.0), description="ratios of amplitudes, for the network")
    seeds: Count = Field(16, description="networks a pair")
    widths: Counts = Field((16,), description="hidden units of the network")
    rate: Positive = Field(0.02, description="its learning rate")
    steps: Count = Field(4_000, description="steps of its training")
    checkpoints: Count = Field(400, description="times at which it is looked at (they divide the steps)")


SMALL = Config(
    flips=(0.05, 0.2),
    ratios=(0.5, 2.0),
    surfaces=(1.0, 2.0),
    common=(0.0,),
    net_flips=(0.02, 0.2),
    net_ratios=(2.0,),
    seeds=2,
    widths=(4,),
    steps=50,
    checkpoints=10,
)
CLAIMS = (
    "cnd:equal-amplitudes",
    "cnd:least-squares-end",
    "thm:deep-mode",
    "cnd:deep-order",
    "cnd:switch-time",
    "fol:most-informative-first",
    "fol:efficient-first",
    "fol:first-remains",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "pairs", over the whole grid, and "networks", over the coarser one: above 0 if the first leads."""
    return {"pairs": _pairs(config), "networks": _networks(config)}


def _pairs(config: Config) -> Sweep:
    def measure(key, done, flip_1, flip_2, ratio, surface_1, surface_2, common):
        a, e = jnp.stack([ratio, jnp.ones_like(ratio)]), jnp.stack([flip_1, flip_2])
        idle = jnp.stack([surface_1, surface_2])
        races = {
            "shallow": linear_order(a, e, common, done),
            "deep": deep_linear_order(a, e, common, done),
            "code": mdl_order(idle, e),
        }
        found = {f"{name}_{when}": _lead(getattr(r, when)) for name, r in races.items() for when in ("first", "last")}
        return {**found, **{name: _lead(x) for name, x in order_predictors(a, e, idle).items()}}

    sides = {
        f"{name}_{when}": Quantity(f"lead of the first component, {name} learner, {when}", "1")
        for name in LEARNERS[:3]
        for when in ("first", "last")
    }
    return Sweep(
        measure,
        {**sides, **{name: Quantity(f"its lead by {name}", "1") for name in NAMES}},
        static_grid={"done": config.done},
        traced_grid={
            "flip_1": config.flips,
            "flip_2": config.flips,
            "ratio": config.ratios,
            "surface_1": config.surfaces,
            "surface_2": config.surfaces,
            "common": config.common,
        },
        shard_size=256,
        batch_size=16,
    )


def _networks(config: Config) -> Sweep:
    pairs = np.array(list(itertools.product(config.net_flips, config.net_flips, config.net_ratios)))
    shape = learner(config.widths, config.steps, config.checkpoints)

    def measure(key, done):
        amplitudes = np.stack([pairs[:, 2], np.ones(len(pairs))], 1) / np.sqrt(pairs[:, 2:])
        trained = train_sweep(
            jax.random.split(key, config.seeds), noisy_feature_settings(pairs[:, :2], amplitudes, config.rate), shape
        )
        start, end = trained.risk[..., :1], trained.risk[..., -1:]
        when = jnp.argmax(trained.risk <= start + done * (end - start), axis=-1)
        first = jnp.take_along_axis(trained.soft, when[..., None, None], axis=2)[:, :, 0]
        lead = {"first": _lead(first[..., :2]), "last": _lead(trained.soft[:, :, -1, :2])}
        shown = {name: jnp.where(trained.diverged, 0.0, value) for name, value in lead.items()}
        return {**shown, "diverged": trained.diverged, "flips": pairs[:, :2], "ratio": pairs[:, 2]}

    by_run = ("pair", "seed")
    quantities = {
        "first": Quantity(
            "lead of the first component in I(C;prediction), half of the risk's fall done", "bits", by_run
        ),
        "last": Quantity("the same at the end", "bits", by_run),
        "diverged": Quantity("whether the run diverged; its leads are 0", "1", by_run),
        "flips": Quantity("crossover probabilities", "1", ("pair", "component")),
        "ratio": Quantity("amplitude of the first over the second", "1", ("pair",)),
    }
    axes = {"pair": range(len(pairs)), "seed": range(config.seeds), "component": (1, 2)}
    return Sweep(measure, quantities, static_grid={"done": config.done}, axes=axes)


def _lead(values):
    return values[..., 0] - values[..., 1]


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def accuracies(found: dict, when: str, done: float) -> dict[str, dict[str, tuple[float, float, float]]]:
    """Return how often a predictor names what a learner takes up, with its 95 % interval, ties left out."""
    pairs, nets = (found[name].sel(done=done) for name in ("pairs", "networks"))
    named = {name: pairs[name].values for name in NAMES}
    shares = {
        name: {by: _share(lead, pairs[f"{name}_{when}"].values) for by, lead in named.items()} for name in LEARNERS[:3]
    }
    amplitudes = np.stack([nets.ratio.values, np.ones(nets.pair.size)])
    by_net = order_predictors(amplitudes, nets["flips"].values.T, np.ones_like(amplitudes))
    mean = nets[when].mean("seed").values
    shares["network"] = {name: _share(np.asarray(x[0] - x[1]), mean) for name, x in by_net.items() if name != "price"}
    return shares


def _share(named: np.ndarray, taken: np.ndarray) -> tuple[float, float, float]:
    clear = (np.abs(named) > TIE) & (np.abs(taken) > TIE)
    right, count = int((np.sign(named) == np.sign(taken))[clear].sum()), int(clear.sum())
    if count == 0:
        return 0.5, 0.0, 1.0
    low, high = binomtest(right, count).proportion_ci(method="wilson")
    return right / count, float(low), float(high)


def accuracy_figure(found: dict) -> Figure:
    """Draw how often each predictor is right, for each learner."""
    panels = []
    for when, done in _occasions(found):
        marks = []
        for k, (name, shares) in enumerate(accuracies(found, when, done).items()):
            places = [NAMES.index(by) + 0.16 * (k - 1.5) for by in shares]
            y, low, high = np.array(list(shares.values())).T
            marks.append(Whiskers(places, y, low, high, f"{name} learner", k))
        title = f"First: {done:.0%} of the way" if when == "first" else "Last"
        marks = tuple(marks)
        panels.append(Panel(title, "predictor", "pairs named rightly", marks, y_limits=(-0.03, 1.03), x_names=NAMES))
    caption = (
        "Share of pairs of components in which a predictor names the one that a learner takes up first, and the one it "
        "keeps, with 95 % intervals over the grid."
    )
    return Figure(tuple(panels), caption)


def _occasions(found: dict) -> list[tuple[str, float]]:
    done = [float(x) for x in found["pairs"].done.values]
    return [*(("first", x) for x in done), ("last", done[-1])]


def boundary_figure(found: dict) -> Figure:
    """Draw the lead of the first component over amplitude and crossover probability."""
    pairs = found["pairs"].isel(surface_1=0, surface_2=0, common=0)
    pairs = pairs.isel(flip_2=pairs.flip_2.size // 2)
    panels = []
    for name in LEARNERS[:2]:
        for when, done in _occasions(found):
            lead = pairs[f"{name}_{when}"].sel(done=done).transpose("flip_1", "ratio")
            marks = (Map(np.log2(pairs.ratio), pairs.flip_1, lead, "lead of the first", 0.0, True),)
            stage = f"{done:.0%} of the way" if when == "first" else "last"
            panels.append(Panel(f"{name}, {stage}", "log2 of the ratio of amplitudes", "the first's crossovers", marks))
    caption = (
        f"Lead of the first component; the second flips at {float(pairs.flip_2):g}. Amplitude decides what is learned "
        "first; in the limit the cleaner component leads, whatever its amplitude."
    )
    return Figure(tuple(panels), caption)


FIGURES = {"accuracy": accuracy_figure, "boundary": boundary_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State accuracy of the predictors that are meant to be compared, and what diverged."""
    rows = [Headline("networks that diverged, share", float(found["networks"].diverged.mean()), 0.0, "1", "")]
    for when, done in _occasions(found):
        stage = f"{done:.0%}" if when == "first" else "last"
        for name, shares in accuracies(found, when, done).items():
            own = {"code": "price", "network": "shallow"}.get(name, name)
            for by in dict.fromkeys(("efficiency", "information", own)):
                share, low, high = shares[by]
                interval = f"95 %: {low:.3f} to {high:.3f}"
                rows.append(Headline(f"{stage}: {name} learner, by {by}", share, None, "1", interval))
    return tuple(rows)
