"""Published and twice-computed values (`data/reference_values.json`), each within the tolerance stated with it."""

import json
import math
from fractions import Fraction

import jax
import numpy as np
import pytest

import infoloop as il
from tests.support.paths import DATA

VALUES = json.loads((DATA / "reference_values.json").read_text())


def floats(nested):
    return [floats(item) for item in nested] if isinstance(nested, list) else float(Fraction(nested))


def joint_of(law):
    masses = {tuple(key.split()): float(Fraction(mass)) for key, mass in law["pmf"].items()}
    return il.from_outcomes(masses, law["variables"])


def channel_of(law):
    return il.channel(floats(law["rows_inputs_cols_outputs"]), "X", "Y")


def pair_of(law):
    return il.joint(floats(law["p"]), "X"), il.joint(floats(law["q"]), "X")


def geometric(law):
    """Cut after 64 outcomes, whose remaining mass (1 - p)^64 is below a rounding for p = 1/2."""
    p = float(Fraction(law["params"]["p"]))
    return il.joint(p * (1 - p) ** np.arange(64), "X")


def noisy_typewriter(law):
    n = law["params"]["n"]
    return il.channel((np.eye(n) + np.roll(np.eye(n), 1, axis=1)) / 2, "X", "Y")


def bsc_beside_bec(law):
    return il.bsc(float(Fraction(law["params"]["p"])), "X", "Y")


def correlations(law):
    return floats(law["params"]["rhos"])


def signal_to_noise(law):
    return float(Fraction(law["params"]["snr"]))


def coin(name, probability):
    return il.joint([1 - probability, probability], name)


def bernoulli(source, target, table):
    """The channel to a yes-or-no variable whose probability of a yes is `table[source values]`."""
    table = np.array(table)
    return il.channel(np.stack([1 - table, table], axis=-1), source, target)


def asia(law):
    """Lauritzen & Spiegelhalter 1988, figure 1 and table 1."""
    return il.bayes_net(
        coin("A", 0.01),  # a visit to Asia
        coin("S", 0.5),  # smoking
        bernoulli("A", "T", [0.01, 0.05]),  # tuberculosis
        bernoulli("S", "L", [0.01, 0.1]),  # lung cancer
        bernoulli("S", "B", [0.3, 0.6]),  # bronchitis
        il.deterministic(lambda t, cancer: t | cancer, ("T", "L"), "E", sizes=(2, 2)),
        bernoulli("E", "X", [0.05, 0.98]),  # a shadow on the X-ray
        bernoulli(("E", "B"), "D", [[0.1, 0.8], [0.7, 0.9]]),  # shortness of breath
    )


def umbrella(law):
    """Russell & Norvig: P(rain stays) = 0.7; P(umbrella) = 0.9 in rain and 0.2 without."""
    return il.bayes_net(coin("R0", 0.5), il.bsc(0.3, "R0", "R1"), bernoulli("R1", "U1", [0.2, 0.9]))


def random_walk(law):
    """State and next step of a stationary walk: P(x) = degree / sum of degrees, each of its edges alike."""
    degrees = np.array(law["degrees"])
    steps = (np.arange(degrees.max()) < degrees[:, None]) / degrees[:, None]
    return il.extend(il.joint(degrees / degrees.sum(), "X"), il.channel(steps, "X", "edge"))


def law_and_stationary_law(law):
    kernel = il.channel(floats(law["kernel"]), "X", "next")
    p = il.joint(floats(law["initial"]), "X")
    for _ in range(law["t"]):
        p = il.relabel(il.push(p, kernel), next="X")
    forgotten = np.linalg.matrix_power(np.asarray(kernel.rows), 2**10)[0]
    return p, il.joint(forgotten / forgotten.sum(), "X")


def prior_and_channel(law):
    return il.joint(floats(law["prior"]), "X"), channel_of(law["channel"])


LAWS = {
    "joint": joint_of,
    "pmf": lambda law: il.joint(floats(law["p"]), "X"),
    "pmf_pair": pair_of,
    "channel": channel_of,
    "joint_prior_channel": prior_and_channel,
    "markov_chain": law_and_stationary_law,
    "random_walk_graph": random_walk,
    "geometric": geometric,
    "noisy_typewriter": noisy_typewriter,
    "bsc_vs_bec": bsc_beside_bec,
    "gaussian_chain": correlations,
    "awgn": signal_to_noise,
    "asia": asia,
    "umbrella": umbrella,
}


def groups(quantity):
    return [tuple(names) for names in quantity.get("args", [])]


def over_groups(measure):
    return lambda p, quantity: jax.jit(lambda p: measure(p, *groups(quantity), given=quantity.get("given", ())))(p)


