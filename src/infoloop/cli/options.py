"""Options that several commands share."""

from pathlib import Path
from typing import Annotated, Any

import typer

LAST_SEED = 2**63 - 1  # that JAX takes


def parse_path(text: Any) -> Path:
    """Return a path as it was typed; an empty one, as of a shell's variable that is not set, is refused.

    >>> parse_path("theory").name
    'theory'
    """
    if text == "":
        raise typer.BadParameter("a path is empty: give one, or leave it out")
    return Path(text)


def path_option(*names: str, help: str) -> Any:
    """Return an option that takes a path."""
    return typer.Option(*names, parser=parse_path, metavar="<path>", help=help)


Labels = Annotated[list[str] | None, typer.Argument(help="Labels or refs: thm:dpi, S01, pub:C02; all if none.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output and nothing else.")]
TheoryFolder = Annotated[
    Path | None, path_option(help="Folder with the chapters, instead of the package's own theory/.")
]
