"""The command line as a user meets it, called in this process."""

import sys
from unittest import mock

import pytest
from typer.testing import CliRunner

from infoloop.cli import app


def run(*arguments: str):
    return CliRunner().invoke(app.app, list(arguments))


def status_of(*arguments: str) -> int:
    """The exit status of `infoloop ARGUMENTS`, as a shell sees it."""
    with mock.patch.object(sys, "argv", ["infoloop", *arguments]), pytest.raises(SystemExit) as stop:
        app.main()
    assert isinstance(stop.value.code, int)
    return stop.value.code
