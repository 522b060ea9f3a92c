r"""A policy against a learned reward model: is a spurious marker, more efficient than the content, taken up first?

Comparisons show two responses to an instruction; raters look at nothing but who is right. In the responses a marker,
which means nothing and costs the user, goes with right answers with the correlation $\rho$. A response tells whether it
is right by its marker with $1-h(\frac{1-\rho}2)$ bits of 1, by its content with 1 bit of many: the marker is the more
efficient component, the content the more informative one. A reward model is fitted to the comparisons: Bradley & Terry
on features (marker, length, and instruction with content), or a perceptron on the same tokens. A policy then ascends
the exact expected reward. Gold is accuracy less the cost of the marker. Cures, each a curve over its strength: a share
of decorrelated comparisons, more comparisons, a KL penalty, a gate by a verifier of outcomes, the less of two reward
models.

Fixed before the run: the marker is first where it leads, among what the policy has taken up of both, when the reward
has gone a tenth of its way to the greatest that any policy has; it stays where the policy has more than half of it in
the end. Where $\rho=1$ the comparisons never contradict it. A cure is compared with none in the same seed.

How rules of other lengths compete for a Bayesian is the experiment `reward_hacking`, how errors of every tail and an
appealing hack bend the gold curve `goodhart`.
"""

from typing import Literal, NamedTuple, get_args

import jax
import jax.numpy as jnp
import numpy as np
import optax
import xarray as xr
from jaxtyping import Array, Key
from pydantic import Field

from infoloop.learners.response_comparisons import by_item, drawn_comparisons, item_wins
from infoloop.learners.response_rewards import linear_response_reward, marker_lure, perceptron_reward, response_tokens
from infoloop.learners.reward_ascent import ascend_reward, greatest_gain, standardised_reward
from infoloop.learners.style_uptake import lead_on_the_way, share_gained, styled_outcomes
from infoloop.learning.component_order_rates import component_efficiency
from infoloop.reporting.figures import Figure, Line, Panel, ShadedBand
from infoloop.statements.criteria import Budget
from infoloop.statements.seed_intervals import interval_over_seeds
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weight, Weights, config
from infoloop.studies.marks_over_seeds import seed_marks
from infoloop.studies.runner import Headline
from infoloop.studies.seed_shares import share_over_seeds
from infoloop.studies.sweep import Quantity, Sweep, tables
from infoloop.worlds.finite_worlds import World, base_targets, draw_rule
from infoloop.worlds.reward_signals import verdict_reward
from infoloop.worlds.styled_instructions import styled_responses, styled_world

Model = Literal["linear", "perceptron"]
Correlations = tuple[float, ...]
INSTRUCTIONS, CLASSES, LENGTHS = 4, 3, 2
CONTENT = 1 / (float(np.log2(INSTRUCTIONS)) + 1 + float(np.log2(CLASSES - 1)) / 2)  # efficiency: half are right
PLAIN = "no cure"
CURVES = {
    "correlation": "correlation of the marker",
    "uncontradicted": "comparisons, at the correlation 1",
    "comparisons": "more comparisons",
    "decorrelated": "share of decorrelated comparisons",
    "beta": "KL penalty, a nat",
    "gate": "false positives of a gate",
    "second": "correlation for a second model",
}
CURES = tuple(CURVES)[2:]
FIRST = 0.1  # share of the reward's way at which the first component is asked for


@config
class Config:
    """Four instructions with three answers each; 80 seeds; five cures and the correlation itself, each a curve."""

    models: tuple[Model, ...] = Field(get_args(Model), min_length=1, description="reward models")
    seeds: Count = Field(80, description="independent seeds: rule, code, comparisons and first weights are its own")
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
    gates: Weights = Field((0.5, 0.2, 0.05, 0.0), description="false-positive rates of a verdict that gates the reward")
    seconds: Correlations = Field((0.8, 0.4, 0.0, -0.8), description="correlations for a second model")


