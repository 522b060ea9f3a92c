"""What stands in `theory/` about each statement, and what its certificate or measurement says: all of it computed."""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

from infoloop.statements.court import Ruling, rule_on
from infoloop.statements.measured_ledger import SAYS, MeasuredResult, examine_measurement
from infoloop.statements.measured_theses import read_measured
from infoloop.statements.published_claims import read_published
from infoloop.statements.theory_files import (
    CLASSES,
    PUBLISHED,
    StatementBlock,
    TheoryError,
    default_folder,
    labelled_blocks,
    pair_with_claims,
    read_blocks,
)
from infoloop.statements.verification import certificate_path, digest
from infoloop.studies.configuration import as_dict
from infoloop.studies.measurement import load_measured

_BOUNDARY = re.compile(r"boundary (B\d+)")
_PROOFS = {"machine": "machine proof", "written": "written proof", "cited": "proof that cites a step"}


class Badge(NamedTuple):
    """A word about a statement, and the class of style by which it is set."""

    text: str
    style: str


@dataclass(frozen=True)
class Status:
    """What is known of one statement: its block, its badges, and sentences about what was decided or measured."""

    block: StatementBlock
    badges: tuple[Badge, ...]
    details: tuple[str, ...] = ()


@functools.cache
def statuses() -> dict[str, Status]:
    """Return the status of each statement and of each published claim, by label, in the order of the chapters."""
    folder = default_folder()
    blocks = read_blocks(folder)
    measured = {thesis.label: thesis for thesis in read_measured(folder, blocks)}
    found: dict[str, Status] = {}
    for block in blocks:
        if block.label in measured:
            found[block.label] = _measured_status(block, _measured(measured[block.label], folder))
        else:
            found[block.label] = _executed_status(block, _certificate(folder, block.label))
    rulings = _rulings(folder, blocks)
    for block in labelled_blocks(folder, lambda label: label.startswith(PUBLISHED)):
        found[block.label] = _published_status(block, rulings[block.label])
    return found


@functools.cache
def by_number() -> dict[str, list[Status]]:
    """Return the statements by their number in the theory map, and by those of the boundary list that they cite."""
    found: dict[str, list[Status]] = {}
    for status in statuses().values():
        numbers = (status.block.fields.get("ref", ""), *_BOUNDARY.findall(status.block.fields["source"]))
        for number in dict.fromkeys(filter(None, numbers)):
            found.setdefault(number, []).append(status)
    return found


def _certificate(folder: Path, label: str) -> dict[str, Any] | None:
    path = certificate_path(folder / "certificates", label)
    if not path.exists():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    if content.pop("sha256") != digest(content):
        raise TheoryError(f"{path.name} was tampered with: its contents do not match its sha256")
    return content


def _measured(thesis: Any, folder: Path) -> MeasuredResult:
    return examine_measurement(thesis, folder, as_dict(load_measured(thesis)[1]))


def _proof(block: StatementBlock, certificate: dict[str, Any] | None) -> str:
    return "machine" if certificate and certificate["proof"] else block.proof


def _executed_status(block: StatementBlock, certificate: dict[str, Any] | None) -> Status:
    cls, verdict = block.fields["class"], certificate["verdict"] if certificate else "not certified"
    badges = [Badge(CLASSES[cls], f"class-{cls}")]
    if proof := _PROOFS.get(_proof(block, certificate)):
        badges.append(Badge(proof, "proof"))
    badges.append(Badge(verdict.upper() if verdict == "refuted" else verdict, verdict.replace(" ", "-")))
    return Status(block, tuple(badges), tuple(_decided(certificate)) if certificate else ())


def _decided(certificate: dict[str, Any]) -> list[str]:
    """Return sentences about what exact arithmetic decided."""
    said = []
    if certificate["family"]:
        counts = ", ".join(f"{certificate[key]} {key}" for key in ("strict", "equal", "void") if certificate[key])
        said.append(f"Exact cases: {certificate['cases']} ({counts}); {certificate['family']}.")
    neighbours = certificate["neighbours"]
    if neighbours:
        refuted = sum(neighbour["verdict"] == "refuted" for neighbour in neighbours)
        said.append(f"False neighbours refuted: {refuted} of {len(neighbours)}.")
    if against := certificate["counterexample"]:
        case = ", ".join(f"{name} = {value}" for name, value in against["case"].items())
        said.append(f"Counterexample: {_short(against)} is false for {case}.")
    return said


def _short(against: dict[str, Any]) -> str:
    lesser, greater = (
        str(against[side]).rstrip("0").rstrip(".") if "." in str(against[side]) else against[side]
        for side in ("lesser", "greater")
    )
    return f"{lesser} {against['relation']} {greater}"


def _measured_status(block: StatementBlock, found: MeasuredResult) -> Status:
    word = f"measured: {found.verdict}" if found.evidence == "measured" else found.verdict
    badges = (Badge(CLASSES["H"], "class-H"), Badge(word, f"measured {found.verdict.replace(' ', '-')}"))
    counts = found.counts()
    said = ", ".join(f"{counts[says]} {says}" for says in SAYS if counts[says])
    return Status(block, badges, (f"Cells: {said}.", *found.problems) if said else found.problems)


def _rulings(folder: Path, blocks: tuple[StatementBlock, ...]) -> dict[str, Ruling]:
    """Return the verdicts on published claims, made from certificates as `infoloop verify` makes them from findings."""
    executed = [block for block in blocks if not block.is_measured]
    findings = [_finding(block, _certificate(folder, block.label)) for block in executed]
    published = read_published(folder, pair_with_claims(blocks))
    return {ruling.label: ruling for ruling in rule_on(published, findings)}


def _finding(block: StatementBlock, certificate: dict[str, Any] | None) -> Any:
    return SimpleNamespace(
        label=block.label,
        cls=block.fields["class"],
        proof=_proof(block, certificate),
        evidence=certificate["verdict"] if certificate else "none",
        strict=certificate["strict"] if certificate else 0,
        equal=certificate["equal"] if certificate else 0,
        counterexample=certificate and certificate["counterexample"],
        problems=() if certificate else ("there is no certificate",),
    )


def _published_status(block: StatementBlock, ruling: Ruling) -> Status:
    badge = Badge(ruling.verdict, f"court {ruling.verdict.replace(' ', '-')}")
    numbers = [f"Numbers that come out: {sum(n.agrees() for n in ruling.recomputed)} of {len(ruling.recomputed)}."]
    return Status(block, (badge,), (*numbers * bool(ruling.recomputed), *ruling.problems))
