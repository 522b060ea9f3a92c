"""Choices of problems by their exact bounds, and what dropping loses, against made logs and enumeration."""

import itertools
import math

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups.group_table import collect_groups
from infoloop.verdict_logs.groups.problem_choice import ADVICE, choose_problems, most_weighted_logs
from infoloop.verdict_logs.rollouts import Rollouts
from tests.support.made_groups import table_of


def table_for(passes, attempts):
    n = len(passes)
    return table_of(np.arange(n), np.zeros(n, int), np.asarray(attempts), np.asarray(passes))


def test_problems_are_chosen_by_what_their_verdicts_leave_possible():
    passes, attempts = [0, 0, 40, 20, 5, 1, 1, 4], [34, 35, 40, 20, 40, 40, 4, 8]
    passes, attempts = [*passes, 39], [*attempts, 40]
    found = choose_problems(table_for(passes, attempts), size=8, most_live=0.5)
    wanted = ["never solved", "drop, always failed", "drop, always passed", "solved", "keep", "rare successes"]
    wanted += ["keep", "keep", "rare failures"]
    assert found.choice.tolist() == wanted
    assert (found.saved, found.saved_share) == (75, 75 / sum(attempts))
    q = 0.05 ** (1 / found.needed)
    assert 1 - q**8 - (1 - q) ** 8 <= 0.5 < 1 - (0.05 ** (1 / 34)) ** 8 - (1 - 0.05 ** (1 / 34)) ** 8
    assert found.needed == 35


def test_saved_rollouts_are_per_step_and_old_steps_may_be_left_out():
    problem, step = np.tile([0, 1], 10), np.repeat(np.arange(10), 2)
    passes = np.where(problem == 0, np.where(step < 5, 4, 0), 4)
    table = table_of(problem, step, np.full(20, 8), passes)
    assert choose_problems(table).saved == 0
    found = choose_problems(table, since=5, most_live=0.5)
    assert (found.saved, found.saved_per_step, found.size, found.count("drop, always failed")) == (40, 8.0, 8, 1)
    with pytest.raises(ValueError, match="since is 10: no step from there on has verdicts; the last step is 9"):
        choose_problems(table, since=10)


@pytest.mark.parametrize(
    ("attempts", "size"), [([9, 4, 6], 6), ([8, 2, 6, 4], 6), ([5, 5, 2], 5), ([1, 1, 1, 4, 6], 6)]
)
def test_the_size_of_groups_to_come_is_that_of_the_middle_one(attempts, size):
    assert choose_problems(table_for([1] * len(attempts), attempts)).size == size


