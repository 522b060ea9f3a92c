r"""Optimising a proxy: a reward model fitted to finite comparisons, errors of every tail, and a hack that raters like.

The proxy's own curve always rises. What the gold value does depends on what is wrong with the proxy. (1) The noise of
finite data costs a part of the gain and hardly ever turns it: with one comparison of each pair of twelve outputs the
mean gold value rises to the end, to a gain of 1.47 where 256 comparisons give 1.83, and 15 % of single runs end below
their peak. (2) A hack, an output that raters prefer by 6 nats and that is worth little, turns it at any amount of data:
the gain peaks at .36 with one comparison a pair, at .23 with 256, and ends at -1.40 and -1.76, in 91 % and in all of
the runs below the peak. At equal divergence the best of n gains about four times as much before it turns as the policy
with a KL penalty, since a rare output is rarely among n, however well it is liked. (3) Selection in spite of an error:
its tail alone decides what is left in the end. The mean value of what is selected goes back to 1, that of no selection,
for long tails (after a peak), and to the largest value, 3, for Gaussian ones; for exponential ones of rate $\gamma$ it
goes to what KL-regularised optimisation of the *value* at $\beta=\frac1\gamma$ would reach (1.55 and 2.08 for
$\gamma=\frac12$ and 1). An error that is wider for low values selects the lowest, 0.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.learning.error_tails import (
    gaussian_log_survival,
    pareto_log_survival,
    weibull_log_survival,
    weibull_tail_rate,
)
from infoloop.learning.goodhart import hack_gold, hack_optimum, selected_value
from infoloop.learning.preference_data import drawn_wins, enumerated_wins
from infoloop.learning.proxy_optimisation import best_of_values, regularised_values
from infoloop.learning.reward_models import fitted_reward, one_best
from infoloop.learning.tail_selection import limit_mean, selected_mean
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Positive, Positives, Weight, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

VALUES, LAW = (0.0, 1.0, 2.0, 3.0), (0.4, 0.3, 0.2, 0.1)  # of what is selected in spite of an error
BEST_OF = (1, 2, 4, 8, 16, 32, 64, 128, 256)


@config
class Config:
    """A dozen outputs, one of them a hack; all data of three comparisons of four outputs; four kinds of tail."""

    outputs: Count = Field(12, ge=3, description="outputs that are compared, the last of which is the hack")
    spread: Positive = Field(1.0, description="standard deviation of the gold value, in log odds of a preference")
    hack_mass: Weight = Field(0.02, gt=0, lt=1, description="probability of the hack in the base")
    appeals: tuple[float, ...] = Field((0.0, 6.0), description="log odds that raters give the hack beyond its value")
    comparisons: Counts = Field((1, 4, 16, 256), description="comparisons of each pair")
    penalty: Positive = Field(0.1, description="penalty on squared rewards, so that separated data have a fit")
    runs: Count = Field(200, description="reward models fitted to data of their own")
    strengths: Positives = Field(
        tuple(np.geomspace(0.05, 20, 40).round(6).tolist()), description="1/beta, over the spread"
    )
    few: Counts = Field((1, 3), description="comparisons of each pair of four outputs, all data enumerated")
    thresholds: Positives = Field(
        tuple(np.geomspace(1, 1e5, 61).round(6).tolist()), description="what the value and its error must reach"
    )
    rates: Positives = Field((0.5, 1.0), description="rates of exponential tails of the error")
    masses: Weights = Field((0.0001, 0.001, 0.01, 0.1), description="masses of a hack that beats all")
    draws: Counts = Field(
        tuple(int(n) for n in np.unique(np.geomspace(1, 2000, 60).astype(int))), description="n of best of n"
    )
    noises: Positives = Field((0.5, 1.0, 2.0), description="error of a Gaussian proxy, over the value's spread")


SMALL = Config(
    outputs=4, comparisons=(3,), runs=8, strengths=(0.1, 1.0, 5.0), few=(1,), thresholds=(1.0, 10.0), rates=(1.0,),
    masses=(0.1,), draws=(1, 4), noises=(1.0,),
)  # fmt: skip
CLAIMS = (
    "thm:gold-slope",
    "thm:fitted-totals",
    "thm:tail-regimes",
    "thm:selection-tilt",
    "thm:selection-below-tilt",
    "thm:tail-limit",
    "thm:light-tail-odds",
    "fol:light-tails-suffice",
    "fol:lightest-tails-suffice",
    "thm:goodhart-gaussian",
    "thm:hack-gold",
    "thm:hack-optimum",
    "fol:more-selection-is-better",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare tables "learned", "enumerated", "tails", and "selection" and "gaussian", of the best of n."""
    return {
        "learned": _learned(config),
        "enumerated": _enumerated(config),
        "tails": _tails(config),
        "selection": Sweep(
            lambda key, mass, draws: {"gold": hack_gold(mass, draws)},
            {"gold": Quantity("true value of what the proxy selects", "1")},
            traced_grid={"mass": config.masses, "draws": config.draws},
            shard_size=2048,
        ),
        "gaussian": Sweep(
            lambda key, noise, draws: {"gold": selected_value(1.0, noise, draws * 1.0)},
            {"gold": Quantity("true value of what the proxy selects, in its own deviations", "1")},
            traced_grid={"noise": config.noises, "draws": config.draws},
            shard_size=2048,
        ),
    }


