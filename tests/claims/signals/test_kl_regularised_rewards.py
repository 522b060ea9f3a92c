"""Policies tilted by rewards, by hand."""

from flint import fmpq

from infoloop.claims.signals.kl_regularised_rewards import good_mass, regularised_optimum, regularised_reward, tilted
from infoloop.statements.certification import certify


def test_a_tilted_law_by_hand():
    assert tilted([fmpq(1, 3), fmpq(2, 3)], [fmpq(4), fmpq(1)]) == [fmpq(2, 3), fmpq(1, 3)]
    assert good_mass([fmpq(1, 2), fmpq(1, 4), fmpq(1, 4), fmpq(0)]) == fmpq(3, 4)


def test_every_part_of_the_statement_on_a_binary_reward_is_executed():
    """Rewards that grade the right outputs keep the sum of neither: the share of the first would be another."""
    for case in regularised_reward.edges:
        assert certify(regularised_reward, [case]).counterexample is None
        graded = {**case, "rewards": (2, 1, 1, 0)}
        assert certify(regularised_reward, [graded]).counterexample


def test_the_best_policy_is_best_alone():
    best = regularised_optimum.edges[0]
    assert certify(regularised_optimum, [best]).equal == 1
    assert certify(regularised_optimum).equal == 0
