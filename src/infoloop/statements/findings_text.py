"""Print findings as a table, as JSON, and as lines that say what went wrong."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infoloop.reporting.text import as_json, wrap_text
from infoloop.statements.court import Ruling
from infoloop.statements.measured_ledger import MeasuredResult
from infoloop.statements.theory_files import CLASSES, VerifiableStatement
from infoloop.statements.verification import StatementResult

_STYLES = {"refuted": "red", "certified": "green", "attacked": "cyan", "sampled": "yellow", "none": "bold red"}


REFUTED = "REFUTED: "  # before whatever is stated and false, so that nobody takes it for a theorem


def mark_refuted(title: str) -> str:
    """Return the title of a refuted statement with the mark, which the titles of theory/ bear already."""
    return REFUTED + title.removeprefix(REFUTED)


def _marked(evidence: str) -> str:
    return evidence.upper() if evidence == "refuted" else evidence


def findings_table(findings: tuple[StatementResult, ...]) -> Table:
    """Return a table with a row for each statement, of at most 100 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("label", "ref", "", "proof", "evidence"):
        table.add_column(name, no_wrap=True)
    for name in ("strict", "equal", "void", "near", "+1 %", "slack"):
        table.add_column(name, no_wrap=True, justify="right")
    for f in findings:
        style = "bold red" if f.problems else "green" if f.cls == "F" else _STYLES[f.evidence]
        near = f"{sum(n.verdict == 'refuted' for n in f.neighbours)}/{len(f.neighbours)}" if f.neighbours else "-"
        table.add_row(
            f.label, f.ref, f.cls, f.proof, Text(_marked(f.evidence), style=style),
            str(f.strict), str(f.equal), str(f.void),
            near, {True: "refuted", False: "HOLDS", None: "-"}[f.sharp], f"{f.slack:.0e}",
        )  # fmt: skip
    return table


def print_findings(findings: tuple[StatementResult, ...], console: Console) -> None:
    """Print the table, every counterexample, every problem, and the summary."""
    console.print(findings_table(findings))
    for f in findings:
        if f.counterexample:
            stated = f"{REFUTED}{f.statement}" if f.statement else mark_refuted(f.title)
            _say(console, f"\n{f.label} ({CLASSES[f.cls]}): {stated}", "bold")
            _say(console, f"  refuted, certified: {f.counterexample}")
    for f in findings:
        for problem in f.problems:
            _say(console, f"\n{f.label}: {problem}", "bold red")
    _say(console, "\n" + summary(findings))


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(wrap_text(text), style=style))


def summary(findings: tuple[StatementResult, ...]) -> str:
    """Return how many statements are as `theory/` says, and how to read the columns."""
    theorems, theses, folklore = ([f for f in findings if f.cls in classes] for classes in ("TC", "H", "F"))
    certified = sum(f.evidence == "certified" for f in theorems)
    machine = sum(f.proof == "machine" for f in theorems)
    refuted, failed = (sum(f.evidence == "refuted" for f in group) for group in (folklore, theses))
    about = f", {failed} of {len(theses)} theses fail" if theses else ""
    return (
        f"{sum(not f.problems for f in findings)} of {len(findings)} statements are as theory/ says they are: "
        f"{certified} of {len(theorems)} theorems are certified on their finite families, {machine} have a machine "
        f"proof, {refuted} of {len(folklore)} folklore claims are refuted{about}.\n\n"
        "proof: machine (a certificate), written (in the text), cited (a step rests on a source), none. evidence: what "
        "was computed. strict, equal, void: exact cases in which the sides differ, are equal, or the claim says "
        "nothing. near: how many false neighbours (an assumption dropped, a constant changed) exact cases refute, of "
        "how many; --json says why the others stand. +1 %: the lesser side 1 % larger is refuted in an edge case. "
        "slack: the least greater - lesser that floats saw, in bits; within 1e-13 floats decide nothing."
    )


def findings_json(
    findings: tuple[StatementResult, ...],
    rulings: tuple[Ruling, ...] = (),
    measured: tuple[MeasuredResult, ...] = (),
) -> str:
    """Return a JSON list with one object for each statement, then for each measured thesis and published claim."""
    return as_json([f.row() for f in (*findings, *measured, *rulings)])


def entries_table(entries: tuple[VerifiableStatement, ...]) -> Table:
    """Return a table of what there is to verify."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("label", "ref", "class", "statement"):
        table.add_column(name, no_wrap=name != "statement")
    for entry in entries:
        fields = entry.block.fields
        table.add_row(entry.block.label, fields["ref"], fields["class"], entry.block.title)
    return table


def entry_rows(entries: tuple[VerifiableStatement, ...]) -> list[dict[str, Any]]:
    """Return what there is to verify, for JSON."""
    return [
        {
            "label": e.block.label,
            "ref": e.block.fields["ref"],
            "class": e.block.fields["class"],
            "title": e.block.title,
            "statement": e.claim.statement or " ".join(e.block.part("Statement").split()),
            "assumes": list(e.claim.assumes),
            "claim": e.block.fields["claim"],
            "source": e.block.fields["source"],
            "place": e.block.place,
        }
        for e in entries
    ]
