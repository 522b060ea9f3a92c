r"""What training on verdicts keeps of the many right answers to a question, at equal pass rates.

The softmax gradient of any objective of the pass rate, GRPO too, runs on one curve that ends on the likeliest right
answer alone. From a pass rate of .1 to .997 the entropy among six right answers falls from 2.20 bits to .04; the
natural gradient, which is the KL-regularised optimum, keeps 2.20 on its way. Imitation of the base's own right answers
falls to 1.75 and comes back; imitation of one of them ends below all (.01). Distances to the base are 3.28, 4.56 and
5.47 bits for the natural gradient, the softmax gradient and one reference, where -log p is 3.32 and the entropy 2.20.

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
from pydantic import Field

from infoloop.learning import pass_rate_objectives as objectives
from infoloop.learning.imitation_paths import imitate_accepted, imitate_one
from infoloop.learning.kl_projections import law_at_rate, rate_divergence, reference_cost
from infoloop.learning.policy_gradient.advantage_rules import grpo
from infoloop.learning.policy_gradient.reward_kinds import output_kinds
from infoloop.learning.policy_gradient.update_loops import expected_ascent
from infoloop.learning.policy_optimisation import regularised
from infoloop.learning.verdict_flows import softmax_flow
from infoloop.learning.verdict_orbit import error_scale, orbit_at_rate
from infoloop.loops.loop import unroll
from infoloop.probability.numerics import divergence_terms, plog2p
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Positives, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

METHODS = ("softmax gradient", "natural gradient", "KL-regularised", "base's right answers", "one reference", "base")
OBJECTIVES = ("pass rate", "its logarithm", "GRPO", "GRPO, large groups", "pass@k")
_ATTEMPTS = tuple(int(n) for n in np.unique(np.geomspace(1, 4096, 37).round().astype(int)))
_TIMES = (*np.geomspace(1, 1e3, 31).tolist(), 1e4, 1e5, 1e6)


@config
class Config:
    """Six right answers and four wrong ones."""

    right: Positives = Field((8.0, 5.0, 3.0, 2.0, 1.0, 1.0), description="weights of right answers in the base policy")
    wrong: Positives = Field((4.0, 3.0, 2.0, 1.0), description="weights of wrong answers in it")
    rates: Weights = Field((0.02, 0.1, 0.5), description="pass rates of the base policy, a question each")
    gains: Positives = Field(tuple(k / 4 for k in range(1, 33)), description="log odds gained (nats), rising")
    substeps: Count = Field(600, description="steps between two of them where a flow has to be stepped")
    attempts: Counts = Field(_ATTEMPTS, description="attempts k")
    ties: Counts = Field((1, 3), description="right answers that are made as likely as the likeliest")
    times: Positives = Field(_TIMES, description="times of the gradient flows, rising")
    group: Count = Field(8, ge=2, le=24, description="answers in a group")
    tries: Count = Field(4, description="k of the objective pass@k")
    updates: Counts = Field((4, 16), description="updates of GRPO in one unit of time")
    moments: Count = Field(20, description="units of time of these updates")
    references: Counts = Field((1, 2, 4, 8, 32, 128), description="references n, drawn from the right answers")


SMALL = Config(
    right=(2.0, 1.0, 1.0), wrong=(2.0, 1.0), rates=(0.1, 0.5), gains=(0.5, 3.0), attempts=(1, 8), ties=(1, 2),
    times=(1.0, 1e4, 1e5), group=3, updates=(2, 4), moments=3, references=(1, 2),
)  # fmt: skip
CLAIMS = (
    "thm:reference-cost", "thm:softmax-integrals", "thm:one-curve", "thm:softmax-survivor", "thm:late-errors",
    "thm:late-clocks", "thm:losers-power", "thm:pass-rate-clocks", "thm:clock-bounds", "cnd:several-questions",
    "thm:natural-time", "fol:both-gradients-share-the-limit", "thm:tilt-minimises-all", "fol:oracle-sft-ties",
    "thm:regularised-optimum", "thm:group-ascent",
)  # fmt: skip


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


def _laws(config: Config, method: str, base: jax.Array) -> jax.Array:
    """Return the policies of a method by gain; the second axis has those that are averaged over references."""
    accepted, gains = verdicts(config), jnp.array(config.gains)
    rates = jax.nn.sigmoid(_log_odds(config, base) + gains)
    if method == "one reference":
        each = jax.vmap(lambda reference, gain: imitate_one(base, accepted, reference, gain), (0, None))
        return jax.vmap(each, (None, 0))(jnp.eye(base.size)[: len(config.right)], gains)
    by_method = {
        "softmax gradient": lambda: orbit_at_rate(base, accepted, rates),
        "natural gradient": lambda: jax.vmap(lambda rate: law_at_rate(base, accepted, rate))(rates),
        "KL-regularised": lambda: jax.vmap(lambda gain: regularised(base, accepted, 1 / gain))(gains),
        "base's right answers": lambda: imitate_accepted(base, accepted, gains, config.substeps),
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


def _clocks(config: Config) -> Sweep:
    m, times = len(config.right), jnp.array(config.times)
    by_objective: list[tuple[objectives.Slope, float, float]] = [  # slope; factor and power of its error late on
        (objectives.rate_slope, 1.0, 0.0),
        (objectives.log_rate_slope, 1.0, 0.0),
        (objectives.group_slope(config.group), (config.group - 1) ** 0.5, 0.0),
        (objectives.arcsine_slope, 1.0, -0.5),
        (objectives.attempts_slope(config.tries), float(config.tries), config.tries - 1.0),
    ]
    slopes, ends = [each[0] for each in by_objective], jnp.array([each[1:] for each in by_objective])

    def measure(key, objective, rate, ties):
        k = objective.astype(int)  # traced, since compiling a flow takes longer than running it
        slope = lambda p, q: jnp.stack([each(p, q) for each in slopes])[k]  # noqa: E731
        factor, power = ends[k]
        base = base_law(config, rate, ties)
        laws, scale = softmax_flow(base, verdicts(config), times, slope), error_scale(base, verdicts(config))
        return {
            "error": laws[:, m:].sum(-1),
            "entropy": _entropy(config, laws),
            "late": objectives.late_error(scale, times, factor, power),
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
    return values[len(values) // 2]


def _updates(config: Config) -> Sweep:
    rule, kinds = grpo(), output_kinds(verdicts(config))

    def measure(key, updates):
        base = base_law(config, jnp.asarray(_middle(config.rates)))
        loop = expected_ascent(rule, lambda z: z, jnp.log(base), kinds, config.group, 1 / updates)
        path = unroll(loop, jnp.arange(config.moments * max(config.updates) + 1))
        laws = jax.nn.softmax(path[updates.astype(int) * jnp.arange(1, config.moments + 1)])
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
    moments = range(1, config.moments + 1)
    return Sweep(measure, quantities, traced_grid={"updates": config.updates}, axes={"moment": moments})


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


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def _at_one_rate(table):
    return table.sel(rate=_middle(table.rate.values))


def _of(table, name, methods, x):
    style = {"KL-regularised": "dashed", "base's right answers": "dashed", "base": "dotted"}
    return tuple(
        Line(table[x], table[name].sel(policy=method), method, style.get(method, "line"), METHODS.index(method))
        for method in methods
    )


def kept_figure(found: dict) -> Figure:
    """Draw entropy and divergences at equal pass rates, and what few references cost."""
    t, updates, refs = _at_one_rate(found["kept"]), found["updates"].isel(updates=-1), found["references"]
    start, spread = float(t.start[0]), float(t.spread[0])
    inside = updates.gain <= float(t.gain[-1])
    grpo_points = Line(updates.gain[inside], updates.entropy[inside], "GRPO, updates", "points", 6)
    limits = tuple(Line(t.gain[[0, -1]], [y] * 2, "", "dotted", k) for y, k in ((start, 1), (start + spread, 4)))
    costs = (
        Line(refs.references, refs.more, "n references"),
        Line(refs.references, refs.late, "(M - 1) / 2n nats", "dotted"),
        Line([1, refs.references[-1]], [spread] * 2, "entropy of right answers", "dashed"),
    )
    x = "log odds gained, nats"
    panels = (
        Panel("Entropy among right answers", x, "bits", (*_of(t, "entropy", METHODS[:-1], "gain"), grpo_points)),
        Panel("D(policy || base)", x, "bits", (*_of(t, "from_base", METHODS[:-1], "gain"), *limits)),
        Panel("D(base || policy)", x, "bits", _of(t, "to_base", METHODS[:-1], "gain")),
        Panel("What few references cost", "references n", "bits beyond -log p", costs, "log", "log"),
    )
    caption = "At equal pass rates the natural gradient keeps all of the base's diversity, the softmax gradient none."
    return Figure(panels, caption, columns=2)


def attempts_figure(found: dict) -> Figure:
    """Draw what k attempts find at the end."""
    t = _at_one_rate(found["kept"]).isel(gain=-1)
    methods = [name for name in METHODS if name != "KL-regularised"]  # the natural gradient's line again
    panels = (
        Panel("Different right answers", "k", "among k attempts", _of(t, "distinct", methods, "attempt"), "log"),
        Panel("But one passes a second test", "k", "pass@k", _of(t, "strict", methods, "attempt"), "log"),
    )
    return Figure(panels, "What is lost shows in what many attempts find: the base itself overtakes what collapsed.")


def clocks_figure(found: dict) -> Figure:
    """Draw errors and entropy of five objectives by time, on one curve for one question, on five for many."""
    many = found["clocks"].isel(ties=0).assign(passed=lambda t: 1 - t.error)
    t = _at_one_rate(many)
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
    caption = "Objectives of the pass rate differ in their clocks; several questions tell them apart. Dotted: late."
    return Figure(panels, caption, columns=2)


FIGURES = {"kept": kept_figure, "attempts": attempts_figure, "clocks": clocks_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """State what each method keeps, what it costs, and how fast the rest goes."""
    kept, updates, refs = (found[name] for name in ("kept", "updates", "references"))
    t, late = _at_one_rate(kept), _at_one_rate(found["clocks"]).isel(objective=0)
    end, spread, p0 = t.isel(gain=-1), float(t.spread[0]), float(t.rate)
    nearest = float(rate_divergence(1 / (1 + (1 / p0 - 1) * np.exp(-float(t.gain[-1]))), p0))
    expected = {
        ("entropy", "natural gradient"): (spread, "bits", "thm:natural-time"),
        ("from_base", "natural gradient"): (nearest, "bits", "thm:tilt-minimises-all"),
    }
    rows = [
        Headline(f"{what}, {one}", float(end[name].sel(policy=one)), *expected.get((name, one), (None, "bits", "")))
        for name, what in (("entropy", "entropy kept"), ("from_base", "D(policy || base)"))
        for one in METHODS[:-1]
        if one != "KL-regularised"
    ]
    ways = t.entropy.sel(policy="base's right answers")
    rows.append(Headline("least entropy on the way, base's right answers", float(ways.min()), None, "bits", ""))
    ahead = end.attempt.values[end.strict.sel(policy="base") > end.strict.sel(policy="softmax gradient")]
    if ahead.size:
        rows.append(Headline("k at which the base overtakes, second test", float(ahead[0]), None, "1", ""))
    natural, penalised = (kept.sel(policy=name) for name in ("natural gradient", "KL-regularised"))
    same = max(float(abs(natural[name] - penalised[name]).max()) for name in ("entropy", "from_base", "to_base"))
    rows.append(Headline("natural gradient less KL-regularised, at most", same, 0.0, "bits", "thm:natural-time"))
    for m in late.ties.values:
        ratio = float((late.error / late.late).sel(ties=m)[-1])
        rows.append(Headline(f"error over mw/(m+w)t, m = {int(m)}", ratio, 1.0, "1", "mw/(m+w)t"))
    one = late.isel(ties=0)
    power = float(np.diff(np.log(one.least[-2:]))[0] / np.diff(np.log(one.time[-2:]))[0])
    rows.append(Headline("power of time with which a loser falls", power, float(one.losing), "1", "-w/(w+m)"))
    rows.append(Headline("one reference beyond -log p", float(refs.more[0]), spread, "bits", "thm:reference-cost"))
    gaps = updates.gap.values
    rows.append(Headline("gap of GRPO's updates from the curve", float(gaps[-1]), None, "1", ""))
    rows.append(Headline("the same, coarsest over finest", float(gaps[0] / gaps[-1]), None, "1", ""))
    return tuple(rows)
