"""Gain, waste, miss, eta and recall against 50-digit differences of entropies, and where they are undefined."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.partition_lattice import partitions, variation_of_information
from infoloop.information.signal_efficiency import component_efficiencies, efficiency, task_bits
from infoloop.probability.bayes_nets import bayes_net
from infoloop.probability.channel_families import deterministic
from infoloop.probability.channels import Channel, channel, extend
from infoloop.probability.distributions import joint
from infoloop.probability.gaussians import gaussian
from infoloop.probability.numerics import rounding
from tests.support import oracles

NAMES = ("Q", "Y", "S")


def random_law(seed, shape, lost=0.3):
    rng = np.random.default_rng(seed)
    table = rng.exponential(size=shape) * (rng.random(shape) >= lost)
    return table / table.sum()


def entropy_of(law, key):
    """H of what `key` makes of an outcome; 50 digits."""
    masses = {}
    for outcome, p in law.items():
        masses[key(outcome)] = masses.get(key(outcome), 0) + p
    return oracles.entropy(masses, range(len(next(iter(masses)))))


def split(table, labels, q=False):
    """gain, waste and miss by differences of entropies; axes Q, Y, S."""
    law = {cell: p for cell, p in oracles.law_of(table).items() if p}
    keys = {
        "Q": lambda o: o[0] if q else 0,
        "T": lambda o: labels[o[1]],
        "Y": lambda o: o[1],
        "S": lambda o: o[2],
    }
    h = {
        names: entropy_of(law, lambda o, names=names: tuple(keys[name](o) for name in names))
        for names in ("Q", "QT", "QY", "QS", "QTS", "QYS")
    }
    gain = h["QT"] + h["QS"] - h["Q"] - h["QTS"]
    waste = h["QY"] + h["QTS"] - h["QT"] - h["QYS"]
    return float(gain), float(waste), float(h["QTS"] - h["QS"])


def batched(function):
    return lambda rows: jax.jit(jax.vmap(function))(jnp.asarray(rows))


@pytest.mark.slow
@pytest.mark.parametrize("q", [False, True])
@pytest.mark.parametrize("seed", range(2))
def test_a_random_signal_splits_as_entropies_say(seed, q):
    table = random_law(seed, (2, 5, 3))
    given = "Q" if q else ()
    rows = partitions(5)[1::5]
    batch = jax.jit(jax.vmap(lambda labels: efficiency(joint(table, *NAMES), "S", "Y", labels, given=given)))(rows)
    for labels, found in zip(rows.tolist(), np.array(batch).T, strict=True):
        gain, waste, miss = split(table, labels, q)
        exact = gain, waste, miss, gain / (gain + waste), gain / (gain + miss)
        assert np.allclose(found, exact, rtol=0, atol=rounding(150) / min(gain + waste, gain + miss))


@pytest.mark.slow
def test_swapping_gain_and_waste_would_be_noticed():
    table = random_law(0, (2, 5, 3))
    gain, waste, _ = split(table, [0, 0, 1, 1, 2])
    assert abs(efficiency(joint(table, *NAMES), "S", "Y", [0, 0, 1, 1, 2]).gain - waste) > rounding(30)
    assert abs(gain - waste) > rounding(30)


@pytest.mark.slow
def test_the_three_ways_to_name_a_signal_and_a_task_agree():
    p = joint(random_law(1, (4,), 0), "Y")
    by_labels = efficiency(p, [0, 1, 1, 2], "Y", [0, 0, 1, 1])
    wide = extend(p, deterministic([0, 1, 1, 2], "Y", "S"), deterministic([0, 0, 1, 1], "Y", "T"))
    by_names = efficiency(wide, "S", "Y", "T")
    traced = jax.jit(lambda s, t: efficiency(p, s, "Y", t))(jnp.array([0, 1, 1, 2]), jnp.array([5, 5, 0, 0]))
    for other in (by_names, traced):
        assert np.allclose(by_labels, other, rtol=0, atol=rounding(64))


@pytest.mark.slow
def test_labels_are_batched():
    p, rows = joint([0.25] * 4, "Y"), partitions(4)
    found = batched(lambda s: efficiency(p, s, "Y", [0, 0, 1, 1]))(rows)
    assert np.isnan(found.eta).tolist() == [len(set(row)) == 1 for row in rows.tolist()]
    assert found.recall[-1] == 1


@pytest.mark.slow
def test_imitating_one_of_m_acceptable_answers_wastes_log_m():
    found = efficiency(joint([1 / 8] * 8, "Y"), range(8), "Y", [0] * 4 + [1] * 4)
    assert np.allclose(found, (1, 2, 0, 1 / 3, 1), rtol=0, atol=rounding(64))


@pytest.mark.full
def test_coarser_than_the_task_is_efficient_and_recalls_too_little():
    found = efficiency(joint([0.25] * 4, "Y"), [0, 0, 1, 1], "Y", range(4))
    assert np.allclose(found, (1, 0, 1, 1, 0.5), rtol=0, atol=rounding(16))


@pytest.mark.slow
def test_a_constant_signal_has_no_efficiency_and_says_so():
    found = efficiency(joint([0.3, 0.3, 0.4], "Y"), [0, 0, 0], "Y", [0, 1, 1])
    assert np.isnan(found.eta)
    assert not found.eta_defined
    assert found.recall == 0
    assert found.recall_defined
    assert "eta undefined" in str(found)
    assert "nan" not in str(found)


@pytest.mark.slow
def test_a_constant_task_has_no_recall():
    found = efficiency(joint([0.3, 0.3, 0.4], "Y"), [0, 1, 1], "Y", [0, 0, 0])
    assert np.isnan(found.recall)
    assert found.eta == 0
    assert "recall undefined" in str(found)


def test_a_batch_prints_undefined_where_it_is():
    p = joint([0.25] * 4, "Y")
    found = batched(lambda s: efficiency(p, s, "Y", [0, 0, 1, 1]))(jnp.array([[0, 0, 0, 0], [0, 0, 1, 1]]))
    assert "eta [undefined 1]" in str(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_an_independent_signal_of_any_law_is_undefined(seed):
    rng = np.random.default_rng(seed)
    p = extend(joint(rng.dirichlet(np.ones(5)), "Y"), channel([rng.dirichlet(np.ones(4))] * 5, "Y", "S"))
    assert np.isnan(efficiency(p, "S", "Y", [0, 0, 1, 1, 2]).eta)


@pytest.mark.slow
def test_a_faint_signal_is_defined():
    e = 2.0**-36
    p = joint([[0.25 + e, 0.25 - e], [0.25 - e, 0.25 + e]], "Y", "S")
    assert efficiency(p, "S", "Y", [0, 1]).eta == 1


def test_several_outputs_take_a_table_of_labels():
    p = joint(np.full((2, 2), 0.25), "A", "B")
    found = efficiency(p, "A", ("A", "B"), [[0, 1], [1, 0]])
    assert np.allclose((found.gain, found.waste, found.eta), (0, 1, 0), rtol=0, atol=rounding(8))
    assert efficiency(p, "A", ("A", "B"), "A").eta == 1


def test_a_signal_among_what_is_given_says_nothing_more():
    p = joint(random_law(3, (2, 3, 2)), *NAMES)
    found = efficiency(p, "S", "Y", [0, 1, 1], given="S")
    assert found.gain == 0
    assert np.isnan(found.eta)


@pytest.mark.parametrize("labels", [[0, 1], [0, -1, 1], [[0, 1, 1]]])
@pytest.mark.parametrize("place", ["signal", "task"])
def test_labels_that_are_no_partition_are_refused(labels, place):
    parts = {"signal": [0, 1, 1], "task": [0, 1, 1]} | {place: labels}
    with pytest.raises(ValueError, match=f"^{place} has"):
        efficiency(joint([0.3, 0.3, 0.4], "Y"), parts["signal"], "Y", parts["task"])


def test_a_task_that_the_output_does_not_decide_is_refused():
    p = joint(random_law(4, (2, 3, 2), 0), *NAMES)
    with pytest.raises(ValueError, match="task Q is no function of Y"):
        efficiency(p, "S", "Y", "Q")


@pytest.mark.slow
def test_unknown_names_and_gaussians_are_refused():
    with pytest.raises(ValueError, match="unknown variable 'W'"):
        efficiency(joint([0.5, 0.5], "Y"), "W", "Y", [0, 1])
    with pytest.raises(ValueError, match="a Gaussian has no table of floats"):
        efficiency(gaussian([[1.0, 0.5], [0.5, 1.0]], "S", "Y"), "S", "Y", "S")
    with pytest.raises(ValueError, match="output names no variable"):
        efficiency(joint([0.5, 0.5], "Y"), "Y", (), [0, 1])


def two_bits(join_them):
    table = np.zeros((2, 2, 2))
    for a, b in itertools.product(range(2), repeat=2):
        y = join_them(a, b)
        if y is not None:
            table[a, b, y] = 1
    return joint(table / table.sum(), "A", "B", "Y")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("join_them", "alone", "given_others"),
    [(lambda a, b: a ^ b, 0, 1), (lambda a, b: a if a == b else None, 1, 0)],
    ids=["exclusive or", "copies"],
)
def test_components_are_not_additive(join_them, alone, given_others):
    p = two_bits(join_them)
    both = efficiency(p, ("A", "B"), "Y", [0, 1]).gain
    for component in component_efficiencies(p, ("A", "B"), "Y", [0, 1]).values():
        gains = component.alone.gain, component.given_others.gain
        assert np.allclose(gains, (alone, given_others), rtol=0, atol=rounding(8))
    assert abs(2 * alone - both) > rounding(8)


def test_a_copy_given_the_other_is_undefined():
    found = component_efficiencies(two_bits(lambda a, b: a if a == b else None), ("A", "B"), "Y", [0, 1])
    assert np.isnan(found["A"].given_others.eta)
    assert found["A"].alone.eta == 1


def test_task_bits_of_a_noisy_verdict():
    law = np.zeros((2, 2, 2))  # query Y, task X, verdict S = [X = Y] flipped one time in four
    for y, x, s in itertools.product(range(2), repeat=3):
        law[y, x, s] = 0.25 * (0.75 if s == (x == y) else 0.25)
    found = task_bits(joint(law, "Y", "X", "S"), "X", "S", given="Y")
    expected = 1 + 0.75 * math.log2(0.75) + 0.25 * math.log2(0.25)
    assert np.allclose(found, (expected, expected), rtol=0, atol=rounding(8))
    assert abs(task_bits(joint(law, "Y", "X", "S"), "X", "S").per_episode) <= rounding(8)  # unseen without the query


def test_a_verdict_known_beforehand_has_no_bits_to_share():
    found = task_bits(joint([[0.5], [0.5]], "X", "S"), "X", "S")
    assert found.per_episode == 0
    assert np.isnan(found.per_bit)


@pytest.mark.slow
def test_waste_and_miss_of_a_deterministic_signal_are_the_distance_to_the_task():
    law, task = [0.4, 0.3, 0.2, 0.1], jnp.array([0, 1, 1, 2])
    found = batched(lambda s: efficiency(joint(law, "Y"), s, "Y", task))(partitions(4))
    distance = batched(lambda s: variation_of_information(s, task, law))(partitions(4))
    assert np.abs(found.waste + found.miss - distance).max() <= rounding(64)


def test_a_network_is_as_good_as_its_law():
    p_y, k_ys = joint([0.4, 0.3, 0.3], "Y"), channel([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]], "Y", "S")
    by_net, by_law = (efficiency(p, "S", "Y", [0, 1, 1]) for p in (bayes_net(p_y, k_ys), extend(p_y, k_ys)))
    assert np.allclose(by_net, by_law, rtol=0, atol=rounding(12))


@pytest.mark.slow
def test_efficiency_has_a_slope_in_the_noise_of_the_signal():
    @jax.jit
    def eta(e):
        rows = jnp.stack([jnp.stack([1 - e, e]), jnp.stack([e, 1 - e]), jnp.array([0.0, 1.0])])
        return efficiency(extend(joint([0.4, 0.3, 0.3], "Y"), channel_of(rows)), "S", "Y", [0, 1, 1]).eta

    h = 2.0**-17
    difference = (eta(0.25 + h) - eta(0.25 - h)) / (2 * h)
    assert (
        abs(jax.jit(jax.grad(eta))(0.25) - difference) <= rounding(12) / h + 100 * h**2
    )  # rounding, and a third derivative


def channel_of(rows):
    return Channel(rows, ("Y",), ("S",))
