"""What is known of a statement's proof and evidence: what its certificate says, and what is checked of it now."""

import json
from pathlib import Path
from typing import Any, NamedTuple

from infoloop import check, proofs, statements
from infoloop.cli.source_places import shown_path
from infoloop.reporting.suggestions import cut_text
from infoloop.reporting.text_files import UnreadableFileError, read_text_file


class KnownProof(NamedTuple):
    """What is known of a statement.

    Attributes:
        kind: "machine", "written", "cited" or "none".
        proof: how the proof is known, and for one by machine its steps.
        verdict: "certified", "proved", "refuted" or "none", as the certificate has it.
        evidence: what the certificate decided, and where it is.
        counterexample: what refutes the statement, in words; "" if nothing does.
        problem: why the certificate is not to be trusted; "" if it is.
    """

    kind: str
    proof: str
    verdict: str
    evidence: str
    counterexample: str
    problem: str


def known_proof(block: Any, claim: Any, theory: Path) -> KnownProof:
    """Return what is known of the statement of a block and its claim.

    The machine proof that the certificate keeps is checked now, by `infoloop.check`; where no certificate is kept, it
    is looked for. Nothing else is computed.

    Args:
        block: The `StatementBlock`.
        claim: Its `Claim`.
        theory: The folder of the chapters.
    """
    path = statements.verification.certificate_path(theory / "certificates", block.label)
    kept, problem = _kept(path, claim)
    proof = kept.get("proof")
    if not kept and claim.statement:
        proof = proofs.shannon_prover.prove_linear(claim.statement, claim.given)
    kind, told = block.proof, ""
    if proof:
        try:
            steps = check.readable(proof)
        except check.CertificateError as error:
            problem = f"its proof does not hold: {error}"
        else:
            where = f"read from {shown_path(path)}" if kept else "found now, and kept nowhere"
            kind, told = "machine", f"machine; {where}, checked now by infoloop.check:\n{steps}"
    told = told or {"written": "written", "cited": f"cited: {block.fields.get('cites', '')}"}.get(kind, "none")
    against = kept.get("counterexample")
    words = _counterexample(against) if against else ""
    evidence = f"{_decided(kept)}; read from {shown_path(path)}" if kept else f"none is kept in {shown_path(path)}"
    return KnownProof(kind, told, kept.get("verdict", "none"), evidence, words, problem)


def _kept(path: Path, claim: Any) -> tuple[dict[str, Any], str]:
    """Return the certificate that is kept, and why it is none for this claim."""
    if not path.exists():
        return {}, ""
    try:
        kept = json.loads(read_text_file(path))
    except (UnreadableFileError, json.JSONDecodeError) as error:
        return {}, f"{path.name} cannot be read: {cut_text(str(error))}"
    if not isinstance(kept, dict):
        return {}, f"{path.name} is no certificate"
    body = {key: value for key, value in kept.items() if key != "sha256"}
    if kept.get("sha256") != statements.verification.digest(body):
        return {}, f"{path.name} was tampered with: its contents do not match its sha256"
    if kept["assumes"] != list(claim.assumes) or (claim.statement and kept["statement"] != claim.statement):
        return {}, f"{path.name} is stale: the claim says something else by now"
    return kept, ""


def _counterexample(row: dict[str, Any]) -> str:
    """Return in words what refutes a statement, from the row that its certificate keeps."""
    found = proofs.counterexamples.exact_decision.Counterexample
    return str(found(row["case"], row["lesser"], row["relation"], row["greater"]))


def _decided(kept: dict[str, Any]) -> str:
    """Return what a certificate decided, in words."""
    if kept["verdict"] == "proved":
        return "proved; no family of cases is declared"
    parts = [kept["verdict"]]
    if kept["family"]:
        counts = ", ".join(f"{kept[key]:,} {key}" for key in ("strict", "equal", "void"))
        parts = [f"{kept['verdict']} in exact arithmetic, {kept['cases']:,} cases ({counts}): {kept['family']}"]
    if kept["neighbours"]:
        refuted = sum(neighbour["verdict"] == "refuted" for neighbour in kept["neighbours"])
        parts.append(f"{refuted} of {len(kept['neighbours'])} false neighbours are refuted")
    return "; ".join(parts)
