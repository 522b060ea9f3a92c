"""The three lists of exports under JAX: each export with a call at a setting, and for gradients its value in 50 digits.

A call gets a `jax_settings.Setting` of arrays, its oracle one of mpmath numbers; the oracle's list has the order of the
leaves of what the call returns.
"""

import jax
import jax.numpy as jnp
from mpmath import mpf, sqrt

import infoloop as il
from tests.support import gradient_oracles as g
from tests.support import oracles as o
from tests.support.jax_quantities import (
    GROUPS,
    LABELS,
    WORDS,
    X,
    Y,
    Z,
    along,
    bottleneck,
    coarse,
    conditional_rows,
    diversity,
    errors,
    excesses,
    flat,
    from_x,
    heterozygosity,
    joint_xy,
    output,
    pairs,
    products,
    rate,
    row_entropy,
    states,
    support,
    verdict_masses,
    verdicts,
    walk,
    walked,
)
from tests.support.jax_verdicts import VERDICTS

# name -> the call, its value in 50 digits
MEASURES = {
    "entropy": (lambda s: il.entropy(s.p, "X", given="Y"), lambda m: o.entropy(m.p, X, Y)),
    "mutual_information": (
        lambda s: il.mutual_information(s.p, "X", "Y", given="Z"),
        lambda m: o.information(m.p, X, Y, Z),
    ),
    "divergence": (lambda s: il.divergence(s.p, s.q), lambda m: o.divergence(m.p, m.q)),
    "total_variation": (lambda s: il.total_variation(s.p, s.q), lambda m: o.total_variation(m.p, m.q)),
    "jensen_shannon": (lambda s: il.jensen_shannon(s.p, s.q), lambda m: o.jensen_shannon(m.p, m.q)),
    "bhattacharyya": (lambda s: il.bhattacharyya(s.p, s.q), lambda m: o.bhattacharyya(m.p, m.q)),
    "renyi_entropy": (lambda s: il.renyi_entropy(s.p, order=2), lambda m: o.renyi_entropy(m.p, 2)),
    "renyi_divergence": (lambda s: il.renyi_divergence(s.p, s.q, 1.5), lambda m: o.renyi_divergence(m.p, m.q, 1.5)),
    "extropy": (lambda s: il.extropy(s.p), lambda m: o.extropy(m.p)),
    "lautum_information": (
        lambda s: il.lautum_information(s.q, "X", "Y", given="Z"),
        lambda m: o.lautum_information(m.q, X, Y, Z),
    ),
    "sibson_information": (
        lambda s: il.sibson_information(s.p, s.k, 2.0),
        lambda m: 2 * g.log2(
            sum(sqrt(sum(p * row[w] ** 2 for p, row in zip(g.masses(m.p, Y), m.k, strict=True))) for w in range(3))
        ),
    ),
    "coinformation": (lambda s: il.coinformation(s.p), lambda m: o.coinformation(m.p, GROUPS)),
    "interaction_information": (
        lambda s: il.interaction_information(s.p),
        lambda m: -o.coinformation(m.p, GROUPS),
    ),
    "total_correlation": (lambda s: il.total_correlation(s.p), lambda m: o.total_correlation(m.p, GROUPS)),
    "dual_total_correlation": (
        lambda s: il.dual_total_correlation(s.p),
        lambda m: o.dual_total_correlation(m.p, GROUPS),
    ),
    "o_information": (
        lambda s: il.o_information(s.p),
        lambda m: o.total_correlation(m.p, GROUPS) - o.dual_total_correlation(m.p, GROUPS),
    ),
    "s_information": (
        lambda s: il.s_information(s.p),
        lambda m: o.total_correlation(m.p, GROUPS) + o.dual_total_correlation(m.p, GROUPS),
    ),
    "tse_complexity": (lambda s: il.tse_complexity(s.p), lambda m: o.tse_complexity(m.p, GROUPS)),
    "evaluate": (
        lambda s: il.evaluate("2 I(X;Y|Z) - H(X)", s.p),
        lambda m: 2 * o.information(m.p, X, Y, Z) - o.entropy(m.p, X),
    ),
    "task_bits": (
        lambda s: il.task_bits(s.p, "X", "Y", given="Z"),
        lambda m: [o.information(m.p, X, Y, Z), o.information(m.p, X, Y, Z) / o.entropy(m.p, Y, Z)],
    ),
    "efficiency": (
        lambda s: il.efficiency(s.p, "X", "Y", LABELS, given="Z"),
        lambda m: g.efficiency(m.p, X, 1, LABELS, Z),
    ),
    "component_efficiencies": (
        lambda s: il.component_efficiencies(s.p, ("X", "Z"), "Y", LABELS),
        lambda m: [
            x for a, b in ((X, Z), (Z, X)) for given in ((), b) for x in g.efficiency(m.p, a, 1, LABELS, given)
        ],
    ),
    "lattice_height": (
        lambda s: il.lattice_height(LABELS, il.marginal(s.p, "Y").table),
        lambda m: o.entropy(coarse(m.p), Y, (3,)) / o.entropy(m.p, Y),
    ),
    "variation_of_information": (
        lambda s: il.variation_of_information(LABELS, [0, 1, 1], il.marginal(s.p, "Y").table),
        lambda m: sum(o.entropy(g.relabelled(coarse(m.p), [0, 1, 1]), a, b) for a, b in (((3,), (4,)), ((4,), (3,)))),
    ),
    "information_along": (lambda s: il.information_along(s.p, "X", s.k, steps=2), along),
}  # fmt: skip

