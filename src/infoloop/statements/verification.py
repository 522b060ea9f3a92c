"""Verify each statement of `theory/` by its claim, and keep the certificates that record what was decided."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import jax

from infoloop.exact.comparison import UNDECIDED
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.shannon_prover import prove_linear
from infoloop.reporting.text_files import UnreadableFileError, read_text_file
from infoloop.statements.certification import (
    Certification,
    certify,
    describe_case,
    refute_near,
    refuted_when_stronger,
)
from infoloop.statements.claim import Claim, Evidence, attack, evaluate_on_samples
from infoloop.statements.neighbour_checks import NeighbourResult, check_neighbours
from infoloop.statements.spent_time import SpentTime, part, watched
from infoloop.statements.theory_files import VerifiableStatement

CERTIFICATE_FORMAT = "infoloop certificate 1"


@dataclass(frozen=True)
class Effort:
    """The effort of a search: samples that a claim is weighed on, starts and steps of its attack, and the root seed."""

    samples: int = 2000
    starts: int = 64
    steps: int = 300
    seed: int = 0


FULL = Effort(samples=50_000, starts=1024, steps=2000)


@dataclass(frozen=True)
class StatementResult:
    """The findings about one statement.

    The statement:
        label, ref, title, cls, statement: as in its block of `theory/`, and as text for the prover ("" if it has none).
    The verdict, computed:
        proof: "machine" (there is a certificate), "written" (the block has a proof), "cited" (a step of that proof
            rests on a source) or "none".
        evidence: "refuted", "certified", "attacked", "sampled", or "none" if floats deny what nothing here decides.
        problems: why the statement is not as `theory/` says, or its certificate is stale; empty if all is well.
    What exact arithmetic decided:
        cases: how many exact cases; of random samples if there is no family.
        strict, equal, void: in how many of the exact ones the sides differ, are equal, or the claim says nothing.
        neighbours: what became of each false statement next to the claim, such as one assumption less.
        sharp: whether the claim made 1 % stronger is refuted in an edge case; None without edge cases.
        counterexample, certificate: what goes into `theory/certificates`; None if there is none.
    What floats saw:
        samples, starts: of how many random cases and descents.
        slack, ratio, worst: least greater - lesser (for `=` minus the largest gap), in bits, least greater/lesser, and
            which case has the least slack.
    What it took:
        seconds, spent: on the clock, and by part if it was profiled.
    """

    label: str
    ref: str
    title: str
    cls: str
    statement: str
    proof: str
    evidence: str
    cases: int
    strict: int
    equal: int
    void: int
    samples: int
    starts: int
    slack: float
    ratio: float
    worst: str
    sharp: bool | None
    neighbours: tuple[NeighbourResult, ...]
    counterexample: Counterexample | None
    problems: tuple[str, ...]
    seconds: float
    certificate: dict[str, Any] | None
    spent: SpentTime | None = None

    def row(self) -> dict[str, Any]:
        """Return the findings as JSON; `cls` is called `class` there, and a ratio that no case gave is null."""
        fields = asdict(self)
        fields["class"] = fields.pop("cls")
        fields["counterexample"] = self.counterexample and self.counterexample.row()
        fields["neighbours"] = [neighbour.row() for neighbour in self.neighbours]
        fields["ratio"] = self.ratio if self.ratio < float("inf") else None
        fields["spent"] = self.spent and self.spent.row()
        return fields


def verify_statements(
    entries: tuple[VerifiableStatement, ...],
    effort: Effort,
    folder: Path | None = None,
    profile: bool = False,
) -> Generator[StatementResult]:
    """Verify statements one by one, in order.

    Searches run in two threads, since most of their time is compilation. Ball arithmetic stays in this thread, whose
    precision it sets.

    Args:
        entries: the statements with their claims.
        effort: how hard to search.
        folder: the committed certificates; where it is given, a stale or missing one is a problem.
        profile: whether to say what each statement took; all is then done in this thread, one after the other.

    Yields:
        The findings about each statement.
    """
    if profile:
        yield from (_profiled(entry, effort, folder) for entry in entries)
        return
    with ThreadPoolExecutor(max_workers=2) as pool:
        searches = [pool.submit(_search, entry, effort) for entry in entries]
        for entry, search in zip(entries, searches, strict=True):
            yield _examined(entry, *search.result(), effort, folder)


def _profiled(entry: VerifiableStatement, effort: Effort, folder: Path | None) -> StatementResult:
    with watched() as watch:
        with part("floats"):
            searches = _search(entry, effort)
        found = _examined(entry, *searches, effort, folder)
        return replace(found, spent=watch.spent())


def _search(entry: VerifiableStatement, effort: Effort) -> tuple[dict[str, Evidence], float]:
    began = time.perf_counter()
    name = int.from_bytes(hashlib.sha256(entry.block.label.encode()).digest()[:4])
    key_samples, key_attack = jax.random.split(jax.random.fold_in(jax.random.key(effort.seed), name))
    found = {"sample": evaluate_on_samples(entry.claim, key_samples, effort.samples)}
    if entry.claim.relation != "=":
        found["start"] = attack(entry.claim, key_attack, effort.starts, effort.steps)
    return jax.block_until_ready(found), time.perf_counter() - began


def _examined(
    entry: VerifiableStatement, searches: dict[str, Evidence], seconds: float, effort: Effort, folder: Path | None
) -> StatementResult:
    began = time.perf_counter()
    claim, block = entry.claim, entry.block
    with part("proofs"):
        proof = prove_linear(claim.statement, claim.given) if claim.statement else None
    with part("exact"):
        family = certify(claim) if claim.exact and claim.family else None
        against = (family and family.counterexample) or _nearby_counterexample(claim, searches)
        neighbours = check_neighbours(claim) if block.fields["class"] in "TC" else ()
        sharp = refuted_when_stronger(claim) if claim.exact and claim.edges else None
    certificate = _certificate(entry, family, against, proof, neighbours)
    where, worst = min(searches.items(), key=lambda item: float(item[1].slack))
    evidence = _evidence(against, family, searches)
    stale = [] if folder is None else stale_certificate(folder, block.label, certificate)
    return StatementResult(
        label=block.label,
        ref=block.fields["ref"],
        title=block.title,
        cls=block.fields["class"],
        statement=claim.statement,
        proof="machine" if proof else block.proof,
        evidence=evidence,
        cases=family.cases if family else effort.samples,
        strict=family.strict if family else 0,
        equal=family.equal if family else 0,
        void=family.void if family else 0,
        samples=effort.samples,
        starts=effort.starts if "start" in searches else 0,
        slack=float(worst.slack),
        ratio=min(float(found.ratio) for found in searches.values()),
        worst=f"{where} {int(worst.worst)}",
        sharp=sharp,
        neighbours=neighbours,
        counterexample=against,
        problems=(
            *_problems(block.fields["class"], evidence, float(worst.slack), sharp),
            *(_weaknesses(claim, family, neighbours, bool(proof)) if block.fields["class"] in "TC" else ()),
            *stale,
        ),
        seconds=seconds + time.perf_counter() - began,
        certificate=certificate,
    )


def _nearby_counterexample(claim: Claim, searches: dict[str, Evidence]) -> Counterexample | None:
    """Return an exact counterexample next to the worst float case, where floats do not see the claim hold."""
    for found in searches.values():
        if not found.slack > UNDECIDED:
            against = refute_near(claim, found.case, rounded=bool(found.slack < -UNDECIDED))
            if against:
                return against
    return None


def _evidence(against: Counterexample | None, family: Certification | None, searches: dict[str, Evidence]) -> str:
    if against:
        return "refuted"
    if any(not found.slack >= -UNDECIDED for found in searches.values()):
        return "none"
    if family:
        return "certified"
    return "attacked" if "start" in searches else "sampled"


def _problems(cls: str, evidence: str, slack: float, sharp: bool | None) -> list[str]:
    found = []
    if cls in "TC" and evidence == "refuted":
        found.append("refuted, although it is stated as a theorem: the statement, its claim or our code is wrong")
    if cls in "TC" and evidence == "none":
        miss = "give no number" if slack != slack else f"miss by {-slack:.3g} bits"
        found.append(f"floats {miss}, which exact arithmetic neither confirms nor refutes")
    if cls == "F" and evidence != "refuted":
        found.append("folklore that is not refuted: declare a family that contains a counterexample")
    if cls in "TC" and sharp is False:
        found.append("made 1 % stronger it is not refuted in its edge cases, so it is not sharp where it says it is")
    return found


def _weaknesses(
    claim: Claim, family: Certification | None, neighbours: tuple[NeighbourResult, ...], proved: bool
) -> Iterator[str]:
    """Yield why the check of a theorem could miss a false one: what its cases do not decide or refute.

    What is proved by machine holds for every law, and needs no family.
    """
    if family is None:
        if not proved:
            yield "not certified: declare exact sides and a finite family"
    elif not family.strict + family.equal:
        yield f"its family decides nothing: the claim says nothing in any of the {family.cases} cases"
    elif claim.relation != "=" and not family.strict and not claim.tight:
        yield "its family has no case where the sides differ: add one, or say why there is none (`tight`)"
    for found in neighbours:
        if found.verdict == "unsaid":
            yield f"nothing says what fails without the assumption {found.change!r}: declare `without` or `unrefuted`"
        elif found.verdict == "stands":
            what = f"without the assumption {found.change!r}" if found.dropped else f"changed to {found.change!r}"
            yield f"{what} it is not refuted in any case: add one, or say why there is none (`unrefuted`)"
    if claim.relation == "=" and not any(found.verdict == "refuted" for found in neighbours):
        yield "no false neighbour of the equality is refuted: declare one (`changed`, `without`)"


def _certificate(
    entry: VerifiableStatement,
    family: Certification | None,
    against: Counterexample | None,
    proof: dict[str, Any] | None,
    neighbours: tuple[NeighbourResult, ...],
) -> dict[str, Any] | None:
    claim, block = entry.claim, entry.block
    if family is None and against is None and proof is None:
        return None
    content = {
        "format": CERTIFICATE_FORMAT,
        "label": block.label,
        "ref": block.fields["ref"],
        "class": block.fields["class"],
        "statement": claim.statement or " ".join(block.part("Statement").split()),
        "relation": f"lesser {claim.relation} greater",
        "assumes": list(claim.assumes),
        "verdict": "refuted" if against else "certified" if family else "proved",
        "family": claim.family.description if claim.family else None,
        "cases": family.cases if family else 0,
        "strict": family.strict if family else 0,
        "equal": family.equal if family else 0,
        "void": family.void if family else 0,
        "counterexample": against and against.row(),
        "edges": [describe_case(case) for case in claim.edges],
        "neighbours": [neighbour.row() for neighbour in neighbours],
        "proof": proof,
    }
    return {**content, "sha256": digest(content)}


def digest(content: dict[str, Any]) -> str:
    """Return the SHA-256 of a certificate's contents, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def certificate_path(folder: Path, label: str) -> Path:
    """Return where the certificate of a label is kept: its colon becomes an underscore."""
    return folder / (label.replace(":", "_") + ".json")


