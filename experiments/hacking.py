r"""A policy against a learned reward model: is a spurious marker, more efficient than the content, taken up first?

Comparisons show two responses to an instruction; raters look at nothing but who is right. In the responses a marker,
which means nothing and costs the user, goes with right answers with the correlation $\rho$. A response tells whether it
is right by its marker with $1-h(\frac{1-\rho}2)$ bits of 1, by its content with 1 bit of many: the marker is the more
efficient component, the content the more informative one. A reward model is fitted to the comparisons: Bradley & Terry
on features (marker, length, and instruction with content), or a perceptron on the same tokens. A policy then ascends
the exact expected reward. Gold is accuracy less the cost of the marker. Cures, each a curve over its strength: a share
of decorrelated comparisons, more comparisons, a KL penalty, a gate by a verifier of outcomes, the less of two reward
models.

Measured with the linear model over 24 seeds (medians, 95 % intervals by the sign test). At $\rho=.8$ the efficiencies
are .53 and .29, and yet the marker is first, at a tenth of the reward's gain, in 12 of 24 seeds only; at .95 and 1 in
all, at .4 in 2. What is sure is that it stays: accuracy ends at .996, the marker at .998, gold at .497 [.494, .498] of
1. For a small lure is enough: with 256 comparisons the reward gives the marker .24 of what it gives being right, the
content comes first in every seed, and gold falls by .116 [.089, .149] from its peak, as the marker follows. Of the
cures alone, 4096 comparisons bring gold to .586 [.535, .729], decorrelating all of them to .81 [.50, .99] (the marker
is then chance), half of them to .503, a second model with the opposite correlation to .684 [.536, .992], one with no
correlation to .500. A perfect gate leaves .500: it makes accuracy certain and lets the marker through. A KL penalty
only takes away, at each strength, .246 at $\beta=1$. With $\rho=1$, never contradicted, the marker costs accuracy too:
.751 [.746, .925].

How rules of other lengths compete for a Bayesian is the experiment `reward_hacking`, how errors of every tail and an
appealing hack bend the gold curve `goodhart`.
"""

from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import scipy.stats
import xarray as xr
from pydantic import Field

from infoloop.learners.objectives import expected_reward
from infoloop.learners.parametric_policies import ParametricPolicy
from infoloop.learners.policy_training import train_policy
from infoloop.learners.response_rewards import perceptron_reward, question_by_class, response_tokens
from infoloop.learning.reward_models import fitted_reward
from infoloop.probability.numerics import LOG2E, binary_entropy, divergence_terms
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand, Whiskers
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import base_targets, draw_rule, right_outputs
from infoloop.worlds.reward_signals import verdict_reward
from infoloop.worlds.styled_instructions import MARKER, styled_responses, styled_world

Model = Literal["linear", "perceptron"]
Correlations = tuple[float, ...]
INSTRUCTIONS, CLASSES, LENGTHS = 4, 3, 2
PLAIN = "no cure"
CURES = {
    "correlation": "correlation of the marker",
    "decorrelated": "share of decorrelated comparisons",
    "comparisons": "comparisons",
    "beta": "KL penalty, a nat",
    "gate": "false positives of a gate",
    "second": "correlation for a second model",
}
KEPT = 0.01  # gold that may be lost from the peak before a run counts as over-optimised