SMALL = Config(
    models=("linear",), seeds=2, comparisons=16, steps=10, every=5, correlations=(1.0,), decorrelated=(1.0,),
    more=(32,), betas=(0.3,), gates=(0.0,), seconds=(0.0,),
)  # fmt: skip
CLAIMS = ("thm:gold-slope", "thm:never-switches", "fol:more-data-switches", "fol:efficient-first", "fol:first-remains")
QUANTITIES = {
    "proxy": Quantity("gain in the reward that is optimised", "1", ("setting", "look")),
    "accuracy": Quantity("probability of a right answer", "1", ("setting", "look")),
    "marker": Quantity("probability of the marker", "1", ("setting", "look")),
    "gold": Quantity("accuracy less the cost of the marker", "1", ("setting", "look")),
    "divergence": Quantity("divergence from the base", "nats", ("setting", "look")),
    "best": Quantity("greatest gain in that reward that any policy has", "1", ("setting",)),
    "lure": Quantity("what the marker adds to the reward, over what being right adds", "1", ("setting",)),
    "diverged": Quantity("whether the training diverged; its values are 0", "1", ("setting",)),
    "correlation": Quantity("correlation of the marker in the comparisons", "1", ("setting",)),
    "comparisons": Quantity("comparisons", "1", ("setting",)),
}


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
    varied = {"correlation": config.correlations, "comparisons": config.more, "decorrelated": config.decorrelated}
    varied |= {"beta": config.betas, "gate": config.gates, "second": config.seconds}
    for field, values in varied.items():
        found += [(field, float(x), plain._replace(**{field: float(x)})) for x in values]
    never = plain._replace(correlation=1.0)
    found += [("uncontradicted", float(x), never._replace(comparisons=float(x))) for x in config.more]
    return tuple(found)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare the table "policies": by reward model, setting and seed."""
    points = curves(config)
    settings = np.array([list(setting) for _, _, setting in points])

    def measure(key, model, seed):
        key_world, key_rule, key_data, key_fit, key_train = jax.random.split(key, 5)
        world = styled_world(key_world, INSTRUCTIONS, CLASSES, LENGTHS, formats=1, tasks=0, domains=1)
        rule = draw_rule(key_rule, world)
        base = base_targets(world, config.junk)
        keys = tuple(zip(jax.random.split(key_data), jax.random.split(key_fit), strict=True))

        def one(numbers):
            chosen = Setting(*numbers)
            alone = chosen.second > 1
            correlations = (chosen.correlation, jnp.where(alone, 0.0, chosen.second))
            first, other = (
                standardised_reward(base, _reward(config, model, world, rule, chosen._replace(correlation=rho), own))
                for rho, own in zip(correlations, keys, strict=True)
            )
            proxy = jnp.where(alone, first, jnp.minimum(first, other))
            accepts = verdict_reward(world, rule, false_positive=chosen.gate)
            reward = jnp.where(chosen.gate < 1, accepts * (proxy - proxy.min()), proxy)
            found = _optimised(config, key_train, world, rule, base, reward, chosen.beta)
            return {**found, "correlation": chosen.correlation, "comparisons": chosen.comparisons}

        return jax.vmap(one)(jnp.asarray(settings))

    names = [f"{curve} {strength:g}" if curve != PLAIN else curve for curve, strength, _ in points]
    axes = {"setting": names, "look": range(0, config.steps + 1, config.every)}
    grid = {"model": config.models}, {"seed": range(config.seeds)}
    return {"policies": Sweep(measure, QUANTITIES, *grid, axes, shard_size=config.seeds, batch_size=2)}


def _reward(
    config: Config, model: str, world: World, rule: Array, setting: Setting, keys: tuple[Key[Array, ""], ...]
) -> Array:
    """Return the reward of every output to every question by a model that is fitted to drawn comparisons."""
    laws = jnp.stack([styled_responses(world, rule, trained=rho) for rho in (setting.correlation, 0.0)])
    shares = jnp.stack([1 - setting.decorrelated, setting.decorrelated])
    most = max(config.comparisons, *config.more)
    compared = drawn_comparisons(keys[0], world, rule, laws, shares, config.certainty, most, setting.comparisons)
    wins = item_wins(world, compared)
    if model == "linear":
        return linear_response_reward(world, wins, config.penalty)
    seen = response_tokens(world)
    sizes = (config.width, config.penalty, config.fit_steps, config.fit_rate)
    return perceptron_reward(keys[1], wins, by_item(world, seen), *sizes)(seen)


def _optimised(config, key, world, rule, base, reward, beta):
    """Return what a tabular policy does that ascends the reward less its penalty, from the base."""

    def look(log_policy):
        found = styled_outcomes(world, rule, base, reward, log_policy)
        return {**found._asdict(), "gold": found.accuracy - config.cost * found.marker}

    trained = ascend_reward(key, base, reward, beta, optax.adam(config.rate), config.steps, config.every, look)
    of_reward = {"best": greatest_gain(base, reward), "lure": marker_lure(world, rule, reward)}
    found = {**trained.observed, **of_reward}
    return {**{name: jnp.where(trained.diverged, 0.0, x) for name, x in found.items()}, "diverged": trained.diverged}


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def marker_lead(table: xr.Dataset, share: float = FIRST) -> np.ndarray:
    """Return by seed the marker's lead over accuracy where the reward has gone a share of its way; NaN if never.

    Args:
        table: The table of one model and setting, seeds first.
        share: Of the way to the greatest reward that any policy has.
    """
    way, *taken = (table.proxy / table.best).values, *(share_gained(table[x].values) for x in ("marker", "accuracy"))
    return np.asarray(jax.vmap(lead_on_the_way, (None, 0, 0, 0))(share, way, *taken))


def marker_first(found: dict[str, xr.Dataset], budget: Budget) -> dict:
    """Return the marker's lead by seed, at a share of the reward's way, where it is the more efficient component."""
    if budget.unit != "way":
        raise ValueError(f"the budget is in {budget.unit}: give a share of the way that the reward has gone")
    cells = {}
    for model, _, table in _settings(found, (PLAIN, "correlation", "comparisons", "uncontradicted")):
        rho, count = (float(table[what][0]) for what in ("correlation", "comparisons"))
        cells[f"model={model}, correlation={rho:g}, comparisons={count:g}"] = (
            _by_seed(marker_lead(table, budget.amount), table.diverged)
            if float(component_efficiency((1 - rho) / 2, 0)) > CONTENT
            else "the marker is not the more efficient component there"
        )
    return cells


def marker_stays(found: dict[str, xr.Dataset]) -> dict:
    """Return what a policy has of the marker in the end, of all there was to gain, by seed, at a correlation of 1."""
    cells = {}
    for model, _, table in _settings(found, ("correlation", "uncontradicted")):
        if float(table.correlation[0]) == 1:
            gained = share_gained(table.marker.values)[:, -1]
            cells[f"model={model}, comparisons={float(table.comparisons[0]):g}"] = _by_seed(gained, table.diverged)
    return cells


def gold_gained(found: dict[str, xr.Dataset]) -> dict:
    """Return the gold in the end that a cure adds to that without one, by seed."""
    cells = {}
    for model, name, table in _settings(found, CURES):
        plain = found["policies"].sel(model=model, setting=PLAIN)
        cure, strength = name.split(" ")
        cells[f"model={model}, cure={cure}, strength={strength}"] = (
            _by_seed(table.gold[:, -1] - plain.gold[:, -1], table.diverged + plain.diverged)
            if not float(table.comparisons[0]) < float(plain.comparisons[0])
            else "there are fewer comparisons than without the cure"
        )
    return cells


def _settings(found, curves):
    """Return the model, name and table of each setting of some curves."""
    table = found["policies"].transpose("seed", ...)
    names = [x for x in map(str, table.setting.values) if x in curves or x.split(" ")[0] in curves]
    return [(model, x, table.sel(model=model, setting=x)) for model in table.model.values for x in names]


def _by_seed(values, diverged):
    return {k: np.inf if lost else float(x) for k, (x, lost) in enumerate(zip(values, diverged, strict=True))}


def _along(table: xr.Dataset, curve: str) -> tuple[tuple[str, ...], list[str]]:
    """Return strengths along a curve, from the weak end on, and their settings; no cure stands in its place."""
    names = [str(x) for x in table.setting.values if str(x).split(" ")[0] == curve]
    placed = {"correlation": ("correlation", PLAIN), "comparisons": ("comparisons", PLAIN)}
    placed["uncontradicted"] = ("comparisons", "correlation 1")
    if curve not in placed:
        return ("none", *(x.split(" ")[-1] for x in names)), [PLAIN, *names]
    by, other = placed[curve]
    there = [*names, *(x for x in map(str, table.setting.values) if x == other)]
    strengths = {name: float(table[by].sel(setting=name).isel(model=0, seed=0)) for name in there}
    ordered = sorted(strengths, key=strengths.__getitem__)
    return tuple(f"{strengths[name]:g}{' (as set)' if name == PLAIN else ''}" for name in ordered), ordered


def _marks(x, values, label, colour):
    """Return the median over seeds with its band, where there are seeds enough for one."""
    over_seeds = map(interval_over_seeds, values.transpose("look", "seed").values.tolist())
    middle, _, low, high = zip(*over_seeds, strict=True)
    band = [ShadedBand(x, low, high, "", colour)] if np.isfinite([low, high]).all() else []
    return [Line(x, middle, label, colour=colour), *band]


def gold_figure(found: dict) -> Figure:
    """Draw gold, accuracy, marker and what the reward model says, without a cure, by step and by divergence."""
    table, panels = found["policies"].sel(setting=PLAIN), []
    for model in table.model.values:
        t = table.sel(model=model)
        shown = {"gold": t.gold, "accuracy": t.accuracy, "marker": t.marker, "reward, of its way": t.proxy / t.best}
        away = t.divergence.median("seed").values
        for x, what in ((t.look.values, "step"), (away, "divergence from the base, nats")):
            marks = [m for k, (name, v) in enumerate(shown.items()) for m in _marks(x, v, name, k)]
            panels.append(Panel(f"{model} reward model", what, "probability, gold", tuple(marks)))
    return Figure(tuple(panels), "Medians over seeds with 95 % intervals: gold is accuracy less the marker's cost.", 2)


def cures_figure(found: dict) -> Figure:
    """Draw gold at the end over the strength of each cure, and at its peak."""
    table, panels = found["policies"], []
    for curve, title in CURVES.items():
        strengths, names = _along(table, curve)
        marks = []
        for k, model in enumerate(table.model.values):
            t = table.sel(model=model, setting=names)
            ends = t.gold.isel(look=-1).transpose("setting", "seed").values
            peaks, shift = t.gold.max("look").median("seed").values, 0.2 * k - 0.1
            marks += seed_marks(ends, f"{model} reward model", k, shift)
            marks.append(Line(np.arange(len(names)) + shift, peaks, "", "dotted", k))
        panels.append(Panel(title, "", "gold at the end", tuple(marks), y_limits=(-0.53, 1.03), x_names=strengths))
    caption = "Gold at the end, median over seeds with 95 % intervals; dotted: at the peak of each seed."
    return Figure(tuple(panels), caption, columns=2)


FIGURES = {"gold": gold_figure, "cures": cures_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what is taken up first, gold without a cure, and what each cure makes of it."""
    table = found["policies"]
    rows = [Headline("runs that diverged, share", float(table.diverged.mean()), None, "1", "")]
    for rho in np.unique(table.correlation.values):
        what, note = f"efficiency of the marker, correlation {rho:g}", f"of the content {CONTENT:.3f}"
        rows.append(Headline(what, float(component_efficiency((1 - rho) / 2, 0)), None, "1", "", note))
    for model, _, plain in _settings(found, (PLAIN,)):
        lead = marker_lead(plain)
        end, peak = plain.gold[:, -1].values, plain.gold.max("look").values
        measured = {
            "lead of the marker at a tenth": lead,
            "lure of the marker": plain.lure.values,
            "accuracy gained": share_gained(plain.accuracy.values)[:, -1],
            "marker gained": share_gained(plain.marker.values)[:, -1],
            "gold gained": end - plain.gold[:, 0].values,
            "gold lost from the peak": peak - end,
        }
        there = {what: np.asarray(values) for what, values in measured.items() if np.isfinite(values).any()}
        rows += [_headline(f"{what}, {model}", values) for what, values in there.items()]
        first, low, high, seeds = share_over_seeds(lead > 0)
        note = f"[{low:.3f}, {high:.3f}] over {seeds} seeds"
        rows.append(Headline(f"share of seeds, marker first, {model}", first, None, "1", "", note))
        for _, name, cured in _settings({"policies": table.sel(model=[model])}, tuple(CURVES)):
            rows.append(_headline(f"gold by {name}, {model}", cured.gold[:, -1].values - end))
    return tuple(rows)


def _headline(what: str, values: np.ndarray) -> Headline:
    middle, _, low, high = interval_over_seeds(values.tolist())
    return Headline(what, middle, None, "1", "", f"[{low:.3f}, {high:.3f}] over {len(values)} seeds")
