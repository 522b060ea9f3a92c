"""`infoloop verify`."""

from pathlib import Path
from typing import Annotated

import typer

import infoloop
from infoloop import reporting, statements
from infoloop.cli.options import Json, Labels, TheoryFolder
from infoloop.cli.terminal import console, use_float64, with_progress


def verify_theory(
    labels: Labels = None,
    as_json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="More samples, starts and steps: minutes, not seconds.")] = False,
    theory: TheoryFolder = None,
    out: Annotated[
        Path | None, typer.Option(help="Also write report.html, verify.json and certificates/ there.")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Rewrite the certificates kept in the theory folder.")] = False,
    seed: Annotated[int, typer.Option(help="Root seed of samples and attacks.")] = 0,
) -> None:
    """Prove, attack and certify the statements of theory/: a table of verdicts, counterexamples and problems.

    Exit status 1 if a theorem is refuted, folklore is not, a certificate is stale or missing; 3 on bad input.

    [bold]Examples[/bold]

      infoloop verify
      infoloop verify thm:dpi fol:dpi-without-markov
      infoloop verify --json | jq '.[] | {label, proof, evidence, slack}'
      infoloop verify --full --out results/
    """
    use_float64()
    theory = theory or statements.theory_files.default_folder()
    entries = statements.theory_files.select_statements(
        statements.theory_files.pair_with_claims(statements.theory_files.read_blocks(theory)), tuple(labels or ())
    )
    for folder in (out, theory / "certificates" if renew else None):
        if folder:
            reporting.atomic_files.writable_folder(folder)
    effort = statements.verification.FULL if full else statements.verification.Effort()
    effort = statements.verification.Effort(effort.samples, effort.starts, effort.steps, seed)
    kept = None if renew else theory / "certificates"
    findings = with_progress(
        statements.verification.verify_statements(entries, effort, kept), [e.block.label for e in entries]
    )
    if out:
        reporting.atomic_files.atomic_write_text(
            out / "verify.json", statements.findings_text.findings_json(findings) + "\n"
        )
        page = statements.findings_page.render_findings_page(entries, findings, infoloop.__version__)
        reporting.atomic_files.atomic_write_text(out / "report.html", page)
        statements.verification.write_certificates(
            findings, out / "certificates", reporting.atomic_files.atomic_write_text
        )
    if renew:
        statements.verification.write_certificates(
            findings, theory / "certificates", reporting.atomic_files.atomic_write_text
        )
    if as_json:
        typer.echo(statements.findings_text.findings_json(findings))
    else:
        statements.findings_text.print_findings(findings, console())
    if any(finding.problems for finding in findings):
        raise typer.Exit(1)