def stale_certificate(folder: Path, label: str, fresh: dict[str, Any] | None) -> list[str]:
    """Return what is wrong with the committed certificate of a statement, compared with a fresh one, or []."""
    path = certificate_path(folder, label)
    renew = "run `infoloop verify --renew` and commit it"
    if fresh is None:
        return [f"{path.name} certifies what is no longer certified: remove it"] if path.exists() else []
    if not path.exists():
        return [f"its certificate {path.name} is missing: {renew}"]
    try:
        kept = json.loads(read_text_file(path))
    except UnreadableFileError as error:
        return [f"{path.name} cannot be read: {error}: {renew}"]
    except json.JSONDecodeError as error:
        return [f"{path.name} is not JSON (line {error.lineno}: {error.msg}): {renew}"]
    if kept == fresh:
        return []
    body = {key: value for key, value in kept.items() if key != "sha256"}
    if kept.get("sha256") != digest(body):
        return [f"{path.name} was tampered with: its contents do not match its sha256; {renew}"]
    key = next(key for key in fresh if kept.get(key) != fresh[key])
    return [f"{path.name} is stale: {key} is {kept.get(key)!r} there and {fresh[key]!r} now; {renew}"]


def write_certificates(findings: tuple[StatementResult, ...], folder: Path, write: Callable[[Path, str], None]) -> None:
    """Write one JSON file for each certified, refuted or proved statement, by `write(path, text)`."""
    for finding in findings:
        if finding.certificate is not None:
            write(
                certificate_path(folder, finding.label),
                json.dumps(finding.certificate, indent=1, ensure_ascii=False) + "\n",
            )
