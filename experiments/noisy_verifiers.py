r"""Noise of both signs in a verifier: what it does to bits, to updates, to corrections and to accuracy, all exactly.

- Information is sign-blind: (TPR, FPR) tells what (1-TPR, 1-FPR) tells; one learner learns, the other unlearns.
- Noise costs GRPO more than J where questions are hard: its expected update falls to $J\kappa_G(\rho_0+Jp)/\kappa_G(p)$
  of the clean one, for RLOO and for G = 2, 3 to J alone. At G = 16, p = 1/100, $\rho_0=\frac1{10}$, $\rho_1=\frac15$
  it is .53 in place of J = .70; at p = 1/2 it is .70.
- Correcting a verdict keeps its bits, 22 % of those of the truth at rates of 1/5 and p = 1/10, and each true verdict
  takes 5.9 corrected ones (46 at p = 1/100).
- A style in which wrong answers pass more often than right ones: accuracy rises to .96 while the pooled J is positive,
  and falls from the round on in which that is 0, though the verifier's rates in each style never change.
- Accuracy is no openness: a verifier that copies the student's errors adds nothing, however accurate it is.
- Three verifiers that err independently give their rates away without the truth. If a tenth of the wrong answers fools
  all three together, the same intervals leave out the true FPR from 300 answers on, and no count could say so: three
  verdicts have seven numbers, and so has the model.
- A box of rates bounds the bits of a verdict from both sides; the lower bound reaches 0 where the box reaches J = 0.
  A rate is a probability: where a box around .1 and .8 would reach beyond 0 or 1, it ends there.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learning.noisy_verifiers import corrected_variance, erring_verifier, noisy_verdict_bits
from infoloop.learning.policy_gradient.difficulty_weights import (
    contrast_weights,
    difficulty_weight,
    noisy_difficulty_weight,
)
from infoloop.learning.policy_optimisation import replicator
from infoloop.learning.verifier_audits import bits_over_box
from infoloop.learning.verifier_drift import pooled_verifier, styled_policy
from infoloop.learning.verifier_rate_intervals import rates_from_counts
from infoloop.probability.distributions import Joint
from infoloop.reporting.figures import Figure, Line, Map, Panel, ShadedBand
from infoloop.studies.configuration import Count, Counts, Positive, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

PANELS = ("independent", "fooled together")
ENDS = ("fpr_low", "fpr_high", "tpr_low", "tpr_high", "right_low", "right_high")


@config
class Config:
    """Rates in steps of 1/40; a verifier with FPR 1/10 and TPR 4/5; three verifiers of this kind."""

    rates: Weights = Field(tuple(k / 40 for k in range(41)), description="rates at which a verifier passes answers")
    right: Weight = Field(0.3, description="share of right answers at the start")
    time: Positive = Field(5.0, description="rounds of policy gradient, in natural time")
    false_positive: Weight = Field(0.1, description="FPR of the verifiers that are looked at")
    false_negative: Weight = Field(0.2, description="rate at which they miss right answers")
    groups: Counts = Field((2, 4, 16, 64), description="group sizes of GRPO")
    shares: Weights = Field(
        tuple(round(float(p), 5) for p in np.geomspace(0.001, 0.9, 60)), description="shares of right answers"
    )
    errors: Weights = Field(tuple(k / 100 for k in range(46)), description="rates of both errors, where they are equal")
    copied: Weights = Field(tuple(k / 40 for k in range(41)), description="probability of copying the student")
    accuracies: Weights = Field((0.6, 0.75, 0.9), description="accuracy of student and verifier alike")
    fooled: Weights = Field((0.5, 0.85, 0.95), description="rates at which wrong answers in a style pass")
    style: Weight = Field(0.01, description="share of wrong answers in that style, at the start")
    rounds: Count = Field(60, description="rounds of natural gradient on that verifier")
    answers: Counts = Field((300, 1000, 3000, 10_000, 30_000, 100_000), description="answers that all three judge")
    misled: Weight = Field(0.1, description="share of wrong answers that fool all three together")
    widths: Weights = Field(tuple(k / 50 for k in range(26)), description="half-widths of boxes of rates")


SMALL = Config(
    rates=(0.0, 0.5, 1.0), groups=(2, 4), shares=(0.01, 0.5), errors=(0.0, 0.2), copied=(0.0, 1.0), accuracies=(0.75,),
    fooled=(0.5, 0.9), rounds=12, answers=(1000, 30_000), widths=(0.0, 0.4),
)  # fmt: skip
CLAIMS = (
    "thm:noisy-verifier", "thm:sign-blind", "thm:noisy-update", "thm:backward-correction",
    "fol:correction-restores-bits", "thm:verdict-information", "thm:copied-verifier", "fol:accuracy-is-openness",
    "thm:three-verifier-rates", "fol:verdicts-name-the-truth", "thm:wider-rates-tell-more",
)  # fmt: skip


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "noise", "updates", "correction", "copies", "style", "panels" and "boxes"."""
    return {
        "noise": _noise(config),
        "updates": _updates(config),
        "correction": _correction(config),
        "copies": _copies(config),
        "style": _style(config),
        "panels": _panels(config),
        "boxes": _boxes(config),
    }


