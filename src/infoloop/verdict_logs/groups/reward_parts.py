"""The reward of each group taken apart: what of its spread, and of the advantage's, each component brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import centred_products, measured_names, measured_place, whole_groups

_ROUNDING = 8 * np.finfo(float).eps
_FREE = 1e-6  # a part of a combination of components that is 0 within groups


@dataclass(frozen=True, eq=False)
class RewardParts:
    r"""Sums within groups, one entry for each group that has all numbers, k components.

    Attributes:
        names: Of the components.
        weights: Of the components in the reward; NaN for one that is the same throughout each group, or undetermined.
        undetermined: Which components depend on others linearly, so that their weights do not follow from the reward:
            their own parts mean nothing then, but the sums do.
        weights_from: "given", "fitted" or "equal".
        advantage: Where the advantage is from: "log" or "reward".
        groups: Which groups of the table these are.
        with_reward: $w_kS(c_k,R)$, groups by k.
        reward_squares: $S(R,R)$.
        with_advantage: $S(c_k,A)$, groups by k.
        followed: $b_gw_kS(c_k,A)$, groups by k: what the advantage's spread owes to each component.
        centred_squares: $S(A,A)$.
        squares: $\sum A_i^2$.
        total: $\sum A_i$.
        greatest: An upper bound of $|A_i|$; the greatest itself where the log has the advantage or the reward.
    """

    names: tuple[str, ...]
    weights: np.ndarray
    undetermined: np.ndarray
    weights_from: str
    advantage: str
    groups: np.ndarray
    with_reward: np.ndarray
    reward_squares: np.ndarray
    with_advantage: np.ndarray
    followed: np.ndarray
    centred_squares: np.ndarray
    squares: np.ndarray
    total: np.ndarray
    greatest: np.ndarray


def take_reward_apart(table: GroupTable, weights: Mapping[str, float] | None = None) -> RewardParts:
    """Return the reward of each group taken apart.

    A component that a group has of none of its rollouts, as of a task that it does not judge, adds nothing there.

    Args:
        table: Groups of rollouts.
        weights: Of each component in the reward; left out they are fitted to the reward of the log, or are 1.

    Raises:
        ValueError: The log has neither components nor a reward, no group has all numbers, or the weights do not fit.
    """
    names = measured_names(table, "component")
    logged, has_reward = bool(measured_names(table, "advantage")), bool(measured_names(table, "reward"))
    if not names and not has_reward:
        raise ValueError("the log has neither a reward nor components of one: name a column by --columns reward=NAME")
    places = [measured_place(table, "component", name) for name in names]
    extra = [measured_place(table, kind) for kind, there in (("reward", has_reward), ("advantage", logged)) if there]
    groups = whole_groups(table, extra, places)
    if not groups.any():
        raise ValueError(f"none of {len(table.size)} groups has {list_names(names)} and the reward of every rollout")
    s, k = centred_products(table, [*places, *extra], groups), len(names)
    w, weights_from, undetermined = _weights(s, names, weights, has_reward)
    used = np.where(np.isnan(w), 0.0, w)
    of_reward = s[:, :k, k] if has_reward else s[:, :k, :k] @ used
    reward_squares = s[:, k, k] if has_reward else _squares(table, places, groups, s, used)
    live = reward_squares > 0
    safe = np.where(live, reward_squares, 1.0)
    size = table.size[groups]
    if logged:
        a = measured_place(table, "advantage")
        with_advantage, centred = s[:, :k, -1], s[:, -1, -1]
        cross = s[:, k, -1] if has_reward else with_advantage @ used
        slope = np.where(live, cross / safe, 0.0)
        squares, total = table.products[a][a][groups], table.total[groups, a]
        greatest = np.maximum(np.abs(table.least[groups, a]), np.abs(table.largest[groups, a]))
    else:
        slope = np.where(live, np.sqrt(size / safe), 0.0)  # 1 / deviation of the reward
        with_advantage, centred = of_reward * slope[:, None], np.where(live, size.astype(float), 0.0)
        squares, total, greatest = centred, np.zeros(len(size)), _greatest(table, groups, has_reward, slope)
    return RewardParts(
        names, np.where(undetermined, np.nan, w), undetermined, weights_from, "log" if logged else "reward", groups,
        of_reward * used, reward_squares, with_advantage, with_advantage * used * slope[:, None], centred, squares,
        total, greatest,
    )  # fmt: skip


def _weights(
    s: np.ndarray, names: tuple[str, ...], weights: Mapping[str, float] | None, has_reward: bool
) -> tuple[np.ndarray, str, np.ndarray]:
    """Return weights, where they are from, and which of them do not follow from the reward."""
    k = len(names)
    moves = (s[:, range(k), range(k)] > 0).any(axis=0)
    if weights is not None:
        for name in weights:
            if name not in names:
                raise ValueError(f"weights: there is no component {quote(name)}{did_you_mean(name, names)}")
        missing = [name for name in names if name not in weights]
        given = np.array([weights.get(name, np.nan) for name in names], float)
        if missing or not np.isfinite(given).all():
            raise ValueError(f"weights are {given.tolist()} for {list_names(names)}: give a finite number for each")
        return np.where(moves, given, np.nan), "given", np.zeros(k, bool)
    if not has_reward:
        return np.where(moves, 1.0, np.nan), "equal", np.zeros(k, bool)
    found, free = np.full(k, np.nan), np.zeros(k, bool)
    squares, with_reward = s[:, :k, :k].sum(axis=0), s[:, :k, k].sum(axis=0)
    if moves.any():
        scale = np.sqrt(np.diag(squares)[moves])
        values, vectors = np.linalg.eigh(squares[np.ix_(moves, moves)] / np.outer(scale, scale))
        lost = values <= values[-1] * len(values) * np.finfo(float).eps * 8
        kept = vectors[:, ~lost]
        found[moves] = kept @ ((kept.T @ (with_reward[moves] / scale)) / values[~lost]) / scale
        free[moves] = np.abs(vectors[:, lost]).max(axis=1, initial=0.0) > _FREE
    return found, "fitted", free


def _squares(table: GroupTable, places: list[int], groups: np.ndarray, s: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Return S(R, R) of the sum of components, 0 within the rounding of sums of squares: components may cancel."""
    k = len(places)
    found = np.einsum("gij,i,j->g", s[:, :k, :k], w, w)
    roots = [np.sqrt(table.products[c][c][groups] * (s[:, i, i] > 0)) for i, c in enumerate(places)]
    bound = _ROUNDING * k**2 * (np.stack(roots, axis=1) @ np.abs(w)) ** 2
    return np.where(found > bound, found, 0.0)


def _greatest(table: GroupTable, groups: np.ndarray, has_reward: bool, slope: np.ndarray) -> np.ndarray:
    """Return a bound of |A|: of n numbers with mean 0 and mean square 1 none is beyond the root of n - 1."""
    size = table.size[groups]
    bound = np.sqrt(size - 1) * (slope > 0)
    if not has_reward:
        return bound
    r = measured_place(table, "reward")
    mean = table.total[groups, r] / size
    return slope * np.maximum(table.largest[groups, r] - mean, mean - table.least[groups, r])
