"""Expected numbers of signals against enumeration in fractions and against draws."""

import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.coupon_collector import collection_time, equal_collection_time, verdicts_needed
from infoloop.probability.numerics import rounding


def collected(chances, rounds: int) -> Fraction:
    """E  min(collection time, rounds), by the chain over the sets seen: it tends to the expected time."""
    law = {frozenset(): Fraction(1)}
    total = Fraction(0)
    for _ in range(rounds):
        total += sum((mass for seen, mass in law.items() if len(seen) < len(chances)), Fraction(0))
        after: dict = {}
        for seen, mass in law.items():
            for k, p in enumerate(chances):
                after[seen | {k}] = after.get(seen | {k}, Fraction(0)) + mass * p
        law = after
    return total


@pytest.mark.slow
@pytest.mark.parametrize("weights", [(1,), (1, 1), (1, 2, 3), (1, 1, 1, 2)])
def test_collection_is_what_the_chain_over_seen_sets_tends_to(weights):
    chances = [Fraction(w, sum(weights)) for w in weights]
    # every member is missed for 400 draws with probability at most (1 - p)^400 < 1e-21
    assert abs(collection_time([float(p) for p in chances]) - float(collected(chances, 400))) < rounding(256)


def test_a_member_of_probability_zero_is_never_seen():
    assert collection_time([0.5, 0.5, 0.0]) == math.inf


def test_the_chain_catches_a_wrong_sum():
    assert abs(1 / 0.25 - float(collected([Fraction(1, 4), Fraction(3, 4)], 400))) > 0.1


@pytest.mark.parametrize("members", [1, 2, 5, 10])
def test_equal_probabilities_agree_with_the_general_sum(members):
    general = collection_time([1 / members] * members)
    # 2^M terms of size up to M, with both signs
    assert abs(equal_collection_time(members) - general) < rounding(members * 2**members)


@pytest.mark.parametrize(("chances", "message"), [([0.5, 0.6], "chances"), ([1 / 17] * 17, "at most 16 members")])
def test_what_is_no_small_law_is_refused(chances, message):
    with pytest.raises(ValueError, match=message):
        collection_time(chances)


@pytest.mark.parametrize("members", [0, 2.5, True])
def test_a_number_of_members_is_whole(members):
    with pytest.raises(ValueError, match="members"):
        equal_collection_time(members)


def needed(candidates: int, members: int) -> Fraction:
    """By looking at the set of continuations after every verdict."""
    sets = [frozenset(s) for s in itertools.combinations(range(candidates), members)]
    total = 0
    for truth in sets:
        open_sets, asked = sets, 0
        while len(open_sets) > 1:
            open_sets = [s for s in open_sets if (asked in s) == (asked in truth)]
            asked += 1
        total += asked
    return Fraction(total, len(sets))


@pytest.mark.parametrize(("candidates", "members"), [(1, 1), (3, 0), (5, 1), (6, 3), (7, 5)])
def test_verdicts_are_asked_until_one_set_is_left(candidates, members):
    assert abs(verdicts_needed(candidates, members) - float(needed(candidates, members))) < rounding(16)


def test_one_hidden_answer_takes_half_of_the_candidates():
    assert verdicts_needed(9, 1) == 5 - 1 / 9
    assert verdicts_needed(9, 1) != 5


@pytest.mark.parametrize(("candidates", "members"), [(3, 4), (0, 0), (2.5, 1), (3, -1)])
def test_impossible_sets_are_refused(candidates, members):
    with pytest.raises(ValueError, match=r"candidates|members"):
        verdicts_needed(candidates, members)


@pytest.mark.slow
def test_impossible_sets_that_are_traced_give_no_number():
    assert np.isnan(jax.jit(verdicts_needed)(3, 4))
    assert jax.vmap(verdicts_needed, (0, None))(jnp.array([2.0, 4.0]), 1).tolist() == [1.0, 2.25]
