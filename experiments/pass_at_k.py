r"""What many attempts at each question tell: pass@k, its crossing after sharpening, its estimates, and what votes tell.

The base policy has rates with a Beta law over the questions. Training on verdicts moves every question by the same
step of log odds, and passes more at every k. Sharpening raises a policy to a power: here it passes .038 more at k = 1
and less from k = 1.5 on, since it buries what it does not find the likeliest. Votes tell another thing: with ever
more voters the base and the sharpened policy win the same questions, those whose right answer is the plurality (.385
of them), and never the others, while pass@k goes to 1. From n attempts the unbiased estimate ends at k = n; the
plug-in estimate 1 - (1 - c/n)^k goes on, too low all along, by up to .08 with n = 64.
"""

import jax
import jax.numpy as jnp
import numpy as np
import scipy.stats
from jax.scipy.stats import binom
from pydantic import Field

from infoloop.learning.majority_votes import vote_training, vote_winner
from infoloop.learning.pass_at_crossings import crossings, sharpened_crossing
from infoloop.learning.pass_at_k import cover, fail_bounds, log_fail, pass_at, pass_at_estimate_moments
from infoloop.learning.question_populations import BetaRates, fixed_rates
from infoloop.loops.loop import unroll
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

POLICIES = ("base", "verdicts", "sharpened")
STARTS = {  # the right answer first
    "plurality": (0.45, 0.4, 0.15),
    "not the plurality": (0.4, 0.45, 0.15),
    "many small ones": (0.3, 0.35, *[0.05] * 7),
}


@config
class Config:
    """Two hundred questions, with three answers each."""

    a: Positive = Field(0.6, description="first parameter of the Beta law of the base policy's rates")
    b: Positive = Field(1.4, description="second parameter of it")
    questions: Count = Field(200, description="questions, at the middle quantiles of that law")
    step: Positive = Field(1.0, description="log odds that training on verdicts adds to every question")
    power: Positive = Field(3.0, description="power to which sharpening raises the policy")
    attempts: Counts = Field(
        tuple(int(n) for n in np.unique(np.geomspace(1, 4096, 49).round().astype(int))), description="k of pass@k"
    )
    voters: Counts = Field((1, 3, 5, 7, 9, 15, 21, 31), description="answers that vote")
    logged: Counts = Field((4, 16, 64), description="attempts n in a log")
    shapes: Positives = Field((0.25, 0.6, 2.0), description="a of the Beta laws of the power law, with b as above")
    base: Weight = Field(0.3, description="rate a of every question, for the crossing in closed form")
    lowered: Weights = Field((0.0, 0.1, 0.2), description="rates B to which sharpening lowers, below that rate")
    shares: Weights = Field(tuple(k / 50 for k in range(1, 50)), description="shares w of questions raised to 1")
    rounds: Count = Field(16, description="rounds of training on votes of three")


SMALL = Config(
    questions=8, attempts=(1, 4, 16), voters=(1, 3), logged=(4,), shapes=(0.6,), lowered=(0.1,), shares=(0.5,), rounds=4
)
CLAIMS = (
    "thm:pass-at-k-estimate",
    "thm:no-estimate-beyond-n",
    "fol:plug-in-is-unbiased",
    "thm:cover-mean",
    "thm:beta-power-law",
    "cnd:crossing-point",
    "thm:cover-order",
    "thm:plurality-gains",
    "fol:first-round-decides",
)


