"""`infoloop verify`."""

import dataclasses
import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

import infoloop
from infoloop import reporting, statements, studies
from infoloop.cli.options import LAST_SEED, Json, Labels, TheoryFolder, path_option
from infoloop.cli.terminal import console, each_step, phases, show, use_float64
from infoloop.cli.theory_contents import numbered_labels, theory_folder


def verify_theory(
    labels: Labels = None,
    as_json: Json = False,
    full: Annotated[bool, typer.Option("--full", help="More samples, starts and steps: minutes, not seconds.")] = False,
    theory: TheoryFolder = None,
    out: Annotated[
        Path | None, path_option(help="Also write report.html, verify.json and certificates/ there.")
    ] = None,
    renew: Annotated[bool, typer.Option("--renew", help="Rewrite the certificates kept in the theory folder.")] = False,
    seed: Annotated[int, typer.Option(min=0, max=LAST_SEED, help="Root seed of samples and attacks.")] = 0,
    profile: Annotated[bool, typer.Option("--profile", help="Also show what the statements took, by part.")] = False,
) -> None:
    """Prove, attack and certify the statements of theory/: a table of verdicts, counterexamples and problems.

    After them come the theses that an experiment has measured (`infoloop measure`), with the verdicts that follow from
    the outcomes kept, and the claims that others have published. Chapters of your own (--theory) name claims of modules
    in the current folder; as long as they have no folder certificates/, none is missing.

    Exit status 0 if all is as theory/ says; 1 if a theorem is refuted, folklore is not, a certificate or a measurement
    is stale or missing, or another verdict follows on a published claim; 3 on bad input, or if it could not be done
    (full disk, closed pipe, out of memory, interrupted).

    [bold]Examples[/bold]

      infoloop verify
      infoloop verify thm:dpi fol:dpi-without-markov
      infoloop verify pub:C02
      infoloop verify --json | jq '.[] | {label, proof, evidence, slack}'
      infoloop verify --full --out results/
      infoloop verify --profile
      infoloop verify --theory theory --renew
    """
    with phases() as phase:
        starting = each_step(phase("starting"), ("importing JAX", "reading the chapters"))
        next(starting)
        use_float64()
        next(starting)
        certificates = _kept_certificates(theory, renew)
        theory = theory_folder(theory)
        entries, theses, published = _chosen(theory, numbered_labels(labels, theory))
        next(starting, None)
        for folder in (out, theory / "certificates" if renew else None):
            if folder:
                reporting.atomic_files.writable_folder(folder)
        verification = statements.verification
        effort = dataclasses.replace(verification.FULL if full else verification.Effort(), seed=seed)
        found = _findings(theory, entries, effort, certificates, profile)
        shown = each_step(phase("statements"), [entry.block.label for entry in entries])
        findings = tuple(next(found) for _ in shown)
        found.close()
        measured = _measured(theses, theory, each_step(phase("measured"), [thesis.label for thesis in theses]))
        rulings = statements.court.rule_on(published, findings)
        if out:
            steps = each_step(phase("writing"), ("verify.json", "report.html", "certificates"))
            _write(entries, findings, measured, rulings, out, steps)
        if renew:
            verification.write_certificates(findings, theory / "certificates", reporting.atomic_files.atomic_write_text)
    if as_json:
        show(statements.findings_text.findings_json(findings, rulings, measured))
    else:
        _print(findings, measured, rulings, bool(labels), profile)
    if certificates is None and not renew:
        show(
            f"infoloop: there is no {theory / 'certificates'}: --renew keeps certificates, to notice changes", err=True
        )
    if any(found.problems for found in (*findings, *measured, *rulings)):
        raise typer.Exit(1)


def _print(
    findings: tuple[Any, ...], measured: tuple[Any, ...], rulings: tuple[Any, ...], cells: bool, profile: bool
) -> None:
    if findings:
        statements.findings_text.print_findings(findings, console())
    if measured:
        statements.measured_text.print_measured(measured, console(), cells=cells)
    if rulings:
        statements.court_text.print_court(rulings, console())
    if profile and findings:
        statements.spent_text.print_spent(findings, os.times(), console())


def _kept_certificates(theory: Path | None, renew: bool) -> Path | None:
    """Return the folder of the certificates to compare with; None where they are renewed, or a user keeps none yet."""
    folder = (theory or statements.theory_files.default_folder()) / "certificates"
    return None if renew or (theory is not None and not folder.exists()) else folder


def _chosen(theory: Path, labels: tuple[str, ...]) -> tuple[tuple[Any, ...], tuple[Any, ...], tuple[Any, ...]]:
    """Return the statements to verify, the measured theses, and the published claims to rule on."""
    files, claims, measured = statements.theory_files, statements.published_claims, statements.measured_theses
    blocks = files.read_blocks(theory)
    entries = files.pair_with_claims(blocks)
    theses = measured.read_measured(theory, blocks)
    statements.measured_ledger.refuse_orphans(theory, theses)
    published = claims.read_published(theory, entries)
    named = {name: () for thesis in theses for name in (thesis.label, thesis.block.fields["ref"])}
    chosen = files.select_statements(entries, labels, {**claims.deciding_statements(published), **named})
    return chosen, measured.select_measured(theses, labels), claims.select_published(published, labels)


def _measured(theses: tuple[Any, ...], theory: Path, labels: Iterator[str]) -> tuple[Any, ...]:
    """Return what is found about each measured thesis."""
    found = []
    for thesis, _ in zip(theses, labels, strict=True):
        _, config = studies.measurement.load_measured(thesis)
        current = studies.configuration.as_dict(config)
        found.append(statements.measured_ledger.examine_measurement(thesis, theory, current))
    return tuple(found)


def _findings(
    theory: Path, entries: tuple[Any, ...], effort: Any, certificates: Path | None, profile: bool
) -> Generator[Any]:
    """Return an iterator over what is found, in this process or, of many statements, in several."""
    shared = statements.shared_verification
    processes = shared.processes_for(len(entries))
    if processes == 1:
        return statements.verification.verify_statements(entries, effort, certificates, profile)
    labels = tuple(entry.block.label for entry in entries)
    return shared.verify_in_processes(theory, labels, effort, certificates, processes, profile)


def _write(
    entries: tuple[Any, ...],
    findings: tuple[Any, ...],
    measured: tuple[Any, ...],
    rulings: tuple[Any, ...],
    out: Path,
    names: Iterator[str],
) -> None:
    """Write what the names say, one after the other."""
    write_text = reporting.atomic_files.atomic_write_text
    for name in names:
        if name == "verify.json":
            write_text(out / name, statements.findings_text.findings_json(findings, rulings, measured) + "\n")
        elif name == "report.html":
            page = statements.findings_page.render_findings_page(
                entries, findings, infoloop.__version__, rulings, measured
            )
            write_text(out / name, page)
        else:
            statements.verification.write_certificates(findings, out / name, write_text)
