"""Mastermind by hand, and the bounds on its queries by brute force."""

import itertools

import pytest

from infoloop.claims.signals.matching_verdicts import (
    fewest_in_tree,
    matches,
    matching_verdicts,
    total_tries,
    tries_of_best_player,
)
from infoloop.statements.certification import certify


def test_a_game_of_two_places_and_two_colours_by_hand():
    assert matches((0, 1), (1, 1)) == 1
    codes = list(itertools.product((0, 1), repeat=2))  # 00 first; 11 has no match; 01 and 10 have one
    assert total_tries(codes, matches) == 1 + 2 + 2 + 3


@pytest.mark.parametrize("grades", [1, 2, 3])
def test_levels_of_a_full_tree_by_counting_each_node(grades):
    def level(node):
        return 1 if node == 0 else 1 + level((node - 1) // grades)

    assert [fewest_in_tree(k, grades) for k in range(20)] == [sum(map(level, range(k))) for k in range(20)]


def test_the_best_player_names_one_of_each_kind_first_and_may_ask_what_is_not_possible():
    one_place = [(colour,) for colour in range(5)]
    assert tries_of_best_player(one_place, matches) == 15  # yes/no: one after the other
    assert (
        tries_of_best_player(one_place, lambda secret, asked: (secret > asked) - (secret < asked)) == 1 + 2 * 2 + 2 * 3
    )
    # each of five codes tells the other five apart, not its own: 4 are left, and one of the others is asked of them
    two_sides = list(itertools.product((0, 1), range(5)))
    told = tries_of_best_player(two_sides, lambda secret, asked: secret[1] if secret[0] != asked[0] else "own side")
    assert told == 10 + 5 + (4 + 4)
    assert tries_of_best_player(list(itertools.product(range(3), repeat=2)), matches) <= total_tries(
        list(itertools.product(range(3), repeat=2)), matches
    )


def test_a_bound_of_one_query_less_is_refuted():
    assert certify(matching_verdicts).counterexample is None
    assert matching_verdicts.exact
    for case in matching_verdicts.edges:
        lesser, greater = matching_verdicts.exact(case)
        assert (lesser - greater).sign() == 0
        other = {**case, "repeats": 2} if case["rank"] else {**case, "grades": 1}
        assert certify(matching_verdicts, [other]).counterexample