def rates_of(config: Config, policy: str) -> np.ndarray:
    """Return the rate of the right answer at every question; the two wrong answers share the rest."""
    rates = scipy.stats.beta.ppf((np.arange(config.questions) + 0.5) / config.questions, config.a, config.b)
    if policy == "verdicts":
        return rates / (rates + (1 - rates) * np.exp(-config.step))
    if policy == "sharpened":
        return rates**config.power / (rates**config.power + 2 * ((1 - rates) / 2) ** config.power)
    return rates


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "policies", "estimates" over n, "powers" over shapes, "closed" over w and B, and "votes"."""
    return {
        "policies": _policies(config),
        "estimates": _estimates(config),
        "powers": _powers(config),
        "closed": Sweep(
            lambda key, share, lowered: {"crossing": sharpened_crossing(config.base, share, lowered)},
            {"crossing": Quantity("attempts at which the sharpened policy falls back to its base", "1")},
            traced_grid={"share": config.shares, "lowered": config.lowered},
            shard_size=4096,
        ),
        "votes": _votes(config),
    }


def _policies(config: Config) -> Sweep:
    ks, ts = np.array(config.attempts, float), np.linspace(0, 1, 101)

    def measure(key, policy, crossing):
        rates = jnp.asarray(rates_of(config, policy))
        laws = jnp.stack([rates, (1 - rates) / 2, (1 - rates) / 2], -1)
        votes = [vote_winner(laws, voters)[:, 0].mean() for voters in config.voters]
        population = fixed_rates(rates)
        return {
            "passed": pass_at(population, ks),
            "voted": jnp.stack(votes),
            "covered": cover(population, ts),
            "crossing": crossing,
        }

    def shared(policy):
        found = crossings(fixed_rates(rates_of(config, "base")), fixed_rates(rates_of(config, policy)))
        return {"crossing": np.append(found, np.inf)[0]}

    quantities = {
        "passed": Quantity("pass@k", "1", ("attempt",)),
        "voted": Quantity("share of questions where the vote is right", "1", ("voters",)),
        "covered": Quantity("Cover(t), share of questions with a rate of t at least", "1", ("rate",)),
        "crossing": Quantity("attempts at which pass@k falls to that of the base (inf: at none)", "1"),
    }
    axes = {"attempt": config.attempts, "voters": config.voters, "rate": ts.tolist()}
    return Sweep(measure, quantities, static_grid={"policy": POLICIES}, axes=axes, shared_inputs=shared)


def _estimates(config: Config) -> Sweep:
    ks = np.array(config.attempts, float)

    def measure(key, logged):
        rates = jnp.asarray(rates_of(config, "base"))
        c = jnp.arange(logged + 1.0)
        law = binom.pmf(c, logged, rates[:, None])
        plug_in = jax.lax.map(lambda k: (law @ (-jnp.expm1(k * jnp.log1p(-c / logged)))).mean(), ks)
        moments = [pass_at_estimate_moments(rates, logged, k) for k in (1, logged)]
        first, last = (jnp.sqrt(variance.sum()) / config.questions for _, variance in moments)
        return {
            "plug_in": plug_in,
            "bias": plug_in - pass_at(fixed_rates(rates), ks),
            "bias_of_estimate": (moments[1][0] - (1 - (1 - rates) ** logged)).mean(),
            "deviation": jnp.stack([first, last]),
        }

    quantities = {
        "plug_in": Quantity("mean of the plug-in estimate of pass@k", "1", ("attempt",)),
        "bias": Quantity("its bias", "1", ("attempt",)),
        "bias_of_estimate": Quantity("bias of the unbiased estimate at k = n", "1"),
        "deviation": Quantity("standard deviation of the unbiased estimate, at k = 1 and k = n", "1", ("end",)),
    }
    axes = {"attempt": config.attempts, "end": ("k = 1", "k = n")}
    return Sweep(measure, quantities, static_grid={"logged": config.logged}, axes=axes)


def _powers(config: Config) -> Sweep:
    ks = np.array(config.attempts, float)

    def measure(key, shape):
        law = BetaRates(shape, jnp.asarray(config.b))
        low, high = fail_bounds(law, ks)
        return {"failed": jnp.exp(log_fail(law, ks)), "low": low, "high": high}

    quantities = {
        "failed": Quantity("1 - pass@k", "1", ("attempt",)),
        "low": Quantity("its lower bound", "1", ("attempt",)),
        "high": Quantity("its upper bound", "1", ("attempt",)),
    }
    return Sweep(measure, quantities, traced_grid={"shape": config.shapes}, axes={"attempt": config.attempts})


def _votes(config: Config) -> Sweep:
    def measure(key, start):
        loop = vote_training(jnp.array(STARTS[start]), 3)
        return {"right": unroll(loop, jnp.arange(config.rounds + 1))[:, 0]}

    quantities = {"right": Quantity("probability of the right answer", "1", ("round",))}
    return Sweep(measure, quantities, static_grid={"start": tuple(STARTS)}, axes={"round": range(config.rounds + 1)})


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def curves_figure(found: dict) -> Figure:
    """Draw pass@k, votes and Cover of the three policies."""
    table = found["policies"]

    def lines(axis, values):
        return tuple(
            Line(table[axis], table[values].sel(policy=p), str(p), colour=k) for k, p in enumerate(table.policy.values)
        )

    panels = (
        Panel("pass@k", "k", "pass@k", lines("attempt", "passed"), "log"),
        Panel("The winner of a vote", "voters", "share of questions won", lines("voters", "voted")),
        Panel("Cover", "t", "share of questions at t or above", lines("rate", "covered")),
    )
    caption = (
        "Sharpening passes more at first and less later; training on verdicts never passes less. With ever more voters "
        "the base and the sharpened policy win the same questions."
    )
    return Figure(panels, caption)


def limits_figure(found: dict) -> Figure:
    """Draw the bias of the plug-in, the power law with its bounds, crossings in closed form, training on votes."""
    estimates, powers, closed, votes = (found[name] for name in ("estimates", "powers", "closed", "votes"))
    biases = []
    for k, n in enumerate(estimates.logged.values):
        t = estimates.sel(logged=n)
        biases += [
            Line(t.attempt, t.bias, f"n = {n}", colour=k),
            Line([n, n], [float(estimates.bias.min()), 0], "", "dotted", k),
        ]
    laws = []
    for k, a in enumerate(powers.coords["shape"].values):
        t = powers.sel(shape=a)
        laws += [Line(t.attempt, t.failed, f"a = {a:g}", colour=k), ShadedBand(t.attempt, t.low, t.high, "", k)]
    points = tuple(
        Line(closed.share, closed.crossing.sel(lowered=b), f"B = {b:g}", colour=k)
        for k, b in enumerate(closed.lowered.values)
    )
    rounds = tuple(
        Line(votes["round"], votes.right.sel(start=name), str(name), colour=k)
        for k, name in enumerate(votes.start.values)
    )
    panels = (
        Panel("Plug-in estimates from n attempts", "k (dotted: k = n)", "bias", tuple(biases), "log"),
        Panel("1 - pass@k of Beta rates", "k", "1 - pass@k", tuple(laws), "log", "log"),
        Panel("Crossing in closed form", "share w that is raised to 1", "k*", points, "linear", "log"),
        Panel("Training on votes of three", "round", "right answer", rounds),
    )
    caption = (
        "The plug-in is too low up to k = n and beyond, where no unbiased estimate exists. The power law lies within "
        "its bounds. Accuracy may rise first and then go to 0: the plurality wins."
    )
    return Figure(panels, caption, columns=2)


FIGURES = {"curves": curves_figure, "limits": limits_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State the crossing, what the plug-in misses, the power law, and where votes lead."""
    policies, estimates, powers, votes = (found[name] for name in ("policies", "estimates", "powers", "votes"))
    base, sharpened = policies.sel(policy="base"), policies.sel(policy="sharpened")
    gain = (policies.passed.sel(policy="verdicts") - base.passed).min()
    last, log = estimates.isel(logged=-1), int(estimates.logged[-1])
    bounds = powers.isel(attempt=-1)
    plural = float(base.covered.sel(rate=1 / 3, method="nearest"))
    return (
        Headline("k at which the sharpened policy falls to its base", float(sharpened.crossing), None, "1", ""),
        Headline("pass@1 that sharpening adds", float(sharpened.passed[0] - base.passed[0]), None, "1", ""),
        Headline("least pass@k that training on verdicts adds", float(gain), None, "1", ""),
        Headline("questions won by the base, most voters", float(base.voted[-1]), None, "1", ""),
        Headline("questions won by it in the limit, Cover(1/3)", plural, None, "1", ""),
        Headline(
            f"bias of the estimate, k = n = {log}", float(last.bias_of_estimate), 0.0, "1", "thm:pass-at-k-estimate"
        ),
        Headline(f"most bias of the plug-in, n = {log}", float(last.bias.min()), None, "1", ""),
        Headline(
            "bounds apart at the largest k, over 1 - pass@k",
            float(((bounds.high - bounds.low) / bounds.failed).max()),
            None,
            "1",
            "",
        ),
        *(
            Headline(f"right after one round, {name}", float(votes.right.sel(start=name)[1]), expected, "1", source)
            for name, expected, source in (("not the plurality", 203 / 500, "203/500"), ("many small ones", None, ""))
        ),
        *(
            Headline(f"right at the end, {name}", float(votes.right.sel(start=name)[-1]), None, "1", "")
            for name in votes.start.values
        ),
    )