def entropy(p, quantity):
    return il.entropy(p, *sum(groups(quantity), ()), given=quantity.get("given", ()))


def information(p, quantity):
    return il.gaussian_chain_information(p) if isinstance(p, list) else over_groups(il.mutual_information)(p, quantity)


def capacity(channel, quantity):
    if isinstance(channel, float):
        return il.awgn_capacity(channel)
    best = il.capacity(channel)
    return np.array([best.value, best.bound])


def contraction(channel, quantity):
    eta = il.contraction(channel)
    return np.array([eta.lower, eta.upper])


def contraction_at_input(p, quantity):
    x, y = groups(quantity)
    return il.contraction_at(il.conditional(p, y, given=x), il.marginal(p, *x)).lower


def conditional_probability(net, quantity):
    event, evidence = quantity["event"], quantity["evidence"]
    law = il.marginal(net, *evidence, *event)
    law = il.condition(law, **evidence) if evidence else law
    return law.outcomes()[tuple(event.values())]


def order(quantity):
    return float(Fraction(quantity["alpha"]))


QUANTITIES = {
    "entropy": entropy,
    "mutual_information": information,
    "conditional_mutual_information": over_groups(il.mutual_information),
    "coinformation": over_groups(il.coinformation),
    "total_correlation": over_groups(il.total_correlation),
    "dual_total_correlation": over_groups(il.dual_total_correlation),
    "o_information": over_groups(il.o_information),
    "s_information": over_groups(il.s_information),
    "tse_complexity": over_groups(il.tse_complexity),
    "lautum_information": over_groups(il.lautum_information),
    "maximal_correlation": lambda p, quantity: il.maximal_correlation(p, *groups(quantity)),
    "kullback_leibler": lambda pair, quantity: il.divergence(*pair),
    "kl_to_stationary": lambda pair, quantity: il.divergence(*pair),
    "total_variation": lambda pair, quantity: il.total_variation(*pair),
    "bhattacharyya_coefficient": lambda pair, quantity: il.bhattacharyya(*pair),
    "renyi_entropy": lambda p, quantity: il.renyi_entropy(p, order=order(quantity)),
    "extropy": lambda p, quantity: il.extropy(p),
    "sibson_mutual_information": lambda pair, quantity: il.sibson_information(*pair, order(quantity)),
    "capacity": capacity,
    "eta_TV_dobrushin": lambda channel, quantity: il.dobrushin(channel),
    "eta_KL": contraction,
    "sdpi_constant_fixed_input": contraction_at_input,
    "threshold_less_noisy": lambda channel, quantity: il.erasure_threshold(channel),
    "entropy_rate": lambda p, quantity: il.entropy(p, "edge", given="X"),
    "conditional_probability": conditional_probability,
    "filter": lambda net, quantity: il.condition(il.marginal(net, "R1", "U1"), U1=1).table[1],
}


def found(entry):
    """The value, or its lower and upper bound, in the unit of the entry."""
    law, quantity = entry["distribution"], entry["quantity"]
    value = QUANTITIES[quantity["name"]](LAWS[law.get("name", law["type"])](law), quantity)
    return np.asarray(value) * (math.log(2) if quantity["unit"] == "nats" else 1)


def allowed(entry):
    return {"exact": 0, "absolute": entry["tolerance"], "relative": entry["tolerance"] * abs(entry["expected"])}[
        entry["tolerance_kind"]
    ]


@pytest.mark.slow
@pytest.mark.parametrize("entry", VALUES, ids=lambda entry: entry["id"])
def test_reference_value(entry):
    assert np.abs(found(entry) - entry["expected"]).max() <= allowed(entry)


def test_every_entry_has_an_identity_a_unit_that_is_known_and_a_source():
    assert len({entry["id"] for entry in VALUES}) == len(VALUES)
    assert {entry["quantity"]["unit"] for entry in VALUES} == {"bits", "nats", "1"}
    assert all(entry["source"] for entry in VALUES)


def test_an_unknown_quantity_is_no_silent_pass():
    unknown = VALUES[0] | {"quantity": {"name": "phlogiston", "unit": "bits"}}
    with pytest.raises(KeyError, match="phlogiston"):
        found(unknown)


def test_every_way_to_build_and_to_measure_is_used():
    assert {entry["quantity"]["name"] for entry in VALUES} == set(QUANTITIES)
    assert {entry["distribution"].get("name", entry["distribution"]["type"]) for entry in VALUES} == set(LAWS)


def test_a_wrong_value_would_be_caught():
    entry = next(entry for entry in VALUES if entry["id"] == "goldenmean_I")
    assert np.abs(found(entry) * math.log(2) - entry["expected"]) > allowed(entry)
