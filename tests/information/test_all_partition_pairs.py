"""The streamed kernel against fractions, pair by pair, and against `efficiency`."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.all_partition_pairs import every_efficiency
from infoloop.information.partition_lattice import partitions
from infoloop.information.signal_efficiency import efficiency
from infoloop.probability.distributions import joint
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow


def everything(found):
    return found._asdict()


def masses(weights, *labels):
    """The mass of every nonempty class of outputs that all these labels join, as fractions."""
    total, found = sum(Fraction(w) for w in weights), {}
    for y, w in enumerate(weights):
        if w:
            key = tuple(label[y] for label in labels)
            found[key] = found.get(key, Fraction(0)) + Fraction(w) / total
    return found


def entropy_of(found):
    return -math.fsum(float(p) * math.log2(p) for p in found.values())


def independent(weights, a, b):
    left, right, both = masses(weights, a), masses(weights, b), masses(weights, a, b)
    return all(both.get((x, y), 0) == p * q for ((x,), p), ((y,), q) in itertools.product(left.items(), right.items()))


LAWS = {
    "uniform": [1, 1, 1, 1, 1, 1],
    "sixths and twelfths": [2, 2, 1, 3, 3, 1],
    "an output without mass": [1, 2, 0, 3, 4, 5],
    "probabilities": [0.3, 0.25, 0.2, 0.125, 0.0625, 0.0625],
}


@pytest.mark.full
@pytest.mark.parametrize("weights", LAWS.values(), ids=LAWS)
def test_every_pair_of_six_outputs_is_as_fractions_say(weights):
    rows = partitions(6).tolist()
    found = {name: np.asarray(v) for name, v in every_efficiency(weights, everything).items()}
    entropies = [entropy_of(masses(weights, a)) for a in rows]
    for t, s in itertools.product(range(0, len(rows), 7), range(len(rows))):
        h_s, h_t, h_st = entropies[s], entropies[t], entropy_of(masses(weights, rows[s], rows[t]))
        exact = (h_s + h_t - h_st, h_st - h_t, h_st - h_s)
        assert np.allclose([found[k][t, s] for k in ("gain", "waste", "miss")], exact, rtol=0, atol=rounding(36))
        assert np.isnan(found["eta"][t, s]) == (len(masses(weights, rows[s])) == 1)
        assert np.isnan(found["recall"][t, s]) == (len(masses(weights, rows[t])) == 1)
        if h_s:
            assert abs(found["eta"][t, s] - exact[0] / h_s) <= rounding(36) / h_s
        if h_t:
            assert abs(found["recall"][t, s] - exact[0] / h_t) <= rounding(36) / h_t


@pytest.mark.full
def test_all_4140_partitions_of_eight_outputs_against_a_few_tasks():
    rows, weights = partitions(8), [1, 2, 3, 4, 5, 6, 7, 8]
    tasks = rows[[1, 1000, 4000]]
    found = np.asarray(every_efficiency(weights, lambda e: jnp.stack(e[:3], 1), tasks=tasks))
    for t, task in enumerate(tasks.tolist()):
        h_t = entropy_of(masses(weights, task))
        for s, signal in enumerate(rows.tolist()):
            h_s, h_st = entropy_of(masses(weights, signal)), entropy_of(masses(weights, signal, task))
            exact = h_s + h_t - h_st, h_st - h_t, h_st - h_s
            assert max(map(abs, found[t, s] - exact)) <= rounding(64)


@pytest.mark.full
@pytest.mark.parametrize("name", ["uniform", "sixths and twelfths", "an output without mass"])
def test_zeros_are_exact_and_only_where_fractions_are_independent_or_refine(name):
    weights, rows = LAWS[name], partitions(6).tolist()
    found = {name: np.asarray(v) for name, v in every_efficiency(weights, everything).items()}
    for t, s in itertools.product(range(0, len(rows), 7), range(len(rows))):
        both = len(masses(weights, rows[s], rows[t]))
        assert (found["gain"][t, s] == 0) == independent(weights, rows[s], rows[t])
        assert (found["waste"][t, s] == 0) == (both == len(masses(weights, rows[t])))
        assert (found["miss"][t, s] == 0) == (both == len(masses(weights, rows[s])))


def test_independent_halves_gain_exactly_nothing_where_differences_of_entropies_do_not():
    signal, task, differences = [0, 0, 1, 1], [0, 1, 0, 1], []
    for k in range(2, 12):
        weights = [1, k, 3, 3 * k]
        h_s, h_t, h_st = (entropy_of(masses(weights, *labels)) for labels in ([signal], [task], [signal, task]))
        differences.append(h_s + h_t - h_st)
        assert every_efficiency(weights, everything, [signal], [task])["gain"][0, 0] == 0
    assert any(differences)


def test_a_faint_dependence_keeps_its_digits():
    e = 2.0**-20
    weights, signal, task = [1 + e, 1 - e, 1 - e, 1 + e], [[0, 0, 1, 1]], [[0, 1, 0, 1]]
    gain = every_efficiency(weights, everything, signal, task)["gain"][0, 0]
    series = (e**2 / 2 + e**4 / 12) / math.log(2)  # 1 - h((1 + e) / 2)
    assert abs(gain - series) <= rounding(4) * series


def test_it_agrees_with_the_measure_for_any_law():
    rng = np.random.default_rng(0)
    law = rng.dirichlet(np.ones(5))
    signals, tasks = partitions(5)[1::13], partitions(5)[2::17]
    found = every_efficiency(law, everything, signals, tasks, batch=3)
    one = jax.jit(lambda s, t: efficiency(joint(law, "Y"), s, "Y", t))
    for t, s in itertools.product(range(len(tasks)), range(len(signals))):
        expected = one(jnp.asarray(signals[s]), jnp.asarray(tasks[t]))
        assert np.allclose([found[k][t, s] for k in expected._fields], expected, rtol=0, atol=rounding(125))


def test_what_is_constant_on_the_outputs_with_mass_is_undefined_for_any_law():
    silent, tasks = [0, 0, 0, 0, 0, 1], partitions(6)[::9]
    for seed in range(5):
        weights = [
            *np.random.default_rng(seed).exponential(size=5),
            0.0,
        ]  # their sum rounds, and so do products with it
        assert np.isnan(every_efficiency(weights, everything, [silent], tasks)["eta"]).all()
        recall = every_efficiency(weights, everything, tasks, [silent] * 40)["recall"]
        assert np.isnan(recall).all()


def test_labels_need_not_be_small():
    found = every_efficiency([1, 1, 1], everything, [[7, 7, 100]], [[3, 9, 9]])
    assert np.allclose(found["gain"], math.log2(3) - 4 / 3, rtol=0, atol=rounding(9))


def test_what_is_kept_is_what_the_caller_reduces_to():
    found = every_efficiency([1] * 4, lambda e: jnp.nanmax(e.eta))
    assert found.shape == (15,)
    assert (found[1:] == 1).all()  # the task itself is a signal without waste
    assert found[0] == 0


@pytest.mark.parametrize("weights", [[1, -1, 1], [0, 0], [[1, 1]], [1, math.nan], [1, math.inf]])
def test_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match="weights are"):
        every_efficiency(weights, everything)


@pytest.mark.parametrize(
    ("rows", "match"),
    [([[0, 1]], "give one row each, with 3 labels"), ([[0, -1, 1]], "partition has the labels"), ([0, 1, 1], "shape")],
)
def test_rows_that_are_no_partitions_are_refused(rows, match):
    with pytest.raises(ValueError, match=match):
        every_efficiency([1, 1, 1], everything, signals=rows)


def test_more_signals_than_fit_in_memory_are_refused():
    with pytest.raises(ValueError, match=r"115975 signals on 10 outputs .* give fewer signals at a time"):
        every_efficiency([1] * 10, everything)
