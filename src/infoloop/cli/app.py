"""The commands of `infoloop`, put together. Exit status 0, 1 and 2 are verdicts, 3 is all else."""

import contextlib
import io
import sys
import traceback
from typing import Annotated

import typer
import typer.main

import infoloop
from infoloop.cli.audit_command import audit_file
from infoloop.cli.failures import FAILED, failure_message
from infoloop.cli.list_command import list_all
from infoloop.cli.measure_command import measure_thesis
from infoloop.cli.new_command import new_skeleton
from infoloop.cli.prove_command import prove_statement
from infoloop.cli.run_command import run_experiment
from infoloop.cli.show_command import show_named
from infoloop.cli.terminal import release_outputs, show
from infoloop.cli.verify_command import verify_theory

app = typer.Typer(add_completion=False, no_args_is_help=True, rich_markup_mode="rich", pretty_exceptions_enable=False)


def _version(wanted: bool) -> None:
    if wanted:
        show(infoloop.__version__)
        raise typer.Exit


@app.callback()
def _settings(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version number alone.")
    ] = False,
) -> None:
    """Exact information theory for synthetic-data loops: prove, attack and map what a loop can learn.

    Exit status 0 if it holds or was done, 1 if it is refuted or a theorem fails, 2 if it is undecided; 3 on bad input,
    or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop verify            every statement in theory/

      infoloop verify S01 S02    some of them

      infoloop list              what there is

      infoloop show S01          one of it in full

      infoloop new experiment my_study     a file of your own, with its test
    """


COMMANDS = {
    "verify": verify_theory,
    "prove": prove_statement,
    "audit": audit_file,
    "run": run_experiment,
    "measure": measure_thesis,
    "list": list_all,
    "show": show_named,
    "new": new_skeleton,
}
for name, command in COMMANDS.items():
    app.command(name=name)(command)


def main() -> None:
    """Entry point; whatever is no verdict becomes one line on standard error and exit status 3."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a character is no reason to fail
    try:
        status = _run(sys.argv[1:])
        sys.stdout.flush()
    except BaseException as error:  # a verdict's exit status is not to be mistaken for an error's
        status = FAILED
        with contextlib.suppress(OSError):
            show(f"infoloop: {failure_message(error)}", err=True)
        if sys.flags.dev_mode and not isinstance(error, ValueError):
            traceback.print_exc()
    release_outputs()
    sys.exit(status)


def _run(arguments: list[str]) -> int:
    """Return the exit status of a command: its own, not typer's, which takes a closed pipe for a refuted statement."""
    if sys.stdout is None:
        raise OSError("standard output is closed: there is nowhere to print to")
    command = typer.main.get_command(app)
    try:
        with command.make_context("infoloop", arguments) as context:
            command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except typer.TyperException:
        if arguments:
            raise
        return FAILED  # the help was shown
    return 0
