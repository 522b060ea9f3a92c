"""Reasons with counts: the first place stays."""

from infoloop.verdict_logs.files.omissions import Omissions


def test_counts_add_up_and_the_first_place_stays():
    found = Omissions()
    found.add("b", "f:9")
    found.add("a", "f:2", 3)
    found.add("b", "f:1", 1000)
    assert found == {"b": (1001, "f:9"), "a": (3, "f:2")}
    assert found.lines[0] == "1,001 left out: b, first at f:9"
