r"""What outcomes, rubrics and step verdicts tell, how fast one learns from them, and when a shortcut stays hidden.

An episode has T steps, each right at one rate. An outcome says whether all are, a rubric of k items says it for each of
k blocks of steps, and process supervision for every step. All steps together get at most the entropy of the outcome,
one bit; in long episodes hardly any of it. What tells more also teaches faster, but bits do not set the pace: with
twelve steps that are right one time in five, an outcome tells 7e7 times less than step verdicts and takes 5e5 times as
long. Outcomes tell a rule from a shortcut only where the two disagree.
"""

import jax
import jax.numpy as jnp
from pydantic import Field

from infoloop.information.measures import mutual_information
from infoloop.learning.outcome_and_process import graded_learning_time, step_credits
from infoloop.probability.channel_families import binomial
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import binary_entropy
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables


@config
class Config:
    """Twelve steps; rubrics whose items grade equally many of them."""

    steps: Count = Field(12, description="steps of an episode")
    items: Counts = Field((1, 2, 3, 4, 6, 12), description="items of a rubric, divisors of the steps")
    rates: Weights = Field((0.6, 0.8, 0.9, 0.98), description="rates at which a step is right, of the credits")
    starts: Weights = Field(tuple(k / 40 for k in range(8, 39)), description="rates at the start of learning")
    target: Weight = Field(0.98, description="rate of a step at the end of learning")
    skills: Weights = Field((0.85, 0.95), description="rates of two equally likely skills that verdicts tell apart")
    disagreements: Weights = Field(
        tuple(k / 100 for k in range(51)), description="how often a shortcut disagrees with the rule"
    )