CHANNELS = {
    "capacity": (lambda s: il.capacity(s.k)[:2], lambda m: 2 * [g.square_capacity(m.k)]),
    "contraction": (lambda s: il.contraction(s.k)[:2], lambda m: 2 * [g.contraction(m.k)]),
    "erasure_threshold": (lambda s: il.erasure_threshold(s.k), lambda m: 1 - g.contraction(m.k)),
    "dobrushin": (lambda s: il.dobrushin(s.k), lambda m: g.dobrushin(m.k)),
    "eta_chi2": (
        lambda s: il.eta_chi2(from_x(s), s.p),
        lambda m: g.squared_correlation([[p * w for w in m.k[x]] for x, p in enumerate(g.masses(m.p, X))]),
    ),
    "maximal_correlation": (
        lambda s: il.maximal_correlation(s.p, "X", "Y"),
        lambda m: sqrt(g.squared_correlation(pairs(m.p))),
    ),
    "contraction_at": (
        lambda s: il.contraction_at(from_x(s), s.p)[:2],
        lambda m: [g.contraction_at(g.masses(m.p, X), m.k[:2]), g.contraction(m.k[:2])],
    ),
}

LAWS = {
    "joint": (lambda s: il.joint(s.p.table, *s.p.names), lambda m: [*m.p.values()]),
    "from_outcomes": (
        lambda s: il.from_outcomes({"a": il.marginal(s.p, "X").table[0], "b": il.marginal(s.p, "X").table[1]}, "X"),
        lambda m: g.masses(m.p, X),
    ),
    "channel": (lambda s: il.channel(s.k.rows, "Y", "W"), lambda m: flat(m.k)),
    "banded_channel": (
        lambda s: il.banded_channel(jnp.pad(s.k.rows, ((1, 1), (0, 0))).at[0, 1].set(1).at[4, 1].set(1), -1, "Z", "W"),
        lambda m: [mpf(0), mpf(1), mpf(0), *flat(m.k), mpf(0), mpf(1), mpf(0)],
    ),
    "marginal": (lambda s: il.marginal(s.p, "Y"), lambda m: g.masses(m.p, Y)),
    "condition": (
        lambda s: il.condition(il.marginal(s.p, "X", "Y"), X=1),
        lambda m: [x / sum(pairs(m.p)[1]) for x in pairs(m.p)[1]],
    ),
    "conditional": (lambda s: il.conditional(s.q, "Y", "X"), lambda m: flat(conditional_rows(m))),
    "extend": (
        lambda s: il.extend(il.marginal(s.p, "Y"), s.k),
        lambda m: flat([p * w for w in row] for p, row in zip(g.masses(m.p, Y), m.k, strict=True)),
    ),
    "push": (lambda s: il.push(il.marginal(s.p, "Y"), s.k), output),
    "product": (
        lambda s: il.product(il.marginal(s.p, "X"), il.marginal(s.q, "Y")),
        lambda m: products(g.masses(m.p, X), g.masses(m.q, Y)),
    ),
    "relabel": (lambda s: il.relabel(s.p, X="W"), lambda m: [*m.p.values()]),
    "tensor": (
        lambda s: il.tensor(from_x(s), il.Channel(s.k.rows, ("Y",), ("V",))),
        lambda m: [a * b for x in m.k[:2] for y in m.k for a in x for b in y],
    ),
    "bayes_net": (
        lambda s: il.marginal(il.bayes_net(il.marginal(s.p, "Y"), s.k), "W"),
        output,
    ),
    "gaussian": (
        lambda s: il.gaussian(s.g.covariance, "A", "B", "C", mean=s.g.mean),
        lambda m: [*m.g[0], *flat(m.g[1])],
    ),
    "linear_gaussian": (
        lambda s: il.linear_gaussian(s.g.covariance[:1], 2 + s.t[0], ("A", "B", "C"), "D", offset=s.t[1]),
        lambda m: [*m.g[1][0], 2 + m.t[0], m.t[1]],
    ),
    "bsc": (lambda s: il.bsc(0.3 + s.t[0] / 4, "X", "Y").rows, lambda m: [1 - rate(m), rate(m), rate(m), 1 - rate(m)]),
    "erasure": (
        lambda s: il.erasure(0.3 + s.t[0] / 4, "X", "Y").rows,
        lambda m: [1 - rate(m), mpf(0), rate(m), mpf(0), 1 - rate(m), rate(m)],
    ),
    "z_channel": (
        lambda s: il.z_channel(0.3 + s.t[0] / 4, "X", "Y").rows,
        lambda m: [mpf(1), mpf(0), rate(m), 1 - rate(m)],
    ),
    "symmetric": (
        lambda s: il.symmetric(0.3 + s.t[0] / 4, "X", "Y", size=3).rows,
        lambda m: [1 - rate(m) if i == j else rate(m) / 2 for i in range(3) for j in range(3)],
    ),
    "binomial": (
        lambda s: il.binomial(jnp.stack([0.3 + s.t[0] / 4, s.t[0] ** 2]), 2, "X", "Y"),
        lambda m: flat(g.counts((1 - r, r), 2) for r in (rate(m), m.t[0] ** 2)),
    ),
    "multinomial": (
        lambda s: il.multinomial(joint_xy(s).table / joint_xy(s).table.sum(1, keepdims=True), 1, "X", "Y"),
        lambda m: flat([x / sum(row) for x in row] for row in pairs(m.p)),
    ),
}

