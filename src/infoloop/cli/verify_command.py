"""`infoloop verify`."""

import dataclasses
from pathlib import Path
from typing import Annotated

import typer

import infoloop
from infoloop import reporting, statements
from infoloop.cli.options import LAST_SEED, Json, Labels, TheoryFolder
from infoloop.cli.terminal import console, show, use_float64, with_progress


def verify_theory(
    labels: Labels = None,
    as_json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="More samples, starts and steps: minutes, not seconds.")] = False,
    theory: TheoryFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write report.html, verify.json and certificates/ there.")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Rewrite the certificates kept in the theory folder.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Root seed of samples and attacks.")] = 0,
) -> None:
    """Prove, attack and certify the statements of theory/: a table of verdicts, counterexamples and problems.

    Exit status 0 if all is as theory/ says; 1 if a theorem is refuted, folklore is not, a certificate is stale or
    missing; 3 on bad input, or if it could not be done (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop verify
      infoloop verify thm:dpi fol:dpi-without-markov
      infoloop verify --json | jq '.[] | {label, proof, evidence, slack}'
      infoloop verify --full --out results/
    """
    use_float64()
    files, verification, texts = statements.theory_files, statements.verification, statements.findings_text
    write_text = reporting.atomic_files.atomic_write_text
    theory = theory or files.default_folder()
    entries = files.select_statements(files.pair_with_claims(files.read_blocks(theory)), tuple(labels or ()))
    for folder in (out, theory / "certificates" if renew else None):
        if folder:
            reporting.atomic_files.writable_folder(folder)
    effort = dataclasses.replace(verification.FULL if full else verification.Effort(), seed=seed)
    kept = None if renew else theory / "certificates"
    findings = with_progress(
        verification.verify_statements(entries, effort, kept), [entry.block.label for entry in entries]
    )
    if out:
        write_text(out / "verify.json", texts.findings_json(findings) + "\n")
        page = statements.findings_page.render_findings_page(entries, findings, infoloop.__version__)
        write_text(out / "report.html", page)
        verification.write_certificates(findings, out / "certificates", write_text)
    if renew:
        verification.write_certificates(findings, theory / "certificates", write_text)
    if as_json:
        show(texts.findings_json(findings))
    else:
        texts.print_findings(findings, console())
    if any(finding.problems for finding in findings):
        raise typer.Exit(1)
