"""Damaged and made-up inputs for every parser: 20 000, each within 8 CPU seconds and 2 GB, no undocumented error."""

import collections

import pytest

from tests.support.parser_inputs import KINDS, case, good
from tests.support.parser_worker import NAMES, failures, outcome, parsers, wrong_message

INPUTS, BATCH, FEW = 20_000, 1_000, 60


@pytest.mark.slow
def test_good_inputs_are_read_and_a_few_damaged_ones_end_as_documented(tmp_path):
    known = parsers()
    for kind in KINDS:
        for data in good(kind)[:3]:
            argument = tmp_path / NAMES.get(kind, "text")
            argument.write_bytes(data)
            known[kind][0](data.decode() if kind in ("statement", "assumptions") else argument)
    found = {seed: outcome(known, *case(seed), tmp_path) for seed in range(FEW)}
    assert {seed: what for seed, what in found.items() if what} == {}


def test_every_kind_of_input_is_made_and_none_is_made_twice():
    cases = [case(seed) for seed in range(300)]
    kinds = collections.Counter(kind for kind, _ in cases)
    assert min(kinds[kind] for kind in KINDS) >= 15
    assert len({data for _, data in cases}) > 290
    assert cases == [case(seed) for seed in range(300)]


def test_a_wrong_error_and_a_wrong_message_are_noticed(tmp_path):
    def raising(error):
        def parser(_):
            raise error

        return {"words": (parser, (ValueError,))}

    assert outcome(raising(ValueError("one line")), "words", b"", tmp_path) is None
    for error in (KeyError("x"), RecursionError(), UnicodeError("x"), ValueError("a\nb"), ValueError("x" * 2000),
                  ValueError("\x1b[2K"), SystemExit(0)):  # fmt: skip
        assert outcome(raising(error), "words", b"", tmp_path), error
    assert wrong_message("what\n  text\n  ^", 3) is None


@pytest.mark.slow
@pytest.mark.parametrize(("planted", "reported"), [("loop", "by its CPU time"), ("memory", "MemoryError")])
def test_an_input_that_never_ends_or_takes_all_memory_is_reported_and_the_rest_goes_on(planted, reported):
    (found,) = failures(0, 3, planted)
    assert found.startswith("input 1: ")
    assert reported in found


@pytest.mark.full
@pytest.mark.parametrize("first", range(0, INPUTS, BATCH))
def test_no_input_hangs_a_parser_or_ends_it_otherwise_than_documented(first):
    assert failures(first, first + BATCH) == []
