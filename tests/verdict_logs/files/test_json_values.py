"""JSON from outside: what cannot be read has a reason, what can is a frame that keeps whole numbers whole."""

import pytest

from infoloop.verdict_logs.files.json_values import JSONValueError, frame_of, json_value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"{", "no JSON"),
        (b"\xe9", "not UTF-8"),
        (b"[" * 100_000, "nested too deep"),
        (b"1" * 5000, "a whole number of more than 308 digits"),
    ],
)
def test_what_cannot_be_read_has_its_reason(text, reason):
    with pytest.raises(JSONValueError) as error:
        json_value(text)
    assert str(error.value) == reason


def test_numbers_that_json_has_not_are_read():
    assert str(json_value(b'\xef\xbb\xbf[NaN, -Infinity, 1e400, "\xe2\x80\xa8"]')) == "[nan, -inf, inf, '\\u2028']"


def test_a_frame_has_the_columns_and_the_row_numbers():
    rows = [{"a": 2**60 + 1, "b": True, "c": "x", "d": 0.5, "e": [1]}, {"c": "\ud800", "a": None, "d": 1}, {}]
    frame = frame_of(rows, ["a", "b", "c", "d", "e", "f"], [3, 5, 9])
    assert frame.index.tolist() == [3, 5, 9]
    assert frame["a"].tolist()[0] == 2**60 + 1
    assert frame["b"].tolist()[0] is True
    assert frame["c"].tolist()[:2] == ["x", "\\ud800"]
    assert frame["d"].tolist()[:2] == [0.5, 1.0]
    assert frame["e"].tolist()[0] == [1]
    assert frame.isna().sum().tolist() == [2, 2, 1, 1, 2, 3]