def _noise(config: Config) -> Sweep:
    def measure(key, passes_right, passes_wrong):
        base, rates = jnp.array([config.right, 1 - config.right]), jnp.stack([passes_right, passes_wrong])
        return {
            "bits": noisy_verdict_bits(
                erring_verifier(false_positive=passes_wrong, false_negative=1 - passes_right), config.right
            ),
            "after": replicator(base, rates, config.time)[0],
        }

    quantities = {
        "bits": Quantity("information of a verdict about whether the answer is right", "bits"),
        "after": Quantity("share of right answers after the rounds", "1"),
    }
    grid = {"passes_right": config.rates, "passes_wrong": config.rates}
    return Sweep(measure, quantities, traced_grid=grid, shard_size=4096)


def _updates(config: Config) -> Sweep:
    def measure(key, group, right):
        j = 1 - config.false_positive - config.false_negative
        weights = contrast_weights(group)
        noisy = noisy_difficulty_weight(
            right, weights, false_positive=config.false_positive, false_negative=config.false_negative
        )
        return {"kept": noisy / difficulty_weight(right, weights), "youden": jnp.asarray(j)}

    quantities = {
        "kept": Quantity("expected update under noise over that without", "1"),
        "youden": Quantity("J of the verifier", "1"),
    }
    sizes = [size for size in config.groups if size > 1]
    return Sweep(measure, quantities, static_grid={"group": sizes}, traced_grid={"right": config.shares})


def _correction(config: Config) -> Sweep:
    def measure(key, error, right):
        verifier = erring_verifier(false_positive=error, false_negative=error)
        return {
            "more": corrected_variance(verifier, right) / (right * (1 - right)),
            "bits": noisy_verdict_bits(verifier, right)
            / noisy_verdict_bits(erring_verifier(false_positive=0.0, false_negative=0.0), right),
        }

    quantities = {
        "more": Quantity("corrected verdicts that are worth one true one", "1"),
        "bits": Quantity("information of a verdict, corrected or not, over that of the truth", "1"),
    }
    grid = {"error": config.errors, "right": (0.01, 0.1, 0.5)}
    return Sweep(measure, quantities, traced_grid=grid, shard_size=4096)


def _copies(config: Config) -> Sweep:
    def measure(key, accuracy, copied):
        opinion = jnp.stack([jnp.stack([accuracy, 1 - accuracy]), jnp.stack([1 - accuracy, accuracy])])
        law = jnp.einsum("xz,xs->xzs", opinion, opinion) * (1 - copied) + copied * opinion[:, :, None] * jnp.eye(2)
        p = Joint(law / 2, ("X", "Z", "S"))
        return {"adds": mutual_information(p, "X", "S", given="Z"), "agrees": jnp.einsum("xzx->", law) / 2}

    quantities = {
        "adds": Quantity("I(X;S|Z), what the verifier adds to the student", "bits"),
        "agrees": Quantity("accuracy of the verifier", "1"),
    }
    grid = {"accuracy": config.accuracies, "copied": config.copied}
    return Sweep(measure, quantities, traced_grid=grid, shard_size=4096)


def _style(config: Config) -> Sweep:
    def measure(key, fooled, round):
        wrong, right = 1 - config.right, config.right
        answers = jnp.array([[wrong * (1 - config.style), wrong * config.style], [right, 0.0]])
        verifier = erring_verifier(
            false_positive=jnp.stack([jnp.asarray(config.false_positive), fooled]),
            false_negative=jnp.full(2, config.false_negative),
        )
        now = styled_policy(answers, verifier, round)
        return {"accuracy": now[1].sum(), "youden": pooled_verifier(verifier, now).youden}

    quantities = {
        "accuracy": Quantity("share of right answers", "1"),
        "youden": Quantity("J over all styles as they now are", "1"),
    }
    grid = {"fooled": config.fooled, "round": tuple(float(t) for t in range(config.rounds + 1))}
    return Sweep(measure, quantities, traced_grid=grid, shard_size=4096)


