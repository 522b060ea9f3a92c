"""Groups of rollouts: sums, products and extremes of what was measured, group by group, from a log read in parts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import quote
from infoloop.verdict_logs.groups import group_sums
from infoloop.verdict_logs.groups.group_sums import GroupSums, Measured
from infoloop.verdict_logs.label_hashes import MISSING, hash_labels
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

MOST_JUDGES = 4  # verifiers of which patterns of verdicts are counted: the first ones
MOST_ANSWERS = 2_000_000  # different answers of groups in memory; beyond, those so far become sums
_KINDS = ("reward", "component", "verdict", "advantage", "length")


@dataclass(frozen=True, eq=False)
class GroupTable:
    """Groups, the answers of one policy to one problem in one step, in the order of steps, within a step of the log.

    Attributes:
        problems: Names of the problems, each once, sorted.
        problem: The place of each group's problem in `problems`.
        step: The step of each group, 0 where the log has no steps.
        size: How many rollouts each group has.
        measured: What was measured, m numbers a rollout: reward, components, verdicts, advantage, length.
        count: How many rollouts of the group have the number, groups by m.
        total: Sums of the numbers, groups by m.
        products: Sums of products of two numbers over rollouts that have both: m by m arrays of one entry a group.
        least: The least of the numbers, groups by m; NaN where there is none.
        largest: The largest.
        judged: By step (in the order of `steps`) how many rollouts the verifiers (the first four, v of them) judged in
            each way, steps by 3**v: the digits of the place, the first verifier's first, are 0 for wrong, 1 for right,
            2 for no verdict.
        steps: The steps of the log, each once, in order.
        distinct_answers: How many different answers each group has, NaN where they could not be kept; None without
            answers.
        answer_bits: The entropy of the answers of each group, plug-in, in bits; NaN for a group without one; None
            without answers.
        answered: How many rollouts of each group have an answer; None without answers.
        left_out: How many rows of the log are not here, by the reason in words.
        stepped_back: How often a row of the log has a smaller step than the row before it.
        has_steps: Whether the log has steps.
    """

    problems: np.ndarray
    problem: np.ndarray
    step: np.ndarray
    size: np.ndarray
    measured: tuple[Measured, ...]
    count: np.ndarray
    total: np.ndarray
    products: tuple[tuple[np.ndarray, ...], ...]
    least: np.ndarray
    largest: np.ndarray
    judged: np.ndarray
    steps: np.ndarray
    distinct_answers: np.ndarray | None = None
    answer_bits: np.ndarray | None = None
    answered: np.ndarray | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    stepped_back: int = 0
    has_steps: bool = True

    def place(self, kind: str) -> int | None:
        """Return the place in `measured` of the first number of a kind; None if there is none."""
        return next((i for i, a in enumerate(self.measured) if a.kind == kind), None)


@host_only
def collect_groups(parts: Iterable[Rollouts]) -> GroupTable:
    """Return the groups of a log that is read in parts, in memory for groups alone.

    Rollouts of one problem, step and group are a group, wherever they stand, and all count: those that stand twice are
    left out where a log is read (`log_parts`). Numbers that are not finite are as missing ones, and counted in
    `left_out` by their kind.

    Args:
        parts: Rollouts in the order of the log; what is measured may differ from part to part.

    Returns:
        The table of groups. Numbers stand in it by kind, within a kind in the order in which they first come.

    Raises:
        ValueError: There is no rollout, or an array has another length than `problem`.

    >>> part = Rollouts(np.array(["a", "a", "b"]), np.array([1, 2, 3]), reward=np.array([0.0, 1.0, 1.0]))
    >>> table = collect_groups([part, part])
    >>> table.size.tolist(), table.total[:, 0].tolist(), table.problems.tolist()
    ([4, 2], [2.0, 2.0], ['a', 'b'])
    """
    collector = _Collector()
    for part in parts:
        collector.add(part)
    return collector.table()


class _Collector:
    """What is known of a log so far: a pile of sums, joined when it has doubled."""

    def __init__(self) -> None:
        self._problems: dict[str, int] = {}
        self._measured: dict[Measured, None] = {}
        self._pile: list[GroupSums] = []
        self._joined = 0  # groups after the last join
        self._judged: list[pd.Series] = []  # rollouts by step and pattern of verdicts
        self._left_out: Counter[str] = Counter()
        self._answers = self._steps = False
        self._last_step: int | None = None
        self._back = 0

    def add(self, part: Rollouts) -> None:
        """Take in the next rows."""
        self._left_out.update(part.left_out)
        n = len(part.problem)
        if not n:
            return
        numbers = self._numbers(part, n)
        keys = self._keys(part, n)
        group, first = group_sums.number_groups(*keys)
        answers = None if part.answer is None else _hashes(part.answer, n, "answer")
        problem, step, label = (key[first] for key in keys)
        sums = GroupSums(problem, step, label, group_sums.sum_groups(group, numbers))
        if answers is not None:
            self._answers, given = True, ~answers[1]
            pairs = group_sums.count_answers(group[given], answers[0][given], np.ones(int(given.sum()), np.int32))
            sums.answered, sums.answer, sums.times = pairs
        self._judge(keys[1], numbers)
        self._pile.append(sums)
        if sum(sums.problem.size for sums in self._pile) > 2 * self._joined:
            self._join()

    def table(self) -> GroupTable:
        """Return the table of all rows so far, which ends the collection."""
        if not self._pile:
            why = ", ".join(f"{n} left out: {reason}" for reason, n in self._left_out.items())
            raise ValueError(f"no rollout to audit{': ' if why else ''}{why}")
        groups = self._join()
        group_sums.put_answers_away(groups)
        measured = tuple(sorted(self._measured, key=lambda a: _KINDS.index(a.kind)))  # stable
        names = np.fromiter(self._problems, object, len(self._problems))
        by_name = np.argsort(names)
        rank = np.empty_like(by_name)
        rank[by_name] = np.arange(by_name.size)
        step, sums = groups.step, groups.sums
        if (step[1:] < step[:-1]).any():
            order = np.argsort(step, kind="stable")
            step, groups.problem = step[order], groups.problem[order]
            for key in sums:
                sums[key] = sums[key][order]
        steps = step[np.append(True, step[1:] != step[:-1])]
        answers = _answers(sums) if self._answers else (None, None, None)
        columns = {name: _columns(sums, name, measured, step.size) for name in ("count", "total", "least", "largest")}
        return GroupTable(
            problems=names[by_name], problem=rank[groups.problem], step=step, size=sums["size",],
            measured=measured, **columns, products=_products(sums, measured, step.size),
            judged=self._patterns(steps), steps=steps,
            distinct_answers=answers[0], answer_bits=answers[1], answered=answers[2],
            left_out=dict(self._left_out), stepped_back=self._back, has_steps=self._steps,
        )  # fmt: skip

    def _keys(self, part: Rollouts, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        import pandas as pd

        problem, known = np.asarray(part.problem, object), self._problems
        heads = np.flatnonzero(np.append(True, problem[1:] != problem[:-1]))
        codes, names = pd.factorize(problem[heads], use_na_sentinel=False)
        codes = np.repeat(codes, np.diff(heads, append=n))
        ids = np.array([known.setdefault(name, len(known)) for name in names.tolist()], np.int64)
        step = np.zeros(n, np.int64) if part.step is None else _checked(part.step, n, "step").astype(np.int64)
        if part.step is not None:
            ahead = step[0] if self._last_step is None else self._last_step
            self._back += int((np.diff(step, prepend=ahead) < 0).sum())
            self._steps, self._last_step = True, int(step[-1])
        label = np.full(n, MISSING) if part.group is None else _hashes(part.group, n, "group")[0]
        return ids[codes], step, label

    def _numbers(self, part: Rollouts, n: int) -> dict[Measured, np.ndarray]:
        given = {
            Measured("reward", ""): part.reward,
            **{Measured("component", name): x for name, x in part.rewards.items()},
            **{Measured("verdict", name): x for name, x in part.verdicts.items()},
            Measured("advantage", ""): part.advantage,
            Measured("length", ""): part.length,
        }
        numbers = {}
        for a, values in given.items():
            if values is None:
                continue
            x = _checked(np.asarray(values, np.float64), n, " ".join(filter(None, a)))
            endless = np.isinf(x)
            if endless.any():
                self._left_out[f"{a.kind} that is infinite, of a rollout that is not left out"] += int(endless.sum())
                x = np.where(endless, np.nan, x)
            if a.kind == "verdict" and not ((x == 0) | (x == 1) | np.isnan(x)).all():
                wrong = x[~((x == 0) | (x == 1) | np.isnan(x))][0]
                raise ValueError(
                    f"a verdict of {quote(a.name)} is {wrong:g}: give 1 for right, 0 for wrong, NaN for none"
                )
            numbers[a] = x
            self._measured.setdefault(a)
        return numbers

    def _judge(self, step: np.ndarray, numbers: dict[Measured, np.ndarray]) -> None:
        import pandas as pd

        pattern = np.zeros(step.size, np.int64)
        for a in self._judges():
            x = numbers.get(a)
            pattern = 3 * pattern + (2 if x is None else np.where(np.isnan(x), 2, x == 1))
        pattern = pattern * 3 ** (MOST_JUDGES - len(self._judges())) + 3 ** (MOST_JUDGES - len(self._judges())) - 1
        codes, steps = pd.factorize(step)
        cells, place = pd.factorize(codes * 3**MOST_JUDGES + pattern)
        index = pd.MultiIndex.from_arrays([np.asarray(steps)[place // 3**MOST_JUDGES], place % 3**MOST_JUDGES])
        self._judged.append(pd.Series(np.bincount(cells), index))

    def _judges(self) -> list[Measured]:
        return [a for a in self._measured if a.kind == "verdict"][:MOST_JUDGES]

    def _patterns(self, steps: np.ndarray) -> np.ndarray:
        import pandas as pd

        judges = len(self._judges())
        counts = pd.concat(self._judged)
        step, pattern = (counts.index.get_level_values(i).to_numpy() for i in (0, 1))
        judged = np.zeros((steps.size, 3**judges), np.int64)
        np.add.at(judged, (np.searchsorted(steps, step), pattern // 3 ** (MOST_JUDGES - judges)), counts.to_numpy())
        return judged

    def _join(self) -> GroupSums:
        import pandas as pd

        groups = group_sums.join_groups(self._pile)
        if groups.answer.size > MOST_ANSWERS:
            group_sums.put_answers_away(groups)
        self._pile, self._joined = [groups], groups.problem.size
        counts = pd.concat(self._judged)
        self._judged = [counts.groupby(level=[0, 1], sort=False).sum()]
        return groups


def _columns(sums: dict, name: str, measured: tuple[Measured, ...], groups: int) -> np.ndarray:
    """Return a quantity of each number, groups by numbers, and take it out of the sums."""
    found = np.empty((groups, len(measured)), np.int32 if name == "count" else np.float64)
    for i, a in enumerate(measured):
        found[:, i] = sums.pop((name, a))
    return found


def _products(sums: dict, measured: tuple[Measured, ...], groups: int) -> tuple[tuple[np.ndarray, ...], ...]:
    """Return the sums of products, numbers by numbers; of two that no part has together they are 0."""
    none = np.zeros(groups)
    found = {(a, b): sums.pop(("product", a, b), none) for a in measured for b in measured if a <= b}
    return tuple(tuple(found[min(a, b), max(a, b)] for b in measured) for a in measured)


def _answers(sums: dict) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return how many different answers each group has, their entropy, and how many rollouts have one."""
    answered, distinct, surprise, closed = (
        sums.pop((name,)) for name in ("answered", "distinct", "surprise", "closed")
    )
    some = np.where((closed == 1) & (answered > 0), answered, np.nan)
    return np.where(closed > 1, np.nan, distinct), np.log2(some) - surprise / some, answered


def _hashes(labels: np.ndarray, n: int, what: str) -> tuple[np.ndarray, np.ndarray]:
    return hash_labels(_checked(labels, n, what))


def _checked(values: np.ndarray, n: int, what: str) -> np.ndarray:
    values = np.asarray(values)
    if values.shape != (n,):
        raise ValueError(f"{what} has shape {values.shape} and there are {n} problems: give one for each rollout")
    return values
