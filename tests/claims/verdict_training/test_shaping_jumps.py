"""The counterexample of the theory map, and a single group by hand."""

from infoloop.claims.verdict_training.enumerated_groups import pass_rate_slope, update_moments
from infoloop.claims.verdict_training.shaping_doses import squared_advantage
from infoloop.claims.verdict_training.shaping_jumps import dead_update, right_like_shaping, softmax_scores
from infoloop.exact.rational_laws import fmpq

POLICY = ("1/4", "1/2", "1/4")


def test_a_bonus_that_every_right_answer_has_lowers_the_slope_from_7_to_6_of_128():
    assert right_like_shaping.exact
    assert right_like_shaping.family
    for case in right_like_shaping.family.members():
        before, after = right_like_shaping.exact(case)
        assert ((before - fmpq(7, 128)).sign(), (after - fmpq(6, 128)).sign()) == (0, 0)


def test_a_sixth_of_what_the_likeliest_failure_gains_comes_from_the_right_answer():
    case = {"policy": POLICY, "right": (1, 0, 0), "bonus": (1, 1, 0), "scores": softmax_scores(POLICY), "size": 2}
    update = dead_update({**case, "rule": "grpo", "root": 1, "part": "all fail", "dose": fmpq(1)})
    masses = [fmpq(1, 4), fmpq(1, 2), fmpq(1, 4)]
    mean = sum(p * u for p, u in zip(masses, update, strict=True))
    moved = [p * (u - mean) for p, u in zip(masses, update, strict=True)]
    assert moved == [fmpq(-1, 128), fmpq(6, 128), fmpq(-5, 128)]


def test_only_groups_of_the_part_are_counted():
    """Two failures of masses 1/2 and 1/4: the pair that differs moves 1/2 (e_1 - e_2) with probability 2/8."""
    case = {"policy": POLICY, "right": (1, 0, 0), "bonus": (1, 1, 0), "scores": softmax_scores(POLICY), "size": 2}
    case = {**case, "rule": "grpo", "root": 1, "part": "all fail", "dose": fmpq(1, 7)}
    assert dead_update(case) == [0, fmpq(1, 8), fmpq(-1, 8)]
    assert dead_update({**case, "part": "all pass"}) == [0, 0, 0]
    assert dead_update({**case, "groups": "all", "dose": fmpq(0)}) == update_moments({**case, "bonus": ()})[0]
    assert update_moments(case)[0] == pass_rate_slope(case)  # groups of two are unbiased


def test_the_third_advantage_depends_on_the_dose():
    assert [squared_advantage((1, 0, 0), (0, 1, 0), fmpq(x), 2) for x in (0, 1)] == [fmpq(1, 2), 2]


def test_the_natural_gradient_has_no_first_order_effect():
    """In coordinates of a tabular softmax it divides what the update gives an output by its probability."""
    masses = [fmpq(1, 4), fmpq(1, 2), fmpq(1, 4)]
    case = {"policy": POLICY, "right": (1, 0, 0), "bonus": (1, 1, 0), "scores": softmax_scores(POLICY), "size": 2}
    update = dead_update({**case, "rule": "grpo", "root": 1, "part": "all fail", "dose": fmpq(1)})
    slope = pass_rate_slope(case)
    assert sum(s * u / p for s, u, p in zip(slope, update, masses, strict=True)) == 0
    assert sum(s * u for s, u in zip(slope, update, strict=True)) == fmpq(-1, 128)
