"""What ends a command that has no verdict: one line on standard error, and exit status 3."""

import errno
import traceback

import typer

from infoloop.notation.grammar import NotationError
from infoloop.reporting.suggestions import bound_message, cut_text

FAILED = 3


def failure_message(error: BaseException) -> str:
    """Return what to say of an error that ended a command: one line, but a place in a formula that is shown below it.

    >>> failure_message(MemoryError())
    'out of memory: give smaller sizes, or a machine with more'
    """
    if isinstance(error, NotationError):
        return bound_message(str(error))
    return bound_message(" ".join(_said(error).splitlines()))


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit) and isinstance(error.__context__, BrokenPipeError):  # as rich ends the process
        error = error.__context__
    if isinstance(error, typer.TyperException):
        return _usage(error)
    if isinstance(error, ValueError):
        return str(error)
    if isinstance(error, OSError):
        return _system(error)
    if isinstance(error, MemoryError) or "RESOURCE_EXHAUSTED" in str(error):  # the latter as XLA says it
        return "out of memory: give smaller sizes, or a machine with more"
    if isinstance(error, RecursionError):
        return "what was given is nested too deeply to be worked on"
    if isinstance(error, OverflowError):
        return f"a number is too large: {cut_text(str(error), 200)}"
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    if isinstance(error, SystemExit):
        return f"the code of an experiment or a program ended the process, with status {cut_text(str(error.code))}"
    return f"stopped by {type(error).__name__}: {cut_text(str(error), 300)}{_place(error)}"


def _usage(error: typer.TyperException) -> str:
    said = getattr(error, "format_message", lambda: str(error))()
    context = getattr(error, "ctx", None)
    return f"{said.rstrip('.')}; see {context.command_path} --help" if context else said


def _system(error: OSError) -> str:
    if error.errno == errno.EPIPE:
        return "standard output was closed before all was written"
    why = error.strerror or str(error)
    return f"{error.filename}: {why}" if error.filename is not None else f"cannot read or write: {why}"


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    return f" ({frames[-1].filename}:{frames[-1].lineno})" if frames else ""
