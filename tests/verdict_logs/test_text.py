"""The text of a log: the ceiling first, whatever the counts."""

import json

import pytest

from infoloop.verdict_logs.log_audit import audit_tally
from infoloop.verdict_logs.text import log_tables, log_text
from tests.support.tallies import tally


def test_the_text_says_first_that_it_is_a_ceiling_and_fits(example):
    lines = log_text(example).splitlines()
    assert lines[0] == "AT MOST 272 BITS   verdicts.csv: 480 verdicts, 60 problems tried 8 times"
    assert len(lines) <= 50
    assert max(map(len, lines)) <= 100
    assert "These are upper bounds" in log_text(example)


def test_problems_that_were_tried_once_are_said_to_be_unknown():
    found = audit_tally(tally((0, 1), (1, 1), (0, 8)))
    assert found.row()["tried_once"] == 2
    assert "tried once  2 problems: every estimate counts them as 0 bits, no ceiling does" in log_text(found)
    assert found.most_bits[:2].tolist() == [1, 1]


@pytest.mark.parametrize(
    "counts", [((0, 1),), ((1, 1),), ((12_345, 1_234_567), (3, 4)), tuple((k, 9) for k in range(10))]
)
def test_the_tables_are_rectangular_and_the_text_fits_whatever_the_counts(counts):
    found = audit_tally(tally(*counts), 0.999, "a_rather_long_name_of_a_log.parquet")
    for _, headers, rows in log_tables(found):
        assert {len(row) for row in rows} == {len(headers)}
    assert max(map(len, log_text(found).splitlines())) <= 100
    json.dumps(found.row(), allow_nan=False)


def test_pass_at_k_stands_with_its_interval_and_is_refused_beyond_the_attempts(example):
    lines = log_text(example).splitlines()
    start = lines.index("pass@k in the mean over these problems, if attempts are fixed and independent")
    assert [line.split()[0] for line in lines[start + 2 : start + 7]] == ["1", "2", "4", "8", ">"]
    for line, found in zip(lines[start + 2 :], example.pass_at, strict=False):
        assert f"{found.estimate:.4f}  {found.low:.4f} to {found.high:.4f}" in line
    assert lines[start + 6].split(maxsplit=4)[4] == "none is without bias: 60 problems tried 8 times, try more often"
    assert example.row()["pass_at"][3]["k"] == 8
    few = log_text(audit_tally(tally((0, 1), (3, 4))))
    assert "none is without bias: 1 problem tried 1 time, try more often" in few
