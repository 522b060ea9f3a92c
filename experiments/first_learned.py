r"""Which component is learned first, and which one stays: three kinds of predictors against four learners.

Thesis: learning picks up the most information-efficient component of a signal first. Two components of a label differ
in amplitude, crossover probability, idle surface bits, and in the errors they share. A shallow linear learner, a deep
one, a Bayesian with the prior $2^{-K}$ and a small network say which they take up first and which they keep; bits per
observed bit (efficiency), bits (information) and the learner's own speed or price say what they should.

This is no fair trial of efficiency: what it counts as waste, the idle bits, is no input of the linear learners or of
the network, so that it cannot slow them down. Learners that see it, as tokens or outputs, are not tried here. Shares
are those of the pairs of one grid; a grid is no sample, so that no interval is given.
"""

import itertools
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from pydantic import Field

from infoloop.learning.learning_order import deep_linear_order, linear_order, mdl_order, order_predictors
from infoloop.learning.mlp_training import learner, noisy_feature_settings, train_sweep
from infoloop.reporting.figures import Figure, Line, Map, Panel
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

NAMES = ("efficiency", "information", "shallow", "deep", "price")
COMPONENTS = ("flip_1", "flip_2", "surface_1", "surface_2", "ratio", "common")
LEARNERS = ("shallow", "deep", "code", "network")
TIE = 1e-9  # of leads: what is closer is left out as a tie


@config
class Config:
    """A grid of 2 400 pairs, in both orders; for the network a coarser one, without idle bits and shared errors."""

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


class Share(NamedTuple):
    """The share of pairs that a predictor names rightly, and how many different pairs that is a share of."""

    right: float
    pairs: int


def accuracies(found: dict, when: str, done: float) -> dict[str, dict[str, Share]]:
    """Return how often a predictor names what a learner takes up; ties, and predictors with ties only, left out."""
    pairs, nets = (found[name].sel(done=done) for name in ("pairs", "networks"))
    named = {name: pairs[name].values for name in NAMES}
    grid = _different_pairs(*xr.broadcast(pairs[NAMES[0]], *(pairs[key] for key in COMPONENTS))[1:])
    shares = {
        name: {by: _share(lead, pairs[f"{name}_{when}"].values, grid) for by, lead in named.items()}
        for name in LEARNERS[:3]
    }
    amplitudes = np.stack([nets.ratio.values, np.ones(nets.pair.size)])
    by_net = order_predictors(amplitudes, nets["flips"].values.T, np.ones_like(amplitudes))
    mean, none = nets[when].mean("seed").values, 0 * nets.ratio
    trained = _different_pairs(*nets["flips"].transpose("component", "pair"), none, none, nets.ratio, none)
    shares["network"] = {
        name: _share(np.asarray(x[0] - x[1]), mean, trained) for name, x in by_net.items() if name != "price"
    }
    return {name: {by: share for by, share in kinds.items() if share.pairs} for name, kinds in shares.items()}


def _different_pairs(*components: xr.DataArray) -> np.ndarray:
    """Return a number for each pair with these `COMPONENTS`: the same for a pair whose components are exchanged."""
    flip_1, flip_2, idle_1, idle_2, ratio, common = map(np.asarray, components)
    size = np.log(ratio).round(9)
    both = ((flip_1, idle_1, flip_2, idle_2, size, common), (flip_2, idle_2, flip_1, idle_1, -size, common))
    one, other = (np.stack(parts).reshape(6, -1).T + 0.0 for parts in both)
    keys = [min(tuple(a), tuple(b)) for a, b in zip(one.tolist(), other.tolist(), strict=True)]
    numbers = {key: k for k, key in enumerate(dict.fromkeys(keys))}
    return np.array([numbers[key] for key in keys]).reshape(ratio.shape)


def _share(named: np.ndarray, taken: np.ndarray, pair: np.ndarray) -> Share:
    clear = (np.abs(named) > TIE) & (np.abs(taken) > TIE)
    right, count = int((np.sign(named) == np.sign(taken))[clear].sum()), int(clear.sum())
    return Share(right / count if count else 0.0, len(np.unique(pair[clear])))


def accuracy_figure(found: dict) -> Figure:
    """Draw how often each predictor is right, for each learner."""
    panels = []
    for when, done in _occasions(found):
        marks = []
        for k, (name, shares) in enumerate(accuracies(found, when, done).items()):
            places = [NAMES.index(by) + 0.16 * (k - 1.5) for by in shares]
            marks.append(Line(places, [share.right for share in shares.values()], f"{name} learner", "points", k))
        title = f"First: {done:.0%} of the way" if when == "first" else "Last"
        marks = tuple(marks)
        panels.append(Panel(title, "predictor", "pairs named rightly", marks, y_limits=(-0.03, 1.03), x_names=NAMES))
    caption = (
        "Share of the pairs of components of one grid in which a predictor names the one that a learner takes up "
        "first, and the one it keeps. No learner but the code pays for the idle bits that efficiency counts as waste."
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
    rows = [Headline("networks that diverged, share", float(found["networks"].diverged.mean()), None, "1", "")]
    for when, done in _occasions(found):
        stage = f"{done:.0%}" if when == "first" else "last"
        for name, shares in accuracies(found, when, done).items():
            own = {"code": "price", "network": "shallow"}.get(name, name)
            for by in dict.fromkeys(("efficiency", "information", own)):
                if by in shares:
                    different = f"of {shares[by].pairs:,} different pairs"
                    rows.append(
                        Headline(f"{stage}: {name} learner, by {by}", shares[by].right, None, "1", "", different)
                    )
    return tuple(rows)
