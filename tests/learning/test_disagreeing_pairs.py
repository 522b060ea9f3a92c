"""Drawn pairs are of the kind that was asked for, by predictors computed apart."""

import math

import jax
import numpy as np
import pytest

from infoloop.learning.disagreeing_pairs import DRAWS, drawn_pair, predicted
from infoloop.probability.numerics import rounding

KEYS = jax.random.split(jax.random.key(3), 60)
LEAST, MOST = 0.02, 0.45


def by_hand(e, b):
    information = 1 + e * math.log2(e) + (1 - e) * math.log2(1 - e)
    return {"efficiency": information / (1 + b), "information": information, "rate": (1 - 2 * e) / 2**b}


def drawn(draw, least=LEAST, most=MOST):
    pairs = jax.vmap(lambda key: drawn_pair(key, least, most, draw))(KEYS)
    return np.asarray(pairs.crossovers), np.asarray(pairs.idle)


@pytest.mark.slow
@pytest.mark.parametrize(("draw", "rival"), [(1, "information"), (2, "rate")])
def test_the_two_predictors_disagree(draw, rival):
    for flips, idle in zip(*drawn(draw), strict=True):
        first, second = (by_hand(float(e), int(b)) for e, b in zip(flips, idle, strict=True))
        assert (first["efficiency"] - second["efficiency"]) * (first[rival] - second[rival]) < 0, DRAWS[draw]


def test_pairs_as_they_come_are_even_and_of_any_kind():
    flips, idle = drawn(0)
    assert ((flips >= LEAST) & (flips < MOST)).all()
    assert set(idle.ravel().tolist()) == {0, 1, 2, 3}
    # the mean of 120 even numbers; six deviations have a chance of 2e-9
    assert abs(flips.mean() - (LEAST + MOST) / 2) < 6 * (MOST - LEAST) / math.sqrt(12 * flips.size)
    told = [[by_hand(float(e), int(b)) for e, b in zip(*pair, strict=True)] for pair in zip(flips, idle, strict=True)]
    agree = [(a["efficiency"] - b["efficiency"]) * (a["rate"] - b["rate"]) > 0 for a, b in told]
    assert 0 < sum(agree) < len(agree)


@pytest.mark.slow
def test_predictors_are_those_by_hand():
    flips, idle = drawn(0)
    for e, b in zip(flips, idle, strict=True):
        found = predicted(e, b)
        for j in range(2):
            for name, value in by_hand(float(e[j]), int(b[j])).items():
                assert abs(float(found[name][j]) - value) <= rounding(16), name


def test_where_no_pair_can_be_of_the_kind_there_is_none():
    flips, _ = drawn(1, 0.25, 0.25)  # equal crossovers: information agrees with all
    assert np.isnan(flips).all()
