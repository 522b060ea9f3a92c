"""The command line: `infoloop verify`, `prove`, `audit`, `run`, `list`. Exit 3 is bad input; 0, 1, 2 are verdicts."""

import sys
from typing import Annotated

import typer

import infoloop
from infoloop.cli.audit_command import audit_file
from infoloop.cli.list_command import list_all
from infoloop.cli.prove_command import prove_statement
from infoloop.cli.run_command import run_experiment
from infoloop.cli.verify_command import verify_theory

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"infoloop {infoloop.__version__}")
        raise typer.Exit


@app.callback()
def _settings(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Exact information theory for synthetic-data loops: prove, attack and map what a loop can learn.

    [bold]Examples[/bold]

      infoloop verify            every statement in theory/

      infoloop verify S01 S02    some of them

      infoloop list --json       what there is
    """


COMMANDS = {
    "verify": verify_theory,
    "prove": prove_statement,
    "audit": audit_file,
    "run": run_experiment,
    "list": list_all,
}
for name, command in COMMANDS.items():
    app.command(name=name)(command)


def main() -> None:
    """Entry point; bad input becomes one message on standard error and exit status 3."""
    try:
        status = app(standalone_mode=False)
    except typer.Abort:
        status = 130
    except typer.TyperException as error:
        getattr(error, "show", lambda: typer.echo(error, err=True))()  # a usage error shows the usage too
        status = 3
    except ValueError as error:
        typer.echo(f"infoloop: {error}", err=True)
        status = 3
    sys.exit(status)
