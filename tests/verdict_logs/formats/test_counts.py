"""Counts of attempts and passes, in the names that public scripts use."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats import counts
from infoloop.verdict_logs.formats.counts import FORMAT
from infoloop.verdict_logs.formats.log_format import LogError, Settings
from tests.support.evaluation_logs import PLAIN, lines, opening_of, read_lines, read_rows, tally

TABLE = "problem,n,c\nHumanEval/0,200,187\nHumanEval/1,200,0\nHumanEval/2,8,8\n"
OTHER = "model,total_generations,passed_tests,note\nm,5,3,x\nm,7,7,\nm,1,0,y\n"


def read_table(text: str, settings: Settings = PLAIN) -> Any:
    """As a reader gives it, in texts."""
    frame = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False, na_values=[""])
    frame.index += 1
    assert FORMAT.wanted
    return FORMAT.rollouts(frame[FORMAT.wanted(list(frame), settings)], Path("counts.csv"), settings)


def independent(text: str, name: str | None, tried: str, passed: str) -> dict:
    rows = list(csv.DictReader(io.StringIO(text)))
    return {row[name] if name else str(k): (int(row[tried]), int(row[passed])) for k, row in enumerate(rows, start=1)}


def test_the_tally_is_that_of_an_independent_reader():
    assert tally(read_table(TABLE)) == {"pass": independent(TABLE, "problem", "n", "c")}
    assert tally(read_table(OTHER)) == {"pass": independent(OTHER, None, "total_generations", "passed_tests")}


def test_lines_and_documents_give_the_same():
    records = [{"task_id": f"t{k}", "num_samples": 10, "num_correct": k, "extra": [k]} for k in range(11)]
    expected = {"pass": {f"t{k}": (10, k) for k in range(11)}}
    assert tally(read_lines(FORMAT, lines(records))) == expected
    assert tally(read_rows(FORMAT, json.dumps(records).encode())) == expected
    assert tally(read_rows(FORMAT, json.dumps({f"t{k}": [10, k] for k in range(11)}).encode())) == expected
    assert tally(read_rows(FORMAT, json.dumps({f"t{k}": {"n": 10, "c": k} for k in range(11)}).encode())) == expected


def test_attempts_have_no_order_and_rows_are_those_of_the_file():
    found = read_table(TABLE)
    assert found.attempt is None
    assert np.unique(found.row, return_counts=True)[1].tolist() == [200, 200, 8]


def test_steps_are_read():
    found = read_table("id,step,n,c\na,10,4,1\na,20,4,3\na,,4,3\na,1.5,4,3\n")
    assert found.step.tolist() == [10] * 4 + [20] * 4
    assert found.verdicts["pass"].tolist() == [1, 0, 0, 0, 1, 1, 1, 0]
    assert found.left_out == {"no step": 2}


def test_what_is_no_count_is_left_out_and_counted():
    found = read_table("problem,n,c\na,4,5\nb,4,-1\nc,4.5,1\nd,nan,1\ne,0,0\n,4,1\nf,inf,1\ng,x,1\nh,4,2\n")
    assert tally(found) == {"pass": {"h": (4, 2)}}
    assert found.left_out == {"no whole numbers with 0 <= passes <= attempts": 6, "no attempts": 1, "no id": 1}


def test_ids_that_are_lists_are_left_out():
    found = read_lines(FORMAT, lines([{"id": [1], "n": 3, "c": 1}, {"id": "\x1b[2K", "n": 3, "c": 1}]))
    assert tally(found) == {"pass": {"\x1b[2K": (3, 1)}}
    assert found.left_out == {"no id": 1}


def test_a_count_beyond_the_bounds_is_refused(monkeypatch):
    with pytest.raises(
        LogError, match=r"^counts\.csv: the counts are of 10,000,000,000,000 attempts, at most 50,000,000"
    ):
        read_table("problem,n,c\na,10000000000000,1\n")
    monkeypatch.setattr(counts, "_MOST_ATTEMPTS", 408)
    assert len(read_table(TABLE).row) == 408
    monkeypatch.setattr(counts, "_MOST_ATTEMPTS", 407)
    with pytest.raises(LogError, match="divide them"):
        read_table(TABLE)


def test_columns_may_be_named():
    settings = Settings(columns={"problem": "model", "attempt": "of", "pass": "ok"})
    assert tally(read_table("model,of,ok\nm,5,3\n", settings)) == {"pass": {"m": (5, 3)}}
    short = Settings(columns={"problem": "model", "n": "of", "c": "ok"})
    assert tally(read_table("model,of,ok\nm,5,3\n", short)) == {"pass": {"m": (5, 3)}}
    with pytest.raises(LogError, match="counts have no reward: leave it out"):
        read_table("problem,n,c\na,4,1\n", Settings(columns={"reward": "c"}))
    with pytest.raises(LogError, match=r"--threshold 0\.5 has no effect"):
        read_table("problem,n,c\na,4,1\n", Settings(threshold=0.5))
    with pytest.raises(LogError, match="there is no column 'okk': did you mean ok"):
        read_table("model,of,ok\nm,5,3\n", Settings(columns={"attempt": "of", "pass": "okk"}))
    with pytest.raises(LogError, match="no one column says how often a problem was tried"):
        read_table("problem,n,total,c\na,4,4,1\n")


@pytest.mark.parametrize(
    ("records", "told"),
    [
        ([{"problem": "a", "n": "200", "c": "187"}], True),
        ([{"Total": 5, "Correct": 5, "model": "m"}], True),
        ([{"a": [4, 1], "b": [4, 4]}], True),
        ([{"a": {"n": 4, "c": 1}}], True),
        ([{"problem": "a", "n": 1, "c": 1}], False),  # equal to a verdict
        ([{"problem": "a", "n": 4, "c": 5}], False),
        ([{"problem": "a", "n": 4, "c": 0.5}], False),
        ([{"problem": "a", "n": 4, "c": 1, "attempt": 3}], False),
        ([{"problem": "a", "n": 4, "total": 4, "c": 1}], False),
        ([{"problem": "a", "c": 1}], False),
        ([], False),
        ([{}], False),
    ],
)
def test_counts_are_told_by_their_names_and_values(records, told):
    assert FORMAT.recognises(opening_of(records)) is told
