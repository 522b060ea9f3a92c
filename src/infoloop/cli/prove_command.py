"""`infoloop prove`."""

from pathlib import Path
from typing import Annotated

import typer

from infoloop import proofs, reporting
from infoloop.cli.options import LAST_SEED, Json, path_option
from infoloop.cli.terminal import show, use_float64

MOST_STARTS = 10_000


def prove_statement(
    statement: Annotated[str, typer.Argument(help="Linear in entropies, e.g. 'I(X;Z) <= I(X;D) + I(X;S|D)'.")],
    given: Annotated[
        list[str] | None,
        typer.Option(help="'X -> D,S -> Z', 'X _||_ Y | Z', 'Z = f(X,Y)', 'I(X;Z|Y) = 0'; repeatable, ';' between."),
    ] = None,
    as_json: Json = False,
    certificate: Annotated[Path | None, path_option(help="Write the proof's certificate (JSON) to this file.")] = None,
    zhang_yeung: Annotated[bool, typer.Option("--zhang-yeung", help="Also use the Zhang-Yeung inequality.")] = False,
    starts: Annotated[
        int, typer.Option(min=0, max=MOST_STARTS, help="Starts of the search for a counterexample.")
    ] = 64,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Root seed of that search.")] = 0,
) -> None:
    """Prove a statement, or refute it by an exact law, or say that it is undecided.

    Exit status 0 proved, 1 refuted, 2 undecided; 3 on bad input, or if it could not be done (full disk, closed pipe,
    out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop prove "I(X;Z) <= I(X;D) + I(X;S|D)" --given "X -> D,S -> Z"

      infoloop prove "I(X;Z) <= I(X;D)"

      infoloop prove "I(X;Z) <= I(X;D)" --given "X -> D -> Z" --certificate dpi.json

      python -m infoloop.check dpi.json
    """
    use_float64()
    if certificate:
        reporting.atomic_files.check_writable_folder(certificate.parent)
        reporting.atomic_files.replaceable_file(certificate)
    found = proofs.prover.prove(statement, given, zhang_yeung=zhang_yeung, starts=starts, seed=seed)
    if certificate and found.certificate is not None:
        reporting.atomic_files.atomic_write_text(certificate, reporting.text.as_json(found.certificate) + "\n")
    show(reporting.text.as_json(found.row()) if as_json else reporting.text.wrap_text(str(found)))
    raise typer.Exit({"proved": 0, "refuted": 1, "undecided": 2}[found.verdict])