NUMBERS = {
    "binary_entropy": (lambda s: il.binary_entropy(0.3 + s.t[0] / 4), lambda m: g.h(rate(m))),
    "inverse_binary_entropy": (
        lambda s: il.inverse_binary_entropy(0.3 + s.t[0] / 4),
        lambda m: g.inverse_entropy(rate(m)),
    ),
    "binary_convolution": (
        lambda s: il.binary_convolution(s.t[0], s.t[1]),
        lambda m: m.t[0] * (1 - m.t[1]) + m.t[1] * (1 - m.t[0]),
    ),
    "fano_bound": (
        lambda s: il.fano_bound(0.3 + s.t[0] / 4, 4),
        lambda m: g.h(rate(m)) + rate(m) * g.log2(mpf(3)),
    ),
    "awgn_capacity": (lambda s: il.awgn_capacity(3 + s.t[0]), lambda m: g.log2(4 + m.t[0]) / 2),
    "gaussian_chain_information": (
        lambda s: il.gaussian_chain_information(s.t),
        lambda m: -g.log2(1 - (m.t[0] * m.t[1]) ** 2) / 2,
    ),
    "bottleneck_thresholds": (
        lambda s: il.bottleneck_thresholds(s.g, "A", "B"),
        lambda m: [m.g[1][0][0] * m.g[1][1][1] / m.g[1][0][1] ** 2],
    ),
    "gaussian_bottleneck": (lambda s: il.gaussian_bottleneck(s.g, "A", "B", 40 + s.t[0]), bottleneck),
    "binary_queries": (
        lambda s: il.binary_queries(il.marginal(s.p, "Y").table),
        lambda m: sum(k * p for k, p in enumerate(g.masses(m.p, Y), 1)),
    ),
    "bits_per_query": (
        lambda s: il.bits_per_query(il.marginal(s.p, "Y").table, 2 + s.t[0]),
        lambda m: o.entropy(m.p, Y) / (2 + m.t[0]),
    ),
    "verdict_signals": (lambda s: verdicts(s).masses, verdict_masses),
    "coarsened": (
        lambda s: il.coarsened(verdicts(s), [0, 1, 1]).masses,
        lambda m: [x for a, b, c in (verdict_masses(m)[:3], verdict_masses(m)[3:]) for x in (a, b + c)],
    ),
    "signal_entropies": (
        lambda s: il.signal_entropies(WORDS[:1], WORDS, il.marginal(s.p, "Y").table).bits,
        lambda m: [o.entropy(m.p, Y)],
    ),
    "bits_ahead": (
        lambda s: il.bits_ahead(3 + s.t[0], 0.3 + s.t[0] / 4, s.t[0] ** 2, 7),
        lambda m: 3 + m.t[0] - 7 * (g.h(rate(m)) - g.h(m.t[0] ** 2)),
    ),
    "switch_time": (
        lambda s: il.switch_time(3 + s.t[1], 0.3 + s.t[0] / 4, s.t[0] ** 2),
        lambda m: (3 + m.t[1]) / (g.h(rate(m)) - g.h(m.t[0] ** 2)),
    ),
    "collection_time": (
        lambda s: il.collection_time(il.marginal(s.p, "Y").table),
        lambda m: g.collection_time(g.masses(m.p, Y)),
    ),
    "hack_gold": (
        lambda s: il.hack_gold(0.3 + s.t[0] / 4, 5 + s.t[1]),
        lambda m: (1 - rate(m)) ** (5 + m.t[1]) * (5 + m.t[1]) / (6 + m.t[1]),
    ),
    "mean_maximum": (lambda s: il.mean_maximum(5 + s.t[0]), lambda m: g.mean_maximum(5 + m.t[0])),
    "selected_value": (
        lambda s: il.selected_value(1 + s.t[0], 2 + s.t[1], 3),
        lambda m: (1 + m.t[0]) ** 2 / sqrt((1 + m.t[0]) ** 2 + (2 + m.t[1]) ** 2) * g.mean_maximum(3),
    ),
}

