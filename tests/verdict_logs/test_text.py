"""The tables of ceilings: rectangular whatever the counts, the least ceiling with a star."""

import json

import pytest

from infoloop.verdict_logs.log_audit import audit_tally
from infoloop.verdict_logs.text import again_table, told_table
from tests.support.tallies import tally


@pytest.mark.parametrize(
    "counts", [((0, 1),), ((1, 1),), ((12_345, 1_234_567), (3, 4)), tuple((k, 9) for k in range(10))]
)
def test_the_tables_are_rectangular_whatever_the_counts(counts):
    found = audit_tally(tally(*counts), 0.999)
    for _, headers, rows in (told_table(found), again_table(found)):
        assert {len(row) for row in rows} == {len(headers)}
    json.dumps(found.row(), allow_nan=False)


def test_the_least_ceiling_has_the_star(example):
    for least, (_, _, rows) in ((example.most_told, told_table(example)), (example.most_again, again_table(example))):
        assert [row[3] for row in rows if row[2] == "*"] == [least.name]
