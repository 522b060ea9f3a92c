r"""What training on verdicts keeps of the many right answers to a question, at equal pass rates.

The softmax gradient of any objective of the pass rate, GRPO too, runs on one curve that ends on the likeliest right
answer alone. From a pass rate of .1 to .997 the entropy among six right answers falls from 2.20 bits to .04; the
natural gradient, which is the KL-regularised optimum, keeps 2.20 on its way. Imitation of the base's own right answers
falls to 1.75 and comes back; imitation of one of them ends below all (.01). Distances to the base are 3.29, 4.57 and
5.46 bits for the natural gradient, the softmax gradient and one reference, where -log p is 3.32 and the entropy 2.20.

Where but one of the right answers passes a second test, collapse helps the first attempt (.40 against .26) and hurts
from the second on: the untrained base overtakes it by k = 25. Objectives differ in their clocks alone, so for one
question none keeps more than another at equal pass rates. For several questions some do: pass@4 and the logarithm,
which hurry with hard questions, keep twice as much as the pass rate and GRPO at a mean pass rate of .8 (.92 and .89
bits against .44 and .45), and a little less than they at .5. Nothing is drawn.
"""

from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from jax import lax
from pydantic import Field

from infoloop.learning.kl_projections import law_at_rate, rate_divergence, reference_cost
from infoloop.learning.ode import runge_kutta_step
from infoloop.learning.pass_rate_objectives import (
    Slope,
    arcsine_slope,
    attempts_slope,
    group_slope,
    late_error,
    log_rate_slope,
    rate_slope,
)
from infoloop.learning.policy_gradient.advantage_rules import grpo
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.update_loops import expected_ascent
from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.verdict_flows import softmax_flow
from infoloop.learning.verdict_orbit import error_scale, orbit_at_rate, softmax_orbit
from infoloop.loops.loop import unroll
from infoloop.probability.bisection import bisect
from infoloop.probability.numerics import divergence_terms, plog2p
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

METHODS = ("softmax gradient", "natural gradient", "KL-regularised", "base's right answers", "one reference", "base")
OBJECTIVES = ("pass rate", "its logarithm", "GRPO", "GRPO, large groups", "pass@k")
_HALVINGS = 60


@config
class Config:
    """Six right answers and four wrong ones."""

    right: Positives = Field((8.0, 5.0, 3.0, 2.0, 1.0, 1.0), description="weights of right answers in the base policy")
    wrong: Positives = Field((4.0, 3.0, 2.0, 1.0), description="weights of wrong answers in it")
    rates: Weights = Field((0.02, 0.1, 0.5), description="pass rates of the base policy, a question each")
    gains: Positives = Field(tuple(k / 4 for k in range(1, 33)), description="log odds gained (nats), rising")
    substeps: Count = Field(600, description="steps between two of them where a flow has to be stepped")
    attempts: Counts = Field(
        tuple(int(n) for n in np.unique(np.geomspace(1, 4096, 37).round().astype(int))), description="attempts k"
    )
    ties: Counts = Field((1, 3), description="right answers that are made as likely as the likeliest")
    times: Positives = Field(
        (*np.geomspace(1, 1e3, 31).tolist(), 1e4, 1e5, 1e6), description="times of the gradient flows, rising"
    )
    group: Count = Field(8, ge=2, le=24, description="answers in a group")
    tries: Count = Field(4, description="k of the objective pass@k")
    updates: Counts = Field((4, 16), description="updates of GRPO in one unit of time")
    moments: Count = Field(20, description="units of time of these updates")
    references: Counts = Field((1, 2, 4, 8, 32, 128), description="references n, drawn from the right answers")


SMALL = Config(
    right=(2.0, 1.0, 1.0),
    wrong=(2.0, 1.0),
    rates=(0.1, 0.5),
    gains=(0.5, 3.0),
    attempts=(1, 8),
    ties=(1, 2),
    times=(1.0, 1e4, 1e5),
    group=3,
    updates=(2, 4),
    moments=3,
    references=(1, 2),
)
CLAIMS = (
    "thm:reference-cost",
    "thm:softmax-integrals",
    "thm:one-curve",
    "thm:softmax-survivor",
    "thm:late-errors",
    "thm:late-clocks",
    "thm:losers-power",
    "thm:pass-rate-clocks",
    "thm:clock-bounds",
    "cnd:several-questions",
    "thm:natural-time",
    "fol:both-gradients-share-the-limit",
    "thm:tilt-minimises-all",
    "fol:oracle-sft-ties",
    "thm:regularised-optimum",
    "thm:group-ascent",
)


