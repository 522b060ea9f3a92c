import threading

import pytest

from infoloop.verdict_logs.files.read_ahead import one_part_ahead


def test_the_next_part_is_made_while_one_is_worked_on():
    begun = threading.Event()

    def parts():
        yield 1
        begun.set()
        yield 2

    made = one_part_ahead(parts())
    assert next(made) == 1
    assert begun.wait(10)
    assert list(made) == [2]


def test_an_error_comes_where_its_part_is_due():
    def parts():
        yield 1
        raise ValueError("row 2")

    made = one_part_ahead(parts())
    assert next(made) == 1
    with pytest.raises(ValueError, match="row 2"):
        next(made)


def test_no_more_than_one_part_is_made_beyond_what_was_asked_for():
    asked = []

    def parts():
        for k in range(9):
            asked.append(k)
            yield k

    assert next(one_part_ahead(parts())) == 0
    assert len(asked) <= 2
