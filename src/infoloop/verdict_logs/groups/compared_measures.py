"""What two runs are compared by: a number of each problem in each, at as many attempts as both have."""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.groups.attempt_exchange import PairedCounts, SubsetValue, subset_entropy, subset_law
from infoloop.verdict_logs.groups.dead_groups import ALL_FAIL, ALONE, LIVE, DeadGroups, find_dead_groups
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import measured_names, measured_place

_TELL_DEAD = {"reward", "component", "advantage", "verdict"}


class ComparedMeasure(NamedTuple):
    """A number of each common problem in two runs.

    Attributes:
        name: "pass_rate", "bits", "dead", "dead_all_fail", "reward", "length", or "component NAME".
        first, second: It, NaN where a problem has none.
        equal: Whether each problem has as many attempts in both runs, in as many groups.
        size: How many attempts both runs are looked at with, where they had to be cut; else None.
        counts: Of problems in both runs, and the `value` made of them; None where it is not made of verdicts.
        value: From passes, attempts and the common number of attempts.
        refused: Why it cannot be compared; empty where it can.
    """

    name: str
    first: np.ndarray
    second: np.ndarray
    equal: bool
    size: int | None = None
    counts: PairedCounts | None = None
    value: SubsetValue | None = None
    refused: str = ""


class _Pair(NamedTuple):
    """Two tables and where their common problems stand in each."""

    tables: tuple[GroupTable, GroupTable]
    at: tuple[np.ndarray, np.ndarray]

    def sums(self, run: int, values: np.ndarray) -> np.ndarray:
        table = self.tables[run]
        return np.bincount(table.problem, values, len(table.problems))[self.at[run]]

    def names(self, kind: str) -> tuple[str, ...]:
        """Return the names that both have of a kind; of other kinds than components the first one's, if both have."""
        first, second = (measured_names(table, kind) for table in self.tables)
        return tuple(name for name in first if name in second or kind != "component") if second else ()


@host_only
def measure_pairs(
    first: GroupTable, second: GroupTable, at: tuple[np.ndarray, np.ndarray]
) -> tuple[ComparedMeasure, ...]:
    """Return what both runs measured, by problem.

    Args:
        first: Groups of one run.
        second: Groups of another.
        at: Where the common problems stand in `problems` of each.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> part = Rollouts(np.array(["a", "a"]), np.arange(2), verdicts={"tests": np.array([1.0, 0.0])})
    >>> table, here = collect_groups([part]), np.array([0])
    >>> [(one.name, one.first.tolist()) for one in measure_pairs(table, table, (here, here))]
    [('pass_rate', [0.5]), ('bits', [1.0]), ('dead', [0.0]), ('dead_all_fail', [0.0])]
    """
    pair = _Pair((first, second), at)
    found = [*_of_verdicts(pair)] if pair.names("verdict") else []
    if all(_TELL_DEAD & {one.kind for one in table.measured} for table in pair.tables):
        found += _of_dead_groups(pair)
    found += [_mean(pair, kind, kind, "") for kind in ("reward", "length") if pair.names(kind)]
    found += [_mean(pair, f"component {name}", "component", name) for name in pair.names("component")]
    return tuple(found)