def _task(outputs, spread, hack_mass):
    """Return base and gold value: normal quantiles, equally likely, and a hack that is worth the least of them."""
    places = (jnp.arange(outputs - 1) + 0.5) / (outputs - 1)
    quantiles = jax.scipy.special.ndtri(places)
    gold = spread * quantiles / jnp.sqrt((quantiles**2).mean())
    base = jnp.full(outputs - 1, (1 - hack_mass) / (outputs - 1))
    return jnp.append(base, hack_mass), jnp.append(gold, gold[0])


def _gains(base, gold, proxy, strengths):
    """Return divergence, proxy and gold along the tilts and for the best of n, beyond those of the base."""
    start = jnp.stack([0.0 * (base @ proxy), base @ proxy, base @ gold])
    tilts = jax.vmap(lambda s: jnp.stack(regularised_values(base, proxy, gold, 1 / s)))(strengths)
    picks = jax.vmap(lambda n: jnp.stack(best_of_values(base, proxy, gold, n)))(jnp.array(BEST_OF, float))
    return tilts - start, picks - start


def _learned(config: Config) -> Sweep:
    strengths = jnp.array(config.strengths) / config.spread

    def measure(key, appeal, comparisons):
        base, gold = _task(config.outputs, config.spread, config.hack_mass)
        judged = gold.at[-1].add(appeal)
        counts = comparisons * (1.0 - jnp.eye(config.outputs))

        def once(key):
            proxy = fitted_reward(drawn_wins(key, counts, judged), None, config.penalty).reward
            return _gains(base, gold, proxy, strengths)

        tilts, picks = jax.lax.map(once, jax.random.split(key, config.runs), batch_size=50)
        peaked = (tilts[:, -1, 2] < tilts[:, :, 2].max(1) - 0.01 * config.spread).mean(dtype=float)
        found = {"divergence": 0, "proxy": 1, "gold": 2}
        return {
            **{name: tilts[:, :, k].mean(0) for name, k in found.items()},
            **{f"best_{name}": picks[:, :, k].mean(0) for name, k in found.items()},
            "error": tilts[:, :, 2].std(0) / jnp.sqrt(config.runs),
            "peaked": peaked,
        }

    meanings = {"divergence": ("divergence from the base", "nats"), "proxy": ("gain by the reward model", "1")}
    meanings["gold"] = ("gain in gold value, in log odds of a preference", "1")
    quantities = {
        **{name: Quantity(f"{what}, mean over runs", unit, ("strength",)) for name, (what, unit) in meanings.items()},
        **{f"best_{n}": Quantity(f"{what}, best of n", unit, ("n",)) for n, (what, unit) in meanings.items()},
        "error": Quantity("standard error of the gain in gold value", "1", ("strength",)),
        "peaked": Quantity("share of runs whose gold value ends below its peak", "1"),
    }
    grid = {"appeal": config.appeals, "comparisons": config.comparisons}
    return Sweep(measure, quantities, traced_grid=grid, axes={"strength": config.strengths, "n": BEST_OF}, shard_size=4)


def _enumerated(config: Config) -> Sweep:
    strengths = jnp.array(config.strengths) / config.spread

    def measure(key, comparisons):
        base, gold = _task(5, config.spread, config.hack_mass)
        base, gold = base[:4] / base[:4].sum(), gold[:4]
        counts = np.array(comparisons * (1 - np.eye(4)))
        gain = lambda wins: _gains(base, gold, fitted_reward(wins, None, config.penalty).reward, strengths)[0][:, 2]  # noqa: E731
        wins, probabilities = enumerated_wins(counts, gold)
        gold_gain = probabilities @ jax.lax.map(gain, wins, batch_size=64)
        return {"gold": gold_gain, "unfitted": probabilities @ ~jax.vmap(one_best)(wins)}

    quantities = {
        "gold": Quantity("expected gain in gold value, over all data", "1", ("strength",)),
        "unfitted": Quantity("probability of data without a finite fit if there is no penalty", "1"),
    }
    return Sweep(measure, quantities, static_grid={"comparisons": config.few}, axes={"strength": config.strengths})


def _errors(config):
    """Return the errors by name: their log survival, and where selection in spite of them ends."""
    values, law = np.array(VALUES), np.array(LAW)
    limit = lambda rate: limit_mean(values, law, rate)  # noqa: E731
    return {
        "Pareto": (lambda x: pareto_log_survival(x, 2.0), limit(0.0)),
        "Weibull 1/2": (lambda x: weibull_log_survival(x, 0.5), limit(weibull_tail_rate(0.5))),
        **{
            f"exponential {rate:g}": (lambda x, rate=rate: weibull_log_survival(x, 1.0, 1 / rate), limit(rate))
            for rate in config.rates
        },
        "Gaussian": (gaussian_log_survival, limit(jnp.inf)),
        "Gaussian, wider for low values": (lambda x: gaussian_log_survival(x, 3.0 - values / 2), values[0]),
    }