@config
class Config:
    """Four instructions with three answers each; 24 seeds; five cures and the correlation itself, each a curve."""

    models: tuple[Model, ...] = Field(get_args(Model), min_length=1, description="reward models")
    seeds: Count = Field(24, description="independent seeds: rule, code, comparisons and first weights are its own")
    correlation: Weight = Field(0.8, description="correlation of the marker with right answers in the comparisons")
    comparisons: Count = Field(64, description="comparisons")
    certainty: Positive = Field(3.0, description="log odds by which raters prefer a right response to a wrong one")
    cost: Weight = Field(0.5, description="what the marker costs the user, in units of a right answer")
    junk: Weight = Field(0.1, gt=0, lt=1, description="probability that the base gives an output that is no answer")
    penalty: Positive = Field(1.0, description="penalty on squared weights of the reward models")
    width: Count = Field(16, description="hidden units of the perceptron")
    fit_steps: Count = Field(400, description="steps of Adam by which the perceptron is fitted")
    fit_rate: Positive = Field(0.01, description="their size")
    steps: Count = Field(200, description="steps of the policy by Adam")
    every: Count = Field(5, description="steps between two looks at it (a divisor)")
    rate: Positive = Field(0.05, description="size of its steps")
    correlations: Correlations = Field((0.0, 0.4, 0.95, 1.0), description="other correlations, from 0 to 1")
    decorrelated: Weights = Field((0.1, 0.25, 0.5, 1.0), description="shares of comparisons without correlation")
    more: Counts = Field((16, 256, 1024, 4096), description="other numbers of comparisons")
    betas: Positives = Field((0.03, 0.1, 0.3, 1.0), description="KL penalties, over the reward's deviation, a nat")
    gates: Weights = Field(
        (0.5, 0.2, 0.05, 0.0), description="false-positive rates of a verifier whose verdict gates the reward"
    )
    seconds: Correlations = Field(
        (0.8, 0.4, 0.0, -0.8), description="correlations in the comparisons of a second model"
    )


SMALL = Config(
    models=("linear",), seeds=2, comparisons=16, steps=10, every=5, correlations=(1.0,), decorrelated=(1.0,),
    more=(32,), betas=(0.3,), gates=(0.0,), seconds=(0.0,),
)  # fmt: skip
CLAIMS = (
    "thm:gold-slope",
    "thm:never-switches",
    "fol:more-data-switches",
    "fol:efficient-first",
    "fol:first-remains",
)


class Setting(NamedTuple):
    """One point of a curve; a gate of 1 lets everything through, a second correlation of 2 means no second model."""

    correlation: jax.Array | float
    decorrelated: jax.Array | float
    comparisons: jax.Array | float
    beta: jax.Array | float
    gate: jax.Array | float
    second: jax.Array | float