SMALL = Config(steps=4, items=(1, 2, 4), rates=(0.5,), starts=(0.25, 0.5), disagreements=(0.0, 0.1))
CLAIMS = (
    "thm:step-credit",
    "thm:credit-budget",
    "thm:step-entropy",
    "thm:outcome-gap",
    "thm:shortcut-gap",
    "fol:hidden-shortcut",
    "thm:rubric-chain",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "credit" by step, "rubric" by items and rate, "skill" by items, and "shortcut" by disagreement."""
    if wrong := [k for k in config.items if config.steps % k]:
        raise ValueError(f"items has {wrong[0]}, which does not divide the {config.steps} steps: give divisors")
    return {
        "credit": _credit(config),
        "rubric": _rubric(config),
        "skill": _skill(config),
        "shortcut": _shortcut(config),
    }


def _credit(config: Config) -> Sweep:
    def measure(key, rate):
        return {"bits": step_credits(jnp.full(config.steps, rate)), "outcome": binary_entropy(rate**config.steps)}

    quantities = {
        "bits": Quantity("what an outcome tells of a step, given the steps before", "bits", ("step",)),
        "outcome": Quantity("entropy of the outcome", "bits"),
    }
    axes = {"step": range(1, config.steps + 1)}
    return Sweep(measure, quantities, traced_grid={"rate": config.rates}, axes=axes)


def _rubric(config: Config) -> Sweep:
    def measure(key, items, start):
        graded = config.steps // items
        return {
            "bits": items * binary_entropy(start**graded),
            "time": graded_learning_time(start, config.target, graded),
        }

    quantities = {
        "bits": Quantity("entropy of the verdicts on an episode", "bits"),
        "time": Quantity("time until every step is right at the target rate", "1"),
    }
    return Sweep(measure, quantities, static_grid={"items": config.items}, traced_grid={"start": config.starts})


def _skill(config: Config) -> Sweep:
    def measure(key, items):
        rates = jnp.array(config.skills) ** (config.steps // items)
        prior = Joint(jnp.full(len(config.skills), 1 / len(config.skills)), ("skill",))
        return {"bits": mutual_information(extend(prior, binomial(rates, items, "skill", "right")), "skill", "right")}

    quantities = {"bits": Quantity("what the verdicts on an episode tell of the skill", "bits")}
    return Sweep(measure, quantities, static_grid={"items": config.items})


def _shortcut(config: Config) -> Sweep:
    def measure(key, disagreement):
        agree = (1 - disagreement) / 2
        p = Joint(jnp.stack([jnp.stack([agree, disagreement / 2]), jnp.stack([disagreement / 2, agree])]), ("R", "C"))
        told = mutual_information(p, "R", "C")
        return {"shared": told, "beyond": binary_entropy(disagreement)}

    quantities = {
        "shared": Quantity("I(R;C), what outcomes tell of the shortcut", "bits"),
        "beyond": Quantity("I(R;S|C), what they tell of the rule beyond it", "bits"),
    }
    return Sweep(measure, quantities, traced_grid={"disagreement": config.disagreements})


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def credit_figure(found: dict) -> Figure:
    """Draw credit by step, and what outcomes tell of a rule and of its shortcut."""
    credit, shortcut = found["credit"], found["shortcut"]
    lines = tuple(
        Line(
            credit.step,
            credit.bits.sel(rate=r),
            f"right {r:g}: {float(credit.outcome.sel(rate=r)):.3f} in all",
            colour=k,
        )
        for k, r in enumerate(credit.rate.values)
    )
    told = (
        Line(shortcut.disagreement, shortcut.shared, "of the shortcut, I(R;C)"),
        Line(shortcut.disagreement, shortcut.beyond, "of the rule beyond it, I(R;S|C)", "dashed", 1),
    )
    panels = (
        Panel("An outcome's credit", "step", "bits, given the steps before", lines),
        Panel("Rule and shortcut", "how often they disagree", "bits of an outcome", told),
    )
    return Figure(panels, "All steps share the entropy of one outcome; a shortcut is hidden only where it never errs.")


def rubric_figure(found: dict) -> Figure:
    """Draw learning times and bits by the number of items."""
    rubric, skill = found["rubric"], found["skill"]
    times = tuple(
        Line(rubric.start, rubric.time.sel(items=k), "1 item" if k == 1 else f"{k} items", colour=i)
        for i, k in enumerate(rubric["items"].values)
    )
    bits = tuple(
        Line(rubric.start, rubric.bits.sel(items=k), "", colour=i) for i, k in enumerate(rubric["items"].values)
    )
    panels = (
        Panel("Time to learn all steps", "rate of a step at the start", "time", times, y_scale="log"),
        Panel("Bits of the verdicts", "rate of a step at the start", "bits an episode", bits),
        Panel("Bits about the skill", "items", "bits an episode", (Line(skill["items"], skill.bits, "", "points"),)),
    )
    return Figure(panels, "More items tell more and teach faster, though not in proportion.")


FIGURES = {"credit": credit_figure, "rubric": rubric_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State that credits add up, what a rubric speeds up, and what a shortcut of one error in ten leaves."""
    credit, rubric, skill, shortcut = (found[name] for name in ("credit", "rubric", "skill", "shortcut"))
    start = float(rubric.start.values[0])
    fine, coarse = (rubric.isel(items=k).sel(start=start) for k in (-1, 0))
    longer, more = float(coarse.time / fine.time), float(fine.bits / coarse.bits)
    rows = [
        Headline(f"times as long by outcomes as by steps, from {start:g}", longer, None, "1", ""),
        Headline(f"times as many bits by steps, from {start:g}", more, None, "1", ""),
    ]
    for k in (0, -1):
        entry = skill.isel(items=k)
        rows.append(Headline(f"bits about the skill, {int(entry['items'])} items", float(entry.bits), None, "bits", ""))
    if 0.1 in shortcut.disagreement.values:
        rows.append(
            Headline(
                "what outcomes tell beyond a shortcut that errs 1 in 10",
                float(shortcut.beyond.sel(disagreement=0.1)),
                0.469,
                "bits",
                "fol:hidden-shortcut",
            )
        )
    rows += [
        Headline(
            f"credits of all steps, right {r:g}",
            float(credit.bits.sel(rate=r).sum()),
            float(credit.outcome.sel(rate=r)),
            "bits",
            "thm:credit-budget",
        )
        for r in credit.rate.values
    ]
    return tuple(rows)
