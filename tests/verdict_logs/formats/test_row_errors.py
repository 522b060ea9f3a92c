"""A row that cannot be read knows its number; the place is added by whoever knows the file."""

import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats.log_format import LogError
from infoloop.verdict_logs.formats.row_errors import RowError, is_nested, refuse_nested, refuse_value


def test_a_row_error_is_a_log_error_with_its_row():
    error = RowError(7, "pass: there is no value")
    assert isinstance(error, LogError)
    assert (error.row, str(error)) == (7, "pass: there is no value")


def test_a_value_is_refused_with_its_column_and_row():
    values = pd.Series([0.5, "\x1b[2J"], index=[4, 9], name="step", dtype=object)
    for at, row, text in ((0, 4, "step: 0.5 is wrong"), (1, 9, "step: '\\x1b[2J' is wrong")):
        with pytest.raises(RowError) as error:
            refuse_value(values, at, "is wrong")
        assert (error.value.row, str(error.value)) == (row, text)


def test_nested_values_are_refused_at_the_first():
    refuse_nested(pd.Series(["[1]", None, 7], dtype=object))
    for value in ([1], {"a": 1}, np.array([1]), ()):
        assert is_nested(value)
        with pytest.raises(RowError, match=r"^x: its values are nested") as error:
            refuse_nested(pd.Series(["a", value], index=[2, 3], name="x", dtype=object))
        assert error.value.row == 3
    assert not is_nested(np.float64(1))
