"""Print what a verification took: in all, by part, and the statements that took the most."""

import os

from rich.console import Console
from rich.table import Table

from infoloop.statements.spent_time import PARTS
from infoloop.statements.verification import StatementResult

MOST_ROWS = 30
_MOST_CHARACTERS = 28  # of a label


def print_spent(findings: tuple[StatementResult, ...], times: os.times_result, console: Console) -> None:
    """Print the seconds of profiled statements, the slowest first, after a line with the sums; at most 100 columns.

    Args:
        findings: what `verify_statements` found with `profile`.
        times: what the process and those that it has waited for took in all.
        console: where to print.
    """
    spent = [(f.label, f.spent) for f in findings if f.spent]
    total, count = sum(found.cpu for _, found in spent), len(spent)
    start = sum(times[:4]) - total
    plural = "statement" if count == 1 else "statements"
    console.print(
        f"\n{count} {plural} took {total:.1f} s of CPU, {total / count:.2f} s each; "
        f"starting and showing took {max(0.0, start):.1f} s"
    )
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("label", no_wrap=True)
    for name in ("CPU", *PARTS, "kept"):
        table.add_column(name, no_wrap=True, justify="right")
    ordered = sorted(spent, key=lambda pair: -pair[1].cpu)
    groups = [(_cut(label), [found]) for label, found in ordered[:MOST_ROWS]]
    rest = [found for _, found in ordered[MOST_ROWS:]]
    groups = [("all", [found for _, found in spent]), *groups, *([(f"{len(rest)} others", rest)] if rest else [])]
    for label, group in groups:
        parts = (_short(sum(found.seconds[name] for found in group)) for name in PARTS)
        kept = f"{sum(found.loaded for found in group)}/{sum(found.programs for found in group)}"
        table.add_row(label, _short(sum(found.cpu for found in group)), *parts, kept)
    console.print(table)
    meaning = "; ".join(f"{name}: {text}" for name, text in PARTS.items())
    console.print(
        f"\nCPU: seconds of all cores. The parts are seconds on the clock, of one thread a process: {meaning}. "
        "kept: programs that were read and not compiled, of all."
    )


def _short(seconds: float) -> str:
    return f"{seconds:.{2 if seconds < 9.995 else 1 if seconds < 99.95 else 0}f}"


def _cut(label: str) -> str:
    return label if len(label) <= _MOST_CHARACTERS else f"{label[: _MOST_CHARACTERS - 3]}..."
