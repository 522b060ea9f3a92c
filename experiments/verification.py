r"""What a verifier lets in, and what a learner makes of it: noise of both signs, copied errors, open and closed loops.

Information is sign-blind: a verifier that passes right answers with the rate TPR and wrong ones with FPR carries the
same bits for $J=TPR-FPR$ and $-J$, while the right answers follow $\mathrm{logit}\,p_t=\mathrm{logit}\,p_0+Jt$, up for
one and down for the other. Accuracy is no openness: a verifier that copies the student's errors adds nothing, however
accurate it is. And openness is no amount: a closed loop that replays its first data keeps more of the truth than one
which lets some fresh data in every round and forgets the rest.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learning.policy_optimisation import replicator
from infoloop.models.anchored import Anchored, information
from infoloop.probability.distributions import Joint
from infoloop.reporting.figures import Figure, Line, Map, Panel
from infoloop.studies.configuration import Count, Hypotheses, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Rates in steps of 1/40; twenty tokens a generation."""

    rates: Weights = Field(tuple(k / 40 for k in range(41)), description="rates at which a verifier passes answers")
    right: Weight = Field(0.3, description="share of right answers at the start")
    time: Positive = Field(5.0, description="rounds of policy gradient, in natural time")
    copied: Weights = Field(tuple(k / 40 for k in range(41)), description="probability of copying the student")
    accuracies: Weights = Field((0.6, 0.75, 0.9), description="accuracy of student and verifier alike")
    tokens: Count = Field(20, description="tokens a generation, of the loops")
    truths: Hypotheses = Field((0.25, 0.75), description="rates of a token that are possible, equally likely")
    real: Weights = Field((0.02, 0.1, 0.3), description="weights of fresh real data, of the open loops")
    generations: Count = Field(60, description="generations of the loops")


