"""Rule on published claims: the verdict follows from what was found about the statements that decide them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from infoloop.statements.published_claims import PublishedClaim
from infoloop.statements.published_numbers import PublishedNumber
from infoloop.statements.verification import StatementResult

UNDECIDED = "undecided"  # no verdict: a statement that should decide is not as theory/ says, or a thesis


class Ground(NamedTuple):
    """What one statement of the ledger contributes to a verdict.

    `finding` says what becomes of the claim by this statement: it "holds", "holds with a condition", is "refuted" or
    "undecided". Of a statement whose opposite is claimed (`denied`) it is the other way round. `decided` counts the
    exact cases in which the statement says something, those where it is void left out.
    """

    label: str
    cls: str
    proof: str
    evidence: str
    decided: int
    denied: bool
    finding: str


@dataclass(frozen=True)
class Ruling:
    """The verdict on a published claim, and what it rests on.

    Attributes:
        label, ref, title, source, said, numbers, read: as in its block of `theory/`.
        verdict: what the ledger makes of it, one of `VERDICTS` or "undecided".
        written: the verdict that stands in the chapter.
        condition, because: under which condition it holds; why it is not formalised. "" where it is neither.
        formalised, finding: the block's paragraphs, as Markdown: which sentence is decided, and what was found.
        by: what each deciding statement contributes.
        recomputed: its numbers beside the exact ones.
        problems: why the chapter and the ledger do not agree; empty if they do.
    """

    label: str
    ref: str
    title: str
    source: str
    said: str
    numbers: str
    read: str
    verdict: str
    written: str
    condition: str
    because: str
    formalised: str
    finding: str
    by: tuple[Ground, ...]
    recomputed: tuple[PublishedNumber, ...]
    problems: tuple[str, ...]

    def row(self) -> dict[str, Any]:
        """Return the ruling as JSON; `cls` of a ground is called `class` there."""
        fields = asdict(self)
        grounds = [ground._asdict() for ground in self.by]
        fields["by"] = [{"class": ground.pop("cls"), **ground} for ground in grounds]
        fields["recomputed"] = [number.row() for number in self.recomputed]
        return fields


def rule_on(published: tuple[PublishedClaim, ...], findings: Iterable[StatementResult]) -> tuple[Ruling, ...]:
    """Return the ruling on each claim.

    Args:
        published: the claims.
        findings: what was found about the statements, of each that decides one of the claims at least.

    Raises:
        KeyError: nothing was found about a statement that decides one of the claims.
    """
    found = {finding.label: finding for finding in findings}
    return tuple(
        _ruling(claim, tuple(_ground(found[label], label in claim.denied) for label in claim.by)) for claim in published
    )


def _ground(found: StatementResult, denied: bool) -> Ground:
    if found.problems or found.cls == "H" or (found.cls == "C" and denied):
        finding = UNDECIDED
    elif (found.cls == "F") != denied:
        finding = "refuted"
    else:
        finding = "holds with a condition" if found.cls == "C" else "holds"
    decided = max(found.strict + found.equal, int(found.counterexample is not None))
    return Ground(found.label, found.cls, found.proof, found.evidence, decided, denied, finding)


def make_verdict(grounds: tuple[Ground, ...], recomputed: tuple[PublishedNumber, ...]) -> str:
    """Return the verdict.

    A number that comes out counts like a theorem, one that does not like a refuted statement. What is refuted in one
    part and holds in another needs a condition: the one under which it holds.

    >>> holds, false = (Ground("thm:a", "T", "written", "certified", 9, False, f) for f in ("holds", "refuted"))
    >>> make_verdict((holds,), ()), make_verdict((false,), ()), make_verdict((holds, false), ()), make_verdict((), ())
    ('proved', 'refuted', 'needs a condition', 'not formalised')
    """
    findings = {ground.finding for ground in grounds}
    findings |= {"holds" if number.agrees() else "refuted" for number in recomputed}
    if not findings:
        return "not formalised"
    if UNDECIDED in findings:
        return UNDECIDED
    if findings == {"refuted"}:
        return "refuted"
    if findings != {"holds"}:
        return "needs a condition"
    return "reproduced" if recomputed else "proved"


def _ruling(claim: PublishedClaim, grounds: tuple[Ground, ...]) -> Ruling:
    fields = claim.block.fields
    verdict = make_verdict(grounds, claim.recomputed)
    return Ruling(
        label=claim.label,
        ref=claim.ref,
        title=claim.block.title,
        source=fields["source"],
        said=fields["said"],
        numbers=fields.get("numbers", ""),
        read=fields["read"],
        verdict=verdict,
        written=fields["verdict"],
        condition=fields.get("condition", ""),
        because=fields.get("because", ""),
        formalised=claim.block.part("Formalised"),
        finding=claim.block.part("Finding"),
        by=grounds,
        recomputed=claim.recomputed,
        problems=tuple(_problems(fields["verdict"], verdict, grounds, claim.recomputed)),
    )


def _why_undecided(ground: Ground) -> str:
    if ground.cls == "C" and ground.denied:
        return "it holds under a condition, which says nothing of its opposite"
    return "it is a thesis" if ground.cls == "H" else "it is not as stated"


def _problems(
    written: str, verdict: str, grounds: tuple[Ground, ...], recomputed: tuple[PublishedNumber, ...]
) -> Iterable[str]:
    for ground in grounds:
        if ground.finding == UNDECIDED:
            yield f"{'not ' * ground.denied}{ground.label} decides nothing here: {_why_undecided(ground)}"
    if verdict in (written, UNDECIDED):
        return
    why = "; ".join(f"{'not ' * ground.denied}{ground.label} {ground.finding}" for ground in grounds)
    others = [f"{n.what} is {n.row()['recomputed']}, not {n.published}" for n in recomputed if not n.agrees()]
    reasons = "; ".join(filter(None, (why, *others))) or "no statement decides it"
    yield f"the chapter says {written}, the ledger {verdict}: {reasons}"
