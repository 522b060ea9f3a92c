"""Groups of a log against plain Python that knows all rows at once, whatever parts the log is read in."""

import itertools
import math
from collections import Counter, defaultdict

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.groups import group_table
from infoloop.verdict_logs.groups.group_table import Measured, collect_groups
from infoloop.verdict_logs.rollouts import Rollouts

COLUMNS = {
    "reward": ("reward", ""),
    "form": ("component", "form"),
    "tests": ("verdict", "tests"),
    "judge": ("verdict", "judge"),
}


def made_rows(seed: int, n: int = 300) -> list[dict]:
    """Rows of a log with holes: NaN, groups apart, repeated attempts, answers that come again."""
    draw = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        rows.append(
            {
                "problem": f"p{draw.integers(12)}", "step": int(draw.integers(4)) - 1, "group": f"g{draw.integers(2)}",
                "attempt": int(draw.integers(40)), "reward": float(draw.integers(-2, 3)) / 4,
                "form": [0.0, 1.0, math.nan][draw.integers(3)], "tests": [0.0, 1.0, math.nan][draw.integers(3)],
                "judge": float(draw.integers(2)), "answer": [None, "a", "b", "c"][draw.integers(4)], "row": i + 1,
            }
        )  # fmt: skip
    return rows


def part_of(rows: list[dict], without: tuple[str, ...] = ()) -> Rollouts:
    def array(name, kind):
        return np.array([row[name] for row in rows], kind)

    return Rollouts(
        array("problem", object),
        array("row", int),
        step=array("step", int),
        group=array("group", object),
        attempt=array("attempt", int),
        reward=array("reward", float),
        rewards={name: array(name, float) for name in ("form",) if name not in without},
        verdicts={name: array(name, float) for name in ("tests", "judge") if name not in without},
        answer=array("answer", object),
        left_out={"no prompt": 1},
    )


def parts_of(rows: list[dict], sizes: tuple[int, ...]) -> list[Rollouts]:
    ends = np.cumsum((0, *sizes, len(rows)))
    return [part_of(rows[a:b]) for a, b in itertools.pairwise(ends)]


def slow_groups(rows: list[dict]) -> dict:
    """The rows of each group, in the order of steps and of the log."""
    groups = defaultdict(list)
    for row in rows:
        groups[row["problem"], row["step"], row["group"]].append(row)
    return dict(sorted(groups.items(), key=lambda item: item[0][1]))


def answer_entropy(rows: list[dict]) -> float:
    times = Counter(row["answer"] for row in rows if row["answer"] is not None)
    n = sum(times.values())
    return -sum(c / n * math.log2(c / n) for c in times.values()) if n else math.nan


def answers_of(table):
    assert table.distinct_answers is not None
    assert table.answer_bits is not None
    assert table.answered is not None
    return table.distinct_answers, table.answer_bits, table.answered


@pytest.mark.parametrize("sizes", [(), (1, 7, 100), (60,) * 4, (3,) * 99])
def test_it_is_what_a_loop_over_all_rows_gives(sizes):
    rows = made_rows(3)
    table, groups = collect_groups(parts_of(rows, sizes)), slow_groups(rows)
    assert table.left_out == {"no prompt": len(parts_of(rows, sizes))}
    assert [(table.problems[p], s) for p, s in zip(table.problem, table.step, strict=True)] == [
        key[:2] for key in groups
    ]
    assert table.problems.tolist() == sorted({row["problem"] for row in rows})
    assert table.size.tolist() == [len(found) for found in groups.values()]
    assert table.measured == tuple(Measured(*COLUMNS[name]) for name in ("reward", "form", "tests", "judge"))
    for g, found in enumerate(groups.values()):
        for i, a in enumerate(COLUMNS):
            given = [row[a] for row in found if not math.isnan(row[a])]
            assert (table.count[g, i], table.total[g, i]) == (len(given), sum(given))
            ends = (min(given), max(given)) if given else (math.nan, math.nan)
            assert np.array_equal((table.least[g, i], table.largest[g, i]), ends, equal_nan=True)
            for j, b in enumerate(COLUMNS):
                both = [row[a] * row[b] for row in found if not math.isnan(row[a] * row[b])]
                assert table.products[i][j][g] == sum(both)
        answers = [row["answer"] for row in found if row["answer"] is not None]
        distinct, bits, answered = answers_of(table)
        assert (distinct[g], answered[g]) == (len(set(answers)), len(answers))
        assert bits[g] == pytest.approx(answer_entropy(found), abs=rounding(8), nan_ok=True)