SMALL = Config(rates=(0.0, 0.5, 1.0), copied=(0.0, 1.0), accuracies=(0.75,), tokens=4, real=(0.1,), generations=4)
CLAIMS = (
    "thm:noisy-verifier",
    "thm:sign-blind",
    "fol:open-improves",
    "thm:copied-verifier",
    "fol:accuracy-is-openness",
    "thm:frozen-judge",
    "thm:replay",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "noise", over the verifier's two rates, "copies", over copying and accuracy, and "loops"."""
    return {"noise": _noise(config), "copies": _copies(config), "loops": _loops(config)}


def _noise(config: Config) -> Sweep:
    def measure(key, passes_right, passes_wrong):
        base, rates = jnp.array([config.right, 1 - config.right]), jnp.stack([passes_right, passes_wrong])
        verdict = Joint(base[:, None] * jnp.stack([rates, 1 - rates], 1), ("right", "passed"))
        after = replicator(base, rates, config.time)
        return {"bits": mutual_information(verdict, "right", "passed"), "after": after[0]}

    quantities = {
        "bits": Quantity("information of a verdict about whether the answer is right", "bits"),
        "after": Quantity("share of right answers after the rounds", "1"),
    }
    grid = {"passes_right": config.rates, "passes_wrong": config.rates}
    return Sweep(measure, quantities, traced_grid=grid, shard_size=4096)


def _copies(config: Config) -> Sweep:
    def measure(key, accuracy, copied):
        opinion = jnp.stack([jnp.stack([accuracy, 1 - accuracy]), jnp.stack([1 - accuracy, accuracy])])
        law = jnp.einsum("xz,xs->xzs", opinion, opinion) * (1 - copied) + copied * opinion[:, :, None] * jnp.eye(2)
        p = Joint(law / 2, ("X", "Z", "S"))
        return {
            "adds": mutual_information(p, "X", "S", given="Z"),
            "tells": mutual_information(p, "X", "S"),
            "agrees": jnp.einsum("xzx->", law) / 2,
        }

    quantities = {
        "adds": Quantity("I(X;S|Z), what the verifier adds to the student", "bits"),
        "tells": Quantity("I(X;S), what it says alone", "bits"),
        "agrees": Quantity("accuracy of the verifier", "1"),
    }
    return Sweep(
        measure, quantities, traced_grid={"accuracy": config.accuracies, "copied": config.copied}, shard_size=4096
    )


def _loops(config: Config) -> Sweep:
    kinds = ("closed", "replay", "judge", *(f"real {w:g}" for w in config.real))
    weights = {"closed": 0.0, "replay": 0.5, "judge": 0.5, **{f"real {w:g}": w for w in config.real}}

    def measure(key, loop):
        schedule = loop if loop in ("replay", "judge") else "mix"
        prior = jnp.full(len(config.truths), 1 / len(config.truths))
        model = Anchored(config.tokens, schedule, weights[loop], jnp.array(config.truths), prior)
        return {"information": information(model, config.generations)}

    quantities = {"information": Quantity("I(theta;Z), what the model tells of the truth", "bits", ("generation",))}
    axes = {"generation": range(1, config.generations + 1)}
    return Sweep(measure, quantities, static_grid={"loop": kinds}, axes=axes)


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def noise_figure(found: dict) -> Figure:
    """Draw bits of a verdict beside what is learned from it."""
    table = found["noise"]
    axes = (table.passes_wrong, table.passes_right)
    panels = (
        Panel("Bits of a verdict", "wrong answers passed", "right answers passed", (Map(*axes, table.bits, "bits"),)),
        Panel(
            "Right answers learned",
            "wrong answers passed",
            "right answers passed",
            (Map(*axes, table.after - float(table.after.sel(passes_right=0.0, passes_wrong=0.0)), "gain", 0.0, True),),
        ),
    )
    return Figure(panels, "The same bits above and below the diagonal J = 0: one learner learns, the other unlearns.")


def loops_figure(found: dict) -> Figure:
    """Draw openness by copying, and information by generation."""
    copies, loops = found["copies"], found["loops"]
    adds = tuple(
        Line(copies.copied, copies.adds.sel(accuracy=a), f"accuracy {a:g}", colour=k)
        for k, a in enumerate(copies.accuracy.values)
    )
    bits = tuple(
        Line(loops.generation, loops.information.sel(loop=name), str(name), "line" if "real" in name else "dashed", k)
        for k, name in enumerate(loops.loop.values)
    )
    panels = (
        Panel("Equal accuracy, unequal openness", "probability of a copy", "I(X;S|Z), bits", adds),
        Panel("Open (solid) and closed (dashed) loops", "generation", "I(theta;Z), bits", bits, "log"),
    )
    caption = (
        "Copied errors close a loop at any accuracy. Only fresh data raise its ceiling; what it keeps is another thing."
    )
    return Figure(panels, caption)


FIGURES = {"noise": noise_figure, "loops": loops_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State sign symmetry, the copy, and where the loops end."""
    noise, copies, loops = found["noise"], found["copies"], found["loops"]
    mirrored = noise.bits.values - noise.bits.values[::-1, ::-1]
    rows = [
        Headline(
            "bits of (TPR, FPR) less those of (1-TPR, 1-FPR)",
            float(np.abs(mirrored).max()),
            0.0,
            "bits",
            "thm:sign-blind",
        ),
        Headline(
            "what a perfect copy adds", float(copies.adds.isel(copied=-1).max()), 0.0, "bits", "thm:copied-verifier"
        ),
        Headline(
            "spread of the copies' accuracy", float(np.ptp(copies.agrees.values, axis=1).max()), 0.0, "1", "by design"
        ),
    ]
    last = loops.information.isel(generation=-1)
    ends = [
        Headline(f"I(theta;Z) at the end, {n}", float(last.sel(loop=n)), None, "bits", "") for n in last.loop.values
    ]
    return (*rows, *ends)
