"""Read the labelled blocks of `theory/*.md` and pair them with claims: each block has a claim, each claim a block."""

from __future__ import annotations

import importlib
import itertools
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from infoloop.probability.dags import find_cycle
from infoloop.reporting.package_files import shipped_folder
from infoloop.reporting.suggestions import MOST_NAMES, cut_text, did_you_mean, quote
from infoloop.reporting.text_files import UnreadableFileError, read_text_file
from infoloop.statements.claim import Claim

CLASSES = {"T": "theorem", "C": "theorem with extra conditions", "H": "thesis", "F": "folklore, false as it stands"}
_HEADING = re.compile(r"^#+\s+(?P<title>.*?)\s*\{#(?P<label>[^}]+)\}\s*$")
_FIELD = re.compile(r"^- (?P<key>[a-z]+):\s*(?P<value>.*?)\s*$")
_MEASURED = ("class", "ref", "experiment", "outcome", "criterion", "source")
PUBLISHED = "pub:"  # begins the labels of sentences that others have published (`statements.published_claims`)


class TheoryError(ValueError):
    """A block that is not well formed, or does not match its claim; the message names file and line."""


@dataclass(frozen=True)
class StatementBlock:
    """One labelled statement of a chapter: its `fields` are the list at its top, `place` is file and line."""

    label: str
    title: str
    fields: dict[str, str]
    body: str
    place: str

    def listed(self, key: str) -> tuple[str, ...]:
        """Return the entries of a field, which a semicolon and a space separate (`I(X;Z)` has no space)."""
        return tuple(part.strip() for part in re.split(r";\s+", self.fields.get(key, "")) if part.strip())

    def part(self, name: str) -> str:
        """Return the text after `**name.**`, up to the next such heading; "" if there is none."""
        found = re.search(rf"\*\*{name}\.\*\*\s*(.*?)(?=\n\*\*[A-Z][a-z ]*\.\*\*|\Z)", self.body, re.DOTALL)
        return found[1].strip() if found else ""

    @property
    def is_measured(self) -> bool:
        """Whether an experiment decides it, in place of a claim (`statements.measured_theses`)."""
        return "experiment" in self.fields

    @property
    def proof(self) -> str:
        """The kind of proof in the text: "written", "cited" or "none".

        A proof or derivation ends with the mark ∎. It is "cited" if a step of it rests on a source, which the block
        then names in its field `cites`.
        """
        if not any(self.part(name).endswith("∎") for name in ("Proof", "Derivation")):
            return "none"
        return "cited" if self.fields.get("cites") else "written"


@dataclass(frozen=True, eq=False)
class VerifiableStatement:
    """A block of `theory/` and the claim that executes it."""

    block: StatementBlock
    claim: Claim


def default_folder() -> Path:
    """Return the folder `theory/` inside the installed package, or beside `src/` in a checkout."""
    return shipped_folder("theory")


def read_blocks(folder: Path) -> tuple[StatementBlock, ...]:
    """Read the statements of the chapters of a folder, in order; published claims are no statements.

    Raises:
        TheoryError: a block is malformed, a label stands twice, or there is no block.
    """
    blocks = labelled_blocks(folder, lambda label: not label.startswith(PUBLISHED))
    if not blocks:
        raise TheoryError(f"{folder} has no chapter with a labelled block: give a folder like theory/")
    for block in blocks:
        _well_formed(block)
    return blocks


def labelled_blocks(folder: Path, wanted: Callable[[str], bool]) -> tuple[StatementBlock, ...]:
    """Return the blocks of a folder's chapters whose label is wanted, in order, each with the fields at its top.

    Raises:
        TheoryError: a label stands twice.
    """
    blocks = [b for path in sorted(Path(folder).glob("*.md")) for b in _blocks_of(path) if wanted(b.label)]
    seen: dict[str, StatementBlock] = {}
    for block in blocks:
        if block.label in seen:
            raise TheoryError(
                f"{block.place}: label {block.label} is taken by {seen[block.label].place}: choose another"
            )
        seen[block.label] = block
    return tuple(blocks)


def _blocks_of(path: Path) -> list[StatementBlock]:
    try:
        lines = read_text_file(path).splitlines()
    except UnreadableFileError as error:
        raise TheoryError(f"{path}: cannot be read: {error}") from None
    starts = [k for k, line in enumerate(lines) if re.match(r"#+\s", line)] + [len(lines)]
    found = []
    for start, end in itertools.pairwise(starts):
        heading = _HEADING.match(lines[start])
        if heading:
            found.append(_block(heading, lines[start + 1 : end], f"{path.name}:{start + 1}"))
    return found


def _block(heading: re.Match, lines: list[str], place: str) -> StatementBlock:
    top = itertools.takewhile(lambda line: not line.strip() or _FIELD.match(line), lines)
    fields = {m["key"]: m["value"] for m in map(_FIELD.match, top) if m}
    return StatementBlock(heading["label"], heading["title"], fields, "\n".join(lines), place)


