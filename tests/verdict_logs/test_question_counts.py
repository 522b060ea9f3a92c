"""Logs as populations: pass@k of a file, by the subsets of its verdicts."""

import itertools

import pytest

from infoloop.learning.pass_at_k import pass_at
from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.question_counts import counts_of, read_counts

VERDICTS = {"b": [1, 0, 0, 1], "a": [0, 0, 1]}


@pytest.fixture
def log(tmp_path):
    rows = [f"{name},{k},{v}" for name, said in VERDICTS.items() for k, v in enumerate(said)]
    path = tmp_path / "log.csv"
    path.write_text("\n".join(["task,attempt,pass", *rows]) + "\n", encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_log_is_read_as_a_population(log):
    counts = read_counts(log, {"problem": "task"})
    assert counts.attempts.tolist() == [3, 4]
    assert counts.passes.tolist() == [1, 2]
    shares = [[any(s) for s in itertools.combinations(said, 2)] for said in VERDICTS.values()]
    expected = sum(sum(share) / len(share) for share in shares) / 2
    assert abs(pass_at(counts, 2) - expected) <= rounding(2)


def test_beyond_the_fewest_attempts_there_is_no_estimate(log):
    with pytest.raises(ValueError, match=r"k is 4 and a question has n = 3 attempts: no unbiased estimator"):
        pass_at(read_counts(log, {"problem": "task"}), 4)


def test_what_is_no_tally_is_named():
    with pytest.raises(TypeError, match="tally is a list: give a Tally"):
        counts_of([1, 2])  # ty: ignore[invalid-argument-type]
