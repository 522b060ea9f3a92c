"""What ends a command without a verdict is one line, whatever it is, and exit status 3."""

import errno
import os
from unittest import mock

import pytest
import typer
from jax.errors import JaxRuntimeError as XlaRuntimeError

from infoloop.cli.failures import failure_message
from infoloop.notation.grammar import NotationError, parse_statement
from tests.support.command_line import status_of

XLA = XlaRuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 8000000000000 bytes.")


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), "cannot read or write: No space left on device"),
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "a.nc"), "a.nc: No space left on device"),
        (BrokenPipeError(errno.EPIPE, "Broken pipe"), "standard output was closed before all was written"),
        (MemoryError(), "out of memory"),
        (XLA, "out of memory"),
        (RecursionError("maximum recursion depth exceeded"), "what was given is nested too deeply"),
        (OverflowError("int too big to convert"), "a number is too large: int too big to convert"),
        (KeyboardInterrupt(), "interrupted"),
        (SystemExit(0), "the code of an experiment or a program ended the process, with status 0"),
        (SystemExit("gone\x1b[2K"), r"the code of an experiment or a program ended the process, with status gone\x1b"),
        (KeyError("shard"), "stopped by KeyError: 'shard' ("),
        (AttributeError("'list' object has no attribute 'get'"), "stopped by AttributeError: 'list' object has no"),
        (ValueError("a\nb" + "x" * 100_000), "a bxxx"),
    ],
    ids=repr,
)
def test_whatever_stops_a_command_is_one_line_and_no_verdict(error, message, monkeypatch, capsys):
    monkeypatch.setattr("infoloop.statements.theory_files.read_blocks", mock.Mock(side_effect=error))
    assert status_of("list") == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("infoloop: " + message)
    assert len(shown.err.splitlines()) == 1
    assert len(shown.err) < 1200


def test_a_place_in_a_formula_is_shown_below_it():
    with pytest.raises(NotationError) as refused:
        parse_statement("H(X) <= ")
    assert failure_message(refused.value).splitlines()[1:] == ["  H(X) <= ", " " * 10 + "^"]


def test_a_process_that_a_library_ended_for_a_closed_pipe_is_told_as_such():
    end = SystemExit(1)
    end.__context__ = BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))
    assert failure_message(end) == "standard output was closed before all was written"


def test_an_error_of_a_call_says_where_help_is():
    assert failure_message(typer.BadParameter("no.")) == "Invalid value: no."
