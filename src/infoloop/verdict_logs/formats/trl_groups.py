"""What TRL's table leaves out, from its rows: which are a group, and how the reward functions were weighted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from infoloop.verdict_logs.label_hashes import hash_labels, mix_hashes
from infoloop.verdict_logs.rollouts import Rollouts

_SUM_IS_ZERO = 1e-3  # of the sum of magnitudes; advantages are float32
_EXPLAINED = 1e-9  # of the squared deviations; what float32 leaves is about 1e-13
_UNIQUE = 1e-6


class Blocks(NamedTuple):
    """Rows that lie side by side and were sampled together.

    Attributes:
        block: A number for each row, the same in a block.
        group: The number of the block among those of the same prompt and step.
        left_out: By reason, which rows are of no whole block.
    """

    block: np.ndarray
    group: np.ndarray
    left_out: Mapping[str, np.ndarray]


def group_blocks(problem: np.ndarray, step: np.ndarray, advantage: np.ndarray | None) -> Blocks:
    """Return the groups of a table in the trainer's order, where rows of a group lie side by side.

    A run is what lies side by side with the same prompt and step. The size of groups is the one by which most rows are
    explained, of the sizes of runs and their greatest common divisor: a run is explained where it has a multiple of the
    size, and the advantages of each block of that size sum to zero, as they do about a baseline of the group. So a
    prompt that stands twice side by side is two groups. Of ties the largest size counts. Where no size above 1 explains
    more than half of the rows, the table is not in this order, and the rows of a prompt in a step are a group.

    Args:
        problem: Names of the prompts.
        step: The steps.
        advantage: The advantages, where the table has them.

    Returns:
        The blocks; rows at the beginning of a step whose group is not whole, and runs of another size, are left out.

    >>> group_blocks(np.array(["a", "a", "b", "b", "b", "b"]), np.zeros(6), None).group.tolist()
    [0, 0, 0, 0, 1, 1]
    """
    if not len(problem):
        return Blocks(np.zeros(0, np.int64), np.zeros(0, np.int64), {})
    changes = (problem[1:] != problem[:-1]) | (step[1:] != step[:-1])
    starts = np.flatnonzero(np.concatenate([[True], changes]))
    lengths = np.diff(np.append(starts, len(problem)))
    first = np.concatenate([[True], step[starts[1:]] != step[starts[:-1]]])
    place = np.arange(len(problem)) - np.repeat(starts, lengths)
    size, explained = _size(lengths, first, place, advantage)
    if not size:
        return Blocks(_codes(problem, step), np.zeros(len(problem), np.int64), {})
    block = np.cumsum(place % size == 0) - 1
    cut = np.repeat(first & ~explained, lengths)
    other = np.repeat(~first & ~explained, lengths)
    reasons = {
        "rows of a group that the log does not have whole": cut,
        f"rows in groups of another size than {size}, as of an evaluation": other,
    }
    left_out = {reason: dropped for reason, dropped in reasons.items() if dropped.any()}
    return Blocks(block, _numbers_among_equals(block, problem, step), left_out)


def implied_weights(rewards: np.ndarray, advantage: np.ndarray, block: np.ndarray) -> np.ndarray | None:
    r"""Return the weights of reward functions that the advantages follow from, the largest of them 1.

    With $R = \sum_k w_k r_k$, a missing $r_k$ counting 0, the advantages of a group are $(R - \bar R) / s$ with a scale
    $s > 0$ of the group's own. So the part of $\sum_k w_k (r_k - \bar r_k)$ that is orthogonal to the advantages is 0
    in every group: $w$ is a null vector of the sum over groups of $C^\top (1 - a a^\top / a^\top a)\, C$.

    Args:
        rewards: By function and row, NaN for none.
        advantage: Of each row.
        block: A number for each row, the same in a group.

    Returns:
        The weights, 0 for what differs in no group; None where they do not follow: no group has advantages, they are of
        another kind, or several weights would do.

    >>> rewards = np.array([[0.0, 1, 1, 0, 1, 0], [0, 0, 1, 1, 1, 0], [5, 3, 8, 2, 1, 1]])
    >>> advantage = rewards[0] + 0.5 * rewards[1] - 0.75
    >>> np.round(implied_weights(rewards, advantage, np.zeros(6, int)), 6).tolist()
    [1.0, 0.5, 0.0]
    """
    if not rewards.size:
        return None
    blocks = int(block.max()) + 1
    sizes = np.bincount(block, minlength=blocks)
    squares = np.bincount(block, advantage**2, blocks)
    live = np.isfinite(squares) & (squares > 0)
    rows = live[block]
    known = np.where(np.isnan(rewards), 0.0, rewards)
    means = np.array([np.bincount(block, values, blocks) / sizes for values in known])
    centred = np.where(rows, known - means[:, block], 0.0)
    norms = np.sqrt((centred**2).sum(1))
    moving = norms > 0
    if not moving.any() or (sizes[live] - 2).sum() <= moving.sum():
        return None
    unit = centred[moving] / norms[moving, None]
    along = np.array([np.bincount(block, np.where(rows, values * advantage, 0.0), blocks) for values in unit])
    along = along[:, live] / np.sqrt(squares[live])
    values, vectors = np.linalg.eigh(unit @ unit.T - along @ along.T)
    direction = vectors[:, 0]
    share = direction @ along
    if values[0] > _EXPLAINED or (len(values) > 1 and values[1] < _UNIQUE) or share.min() * share.max() < 0:
        return None
    weights = np.zeros(len(rewards))
    weights[moving] = np.where(np.abs(direction) > np.sqrt(_UNIQUE), direction / norms[moving], 0.0)
    weights = weights if share.sum() > 0 else -weights
    return weights / np.abs(weights).max()


def differs_within(values: np.ndarray, block: np.ndarray) -> bool:
    """Return whether some block has two different values.

    >>> differs_within(np.array([1.0, 1, 2, 2]), np.array([0, 0, 1, 1]))
    False
    """
    order = np.argsort(block, kind="stable")
    same, differences = np.diff(block[order]) == 0, np.diff(values[order])
    return bool((same & (differences != 0) & ~np.isnan(differences)).any())


def row_signatures(rollouts: Rollouts) -> np.ndarray:
    """Return a hash of what each row of a buffer has: prompt, completion, rewards and advantage, not its step.

    A buffer that is not emptied is written again under a later step: its rows are the end of what was written before
    (`common_end`).

    Args:
        rollouts: The rows.

    >>> found = row_signatures(Rollouts(np.array(["a", "b", "a"]), np.arange(3), answer=np.array([1, 2, 1])))
    >>> bool(found[0] == found[2]), bool(found[0] == found[1])
    (True, False)
    """
    names = sorted(rollouts.rewards)
    found = np.full(len(rollouts.problem), len(names), np.uint64)
    for values in (rollouts.problem, rollouts.answer, rollouts.advantage, *(rollouts.rewards[name] for name in names)):
        if values is not None:
            found = mix_hashes(found, hash_labels(values)[0])
    return found


def common_end(old: np.ndarray, new: np.ndarray) -> int:
    """Return the largest number of entries at the beginning of `new` that are the end of `old`.

    >>> common_end(np.array([1, 2, 1, 2]), np.array([1, 2, 3])), common_end(np.array([1, 2]), np.array([3]))
    (2, 0)
    """
    most = min(len(old), len(new))
    if not most:
        return 0
    ends = np.flatnonzero((old[::-1][:most] == new[0]) & (new[:most] == old[-1]))
    return next((n for n in (ends[::-1] + 1).tolist() if (new[:n] == old[-n:]).all()), 0)


def _size(
    lengths: np.ndarray, first: np.ndarray, place: np.ndarray, advantage: np.ndarray | None
) -> tuple[int, np.ndarray]:
    """Return the size of groups, 0 where none explains more than half of the rows, and which runs it explains."""
    whole = lengths[~first]  # the first run of a step may be cut
    candidates = {*lengths.tolist(), int(np.gcd.reduce(lengths)), int(np.gcd.reduce(whole))} - {0, 1}
    for sums in (advantage, None):  # advantages about no baseline of the group tell nothing
        found = {size: _explained(size, lengths, place, sums) for size in candidates}
        rows = {size: (int(lengths[runs].sum()), size) for size, runs in found.items()}
        best = max(rows, key=rows.__getitem__, default=0)
        if best and 2 * rows[best][0] > lengths.sum():
            return best, found[best] | (lengths == best)
    return 0, np.ones(len(lengths), bool)


def _explained(size: int, lengths: np.ndarray, place: np.ndarray, advantage: np.ndarray | None) -> np.ndarray:
    whole = lengths % size == 0
    if advantage is None:
        return whole
    begins = np.flatnonzero(place % size == 0)
    sums, magnitudes = np.add.reduceat(advantage, begins), np.add.reduceat(np.abs(advantage), begins)
    fits = ~(np.abs(sums) > _SUM_IS_ZERO * magnitudes)  # a NaN says nothing
    run_of_block = np.cumsum(place[begins] == 0) - 1
    return whole & (np.bincount(run_of_block, ~fits, len(lengths)) == 0)


def _codes(problem: np.ndarray, step: np.ndarray) -> np.ndarray:
    problems, steps = np.unique(problem, return_inverse=True)[1], np.unique(step, return_inverse=True)[1]
    return np.unique(problems * (steps.max() + 1) + steps, return_inverse=True)[1]


def _numbers_among_equals(block: np.ndarray, problem: np.ndarray, step: np.ndarray) -> np.ndarray:
    """Return for each row which of the blocks of its prompt and step it is in, from 0."""
    begins = np.flatnonzero(np.concatenate([[True], block[1:] != block[:-1]]))
    codes = _codes(problem[begins], step[begins])
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    heads = np.flatnonzero(np.concatenate([[True], ordered[1:] != ordered[:-1]]))
    within = np.arange(len(codes)) - np.repeat(heads, np.diff(np.append(heads, len(codes))))
    numbers = np.empty(len(codes), np.int64)
    numbers[order] = within
    return numbers[block]
