"""Statements, measured theses and published claims as `infoloop show` shows them."""

import pkgutil
import re
import shlex
from pathlib import Path
from typing import Any

from infoloop import statements, studies
from infoloop.cli.markdown_text import format_markdown
from infoloop.cli.shown_entry import ShownEntry
from infoloop.cli.shown_proofs import known_proof
from infoloop.cli.source_places import line_of_definition, shown_path, source_of_module

_PART = re.compile(r"^\*\*([A-Z][A-Za-z ]*)\.\*\*", re.MULTILINE)


def block_place(block: Any, theory: Path) -> str:
    """Return the file and the line of a block, as a user would type them."""
    name, _, line = block.place.rpartition(":")
    return shown_path(theory / name, int(line))


def _parts(block: Any) -> list[tuple[str, str]]:
    """Return the paragraphs of a block, each with its heading in small letters, as text."""
    names = dict.fromkeys(_PART.findall(block.body))
    return [(name.lower(), format_markdown(block.part(name))) for name in names]


def shown_statement(block: Any, theory: Path) -> ShownEntry:
    """Return a statement that has a claim: what it says, its proof, its evidence, and where all of it stands.

    Args:
        block: Its `StatementBlock`.
        theory: The folder of the chapters.

    Raises:
        TheoryError: Its claim is missing.
    """
    fields, (claim, place) = block.fields, _claim(block)
    known = known_proof(block, claim, theory)
    kind = statements.theory_files.CLASSES[fields["class"]]
    said, rest = _parts(block)[:1], _parts(block)[1:]
    rows = (
        ("ref", fields["ref"]),
        *said,
        ("formula", claim.statement),
        ("assumes", "; ".join(claim.assumes)),
        ("proved by", known.proof if known.kind != "none" or fields["class"] != "F" else ""),
        *rest,
        ("evidence", known.evidence),
        ("refuted by", known.counterexample),
        ("problem", known.problem),
        ("uses", fields.get("uses", "")),
        ("from", fields["source"]),
        ("stands in", f"{block_place(block, theory)}, claim {place}"),
        ("verify it", f"infoloop verify {block.label}{_option(theory)}"),
    )
    row = {
        "label": block.label,
        "ref": fields["ref"],
        "class": fields["class"],
        "formula": claim.statement,
        "assumes": list(claim.assumes),
        "given": list(claim.given),
        "parts": dict(_parts(block)),
        "proof": {"kind": known.kind, "text": known.proof},
        "evidence": {"verdict": known.verdict, "text": known.evidence, "counterexample": known.counterexample},
        "problem": known.problem,
        "uses": list(block.listed("uses")),
        "source": fields["source"],
        "place": block_place(block, theory),
        "claim": fields["claim"],
        "claim_place": place,
    }
    return ShownEntry(kind, block.label, block.title, rows, row)


def _option(theory: Path) -> str:
    own = theory != statements.theory_files.default_folder()
    return f" --theory {shlex.quote(str(theory))}" if own else ""


def _claim(block: Any) -> tuple[Any, str]:
    """Return the claim of a block, and its file and line."""
    module, _, name = block.fields["claim"].rpartition(".")
    try:
        claim = pkgutil.resolve_name(f"{module}:{name}")
    except (ImportError, AttributeError, ValueError) as error:
        named = f"block {block.label} names the claim {block.fields['claim']}, which is missing"
        raise statements.theory_files.TheoryError(f"{block.place}: {named}: {error}") from None
    path = source_of_module(module)
    return claim, shown_path(path, line_of_definition(path, name)) if path else block.fields["claim"]


def shown_thesis(thesis: Any, theory: Path) -> ShownEntry:
    """Return a measured thesis: what it says, its criterion, and the verdict that follows now from the kept outcomes.

    Args:
        thesis: The `MeasuredThesis`.
        theory: The folder of the chapters.
    """
    block, fields = thesis.block, thesis.block.fields
    _, config = studies.measurement.load_measured(thesis)
    found = statements.measured_ledger.examine_measurement(thesis, theory, studies.configuration.as_dict(config))
    path = shown_path(statements.measurements.measurement_path(theory, thesis.label))
    verdict = f"{found.verdict}: computed now by the criterion, from the outcomes read from {path}"
    said, rest = _parts(block)[:1], _parts(block)[1:]
    rows = (
        ("ref", fields["ref"]),
        *said,
        ("criterion", found.criterion),
        ("evidence", verdict if found.cells else f"{found.verdict}: there are no outcomes in {path}"),
        ("device", found.device),
        *rest,
        ("problem", "; ".join(found.problems)),
        ("uses", fields.get("uses", "")),
        ("from", fields["source"]),
        ("stands in", f"{block_place(block, theory)}, experiment {shown_path(thesis.experiment)}"),
        ("repeat it", f"infoloop measure {thesis.label} --check{_option(theory)}"),
    )
    place, experiment = block_place(block, theory), fields["experiment"]
    row = {**found.row(), "class": "H", "parts": dict(_parts(block)), "place": place, "experiment": experiment}
    tables = (statements.measured_text.cells_table(found),) if found.cells else ()
    return ShownEntry("measured thesis", thesis.label, block.title, rows, row, tables)


def shown_published(block: Any, theory: Path) -> ShownEntry:
    """Return a sentence that others have published: its verdict as the chapter has it, and the statements behind it.

    Args:
        block: Its `StatementBlock`.
        theory: The folder of the chapters.
    """
    fields, verdict = block.fields, block.fields.get("verdict", "none")
    deciding = "; ".join(block.listed("by"))
    rows = (
        ("said", fields.get("said", "")),
        ("verdict", f"{verdict}; read from the chapter, infoloop verify {block.label} makes it anew"),
        ("condition", fields.get("condition", "")),
        ("because", fields.get("because", "")),
        *_parts(block),
        ("decided by", deciding),
        ("numbers", fields.get("numbers", "")),
        ("read", fields.get("read", "")),
        ("from", fields.get("source", "")),
        ("stands in", block_place(block, theory)),
    )
    row = {"label": block.label, **fields, "by": list(block.listed("by")), "parts": dict(_parts(block))}
    return ShownEntry("published claim", block.label, block.title, rows, {**row, "place": block_place(block, theory)})