LOOPS = {
    "expected_support": (lambda s: il.expected_support(*states(s)[:2]), support),
    "expected_entropy": (lambda s: il.expected_entropy(*states(s)[:2]), row_entropy),
    "expected_heterozygosity": (lambda s: il.expected_heterozygosity(*states(s)[:2]), heterozygosity),
    "state_information": (lambda s: il.state_information(states(s)[0]), lambda m: o.information(m.p, X, Y)),
    "sample_information": (
        lambda s: il.sample_information(*states(s)[:2]),
        lambda m: o.information(g.extended(m.p, m.k), X, (3,)),
    ),
    "squared_errors": (lambda s: il.squared_errors(*states(s)[1:]), errors),
    "relative_entropies": (lambda s: il.relative_entropies(*states(s)[1:]), excesses),
    "mean_risk": (
        lambda s: il.mean_risk(states(s)[0], il.squared_errors(*states(s)[1:])),
        lambda m: g.mean(g.masses(m.p, (0, 1)), errors(m)),
    ),
    "median_risk": (
        lambda s: il.median_risk(states(s)[0], il.squared_errors(*states(s)[1:])),
        lambda m: g.lower_median(g.masses(m.p, (0, 1)), errors(m)),
    ),
    "diversity_of": (lambda s: il.diversity_of(*states(s)), diversity),
    "unroll": (lambda s: il.unroll(walk(s.t), jnp.arange(3)), walked),
    "many": (
        lambda s: il.unroll(il.many(walk(s.t), 2), jax.random.split(jax.random.key(0), 3))[:, 0],
        walked,
    ),
}

GRADIENT = {**MEASURES, **CHANNELS, **LAWS, **NUMBERS, **LOOPS, **VERDICTS}

# name -> a call of one array, and two such arrays
BATCH = {
    "pass_at_estimate": (lambda c: il.pass_at_estimate(8, c, 3), [2, 5]),
    "join": (lambda a: il.join(a, jnp.array([0, 1, 1, 2])), [[0, 0, 1, 2], [0, 1, 2, 2]]),
    "meet": (lambda a: il.meet(a, jnp.array([0, 1, 1, 2])), [[0, 0, 1, 1], [0, 1, 2, 2]]),
    "refines": (lambda a: il.refines(a, jnp.array([0, 1, 1, 2])), [[0, 1, 2, 3], [0, 0, 1, 2]]),
    "hack_optimum": (il.hack_optimum, [0.01, 0.3]),
    "verdicts_needed": (lambda k: il.verdicts_needed(k, 2), [5, 7]),
    "random_channel": (lambda seed: il.random_channel(jax.random.key(seed), 2, 3, "X", "Y"), [0, 1]),
    "rounding": (il.rounding, [3, 4]),
    "query_cost": (lambda t: il.query_cost(il.bayes_net(il.Joint(t, ("X",))), "X").cells, [[0.5, 0.5], [0.25, 0.75]]),
    "separated": (lambda t: il.separated(il.bayes_net(il.Joint(t, ("X",))), "X", "X"), [[0.5, 0.5], [0.25, 0.75]]),
}

HOST = (
    "attack", "audit", "audit_log", "audit_tally", "certify", "check_certificate", "coarsenings", "compositions",
    "deterministic", "equal_collection_time", "evaluate_on_samples", "every_efficiency", "from_bif", "from_dit",
    "from_numpyro", "is_garbling", "knuth_queries", "linear", "mastermind_codes", "mastermind_signals",
    "mastermind_verdicts", "minimax_queries", "needed_bits", "output_kinds", "parse_pipeline", "partitions", "patterns",
    "pipeline",
    "prove", "read_log", "read_pipeline", "read_words", "rounds_needed", "sensitivity", "stronger", "to_dit", "weigh",
)  # fmt: skip