def base_law(config: Config, rate: jax.Array, ties: jax.Array | int = 1) -> jax.Array:
    """Return the base policy with this pass rate, right answers first."""
    right, wrong = jnp.array(config.right), jnp.array(config.wrong)
    right = jnp.where(jnp.arange(right.size) < ties, right.max(), right)
    return jnp.concatenate([rate * right / right.sum(), (1 - rate) * wrong / wrong.sum()])


def verdicts(config: Config) -> np.ndarray:
    """Return 1 for every right answer and 0 for every wrong one."""
    return np.repeat([1.0, 0.0], [len(config.right), len(config.wrong)])


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "kept" by method and pass rate, "clocks" by objective and time, "updates" of GRPO, and "references"."""
    return {"kept": _kept(config), "clocks": _clocks(config), "updates": _updates(config), "references": _refs(config)}


def _entropy(config: Config, law: jax.Array) -> jax.Array:
    right = law[..., : len(config.right)]
    return -plog2p(right / right.sum(-1, keepdims=True)).sum(-1)


def _log_odds(config: Config, law: jax.Array) -> jax.Array:
    m = len(config.right)
    return jnp.log(law[..., :m].sum(-1)) - jnp.log(law[..., m:].sum(-1))


def _odds_slope(config: Config, law: jax.Array, slope: jax.Array) -> jax.Array:
    """Return the slope of the log odds of a right answer where logits have these slopes."""
    m = len(config.right)
    means = [(law[part] * slope[part]).sum() / law[part].sum() for part in (slice(m), slice(m, None))]
    return means[0] - means[1]


def _imitation(config: Config, base: jax.Array) -> jax.Array:
    r"""Return the policies of imitation of $\pi^*$, the base's right answers, at each gain in log odds.

    $\dot z=\pi^*-\pi$, stepped with the log odds as its clock.
    """
    target = base * verdicts(config) / (base * verdicts(config)).sum()

    def field(z):
        law = jax.nn.softmax(z)
        return (target - law) / _odds_slope(config, law, target - law)

    def reach(z, gain):
        h = gain / config.substeps
        z = lax.fori_loop(0, config.substeps, lambda _, z: runge_kutta_step(field, z, h), z)
        return z, jax.nn.softmax(z)

    return lax.scan(reach, jnp.log(base), jnp.diff(jnp.array((0.0, *config.gains))))[1]


def _one_reference(config: Config, base: jax.Array, odds: jax.Array) -> jax.Array:
    r"""Return the policies of imitation of each right answer alone at each gain, the answers along the second axis.

    $\dot z=\nabla\ln\pi_a$ is a softmax flow too, of the verdict that accepts a alone, so its curve is known.
    """
    a = jnp.arange(len(config.right))
    only = jnp.eye(base.size)[a]
    own = jnp.log(base[a]) - jnp.log1p(-base[a])

    def reach(only, own, odds):
        short = lambda s: _log_odds(config, softmax_orbit(base, only, s)) < odds  # noqa: E731
        s, _ = bisect(short, jnp.zeros_like(own), odds - own, _HALVINGS)
        return softmax_orbit(base, only, s)

    return jax.vmap(lambda odds: jax.vmap(reach, (0, 0, None))(only, own, odds))(odds)


def _laws(config: Config, method: str, base: jax.Array) -> jax.Array:
    """Return the policies of a method by gain; the second axis has those that are averaged over references."""
    accepted, gains = verdicts(config), jnp.array(config.gains)
    odds = _log_odds(config, base) + gains
    rates = jax.nn.sigmoid(odds)
    if method == "one reference":
        return _one_reference(config, base, odds)
    by_method = {
        "softmax gradient": lambda: orbit_at_rate(base, accepted, rates),
        "natural gradient": lambda: jax.vmap(lambda rate: law_at_rate(base, accepted, rate))(rates),
        "KL-regularised": lambda: jax.vmap(lambda gain: regularised(base, accepted, 1 / gain))(gains),
        "base's right answers": lambda: _imitation(config, base),
        "base": lambda: jnp.broadcast_to(base, (gains.size, base.size)),
    }
    return by_method[method]()[:, None]


def _kept(config: Config) -> Sweep:
    m, k = len(config.right), jnp.array(config.attempts, float)

    def measure(key, policy, rate):
        base = base_law(config, rate)
        laws, likely = _laws(config, policy, base), base[:m] / base[:m].sum()
        weights = likely if laws.shape[1] > 1 else jnp.ones(1)
        found = -jnp.expm1(k * jnp.log1p(-laws[..., :m, None]))
        mean = lambda values: jnp.tensordot(values, weights, ((1,), (0,)))  # noqa: E731
        return {
            "entropy": mean(_entropy(config, laws)),
            "from_base": mean(divergence_terms(laws, base).sum(-1)),
            "to_base": mean(divergence_terms(base, laws).sum(-1)),
            "distinct": mean(found.sum(2)),
            "strict": mean((found * likely[:, None]).sum(2)),
            "start": -jnp.log2(rate),
            "spread": _entropy(config, base),
        }

    quantities = {
        "entropy": Quantity("entropy among right answers", "bits", ("gain",)),
        "from_base": Quantity("D(policy || base)", "bits", ("gain",)),
        "to_base": Quantity("D(base || policy)", "bits", ("gain",)),
        "distinct": Quantity("different right answers among k", "1", ("gain", "attempt")),
        "strict": Quantity("pass@k where but one right answer passes a second test", "1", ("gain", "attempt")),
        "start": Quantity("-log2 of the base's pass rate", "bits"),
        "spread": Quantity("entropy among the base's right answers", "bits"),
    }
    axes = {"gain": config.gains, "attempt": config.attempts}
    return Sweep(measure, quantities, {"policy": METHODS}, {"rate": config.rates}, axes)


def _slopes(config: Config) -> tuple[tuple[Slope, float, float], ...]:
    """Return the slope of each objective, and factor and power of its error late on, in the order of OBJECTIVES."""
    return (
        (rate_slope, 1.0, 0.0),
        (log_rate_slope, 1.0, 0.0),
        (group_slope(config.group), (config.group - 1) ** 0.5, 0.0),
        (arcsine_slope, 1.0, -0.5),
        (attempts_slope(config.tries), float(config.tries), config.tries - 1.0),
    )


def _clocks(config: Config) -> Sweep:
    m, times = len(config.right), jnp.array(config.times)
    slopes, factors, powers = zip(*_slopes(config), strict=True)

    def measure(key, objective, rate, ties):
        k = objective.astype(int)  # traced, since compiling a flow takes longer than running it
        slope = lambda p, q: jnp.stack([each(p, q) for each in slopes])[k]  # noqa: E731
        factor, power = jnp.array(factors)[k], jnp.array(powers)[k]
        base = base_law(config, rate, ties)
        laws, scale = softmax_flow(base, verdicts(config), times, slope), error_scale(base, verdicts(config))
        return {
            "error": laws[:, m:].sum(-1),
            "entropy": _entropy(config, laws),
            "late": late_error(scale, times, factor, power),
            "least": laws[:, m - 1],
            "losing": -scale / (base[:m] == base[:m].max()).sum(),
        }

    quantities = {
        "error": Quantity("1 - pass rate", "1", ("time",)),
        "entropy": Quantity("entropy among right answers", "bits", ("time",)),
        "late": Quantity("1 - pass rate late on, in closed form", "1", ("time",)),
        "least": Quantity("probability of the least likely right answer", "1", ("time",)),
        "losing": Quantity("power of time with which a losing right answer falls, -w/(w+m)", "1"),
    }
    grid = {"objective": range(len(OBJECTIVES)), "rate": config.rates, "ties": config.ties}
    return Sweep(measure, quantities, traced_grid=grid, axes={"time": config.times}, shard_size=4096, batch_size=15)


def _middle(values: Sequence):
    """Return the value at which methods are compared."""
    return values[len(values) // 2]


def _updates(config: Config) -> Sweep:
    rule, kinds = grpo(), output_kinds(verdicts(config))

    def measure(key, updates):
        base = base_law(config, jnp.asarray(_middle(config.rates)))
        loop = expected_ascent(rule, lambda z: z, jnp.log(base), kinds, config.group, 1 / updates)
        laws = jax.nn.softmax(unroll(loop, jnp.arange(config.moments * updates + 1)))[updates::updates]
        curve = orbit_at_rate(base, verdicts(config), jax.nn.sigmoid(_log_odds(config, laws)))
        return {
            "gain": _log_odds(config, laws) - _log_odds(config, base),
            "entropy": _entropy(config, laws),
            "gap": jnp.abs(laws - curve).max(),
        }

    quantities = {
        "gain": Quantity("log odds gained", "nats", ("moment",)),
        "entropy": Quantity("entropy among right answers", "bits", ("moment",)),
        "gap": Quantity("largest difference of a probability from the curve of the flow", "1"),
    }
    return Sweep(measure, quantities, {"updates": config.updates}, axes={"moment": range(1, config.moments + 1)})


def _refs(config: Config) -> Sweep:
    def measure(key, references):
        base = base_law(config, jnp.asarray(_middle(config.rates)))
        more = reference_cost(base, verdicts(config), references) + jnp.log2(_middle(config.rates))
        return {"more": more, "late": jnp.asarray((len(config.right) - 1) / (2 * np.log(2) * references))}

    quantities = {
        "more": Quantity("mean divergence from the base beyond -log2 of its pass rate", "bits"),
        "late": Quantity("the same for many references", "bits"),
    }
    return Sweep(measure, quantities, {"references": config.references})


def run(config: Config, key: jax.Array) -> dict[str, xr.Dataset]:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def _of(table, name, methods, x):
    """Return a line for each method."""
    style = {"KL-regularised": "dashed", "base's right answers": "dashed", "base": "dotted"}
    return tuple(
        Line(table[x], table[name].sel(policy=method), method, style.get(method, "line"), METHODS.index(method))
        for method in methods
    )


def kept_figure(found: dict) -> Figure:
    """Draw entropy and divergences at equal pass rates, and what few references cost."""
    t, updates, refs = found["kept"], found["updates"].isel(updates=-1), found["references"]
    t = t.isel(rate=t.sizes["rate"] // 2)
    start, spread = float(t.start[0]), float(t.spread[0])
    ends = np.array([t.gain[0], t.gain[-1]])
    trained = METHODS[:-1]
    inside = updates.gain <= float(t.gain[-1])
    grpo_points = Line(updates.gain[inside], updates.entropy[inside], "GRPO, updates", "points", 6)
    limits = (Line(ends, [start] * 2, "", "dotted", 1), Line(ends, [start + spread] * 2, "", "dotted", 4))
    costs = (
        Line(refs.references, refs.more, "n references"),
        Line(refs.references, refs.late, "(M - 1) / 2n nats", "dotted"),
        Line([1, refs.references[-1]], [spread] * 2, "entropy of right answers", "dashed"),
    )
    x = "log odds gained, nats"
    panels = (
        Panel("Entropy among right answers", x, "bits", (*_of(t, "entropy", trained, "gain"), grpo_points)),
        Panel("D(policy || base)", x, "bits", (*_of(t, "from_base", trained, "gain"), *limits)),
        Panel("D(base || policy)", x, "bits", _of(t, "to_base", trained, "gain")),
        Panel("What few references cost", "references n", "bits beyond -log p", costs, "log", "log"),
    )
    caption = "At equal pass rates the natural gradient keeps all of the base's diversity, the softmax gradient none."
    return Figure(panels, caption, columns=2)


def attempts_figure(found: dict) -> Figure:
    """Draw what k attempts find at the end."""
    t = found["kept"].isel(gain=-1)
    t = t.isel(rate=t.sizes["rate"] // 2)
    methods = [name for name in METHODS if name != "KL-regularised"]  # the natural gradient's line again
    panels = (
        Panel("Different right answers", "k", "among k attempts", _of(t, "distinct", methods, "attempt"), "log"),
        Panel("But one passes a second test", "k", "pass@k", _of(t, "strict", methods, "attempt"), "log"),
    )
    return Figure(panels, "What is lost shows in what many attempts find: the base itself overtakes what collapsed.")


def clocks_figure(found: dict) -> Figure:
    """Draw errors and entropy of five objectives by time, on one curve for one question, on five for many."""
    many = found["clocks"].isel(ties=0)
    many = many.assign(passed=1 - many.error)
    t = many.isel(rate=many.sizes["rate"] // 2)
    each = [(k, many.isel(objective=k), t.isel(objective=k)) for k in range(len(OBJECTIVES))]
    late = tuple(Line(o.time[o.late < 0.5], o.late[o.late < 0.5], "", "dotted", k) for k, _, o in each)
    styles = ("line", "dashed", "points", "dotted", "dashed")

    def lines(x, y, of_all=False, styled=False):
        chosen = [(k, many.mean("rate") if of_all else one) for k, many, one in each]
        return tuple(Line(t[x], t[y], OBJECTIVES[k], styles[k] if styled else "line", k) for k, t in chosen)

    panels = (
        Panel("Errors", "time", "1 - pass rate", (*lines("time", "error"), *late), "log", "log"),
        Panel("Entropy among right answers", "time", "bits", lines("time", "entropy"), "log"),
        Panel("One question: one curve", "pass rate", "entropy, bits", lines("passed", "entropy", styled=True)),
        Panel("Several questions: one each", "mean pass rate", "mean entropy, bits", lines("passed", "entropy", True)),
    )
    return Figure(
        panels,
        "Objectives of the pass rate differ in their clocks; several questions tell them apart. Dotted: late.",
        columns=2,
    )


FIGURES = {"kept": kept_figure, "attempts": attempts_figure, "clocks": clocks_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what each method keeps, what it costs, and how fast the rest goes."""
    kept, clocks, updates, refs = (found[name] for name in ("kept", "clocks", "updates", "references"))
    t = kept.isel(rate=kept.sizes["rate"] // 2)
    end = t.isel(gain=-1)
    spread = float(t.spread[0])
    natural, penalised = (kept.sel(policy=name) for name in ("natural gradient", "KL-regularised"))
    same = max(float(abs(natural[name] - penalised[name]).max()) for name in ("entropy", "from_base", "to_base"))
    p0 = float(t.rate)
    nearest = float(rate_divergence(1 / (1 + (1 / p0 - 1) * np.exp(-float(t.gain[-1]))), p0))
    expected = {
        ("entropy", "natural gradient"): (spread, "thm:natural-time"),
        ("from_base", "natural gradient"): (nearest, "thm:tilt-minimises-all"),
    }
    rows = []
    for name, what in (("entropy", "entropy kept"), ("from_base", "D(policy || base)")):
        for method in (one for one in METHODS[:-1] if one != "KL-regularised"):
            theory, source = expected.get((name, method), (None, ""))
            rows.append(Headline(f"{what}, {method}", float(end[name].sel(policy=method)), theory, "bits", source))
    ways = t.entropy.sel(policy="base's right answers")
    rows.append(Headline("least entropy on the way, base's right answers", float(ways.min()), None, "bits", ""))
    ahead = end.attempt.values[end.strict.sel(policy="base") > end.strict.sel(policy="softmax gradient")]
    if ahead.size:
        rows.append(Headline("k at which the base overtakes, second test", float(ahead[0]), None, "1", ""))
    rows += [Headline("natural gradient less KL-regularised, at most", same, 0.0, "bits", "thm:natural-time")]
    at_end = clocks.isel(time=-1, objective=0)
    for m in clocks.ties.values:
        one = at_end.sel(ties=m).isel(rate=clocks.sizes["rate"] // 2)
        ratio = float(one.error / one.late)
        rows.append(Headline(f"error over mw/(m+w)t, m = {int(m)}", ratio, 1.0, "1", "mw/(m+w)t"))
    one = clocks.isel(objective=0, ties=0, rate=clocks.sizes["rate"] // 2)
    power = float(np.diff(np.log(one.least[-2:]))[0] / np.diff(np.log(one.time[-2:]))[0])
    rows.append(Headline("power of time with which a loser falls", power, float(one.losing), "1", "-w/(w+m)"))
    rows.append(Headline("one reference beyond -log p", float(refs.more[0]), spread, "bits", "thm:reference-cost"))
    finest = updates.gap.values
    rows.append(Headline("gap of GRPO's updates from the curve", float(finest[-1]), None, "1", ""))
    rows.append(Headline("the same, coarsest over finest", float(finest[0] / finest[-1]), None, "1", ""))
    return tuple(rows)