def test_patterns_of_verdicts_are_counted_by_step():
    rows = made_rows(4)
    table, groups = collect_groups(parts_of(rows, (50, 50))), slow_groups(rows)
    digit = {0.0: 0, 1.0: 1}
    kept = [row for found in groups.values() for row in found]
    wanted = Counter((row["step"], 3 * digit.get(row["tests"], 2) + digit[row["judge"]]) for row in kept)
    assert table.steps.tolist() == [-1, 0, 1, 2]
    places = zip(*np.nonzero(table.judged), strict=True)
    places = zip(*np.nonzero(table.judged), strict=True)
    assert {(table.steps[s], k): table.judged[s, k] for s, k in places} == wanted


def test_parts_with_other_components_are_aligned_by_name():
    rows = [row | {"attempt": i} for i, row in enumerate(made_rows(5))]
    table = collect_groups([part_of(rows[:100], without=("tests", "form")), part_of(rows[100:], without=("judge",))])
    names = [a.name for a in table.measured]
    assert names == ["", "form", "judge", "tests"]
    for name, given in (("judge", rows[:100]), ("form", rows[100:])):
        values = [row[name] for row in given if not math.isnan(row[name])]
        place = names.index(name)
        assert (table.count[:, place].sum(), table.total[:, place].sum()) == (len(values), sum(values))
    assert not table.products[1][2].any()
    judged = table.judged.sum(0).reshape(3, 3)  # by judge, tests
    assert judged[:2, :2].sum() == 0
    assert judged[:2, 2].sum() == 100
    assert judged[2].sum() == 200


def test_a_log_without_steps_groups_and_attempts_has_a_group_for_each_problem():
    part = Rollouts(np.array(["b", "a", "b"]), np.arange(3), verdicts={"tests": np.array([1.0, 0.0, 1.0])})
    table = collect_groups([part])
    assert (table.size.tolist(), table.has_steps, table.steps.tolist()) == ([2, 1], False, [0])
    assert (table.distinct_answers, table.answer_bits, table.answered, table.left_out) == (None, None, None, {})


def test_steps_that_go_back_are_counted_also_between_parts():
    steps = [np.array([1, 2, 1]), np.array([0, 3])]
    table = collect_groups([Rollouts(np.full(s.size, "a", object), s, step=s, reward=np.ones(s.size)) for s in steps])
    assert (table.stepped_back, table.step.tolist(), table.size.tolist()) == (2, [0, 1, 2, 3], [1, 2, 1, 1])


def test_infinite_numbers_are_missing_and_counted():
    table = collect_groups([Rollouts(np.array(["a", "a"]), np.arange(2), reward=np.array([np.inf, 1.0]))])
    assert (table.count.tolist(), table.total.tolist()) == ([[1]], [[1.0]])
    assert table.left_out == {"reward that is infinite, of a rollout that is not left out": 1}


def test_answers_beyond_the_memory_are_summed_and_a_group_that_comes_back_is_unknown(monkeypatch):
    monkeypatch.setattr(group_table, "MOST_ANSWERS", 3)
    given = ("a", "xyzzx"), ("b", "x"), ("c", "uvwu"), ("b", "y"), ("a", "x"), ("d", "pq")
    parts = [Rollouts(np.full(len(a), p, object), np.arange(len(a)), answer=np.array([*a], object)) for p, a in given]
    table = collect_groups(parts)
    wanted = [math.nan, math.nan, 1.5, 1.0]
    distinct, bits, answered = answers_of(table)
    assert np.array_equal(bits, wanted, equal_nan=True)
    assert np.array_equal(distinct, [math.nan, math.nan, 3, 2], equal_nan=True)
    assert answered.tolist() == [6, 2, 4, 2]


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            Rollouts(np.array(["a"]), np.ones(1), verdicts={"t": np.array([0.5])}),
            "a verdict of 't' is 0.5: give 1 for right",
        ),
        (Rollouts(np.array(["a"]), np.ones(1), step=np.ones(2)), r"step has shape \(2,\) and there are 1 problems"),
        (Rollouts(np.array([]), np.ones(0), left_out={"no prompt": 3}), "no rollout to audit: 3 left out: no prompt"),
    ],
)
def test_bad_input_is_named(part, message):
    with pytest.raises(ValueError, match=message):
        collect_groups([part])