def _counted(pair: _Pair, kind: str, name: str = "") -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Return sums and counts of a number by problem, in each run."""
    places = [measured_place(table, kind, name) for table in pair.tables]
    both = list(enumerate(zip(pair.tables, places, strict=True)))
    return (
        [pair.sums(run, table.total[:, place]) for run, (table, place) in both],
        [pair.sums(run, table.count[:, place]) for run, (table, place) in both],
    )


def _mean(pair: _Pair, label: str, kind: str, name: str) -> ComparedMeasure:
    (a, b), (m, n) = _counted(pair, kind, name)
    return ComparedMeasure(label, _ratio(a, m), _ratio(b, n), _as_many(m, n))


def _as_many(first: np.ndarray, second: np.ndarray) -> bool:
    some = (first > 0) & (second > 0)
    return bool((first == second)[some].all())


def _of_verdicts(pair: _Pair) -> tuple[ComparedMeasure, ComparedMeasure]:
    passes, attempts = _counted(pair, "verdict")
    k, n = ([x.astype(np.int64) for x in part] for part in (passes, attempts))
    size, equal = np.minimum(*n), _as_many(*n)
    counts = PairedCounts((k[0], k[1]), (n[0], n[1]), size)
    rate = ComparedMeasure("pass_rate", _ratio(k[0], n[0]), _ratio(k[1], n[1]), equal, None, counts, _rate)
    told = np.where((size > 1) | ((n[0] == n[1]) & (size > 0)), 1.0, math.nan)  # one verdict of several has no entropy
    ends = [subset_entropy(k[run], np.maximum(n[run], 1), np.maximum(size, 1)) * told for run in (0, 1)]
    cut = None if equal else _shown_size(size[size > 1])
    return rate, ComparedMeasure("bits", ends[0], ends[1], equal, cut, counts, subset_entropy)


def _rate(passes: np.ndarray, attempts: np.ndarray, _: np.ndarray) -> np.ndarray:
    return passes / attempts


def _of_dead_groups(pair: _Pair) -> list[ComparedMeasure]:
    dead = [find_dead_groups(table) for table in pair.tables]
    names = ["dead", *(["dead_all_fail"] if pair.names("verdict") else [])]
    if dead[0].number.kind != dead[1].number.kind:
        why = f"dead by {dead[0].number.kind} before, by {dead[1].number.kind} now"
        none = np.full(len(pair.at[0]), math.nan)
        return [ComparedMeasure(name, none, none, False, refused=why) for name in names]
    groups = [found.kind != ALONE for found in dead]
    sizes = [np.where(of, table.size, 0.0) for of, table in zip(groups, pair.tables, strict=True)]
    by_power = ([pair.sums(run, groups[run] * sizes[run] ** power) for run in (0, 1)] for power in range(3))
    if all(_as_many(*sums) for sums in by_power):  # as many groups, of the same sizes
        whole = {
            "dead": [found.kind != LIVE for found in dead],
            "dead_all_fail": [found.kind == ALL_FAIL for found in dead],
        }
        shares = {
            name: [_ratio(pair.sums(run, sizes[run] * whole[name][run]), pair.sums(run, sizes[run])) for run in (0, 1)]
            for name in names
        }
        return [ComparedMeasure(name, shares[name][0], shares[name][1], True) for name in names]
    if not all(_by_verdict(table, found) for table, found in zip(pair.tables, dead, strict=True)):
        none = np.full(len(pair.at[0]), math.nan)
        return [ComparedMeasure(name, none, none, False) for name in names]
    return _cut_to_size(pair, groups, names)


def _by_verdict(table: GroupTable, dead: DeadGroups) -> bool:
    """Return whether groups are dead just where all their verdicts are equal, so that verdicts tell parts of groups."""
    judge = table.place("verdict")
    if judge is None:
        return False
    compared = dead.kind != ALONE
    one_verdict = table.least[compared, judge] == table.largest[compared, judge]
    whole = table.count[compared, judge] == table.size[compared]
    return bool(whole.all() and (one_verdict == (dead.kind[compared] != LIVE)).all())


def _cut_to_size(pair: _Pair, groups: list[np.ndarray], names: list[str]) -> list[ComparedMeasure]:
    """Return shares of dead groups among those of the size of a problem's smallest one in either run."""
    least = np.full(len(pair.at[0]), np.iinfo(np.int64).max)
    rows, places, of = [], [], []
    for run, table in enumerate(pair.tables):
        place = np.full(len(table.problems), -1)
        place[pair.at[run]] = np.arange(len(least))
        rows.append(np.flatnonzero(groups[run] & (place[table.problem] >= 0)))
        places.append(place[table.problem[rows[run]]])
        of.append(table.size[rows[run]].astype(np.int64))
        np.minimum.at(least, places[run], of[run])
    judges = [measured_place(table, "verdict") for table in pair.tables]
    right = [table.total[r, judge].astype(np.int64) for table, r, judge in zip(pair.tables, rows, judges, strict=True)]
    bin_ = partial(np.bincount, minlength=len(least))
    n = [bin_(place, size).astype(np.int64) for place, size in zip(places, of, strict=True)]
    k = [bin_(place, part).astype(np.int64) for place, part in zip(places, right, strict=True)]
    both = (n[0] > 0) & (n[1] > 0)
    counts = PairedCounts((k[0], k[1]), (n[0], n[1]), np.where(both, least, 0))
    values = {"dead": _one_verdict, "dead_all_fail": _none_right}
    found = []
    for name in names:
        shares = [
            _ratio(bin_(places[run], values[name](right[run], of[run], least[places[run]])), bin_(places[run]))
            for run in (0, 1)
        ]
        size = _shown_size(least[both])
        found.append(ComparedMeasure(name, shares[0], shares[1], False, size, counts, values[name]))
    return found


def _none_right(passes: np.ndarray, attempts: np.ndarray, size: np.ndarray) -> np.ndarray:
    return subset_law(0, passes, attempts, size)


def _one_verdict(passes: np.ndarray, attempts: np.ndarray, size: np.ndarray) -> np.ndarray:
    return subset_law(0, passes, attempts, size) + subset_law(size, passes, attempts, size)


def _shown_size(sizes: np.ndarray) -> int | None:
    return int(np.median(sizes)) if sizes.size else None


def _ratio(top: np.ndarray, bottom: np.ndarray) -> np.ndarray:
    return np.where(bottom > 0, top / np.where(bottom > 0, bottom, 1.0), math.nan)