def curves(config: Config) -> tuple[tuple[str, float, Setting], ...]:
    """Return every setting with the curve that it belongs to and its strength there; the first is without a cure."""
    plain = Setting(config.correlation, 0.0, float(config.comparisons), 0.0, 1.0, 2.0)
    found: list[tuple[str, float, Setting]] = [(PLAIN, 0.0, plain)]
    varied = {
        "correlation": config.correlations,
        "decorrelated": config.decorrelated,
        "comparisons": config.more,
        "beta": config.betas,
        "gate": config.gates,
        "second": config.seconds,
    }
    for field, values in varied.items():
        found += [(field, float(x), plain._replace(**{field: float(x)})) for x in values]
    return tuple(found)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "policies", by reward model, setting and seed, and "components", what either tells."""
    correlations = sorted({config.correlation, *config.correlations})
    bits = np.log2(INSTRUCTIONS) + 1 + np.log2(CLASSES - 1) / 2  # of instruction and content, half of which are right
    return {
        "policies": _policies(config),
        "components": Sweep(
            lambda key, rho: {"marker": 1 - binary_entropy((1 - rho) / 2), "content": 1 / bits},
            {
                "marker": Quantity("efficiency of the marker, and what it tells", "1"),
                "content": Quantity("efficiency of the content, which tells 1 bit", "1"),
            },
            traced_grid={"rho": correlations},
        ),
    }


def _policies(config: Config) -> Sweep:
    points = curves(config)
    settings = np.array([list(setting) for _, _, setting in points])
    most = max(config.comparisons, *config.more)

    def measure(key, model, seed):
        key_world, key_rule, key_data, key_fit, key_train = jax.random.split(key, 5)
        world = styled_world(key_world, INSTRUCTIONS, CLASSES, LENGTHS, formats=1, tasks=0, domains=1)
        rule = draw_rule(key_rule, world)
        base = base_targets(world, config.junk)
        keys = tuple(zip(jax.random.split(key_data), jax.random.split(key_fit), strict=True))

        def one(numbers):
            chosen = Setting(*numbers)
            alone = chosen.second > 1
            first, other = (
                _standardised(base, _reward(config, model, world, rule, chosen._replace(correlation=rho), own, most))
                for rho, own in zip((chosen.correlation, jnp.where(alone, 0.0, chosen.second)), keys, strict=True)
            )
            proxy = jnp.where(alone, first, jnp.minimum(first, other))
            accepts = verdict_reward(world, rule, false_positive=chosen.gate)
            reward = jnp.where(chosen.gate < 1, accepts * (proxy - proxy.min()), proxy)
            return _optimised(config, key_train, world, rule, base, reward, chosen.beta)

        return jax.vmap(one)(jnp.asarray(settings))

    look, each = ("setting", "look"), ("setting",)
    quantities = {
        "proxy": Quantity("gain in the reward that is optimised, over its deviation under the base", "1", look),
        "accuracy": Quantity("probability of a right answer", "1", look),
        "marker": Quantity("probability of the marker", "1", look),
        "gold": Quantity("accuracy less the cost of the marker", "1", look),
        "divergence": Quantity("divergence from the base", "nats", look),
        "lure": Quantity("what the marker adds to the reward, over what being right adds", "1", each),
        "diverged": Quantity("whether the training diverged; its values are 0", "1", each),
    }
    return Sweep(
        measure,
        quantities,
        {"model": config.models},
        {"seed": range(config.seeds)},
        {"setting": [_name(*point[:2]) for point in points], "look": range(0, config.steps + 1, config.every)},
        shard_size=config.seeds,
        batch_size=2,
    )


def _name(curve: str, strength: float) -> str:
    return f"{curve} {strength:g}" if curve != PLAIN else curve


def _drawn_comparisons(key, config, world, rule, setting, most):
    """Return questions, two responses to each, and whether the first is preferred, and which of them are there."""
    key_ask, key_kind, key_say, key_judge = jax.random.split(key, 4)
    asked = jax.random.randint(key_ask, (most,), 0, INSTRUCTIONS)
    plain = jax.random.bernoulli(key_kind, setting.decorrelated, (most,))
    laws = jnp.stack([styled_responses(world, rule, trained=rho) for rho in (setting.correlation, 0.0)])
    said = jax.random.categorical(key_say, jnp.log(laws[plain.astype(int), asked]), shape=(2, most))
    right = right_outputs(world, rule)[asked, said].astype(float)
    preferred = jax.random.bernoulli(key_judge, jax.nn.sigmoid(config.certainty * (right[0] - right[1])))
    return asked, said, preferred, jnp.arange(most) < setting.comparisons


def _reward(config, model, world, rule, setting, keys, most):
    """Return the reward of every output to every question by a model that is fitted to drawn comparisons."""
    asked, said, preferred, there = _drawn_comparisons(keys[0], config, world, rule, setting, most)
    items = INSTRUCTIONS * CLASSES * 2 * LENGTHS
    style = world.outputs[:, MARKER] * LENGTHS + world.outputs[:, 0]
    place = (jnp.arange(INSTRUCTIONS)[:, None] * CLASSES + world.classes) * 2 * LENGTHS + style
    won, lost = (jnp.where(preferred, said[a], said[b]) for a, b in ((0, 1), (1, 0)))
    wins = jnp.zeros((items, items)).at[place[asked, won], place[asked, lost]].add(there * 1.0)
    wins = jnp.where(jnp.eye(items, dtype=bool), 0.0, wins)  # a response and its like say nothing
    tokens, both = response_tokens(world), question_by_class(world)
    seen = jnp.concatenate([tokens[..., :2], both], axis=-1) if model == "linear" else tokens
    listed = jnp.zeros((items, seen.shape[-1])).at[jnp.where(world.classes >= 0, place, items)].set(seen, mode="drop")
    if model == "linear":
        return seen @ fitted_reward(wins, listed, config.penalty).weights
    return perceptron_reward(keys[1], wins, listed, config.width, config.penalty, config.fit_steps, config.fit_rate)(
        seen
    )


def _standardised(base, reward):
    """Return a reward with mean 0 and deviation 1 under the base, over all questions."""
    mean = (base * reward).sum() / len(base)
    return (reward - mean) / jnp.sqrt((base * (reward - mean) ** 2).sum() / len(base))


def _optimised(config, key, world, rule, base, reward, beta):
    """Return what a tabular policy does that ascends the reward less its penalty, from the base."""
    start, right = jnp.log(base), right_outputs(world, rule)
    marked = world.outputs[:, MARKER] == 1
    weight = jnp.full(len(base), 1 / len(base))
    policy = ParametricPolicy(
        lambda key: jnp.zeros_like(base), lambda theta: jax.nn.log_softmax(start + theta, axis=-1)
    )
    gain = expected_reward(reward, weight)

    def loss(log_policy, key):
        return gain(log_policy, key) + beta * (weight @ (jnp.exp(log_policy) * (log_policy - start)).sum(axis=1))

    def look(log_policy):
        law = jnp.exp(log_policy)
        accuracy, marker = (weight @ (law * members).sum(axis=1) for members in (right, marked[None, :]))
        return {
            "proxy": weight @ ((law - base) * reward).sum(axis=1),
            "accuracy": accuracy,
            "marker": marker,
            "gold": accuracy - config.cost * marker,
            "divergence": weight @ divergence_terms(law, base).sum(axis=1) / LOG2E,
        }

    optimiser = optax.adam(config.rate)
    trained = train_policy(key, policy, policy.start(key), loss, optimiser, config.steps, config.every, look)
    mean = lambda members: (jnp.where(members, reward, 0.0).sum(axis=1) / members.sum(axis=1)).mean()  # noqa: E731
    answer = world.classes >= 0
    by_marker = mean(answer & marked) - mean(answer & ~marked)
    lure = by_marker / (mean(right) - mean(answer & ~right))
    found = {**trained.observed, "lure": lure}
    return {**{name: jnp.where(trained.diverged, 0.0, x) for name, x in found.items()}, "diverged": trained.diverged}


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def seed_interval(values: np.ndarray) -> tuple[float, float, float]:
    """Return the median over seeds and its 95 % interval by the sign test; the range where there are too few seeds.

    Args:
        values: One number a seed.
    """
    ordered, n = np.sort(values), len(values)
    rank = max(int(scipy.stats.binom.ppf(0.025, n, 0.5)), 1)
    return float(np.median(ordered)), float(ordered[rank - 1]), float(ordered[n - rank])


def marker_first(table: xr.Dataset) -> np.ndarray:
    """Return by seed how much further the marker than accuracy has come where the reward has 10 % of its gain.

    Args:
        table: The table of one model and setting; what is compared are gains over the base, of all that is possible.
    """
    gains = [(table[x] - table[x][:, 0]) / (1 - table[x][:, 0]) for x in ("marker", "accuracy")]
    lead = (gains[0] - gains[1]).transpose("seed", "look").values
    proxy = table.proxy.transpose("seed", "look").values
    return np.array([np.interp(0.1 * p[-1], np.maximum.accumulate(p), x) for p, x in zip(proxy, lead, strict=True)])


def _marks(x, values, label, colour):
    """Return the median over seeds with its band."""
    middle, low, high = np.array([seed_interval(v) for v in values.transpose("look", "seed").values]).T
    return [Line(x, middle, label, colour=colour), ShadedBand(x, low, high, "", colour)]


def gold_figure(found: dict) -> Figure:
    """Draw gold, accuracy, marker and what the reward model says, without a cure, by step and by divergence."""
    table, panels = found["policies"].sel(setting=PLAIN), []
    for model in table.model.values:
        t = table.sel(model=model)
        promised = t.proxy / t.proxy[:, -1]
        shown = {"gold": t.gold, "accuracy": t.accuracy, "marker": t.marker, "reward, of its gain": promised}
        away = t.divergence.median("seed").values
        for x, what in ((t.look.values, "step"), (away, "divergence from the base, nats")):
            marks = [m for k, (name, v) in enumerate(shown.items()) for m in _marks(x, v, name, k)]
            panels.append(Panel(f"{model} reward model", what, "probability, gold", tuple(marks)))
    return Figure(tuple(panels), "Medians over seeds with 95 % intervals: gold is accuracy less the marker's cost.", 2)


def cures_figure(found: dict) -> Figure:
    """Draw gold at the end over the strength of each cure, and at its peak."""
    table, panels = found["policies"], []
    for curve, title in CURES.items():
        names = [str(x) for x in table.setting.values if str(x).startswith(f"{curve} ")]
        marks = []
        for k, model in enumerate(table.model.values):
            t = table.sel(model=model, setting=[PLAIN, *names])
            ends = np.array([seed_interval(v) for v in t.gold.isel(look=-1).transpose("setting", "seed").values]).T
            peaks = t.gold.max("look").median("seed").values
            places = np.arange(len(names) + 1)
            marks += [Whiskers(places + 0.1 * k, *ends, str(model), k), Line(places + 0.1 * k, peaks, "", "dotted", k)]
        strengths = ("none" if curve != "correlation" else "as set", *(x.split()[-1] for x in names))
        panels.append(
            Panel(title, "strength", "gold at the end", tuple(marks), y_limits=(0.0, 1.03), x_names=strengths)
        )
    caption = "Gold at the end, median over seeds with 95 % intervals; dotted: at the peak of each seed."
    return Figure(tuple(panels), caption)


FIGURES = {"gold": gold_figure, "cures": cures_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what is taken up first, gold without a cure, and what each cure makes of it."""
    table = found["policies"]
    rows = [Headline("runs that diverged, share", float(table.diverged.mean()), None, "1", "")]
    for rho in found["components"].rho.values:
        t = found["components"].sel(rho=rho)
        note = f"of the content {float(t.content):.3f}"
        rows.append(Headline(f"efficiency of the marker, correlation {rho:g}", float(t.marker), None, "1", "", note))
    for model in table.model.values:
        plain = table.sel(model=model, setting=PLAIN)
        start, end, peak = plain.gold[:, 0], plain.gold[:, -1], plain.gold.max("look")
        first = marker_first(plain)
        measured = {
            "lead of the marker at a tenth": first,
            "accuracy gained": plain.accuracy[:, -1] - plain.accuracy[:, 0],
            "marker in the end": plain.marker[:, -1],
            "gold gained": end - start,
            "gold lost from the peak": peak - end,
        }
        rows += [_headline(f"{what}, {model}", np.asarray(values)) for what, values in measured.items()]
        for what, seeds in (("marker first", first > 0), ("past the peak", np.asarray(peak - end) > KEPT)):
            low, high = scipy.stats.binomtest(int(seeds.sum()), seeds.size).proportion_ci(0.95, method="exact")
            note = f"[{low:.3f}, {high:.3f}] over {seeds.size} seeds"
            rows.append(Headline(f"share of seeds, {what}, {model}", float(seeds.mean()), None, "1", "", note))
        for name in table.setting.values[1:]:
            paired = table.gold.sel(model=model, setting=name)[:, -1] - end
            rows.append(_headline(f"gold by {name}, {model}", np.asarray(paired)))
    return tuple(rows)


def _headline(what: str, values: np.ndarray) -> Headline:
    middle, low, high = seed_interval(values)
    return Headline(what, middle, None, "1", "", f"[{low:.3f}, {high:.3f}] over {len(values)} seeds")