def _well_formed(block: StatementBlock) -> None:
    place, fields = block.place, block.fields
    if block.is_measured and "claim" in fields:
        raise TheoryError(f"{place}: {block.label} has a claim and an experiment: it is executed or measured, not both")
    for key in _MEASURED if block.is_measured else ("class", "ref", "claim", "assumes", "source"):
        if not fields.get(key):
            raise TheoryError(f"{place}: block {block.label} lacks the field '- {key}: ...'")
    if fields["class"] not in CLASSES:
        raise TheoryError(f"{place}: class of {block.label} is {fields['class']!r}: it is one of {', '.join(CLASSES)}")
    if block.is_measured and fields["class"] != "H":
        raise TheoryError(
            f"{place}: {block.label} is measured and of class {fields['class']}: only a thesis (H) is decided by seeds"
        )
    if not block.part("Statement"):
        raise TheoryError(f"{place}: block {block.label} has no paragraph '**Statement.** ...'")


def pair_with_claims(blocks: tuple[StatementBlock, ...]) -> tuple[VerifiableStatement, ...]:
    """Pair each block with its claim; a measured thesis has none, and is left out.

    Raises:
        TheoryError: a claim is missing or says something else than its block, a claim of the same module has no block,
            or blocks use unknown labels or each other in a circle.
    """
    entries = tuple(VerifiableStatement(block, _resolve(block)) for block in blocks if not block.is_measured)
    for entry in entries:
        _agree(entry)
    _every_claim_is_stated(entries)
    _uses_are_ordered(blocks)
    return entries


def _resolve(block: StatementBlock) -> Claim:
    path, _, name = block.fields["claim"].rpartition(".")
    try:
        claim = getattr(importlib.import_module(path), name)
    except (ImportError, AttributeError, ValueError) as error:
        raise TheoryError(
            f"{block.place}: block {block.label} names the claim {path}.{name}, which is missing: {error}"
        ) from None
    if not isinstance(claim, Claim):
        raise TheoryError(f"{block.place}: {path}.{name} is a {type(claim).__name__}, not a Claim")
    return claim


def _agree(entry: VerifiableStatement) -> None:
    block, claim = entry.block, entry.claim
    if claim.label != block.label:
        raise TheoryError(f"{block.place}: block {block.label} names a claim labelled {claim.label}: make them equal")
    if set(claim.assumes) != set(block.listed("assumes")):
        raise TheoryError(
            f"{block.place}: {block.label} assumes {_listed(block.listed('assumes'))} in the text "
            f"but {_listed(claim.assumes)} in the claim: make them equal"
        )


def _listed(assumptions: Iterable[str]) -> str:
    return cut_text("; ".join(assumptions), 300)


def _every_claim_is_stated(entries: tuple[VerifiableStatement, ...]) -> None:
    stated = {entry.block.label for entry in entries}
    modules = dict.fromkeys(entry.block.fields["claim"].rpartition(".")[0] for entry in entries)
    for module in modules:
        claims = (found for found in vars(importlib.import_module(module)).values() if isinstance(found, Claim))
        for claim in claims:
            if claim.label not in stated:
                raise TheoryError(
                    f"claim {claim.label} of {module} has no block: state it in a chapter as {{#{claim.label}}}"
                )


def _uses_are_ordered(blocks: tuple[StatementBlock, ...]) -> None:
    labels = {block.label for block in blocks}
    for block in blocks:
        for used in block.listed("uses"):
            if used not in labels:
                raise TheoryError(
                    f"{block.place}: {block.label} uses {cut_text(used)}, which is no label{did_you_mean(used, labels)}"
                )
    cycle = find_cycle({block.label: block.listed("uses") for block in blocks})
    if cycle:
        around = cycle if len(cycle) <= MOST_NAMES else (*cycle[:MOST_NAMES], "...")
        raise TheoryError(f"blocks use each other in a circle: {' -> '.join(around)}")


def select_statements(
    entries: tuple[VerifiableStatement, ...],
    labels: tuple[str, ...],
    deciding: Mapping[str, tuple[str, ...]] | None = None,
) -> tuple[VerifiableStatement, ...]:
    """Return the entries with these labels or refs (`thm:dpi`, `S01`); all if none is given.

    Args:
        entries: the statements.
        labels: what is asked for.
        deciding: further names that stand for several labels: a published claim for the statements that decide it.

    Raises:
        TheoryError: there is no such label.
    """
    deciding = deciding or {}
    names = {name for entry in entries for name in (entry.block.label, entry.block.fields["ref"])}
    for label in labels:
        if label not in names and label not in deciding:
            raise TheoryError(f"no statement is labelled {quote(label)}{did_you_mean(label, names | set(deciding))}")
    asked = {name for label in labels for name in (label, *deciding.get(label, ()))}
    chosen = [e for e in entries if not labels or {e.block.label, e.block.fields["ref"]} & asked]
    return tuple(chosen)