def _tails(config: Config) -> Sweep:
    errors = _errors(config)

    def measure(key, error):
        log_survival, limit = errors[error]
        mean = jax.vmap(lambda t: selected_mean(VALUES, LAW, log_survival, t))(jnp.array(config.thresholds))
        return {"selected": mean, "limit": limit}

    quantities = {
        "selected": Quantity("value of what is selected", "1", ("threshold",)),
        "limit": Quantity("its limit, by the rate of the tail", "1"),
    }
    axes = {"threshold": config.thresholds}
    return Sweep(measure, quantities, static_grid={"error": tuple(errors)}, axes=axes)


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def learned_figure(found: dict) -> Figure:
    """Draw gold and proxy against the divergence, without and with a hack."""
    table, panels = found["learned"], []
    for appeal in table.appeal.values:
        marks = []
        for k, count in enumerate(table.comparisons.values):
            t = table.sel(appeal=appeal, comparisons=count)
            marks += [
                Line(t.divergence, t.gold, f"{count} a pair", colour=k),
                Line(t.divergence, t.proxy, "", "dotted", k),
                Line(t.best_divergence, t.best_gold, "", "points", k),
            ]
        title = f"Raters like the hack by {appeal:g}" if appeal else "Honest raters"
        panels.append(Panel(title, "divergence from the base, nats", "gain over the base, log odds", tuple(marks)))
    caption = "By comparisons a pair: gold (lines), what the reward model promises (dotted), best of n (circles)."
    return Figure(tuple(panels), caption)


def tails_figure(found: dict) -> Figure:
    """Draw selection by threshold for errors of every tail, and the exact mean over all data."""
    tails, exact = found["tails"], found["enumerated"]
    lines = []
    for k, name in enumerate(tails.error.values):
        t = tails.sel(error=name)
        lines += [
            Line(t.threshold, t.selected, str(name), colour=k),
            Line(t.threshold[-1:], [float(t.limit)], "", "points", k),
        ]
    marks = []
    for k, count in enumerate(exact.comparisons.values):
        t = exact.sel(comparisons=count)
        marks += [Line(t.strength, t.gold, f"{count} a pair", colour=k)]
    panels = (
        Panel("Selection in spite of an error", "threshold", "value of what is selected", tuple(lines), "log"),
        Panel("All data of four outputs", "1/beta", "expected gain in gold value", tuple(marks), "log"),
    )
    return Figure(panels, "Left: the tail decides (circles: limits). Right: exact means over all data that can be.")


def selection_figure(found: dict) -> Figure:
    """Draw what the best of n by a proxy is worth."""
    hack, normal = found["selection"], found["gaussian"]
    hacks = tuple(
        Line(hack.draws, hack.gold.sel(mass=d), f"hack of mass {d:g}", colour=k) for k, d in enumerate(hack.mass.values)
    )
    normals = tuple(
        Line(normal.draws, normal.gold.sel(noise=x), f"error {x:g}", colour=k)
        for k, x in enumerate(normal.noise.values)
    )
    panels = (
        Panel("A hack that beats all", "n", "true value", hacks, "log"),
        Panel("Gaussian error", "n", "true value, deviations", normals, "log"),
    )
    return Figure(
        panels, "Best of n by a proxy: an interior optimum with a hack of any mass, none with Gaussian error."
    )


FIGURES = {"learned": learned_figure, "tails": tails_figure, "selection": selection_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State where gold values peak and end, what tails leave, and where selection with a hack is best."""
    learned, exact, tails, hack = (found[name] for name in ("learned", "enumerated", "tails", "selection"))
    rows = []
    for appeal in learned.appeal.values[::-1]:
        for count in learned.comparisons.values[[0, -1]]:
            t, what = learned.sel(appeal=appeal, comparisons=count), f"hack {appeal:g}, {count} a pair"
            rows.append(Headline(f"gold gain in the end, {what}", float(t.gold[-1]), None, "1", ""))
            rows.append(Headline(f"largest gold gain, {what}", float(t.gold.max()), None, "1", ""))
            rows.append(Headline(f"share of runs past their peak, {what}", float(t.peaked), None, "1", ""))
    for count in exact.comparisons.values:
        t = exact.sel(comparisons=count)
        rows.append(Headline(f"gold gain in the end, all data, {count} a pair", float(t.gold[-1]), None, "1", ""))
        rows.append(Headline(f"data without a finite fit, {count} a pair", float(t.unfitted), None, "1", ""))
    for name in tails.error.values:
        t = tails.sel(error=name)
        rows.append(
            Headline(
                f"value at the last threshold, {name}", float(t.selected[-1]), float(t.limit), "1", "thm:tail-limit"
            )
        )
    for mass in hack.mass.values:
        best = float(hack.draws[int(np.argmax(hack.gold.sel(mass=mass).values))])
        rows.append(
            Headline(
                f"best n drawn, hack of mass {mass:g}", best, float(hack_optimum(float(mass))), "1", "thm:hack-optimum"
            )
        )
    return tuple(rows)
