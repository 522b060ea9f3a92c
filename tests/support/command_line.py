"""The command line as a user meets it, called in this process."""

from typer.testing import CliRunner

from infoloop.cli import app


def run(*arguments: str):
    return CliRunner().invoke(app.app, list(arguments))
