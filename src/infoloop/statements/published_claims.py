"""Read what others have published, as blocks of `theory/*.md` that name the statements by which it is decided."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from pathlib import Path

from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.statements.published_numbers import PublishedNumber
from infoloop.statements.theory_files import (
    PUBLISHED,
    StatementBlock,
    TheoryError,
    VerifiableStatement,
    labelled_blocks,
)

VERDICTS = {
    "reproduced": "the statements that decide it hold, and its numbers come out to the digits given",
    "proved": "the statements that decide it hold",
    "needs a condition": "it holds where a condition is met that its wording lacks",
    "refuted": "what it says has a counterexample, or its numbers come out otherwise",
    "not formalised": "no statement of the ledger says what it says",
}
_NOT = "not "
_ALWAYS = ("source", "said", "verdict", "read")
FIELDS = (*_ALWAYS, "numbers", "by", "recomputed", "condition", "because")


@dataclass(frozen=True, eq=False)
class PublishedClaim:
    """A sentence that others have published.

    Attributes:
        block: its block in `theory/`, whose fields and parts say what was published and how it was read.
        by: the labels of the statements that decide it; none where it is not formalised.
        denied: those of them whose opposite is claimed: `not thm:...` or `not fol:...` in the block.
        recomputed: its numbers, each beside the exact value.
    """

    block: StatementBlock
    by: tuple[str, ...]
    denied: tuple[str, ...]
    recomputed: tuple[PublishedNumber, ...]

    @property
    def label(self) -> str:
        """Its label, such as pub:C01."""
        return self.block.label

    @property
    def ref(self) -> str:
        """Its number in the list of claims, such as C01."""
        return self.block.label.removeprefix(PUBLISHED)


def read_published(folder: Path, entries: tuple[VerifiableStatement, ...]) -> tuple[PublishedClaim, ...]:
    """Read the published claims of a folder's chapters, in order; none where no block is labelled `pub:...`.

    Args:
        folder: the chapters.
        entries: the statements of the same folder, by which claims are decided.

    Raises:
        TheoryError: a block is malformed, names a statement or numbers that are not there, or denies a statement that
            has a condition.
    """
    blocks = labelled_blocks(folder, lambda label: label.startswith(PUBLISHED))
    classes = {entry.block.label: entry.block.fields["class"] for entry in entries}
    return tuple(_published(block, classes) for block in blocks)


def deciding_statements(published: tuple[PublishedClaim, ...]) -> dict[str, tuple[str, ...]]:
    """Return the labels that decide each claim, by its label and by its ref, as `select_statements` takes them."""
    return {name: claim.by for claim in published for name in (claim.label, claim.ref)}


def select_published(published: tuple[PublishedClaim, ...], labels: tuple[str, ...]) -> tuple[PublishedClaim, ...]:
    """Return the claims with these labels or refs (`pub:C01`, `C01`); all if none is given."""
    return tuple(claim for claim in published if not labels or {claim.label, claim.ref} & set(labels))


def _published(block: StatementBlock, classes: dict[str, str]) -> PublishedClaim:
    where = f"{block.place}: {block.label}"
    _fields_are_right(block, where)
    by = tuple(entry.removeprefix(_NOT) for entry in block.listed("by"))
    denied = tuple(entry.removeprefix(_NOT) for entry in block.listed("by") if entry.startswith(_NOT))
    for label in by:
        if label not in classes:
            raise TheoryError(
                f"{where} is decided by {quote(label)}, which is no statement{did_you_mean(label, classes)}"
            )
    for label in denied:
        if classes[label] == "C":
            raise TheoryError(
                f"{where} is decided by '{_NOT}{label}', but what holds under a condition says nothing of its "
                "opposite: name a counterexample, 'fol:...', or a theorem"
            )
    recomputed = _numbers(block.fields["recomputed"], where) if block.fields.get("recomputed") else ()
    if block.fields.get("because") and (by or recomputed):
        raise TheoryError(f"{where} says why it is not formalised, and what decides it: remove 'because', or 'by'")
    for part in ("Formalised", "Finding") if by or recomputed else ("Finding",):
        if not block.part(part):
            raise TheoryError(f"{where} has no paragraph '**{part}.** ...'")
    return PublishedClaim(block, by, denied, recomputed)


def _fields_are_right(block: StatementBlock, where: str) -> None:
    fields = block.fields
    for key in fields:
        if key not in FIELDS:
            raise TheoryError(
                f"{where} has a field {quote(key)}{did_you_mean(key, FIELDS)}: {list_names(FIELDS, most=9)}"
            )
    for key in _ALWAYS:
        if not fields.get(key):
            raise TheoryError(f"{where} lacks the field '- {key}: ...'")
    verdict = fields["verdict"]
    if verdict not in VERDICTS:
        raise TheoryError(f"{where} has the verdict {quote(verdict)}: it is one of {', '.join(VERDICTS)}")
    for key, asked in (("condition", "needs a condition"), ("because", "not formalised")):
        if (verdict == asked) != bool(fields.get(key)):
            raise TheoryError(f"{where}: the field '- {key}: ...' goes with the verdict '{asked}', and only with it")


def _numbers(path: str, where: str) -> tuple[PublishedNumber, ...]:
    module, _, name = path.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise TheoryError(f"{where} names the numbers {path}, which are missing: {error}") from None
    if not isinstance(found, tuple) or not found or not all(isinstance(n, PublishedNumber) for n in found):
        raise TheoryError(f"{where}: {path} is {quote(found)}, not a tuple of PublishedNumber")
    for number in found:
        try:
            number.printed()
        except ValueError as error:
            raise TheoryError(f"{where}: {path} has a number that cannot be read: {error}") from None
    return found
