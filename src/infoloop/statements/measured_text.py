"""Print what was measured: a table of verdicts, the cells behind them, what does not stand, and a summary."""

import math
from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infoloop.reporting.text import wrap_text
from infoloop.statements.cell_verdicts import VERDICTS
from infoloop.statements.measured_ledger import METHOD, SAYS, MeasuredResult
from infoloop.statements.measured_theses import MeasuredThesis

_STYLES = {"supported": "green", "refuted": "red", "mixed": "yellow"}


def measured_table(results: tuple[MeasuredResult, ...]) -> Table:
    """Return a table with a row for each thesis, of at most 100 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("measured thesis", "ref", "verdict"):
        table.add_column(name, no_wrap=True)
    for name in (*SAYS, "lost"):
        table.add_column(name, no_wrap=True, justify="right")
    for r in results:
        style = "bold red" if r.problems else _STYLES.get(r.verdict, "")
        lost = sum(cell.missing + cell.diverged for cell in r.cells)
        table.add_row(
            r.label, r.ref, Text(r.verdict, style=style), *(str(n) for n in r.counts().values()), str(lost)
        )  # fmt: skip
    return table


def cells_table(result: MeasuredResult) -> Table:
    """Return a table with a row for each cell of a thesis, with its median and interval."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    table.add_column("cell", overflow="fold")
    table.add_column("says", no_wrap=True)
    for name in ("median", "from", "to", "seeds", "missing", "diverged"):
        table.add_column(name, no_wrap=True, justify="right")
    for c in result.cells:
        ends = (c.interval.median, c.interval.lower, c.interval.upper)
        numbers = [f"{x:+.3g}" if not math.isnan(x) else "-" for x in ends]  # a void cell has no median
        table.add_row(c.cell, c.says, *numbers, str(c.seeds), str(c.missing), str(c.diverged))
    return table


def print_measured(results: tuple[MeasuredResult, ...], console: Console, cells: bool = False) -> None:
    """Print the table, of each thesis the cells where asked for, every problem, and the summary."""
    console.print()
    console.print(measured_table(results))
    for r in results:
        _say(console, f"\n{r.label} ({r.title}): {r.verdict}. Criterion: {r.criterion}.")
        if cells and r.cells:
            console.print(cells_table(r))
            for c in r.cells:
                if c.reason:
                    _say(console, f"  {c.cell}: {c.reason}")
    for r in results:
        for problem in r.problems:
            _say(console, f"\n{r.label}: {problem}", "bold red")
    _say(console, "\n" + measured_summary(results))


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(wrap_text(text), style=style))


def measured_summary(results: tuple[MeasuredResult, ...]) -> str:
    """Return how many theses have each verdict, apart from what is proved or executed, and how it was decided."""
    counts = Counter(r.verdict for r in results)
    shares = ", ".join(f"{number} {verdict}" for verdict, number in sorted(counts.items()))
    means = "; ".join(f"{verdict}: {meaning}" for verdict, meaning in VERDICTS.items() if counts[verdict])
    return (
        f"{len(results)} measured {'thesis' if len(results) == 1 else 'theses'}, counted apart: {shares}.\n\n"
        "A measured thesis is proved by nothing: it is what trained models showed, by a criterion committed before. "
        f"{means}{'. ' if means else ''}Each cell: {METHOD}. lost: seeds without an outcome, in all cells."
    )


def measured_rows(theses: tuple[MeasuredThesis, ...]) -> list[dict[str, Any]]:
    """Return the theses that there are, for JSON."""
    return [
        {
            "label": t.label,
            "ref": t.block.fields["ref"],
            "class": "H",
            "title": t.block.title,
            "statement": " ".join(t.block.part("Statement").split()),
            "experiment": t.block.fields["experiment"],
            "outcome": t.outcome,
            "criterion": t.block.fields["criterion"],
            "source": t.block.fields["source"],
            "place": t.block.place,
        }
        for t in theses
    ]


def theses_table(theses: tuple[MeasuredThesis, ...]) -> Table:
    """Return a table of the theses that there are."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("measured thesis", "ref", "experiment", "what it says"):
        table.add_column(name, no_wrap=name != "what it says")
    for thesis in theses:
        table.add_row(thesis.label, thesis.block.fields["ref"], thesis.block.fields["experiment"], thesis.block.title)
    return table
