"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

LAST_SEED = 2**63 - 1  # that JAX takes

Labels = Annotated[list[str] | None, typer.Argument(help="Labels or refs: thm:dpi, S01, pub:C02; all if none.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON to standard output and nothing else.")]
TheoryFolder = Annotated[
    Path | None, typer.Option(help="Folder with the chapters, instead of the package's own theory/.")
]
