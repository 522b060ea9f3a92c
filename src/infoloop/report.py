"""Findings as a table for the terminal, as JSON, and as lines that say what went wrong."""

import json

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infoloop.ledger import Finding
from infoloop.chapters import CLASSES, Entry

_STYLES = {"refuted": "red", "certified": "green", "attacked": "cyan", "sampled": "yellow", "none": "bold red"}


def findings_table(findings: tuple[Finding, ...]) -> Table:
    """One row a statement: at most 100 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name, right in (("label", 0), ("ref", 0), ("", 0), ("proof", 0), ("evidence", 0), ("cases", 1), ("starts", 1),
                        ("least slack", 1), ("worst case", 0), ("+1 %", 0), ("s", 1)):  # fmt: skip
        table.add_column(name, justify="right" if right else "left", no_wrap=True)
    for f in findings:
        style = "bold red" if f.problems else _STYLES.get(f.evidence, "") if f.cls != "F" else "green"
        table.add_row(
            f.label, f.ref, f.cls, f.proof, Text(f.evidence, style=style), str(f.cases), str(f.starts or "-"),
            f"{f.slack:.1e}", f.worst, {True: "refuted", False: "HOLDS", None: "-"}[f.sharp], f"{f.seconds:.1f}",
        )  # fmt: skip
    return table


def show(findings: tuple[Finding, ...], console: Console) -> None:
    """The table, every counterexample, every problem, and one line that sums up."""
    console.print(findings_table(findings))
    for f in findings:
        if f.counterexample:
            console.print(f"\n[bold]{f.label}[/bold] ({CLASSES[f.cls]}) is refuted, certified: {f.statement}", highlight=False)
            console.print(f"  {f.counterexample}", markup=False, highlight=False)
    for f in findings:
        for problem in f.problems:
            console.print(f"\n[bold red]{f.label}[/bold red]: {problem}", highlight=False)
    console.print("\n" + summary(findings), highlight=False)


def summary(findings: tuple[Finding, ...]) -> str:
    """How many statements hold up, and what the columns mean."""
    expected = sum(not f.problems for f in findings)
    theorems = [f for f in findings if f.cls in "TC"]
    certified = sum(f.evidence == "certified" for f in theorems)
    folklore = [f for f in findings if f.cls == "F"]
    return (
        f"{expected} of {len(findings)} statements are as theory/ says: {certified} of {len(theorems)} theorems certified "
        f"on their finite families, {sum(f.evidence == 'refuted' for f in folklore)} of {len(folklore)} folklore "
        "claims refuted.\n"
        "cases: exact cases decided by ball arithmetic (or samples, where there is no family); slack in bits, floats;\n"
        "+1 %: the claim with its lesser side 1 % larger is refuted, certified, in one of its own edge cases."
    )


def findings_json(findings: tuple[Finding, ...]) -> str:
    """A JSON list with one object a statement."""
    return json.dumps([f.row() for f in findings], indent=1, ensure_ascii=False)


def entries_table(entries: tuple[Entry, ...]) -> Table:
    """What there is to verify."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("label", "ref", "class", "statement"):
        table.add_column(name, no_wrap=name != "statement")
    for entry in entries:
        fields = entry.block.fields
        table.add_row(entry.block.label, fields["ref"], fields["class"], entry.block.title)
    return table


def entries_json(entries: tuple[Entry, ...]) -> str:
    """The same as JSON."""
    rows = [
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
    return json.dumps({"statements": rows}, indent=1, ensure_ascii=False)