def _verdict_law(config: Config, panel: str) -> np.ndarray:
    """Return P(S1, S2, S3) of three verifiers with the same rates, which share what fools them or not."""
    passes = {"right": 1 - config.false_negative, "wrong": config.false_positive}
    together = config.misled if panel == PANELS[1] else 0.0
    alone = (passes["wrong"] - together) / (1 - together)
    masses = {1 - config.false_negative: config.right, alone: (1 - config.right) * (1 - together)}
    law = np.zeros((2, 2, 2))
    for rate, mass in masses.items():
        law += mass * np.einsum("i,j,k->ijk", *[[1 - rate, rate]] * 3)
    law[1, 1, 1] += (1 - config.right) * together
    return law


def _panels(config: Config) -> Sweep:
    def measure(key, panel, answers):
        counts = np.rint(answers * _verdict_law(config, panel)).astype(int)
        found = rates_from_counts(counts)
        ends = (*found.false_positive[0], *found.true_positive[0], *found.right)
        truth = {"true_fpr": config.false_positive, "true_tpr": 1 - config.false_negative, "true_right": config.right}
        numbers = {**dict(zip(ENDS, ends, strict=True)), **truth}
        return {name: jnp.asarray(float(value)) for name, value in numbers.items()}

    meanings = ("FPR at least", "FPR at most", "TPR at least", "TPR at most", "right answers at least", "at most")
    quantities = {
        **{name: Quantity(meaning, "1") for name, meaning in zip(ENDS, meanings, strict=True)},
        "true_fpr": Quantity("FPR of all three", "1"),
        "true_tpr": Quantity("TPR of all three", "1"),
        "true_right": Quantity("share of right answers", "1"),
    }
    return Sweep(measure, quantities, static_grid={"panel": PANELS, "answers": config.answers})


def _boxes(config: Config) -> Sweep:
    def measure(key, width):
        middle = jnp.array([config.false_positive, 1 - config.false_negative])
        # What of the square around the rates are probabilities; the page says it.
        ends = jnp.stack([jnp.maximum(middle - width, 0.0), jnp.minimum(middle + width, 1.0)], axis=1)
        told = bits_over_box([config.right, config.right], false_positive=ends[0], true_positive=ends[1])
        return {"least": told.lower, "most": told.upper, "blind": 1.0 * told.holds_zero}

    quantities = {
        "least": Quantity("information of a verdict, at least", "bits"),
        "most": Quantity("information of a verdict, at most", "bits"),
        "blind": Quantity("whether the box holds J = 0", "1"),
    }
    return Sweep(measure, quantities, traced_grid={"width": config.widths}, shard_size=4096)


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def noise_figure(found: dict) -> Figure:
    """Draw bits of a verdict beside what is learned from it."""
    table = found["noise"]
    axes = (table.passes_wrong, table.passes_right)
    gain = table.after - float(table.after.sel(passes_right=0.0, passes_wrong=0.0))
    names = ("wrong answers passed", "right answers passed")
    panels = (
        Panel("Bits of a verdict", *names, (Map(*axes, table.bits, "bits"),)),
        Panel("Right answers learned", *names, (Map(*axes, gain, "gain", 0.0, True),)),
    )
    return Figure(panels, "The same bits above and below the diagonal J = 0: one learner learns, the other unlearns.")


def updates_figure(found: dict) -> Figure:
    """Draw what noise leaves of updates, and what corrections cost."""
    updates, correction = found["updates"], found["correction"]
    kept = tuple(
        Line(updates.right, updates.kept.sel(group=size), f"GRPO, G = {size}", colour=k)
        for k, size in enumerate(updates.group.values)
    )
    more, bits = (
        tuple(
            Line(correction.error, correction[name].sel(right=p), f"p = {p:g}", colour=k)
            for k, p in enumerate(correction.right.values)
        )
        for name in ("more", "bits")
    )
    panels = (
        Panel("Expected update under noise", "share of right answers", "over the clean one", kept, "log"),
        Panel("Corrected verdicts worth a true one", "rate of both errors", "verdicts", more, y_scale="log"),
        Panel("Bits, corrected or not", "rate of both errors", "over those of the truth", bits),
    )
    return Figure(
        panels, "Noise costs GRPO most where questions are hard; a correction is unbiased, and tells no more."
    )