@pytest.mark.parametrize("confidence", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("most_live", [0.3, 0.5, 0.9])
def test_the_attempts_needed_are_the_first_whose_bound_is_low_enough(confidence, most_live):
    def enough(many):
        q = (1 - confidence) ** (1 / many)
        return q > 0.5 and 1 - q**8 - (1 - q) ** 8 <= most_live

    found = choose_problems(table_for([4], [8]), 8, confidence, most_live)
    assert found.needed == next(many for many in itertools.count(1) if enough(many))


def test_edge_problems_are_those_below_the_edge_and_few_attempts_go_by_their_share():
    assert choose_problems(table_for([1], [2]), 3, edge=0.75).choice.tolist() == ["keep"]  # live with 3/4 exactly
    found = choose_problems(table_for([3, 1, 2], [4, 4, 4]), 8, edge=0.95)  # 1 - .75^8 is .90, 1 - 2 / 2^8 is .99
    assert found.choice.tolist() == ["rare failures", "rare successes", "keep"]


def test_rollouts_without_a_verdict_are_saved_and_are_no_attempts():
    table = table_of([0, 1], [0, 0], np.array([40, 40]), np.array([0, 20]))
    table.count[0, 1] = 36
    found = choose_problems(table, 8, most_live=0.5)
    assert (found.attempts.tolist(), found.rollouts.tolist()) == ([36, 40], [40, 40])
    assert (found.saved, found.saved_share, found.choice[0]) == (40, 0.5, "drop, always failed")


def lost_by_hand(enough, dropped, least, size, delta):
    """Live groups and bits at most: `enough` problems have `least` attempts or more, of which some are dropped."""
    thetas = [k / 1000 for k in range(1, 1000)]
    gains = [t * (1 - t) ** ((1 - t) / t) for t in thetas]
    most = min((enough * math.log(1 + g) + math.log(1 / delta)) / t for g, t in zip(gains, thetas, strict=True))
    p = 1 - math.exp(-most / least / dropped)
    bits = 1.0 if p >= 0.5 else -p * math.log2(p) - (1 - p) * math.log2(1 - p)
    return dropped * (1 - (1 - p) ** size), size * dropped * bits


@pytest.mark.parametrize(("confidence", "most_live"), [(0.95, 0.5), (0.6, 0.5), (0.5, 0.99)])
def test_what_is_lost_at_most_is_the_bound_by_hand(confidence, most_live):
    """Two always failed and one always passed; at the last most_live the rates may be above 1/2."""
    passes, attempts = [0, 0, 60, 5, 9, 1], [40, 50, 60, 45, 70, 3]
    found = choose_problems(table_for(passes, attempts), 8, confidence, most_live, edge=0.0)
    assert found.choice.tolist()[:5] == ["drop, always failed"] * 2 + ["drop, always passed"] + ["keep"] * 2
    enough = [n for n in attempts if n >= found.needed]
    assert len(enough) == (6 if most_live == 0.99 else 5)
    parts = [lost_by_hand(len(enough), many, min(enough), 8, (1 - confidence) / 2) for many in (2, 1)]
    groups, bits = (sum(part) for part in zip(*parts, strict=True))
    assert (found.lost_groups, found.lost_bits) == pytest.approx((groups, bits), rel=rounding(8))


def test_nothing_dropped_loses_nothing():
    found = choose_problems(table_for([4, 4], [8, 8]))
    assert (found.saved, found.lost_groups, found.lost_bits) == (0, 0, 0)


@pytest.mark.parametrize("delta", [0.5, 0.2])
def test_the_weighted_sum_exceeds_its_bound_no_more_often_than_it_says(delta):
    """All 2^5 ways in which problems can fail always, at the rates that are worst for one."""
    for attempts, rates in (((3,) * 5, (0.3,) * 5), ((1, 2, 4, 8, 8), (0.5, 0.3, 0.2, 0.1, 0.02))):
        bound, above = most_weighted_logs(5, delta), 0.0
        never = [(1 - p) ** n for n, p in zip(attempts, rates, strict=True)]
        for failed in itertools.product((0, 1), repeat=5):
            mass = math.prod(q if f else 1 - q for f, q in zip(failed, never, strict=True))
            above += mass * (sum(-math.log(q) for f, q in zip(failed, never, strict=True) if f) > bound)
        assert above <= delta


def test_the_factor_of_the_bound_is_the_largest_that_a_problem_can_have():
    step = 1 / 100_000
    y = np.arange(100_001) * step
    for theta in (0.1, 0.5, 0.9):
        best = (1 - theta) ** (1 / theta)
        curved = theta * (1 - theta) * best ** (-1 - theta)
        wanted = theta * (1 - theta) ** ((1 - theta) / theta)
        assert (y ** (1 - theta) - y).max() == pytest.approx(wanted, abs=curved / 2 * step**2)  # one step beside it


@pytest.mark.parametrize(("confidence", "needed"), [(0.95, 6), (0.5, 2)])
def test_the_estimate_of_what_is_lost_is_that_of_all_groups_that_could_have_been_the_last(confidence, needed):
    passes, attempts, size = [0, 1, 2, 5, 6, 2, 1, 3, 4, 1, 1], [6, 6, 7, 6, 6, 6, 5, 7, 7, 3, 2], 3
    found = choose_problems(table_for(passes, attempts), size, confidence, most_live=0.74)
    wanted = 0.0
    for k, n in zip(passes, attempts, strict=True):
        verdicts = [1] * k + [0] * (n - k)
        groups = [set(group) for group in itertools.combinations(range(n), size)]
        parted = [([verdicts[i] for i in g], [verdicts[i] for i in range(n) if i not in g]) for g in groups]
        some = [len(set(last)) == 2 and len(set(rest)) == 1 for last, rest in parted]
        wanted += sum(some) / max(len(some), 1) * (n >= found.needed)
    assert found.needed == needed
    assert found.lost_estimate == pytest.approx(wanted, rel=rounding(6 * len(passes)))


def loss_coverage(logs: int, confidence: float) -> tuple[float, float]:
    """Shares of logs in which dropped problems have no more groups and bits than said; many rates near the worst."""
    draw, held, n = np.random.default_rng(0), np.zeros(2), 8
    for _ in range(logs):
        p = draw.choice([0.0, 0.02, 0.03, 0.5, 0.98], 60)
        found = choose_problems(table_for(draw.binomial(40, p), [40] * 60), n, confidence, most_live=0.5)
        of = p[np.char.startswith(found.choice.astype(str), "drop")]
        q = of[(of > 0) & (of < 1)]
        bits = -n * (q * np.log2(q) + (1 - q) * np.log2(1 - q)).sum()
        held += (1 - of**n - (1 - of) ** n).sum() <= found.lost_groups, bits <= found.lost_bits
    return tuple(held / logs)


def test_what_is_lost_is_no_more_than_said_as_often_as_said():
    assert min(loss_coverage(100, 0.5)) >= 0.5


@pytest.mark.full
def test_what_is_lost_is_no_more_than_said_in_95_of_100_logs():
    assert min(loss_coverage(1000, 0.95)) >= 0.936


@pytest.mark.parametrize(
    ("more", "message"),
    [({"size": 1}, "groups have size 1"), ({"most_live": 1.0}, "most_live is 1.0"), ({"edge": 2.0}, "edge 2.0")],
)
def test_bad_input_is_named(more, message):
    with pytest.raises(ValueError, match=message):
        choose_problems(table_for([4], [8]), **more)


def test_a_dropped_problem_has_one_live_group_in_five_at_most_unless_asked_otherwise():
    found = choose_problems(table_for([0, 0], [107, 108]), size=8)
    assert found.choice.tolist() == ["never solved", "drop, always failed"]
    q, less = (1 - 0.05 ** (1 / n) for n in (108, 107))
    assert 1 - q**8 - (1 - q) ** 8 <= 0.2 < 1 - less**8 - (1 - less) ** 8


def test_an_evaluation_is_judged_by_groups_of_eight_and_what_it_solved_is_not_to_be_sampled_more():
    problem, right = np.repeat(["a", "b", "c"], 64), np.concatenate([np.ones(64), np.zeros(64), np.arange(64) % 2])
    part = Rollouts(problem, np.arange(192), verdicts={"tests": right})
    found = choose_problems(collect_groups([part]))
    assert (found.size, found.assumed_size, found.by) == (8, True, "verdicts")
    assert found.choice.tolist() == ["solved", "never solved", "keep"]
    assert ADVICE["solved"] == "drop or sample less"
    one_step = Rollouts(problem, np.arange(192), step=np.zeros(192), verdicts={"tests": right})
    for asked in (choose_problems(collect_groups([one_step])), choose_problems(collect_groups([part]), size=64)):
        assert (asked.size, asked.assumed_size) == (64, False)


def graded(groups, rewards, rights):
    """Problems of which each has so many groups of four in as many steps, with these rewards and verdicts."""
    many = len(rewards)
    problem = np.repeat([f"p{k}" for k in range(many)], 4 * groups)
    step = np.tile(np.repeat(np.arange(groups), 4), many)
    reward, right = (np.concatenate([np.tile(one, groups) for one in of]) for of in (rewards, rights))
    return Rollouts(problem, np.arange(len(problem)), step=step, reward=reward, verdicts={"tests": right.astype(float)})


def test_graded_rewards_are_counted_by_groups_and_what_is_live_is_not_dropped():
    """All of a problem's 112 answers fail; by verdicts both such problems would be dropped."""
    rewards = [(0, 0.5, 0, 0), (0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 1, 0)]
    rights = [(0, 0, 0, 0), (0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 1, 0)]
    found = choose_problems(collect_groups([graded(28, rewards, rights)]))
    assert (found.by, found.needed, found.lost_bits) == ("groups", 14, None)
    assert (found.groups.tolist(), found.live.tolist()) == ([28] * 4, [28, 0, 0, 28])
    assert found.choice.tolist() == ["never solved", "drop, always failed", "drop, always passed", "keep"]
    assert 0 < found.lost_groups < 2
    few = choose_problems(collect_groups([graded(13, rewards, rights)]))
    assert few.choice.tolist() == ["never solved", "never solved", "solved", "keep"]
    assert 1 - 0.05 ** (1 / 14) <= 0.2 < 1 - 0.05 ** (1 / 13)


def test_the_estimate_of_lost_groups_is_the_share_of_orders_in_which_the_live_one_is_the_last():
    log = graded(20, [(0, 0, 0, 0), (0, 0, 0.5, 1)], [(0, 0, 0, 0), (0, 0, 0, 1)])
    log.reward[3] = 0.5
    found = choose_problems(collect_groups([log]))
    assert (found.live.tolist(), found.lost_estimate) == ([1, 20], 1 / 20)
    assert found.choice.tolist() == ["never solved", "keep"]


def graded_loss_coverage(logs: int, confidence: float) -> float:
    """Share of logs in which dropped problems have no more live groups than said, by their chances to be live."""
    draw, held, groups, problems = np.random.default_rng(1), 0, 14, 30
    for _ in range(logs):
        chance = draw.choice([0.0, 0.03, 0.06, 0.5], problems)
        live = (draw.random((problems, groups)) < chance[:, None]).ravel()
        reward = np.where(live[:, None], [0.0, 0.5], 0.0).ravel()
        problem, step = np.repeat(np.arange(problems).astype(str), 2 * groups), np.tile(np.arange(2 * groups) // 2, 30)
        part = Rollouts(problem.astype(object), np.arange(len(step)), step=step, reward=reward,
                        verdicts={"tests": 0.0 * reward})  # fmt: skip
        found = choose_problems(collect_groups([part]), confidence=confidence)
        assert found.by == "groups"
        gone = found.problems[np.char.startswith(found.choice.astype(str), "drop")].astype(int)
        held += chance[gone].sum() <= found.lost_groups
    return held / logs


@pytest.mark.slow
def test_dropping_by_groups_loses_no_more_than_said_as_often_as_said():
    assert graded_loss_coverage(60, 0.5) >= 0.5


def test_what_is_never_or_always_right_is_told_by_the_verdict_however_live_a_graded_reward_makes_it():
    rewards = [(0, 0.5, 0, 0.25), (1, 0.5, 1, 0.75), (1, 0, 1, 0)]
    rights = [(0, 0, 0, 0), (1, 1, 1, 1), (1, 0, 1, 0)]
    found = choose_problems(collect_groups([graded(28, rewards, rights)]))
    assert (found.by, found.live.tolist()) == ("groups", [28] * 3)
    assert found.choice.tolist() == ["never solved", "solved", "keep"]
