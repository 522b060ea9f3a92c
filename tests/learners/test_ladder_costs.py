"""What signals tell, counted question by question in plain Python."""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learners.ladder_costs import SignalCosts, signal_costs, signal_price
from infoloop.learners.signal_ladder import SIGNALS, LadderSettings
from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import fewer_contents
from infoloop.worlds.lookup import lookup_world

WORLD = fewer_contents(lookup_world(jax.random.key(0), symbols=3, classes=4, forms=4), 2)
SETTINGS = LadderSettings(some=3, group=5, pairs=7)


def entropy(p):
    return sum(-x * math.log2(x) for x in (p, 1 - p) if x > 0)


@pytest.mark.full
def test_costs_are_those_of_a_count_by_hand():
    passed = np.random.default_rng(3).uniform(0.1, 0.9, (len(SIGNALS), 4, len(WORLD.task)))
    passed[:, 0] = passed[0, 0]  # all signals begin at one base
    found = signal_costs(WORLD, 9, jnp.asarray(passed), 6, SIGNALS, SETTINGS)
    trained = np.flatnonzero(np.array(WORLD.trained))
    assert len(trained) == 2
    for (k, name), look in itertools.product(enumerate(SIGNALS), range(4)):
        told = [0.0] * 4
        for q in trained if look else ():
            refs = {"house": 1, "own": 1, "some": 3, "all": 4}.get(name, 0)
            choices = {"own": 4, "some": math.comb(4, 3)}.get(name, 1)
            verdicts, bits = (36 if name in ("verdict", "best_of_n") else 0), math.log2(4 * choices)
            if name == "preferences":
                p = passed[k, 0, q]
                waits = sum(  # n draws: n - 1 of one kind and then one of the other
                    n * (p ** (n - 1) * (1 - p) + (1 - p) ** (n - 1) * p) for n in range(2, 2000)
                )
                verdicts, bits = 7 * waits, 7 * waits * entropy(p)
            if name in ("samples", "rejection"):
                verdicts = 5 * 6 * look
                bits = 5 * 6 * sum(entropy(passed[k, j, q]) for j in range(look))
            told = [a + b for a, b in zip(told, (refs, int(name == "class"), verdicts, bits), strict=True)]
        for value, expected in zip(found, told, strict=True):
            assert abs(value[k, look] - expected) <= rounding(64) * max(1, expected)


@pytest.mark.slow
def test_a_pair_takes_as_many_verdicts_as_it_takes_to_see_both_kinds():
    """Draws until one is right and one is wrong, 20 000 times; 5 standard errors."""
    rng, p = np.random.default_rng(0), 0.2
    waits = []
    for _ in range(20_000):
        seen, n = set(), 0
        while len(seen) < 2:
            seen.add(rng.random() < p)
            n += 1
        waits.append(n)
    passed = jnp.full((1, 2, len(WORLD.task)), p)
    asked = signal_costs(WORLD, 0, passed, 1, ("preferences",), SETTINGS).verdicts[0, 1] / (2 * 7)
    assert abs(np.mean(waits) - asked) < 5 * np.std(waits) / math.sqrt(20_000)


def test_a_price_below_0_is_refused():
    one = jnp.ones((1, 1))
    with pytest.raises(ValueError, match="label"):
        signal_price(SignalCosts(one, one, one, one), 1.0, -1.0, 0.0)
