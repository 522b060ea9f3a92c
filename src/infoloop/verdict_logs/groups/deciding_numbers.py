r"""Which number tells whether a group carries a gradient: its advantages where they are logged, else its rewards.

A group carries no policy gradient if and only if all its advantages are 0. Where they are logged, they decide. Equal
rewards make them 0 only where the baseline is the mean of the group (GRPO, RLOO, Dr. GRPO, DAPO), not under a baseline
of the batch (REINFORCE++), of a greedy answer (ReMax) or of a value function (PPO), nor with KL in the reward.

**Zero but for rounding.** A trainer computes $(r_i-\bar r)/d$ in float32, unit roundoff $u=2^{-24}$. TRL and ms-swift
add $10^{-4}$ to the standard deviation, others do not divide, so that $d\ge10^{-4}$. Rewards are sums of at most four
terms here, each of at most |r|, so that equal ones differ by $8u|r|$ at most; a mean of n numbers, summed in any order,
is off by $nu|r|$ at most. In a group of equal rewards advantages about the mean are therefore at most
$(n+8)u|r|/10^{-4}$: .01 for n = 8 and |r| = 1. In a group whose rewards differ by more only 0 is 0. Where no reward is
logged |r| = 1 is taken, and only advantages that are one number can be rounding.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import measured_place

LIVE, ALL_FAIL, ALL_PASS, EQUAL, ALONE = range(5)
LEAST_DIVISOR = 1e-4  # what TRL and ms-swift add to the standard deviation of rewards
_UNIT = 2.0**-24  # of float32, in which trainers compute
_SUM = 8  # units by which equal rewards may differ: sums of four terms, in two orders


class GroupKinds(NamedTuple):
    """What each group of a table is, and what tells it.

    Attributes:
        kind: 0 live, 1 dead and all failed, 2 dead and all passed, 3 dead otherwise, 4 nothing to compare.
        by_advantage: Whether the advantages decide: all rollouts of the group have one.
        equal_but_live: Whether its rewards are equal and its advantages are not 0.
    """

    kind: np.ndarray
    by_advantage: np.ndarray
    equal_but_live: np.ndarray


def deciding_number(table: GroupTable) -> int:
    """Return the place of the number that tells dead groups.

    It is the advantage, else the reward, else a component that is the only one, else the first verdict, else the first
    component.

    Args:
        table: Groups of a log.

    Raises:
        ValueError: There is none of these.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> table = collect_groups([Rollouts(np.array(["a"]), np.ones(1), verdicts={"tests": np.ones(1)})])
    >>> table.measured[deciding_number(table)]
    Measured(kind='verdict', name='tests')
    """
    place = next((i for i in (table.place("advantage"), _number_for_equality(table)) if i is not None), None)
    if place is None:
        raise ValueError("the log has no reward, advantage or verdict: name the column of one")
    return place


def _number_for_equality(table: GroupTable) -> int | None:
    """Return the place of the number whose equality stands for that of the rewards; None without any."""
    components = [i for i, a in enumerate(table.measured) if a.kind == "component"]
    found = (table.place("reward"), components[0] if len(components) == 1 else None, table.place("verdict"))
    return next((i for i in (*found, table.place("component")) if i is not None), None)


@host_only
def kinds_of_groups(table: GroupTable) -> GroupKinds:
    """Return which groups carry no gradient, by their advantages where all rollouts of a group have one.

    Args:
        table: Groups of a log.

    Raises:
        ValueError: The log has no reward, advantage or verdict.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> problem, advantage = np.array(["a", "a", "b", "b"]), np.array([0.0, 0.0, 0.9, 0.9])
    >>> part = Rollouts(problem, np.arange(4), reward=np.ones(4), advantage=advantage)
    >>> found = kinds_of_groups(collect_groups([part]))
    >>> found.kind.tolist(), found.equal_but_live.tolist()
    ([3, 0], [False, True])
    """
    deciding_number(table)
    groups = table.size.size
    dead, known, by_advantage = (np.zeros(groups, bool) for _ in range(3))
    place, advantage, judge = _number_for_equality(table), table.place("advantage"), table.place("verdict")
    if place is not None:
        dead, known = table.least[:, place] == table.largest[:, place], table.count[:, place] > 1
    if advantage is not None:
        by_advantage = (table.count[:, advantage] == table.size) & (table.size > 0)
        zero = _greatest(table, advantage) <= advantage_rounding(table)
        dead, known = np.where(by_advantage, zero, dead), known | by_advantage
    kind = np.where(dead, EQUAL, LIVE)
    if judge is not None:
        compared = table.size if place is None else np.where(by_advantage, table.size, table.count[:, place])
        judged = dead & (table.count[:, judge] == compared)
        kind[judged & (table.total[:, judge] == 0)] = ALL_FAIL
        kind[judged & (table.total[:, judge] == table.count[:, judge])] = ALL_PASS
    kind[~known] = ALONE
    return GroupKinds(kind, by_advantage, by_advantage & ~dead & _equal_rewards(table) & (table.size > 1))


def advantage_rounding(table: GroupTable) -> np.ndarray:
    """Return up to which size the advantages of each group are 0 but for the rounding of the trainer.

    Args:
        table: Groups of a log with advantages.

    Raises:
        ValueError: The log has no advantages.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> problem, zero = np.repeat(["a", "b"], 8), np.zeros(16)
    >>> part = Rollouts(problem, np.arange(16), reward=np.append(np.ones(8), np.arange(8) / 8), advantage=zero)
    >>> advantage_rounding(collect_groups([part])).round(4).tolist()
    [0.0095, 0.0]
    """
    scale, advantage = _rewards(table)[0], measured_place(table, "advantage")
    unknown = np.isnan(scale)
    one_number = table.least[:, advantage] == table.largest[:, advantage]
    equal = np.where(unknown, one_number, _equal_rewards(table))
    bound = (table.size + _SUM) * _UNIT * np.where(unknown, 1.0, scale) / LEAST_DIVISOR
    return np.where(equal, bound, 0.0)


def _equal_rewards(table: GroupTable) -> np.ndarray:
    scale, spread = _rewards(table)
    return spread <= _SUM * _UNIT * scale  # none logged: NaN, so false


def _rewards(table: GroupTable) -> tuple[np.ndarray, np.ndarray]:
    """Return a bound of |reward| in each group, and of the spread of rewards; NaN where none is logged."""
    places = _reward_places(table)
    if not places:
        return np.full(table.size.size, np.nan), np.full(table.size.size, np.nan)
    there = table.count[:, places] > 0
    greatest = np.stack([_greatest(table, place) for place in places], axis=1)
    spread = np.where(there, table.largest[:, places] - table.least[:, places], 0.0)
    uneven = there & (table.count[:, places] < table.size[:, None])  # some rollouts have it, and some not
    spread = np.where(uneven, np.maximum(spread, greatest), spread)
    scale = np.where(there, greatest, 0.0).sum(axis=1)
    return np.where(there.any(axis=1), scale, np.nan), spread.sum(axis=1)


def _reward_places(table: GroupTable) -> list[int]:
    reward = table.place("reward")
    return [i for i, a in enumerate(table.measured) if a.kind == "component"] if reward is None else [reward]


def _greatest(table: GroupTable, place: int) -> np.ndarray:
    return np.maximum(np.abs(table.least[:, place]), np.abs(table.largest[:, place]))


@host_only
def verdict_decides(table: GroupTable, kind: np.ndarray) -> bool:
    """Return whether a group is live just where it has both verdicts, so that pass rates tell chances to be live.

    Args:
        table: Groups of a log.
        kind: Of each group (`kinds_of_groups`).

    Returns:
        True where the verdict is the deciding number; else whether every group of the log is as its verdicts say, and
        each reward that varies is one number for right answers and a smaller one for wrong answers.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> problem, right = np.array(["a", "a", "b", "b"]), np.array([0.0, 1, 1, 1])
    >>> def decides(reward):
    ...     table = collect_groups([Rollouts(problem, np.arange(4), reward=reward, verdicts={"tests": right})])
    ...     return verdict_decides(table, kinds_of_groups(table).kind)
    >>> decides(2 * right - 1), decides(right + np.array([0, 0, 0.5, 0]))
    (True, False)
    """
    judge = table.place("verdict")
    if judge is None:
        return False
    if table.measured[deciding_number(table)].kind == "verdict":
        return True
    whole = (table.count[:, judge] == table.size) & (kind != ALONE)
    mixed = table.least[:, judge] < table.largest[:, judge]
    if not whole.any() or ((kind == LIVE) != mixed)[whole].any():
        return False
    follow = [_follows(table, place, judge, whole) for place in _reward_places(table)]
    varies = table.least[whole, judge].min() < table.largest[whole, judge].max()
    return False not in follow and (not varies or not follow or True in follow)


def _follows(table: GroupTable, place: int, judge: int, whole: np.ndarray) -> bool | None:
    """Return whether a reward has its largest value just for right answers, else its least; None if it is constant."""
    whole = whole & (table.count[:, place] == table.size)
    if not whole.any():
        return False
    low, high = table.least[whole, place].min(), table.largest[whole, place].max()
    if low == high:
        return None
    n, right = table.size[whole].astype(float), table.total[whole, judge]
    of_right = table.products[place][judge][whole]
    off = np.abs(high * right - of_right) + np.abs(table.total[whole, place] - of_right - low * (n - right))
    rounding = 4 * np.finfo(float).eps * n**2 * max(abs(low), abs(high))  # of three sums of n terms and their products
    return bool((off <= rounding).all())