def reliance_figure(found: dict) -> Figure:
    """Draw a style that fools the verifier, and copied errors."""
    style, copies = found["style"], found["copies"]
    lines = {
        name: tuple(
            Line(style["round"], style[name].sel(fooled=x), f"fooled {x:g}", colour=k)
            for k, x in enumerate(style.fooled.values)
        )
        for name in ("accuracy", "youden")
    }
    adds = tuple(
        Line(copies.copied, copies.adds.sel(accuracy=a), f"accuracy {a:g}", colour=k)
        for k, a in enumerate(copies.accuracy.values)
    )
    zero = Line(style["round"], 0 * style["round"], "", "dotted", 7)
    panels = (
        Panel("Accuracy, one style fools the verifier", "round", "share of right answers", lines["accuracy"]),
        Panel("J over all styles, by the same rounds", "round", "J", (*lines["youden"], zero)),
        Panel("Equal accuracy, unequal openness", "probability of a copy", "I(X;S|Z), bits", adds),
    )
    return Figure(
        panels, "Fixed rates in each style, a J that drifts: accuracy turns where it is 0. Copies add nothing."
    )


def rates_figure(found: dict) -> Figure:
    """Draw what three verifiers give away of the first one's rates, and bits over boxes of rates."""
    table, boxes = found["panels"], found["boxes"]
    panels = []
    for name, title in zip(PANELS, ("Three verifiers, independent", "Three, fooled together"), strict=True):
        t, n = table.sel(panel=name), table.answers
        bands = [
            ShadedBand(n, t[f"{rate}_low"], t[f"{rate}_high"], label, k)
            for k, (rate, label) in enumerate((("tpr", "TPR"), ("right", "right answers"), ("fpr", "FPR")))
        ]
        truth = [Line(n, t[f"true_{rate}"], "", "dashed", k) for k, rate in enumerate(("tpr", "right", "fpr"))]
        panels.append(Panel(title, "answers judged", "rate", (*bands, *truth), "log", y_limits=(0.0, 1.0)))
    box = (ShadedBand(boxes.width, boxes.least, boxes.most, "bits of a verdict"),)
    panels.append(Panel("A box of FPR and TPR within [0, 1]", "half-width of the box", "bits", box))
    return Figure(
        tuple(panels),
        "Intervals (bands) and truth (dashed): dependent errors shrink them elsewhere. Boxes end at 0 and 1.",
    )


FIGURES = {"noise": noise_figure, "updates": updates_figure, "reliance": reliance_figure, "rates": rates_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State sign symmetry, updates, corrections, the turn of accuracy, the copy, and what three verifiers give away."""
    noise, updates, style, copies = (found[name] for name in ("noise", "updates", "style", "copies"))
    panels, boxes = found["panels"], found["boxes"]
    mirrored = np.abs(noise.bits.values - noise.bits.values[::-1, ::-1]).max()
    even, odd = updates.kept.isel(group=0, right=0), updates.kept.isel(group=-1, right=0)
    up, sign = np.sign(np.diff(style.accuracy.values)), np.sign(style.youden.values)
    against = ((sign[:, 1:] == sign[:, :-1]) & (up != sign[:, 1:])).sum()
    rows = [
        Headline("bits of (TPR, FPR) less those of (1-TPR, 1-FPR)", float(mirrored), 0.0, "bits", "thm:sign-blind"),
        Headline("update kept under noise, G = 2", float(even), float(updates.youden[0, 0]), "1", "J"),
        Headline(f"the same, G = {int(odd.group)}, p = {float(odd.right):g}", float(odd), None, "1", ""),
        Headline("rounds in which accuracy goes against J", float(against), 0.0, "1", "thm:noisy-update"),
        Headline(
            "what a perfect copy adds", float(copies.adds.isel(copied=-1).max()), 0.0, "bits", "thm:copied-verifier"
        ),
    ]
    for name in PANELS:
        t = panels.sel(panel=name).isel(answers=-1)
        held = float((t.fpr_low <= t.true_fpr) & (t.true_fpr <= t.fpr_high))
        expected = (1.0, "thm:three-verifier-rates") if name == PANELS[0] else (None, "")
        rows.append(Headline(f"true FPR in its interval, {name}", held, expected[0], "1", expected[1]))
    blind = boxes.where(boxes.blind > 0, drop=True)
    if blind.width.size:
        rows.append(
            Headline("most that a box with J = 0 tells at least", float(blind.least.max()), 0.0, "bits", "J = 0")
        )
    return tuple(rows)
