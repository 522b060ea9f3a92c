"""Print the court of published claims: a table of verdicts, the conditions and reasons, and what does not agree."""

from collections import Counter
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from infoloop.reporting.text import count_noun, wrap_text
from infoloop.statements.court import Ruling
from infoloop.statements.published_claims import FIELDS, VERDICTS, PublishedClaim

_STYLES = {"reproduced": "green", "proved": "green", "needs a condition": "yellow", "refuted": "red"}


def court_table(rulings: tuple[Ruling, ...]) -> Table:
    """Return a table with a row for each claim, of at most 100 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in ("claim", "verdict"):
        table.add_column(name, no_wrap=True)
    table.add_column("numbers", no_wrap=True, justify="right")
    table.add_column("exact cases", no_wrap=True, justify="right")
    table.add_column("decided by")
    for r in rulings:
        style = "bold red" if r.problems else _STYLES.get(r.verdict, "")
        table.add_row(
            r.label, Text(r.verdict, style=style), _agreeing(r), str(sum(g.decided for g in r.by)) if r.by else "-",
            "; ".join("not " * g.denied + g.label for g in r.by) or "-",
        )  # fmt: skip
    return table


def _agreeing(ruling: Ruling) -> str:
    return f"{sum(n.agrees() for n in ruling.recomputed)}/{len(ruling.recomputed)}" if ruling.recomputed else "-"


def print_court(rulings: tuple[Ruling, ...], console: Console) -> None:
    """Print the table, every condition, every reason why a claim is not formalised, every problem, and the summary."""
    console.print()
    console.print(court_table(rulings))
    for r in rulings:
        said = r.condition or r.because
        if said:
            _say(console, f"\n{r.label} ({r.title}), {r.verdict}: {said}")
    for r in rulings:
        for problem in r.problems:
            _say(console, f"\n{r.label}: {problem}", "bold red")
    _say(console, "\n" + court_summary(rulings))


def _say(console: Console, text: str, style: str = "") -> None:
    console.print(Text(wrap_text(text), style=style))


def court_summary(rulings: tuple[Ruling, ...]) -> str:
    """Return how many claims have each verdict, and what the verdicts mean."""
    counts = Counter(r.verdict for r in rulings)
    shares = ", ".join(f"{counts[verdict]} {verdict}" for verdict in (*VERDICTS, "undecided") if counts[verdict])
    means = "; ".join(f"{verdict}: {meaning}" for verdict, meaning in VERDICTS.items() if counts[verdict])
    executed = sum(bool(r.by or r.recomputed) for r in rulings)
    return (
        f"{count_noun(len(rulings), 'published claim')}, {executed} executed: {shares}.\n\n"
        f"The ledger makes these verdicts. {means}."
    )


def published_table(published: tuple[PublishedClaim, ...]) -> Table:
    """Return a table of the claims that there are."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1))
    for name in ("published claim", "verdict", "what it says"):
        table.add_column(name, no_wrap=name != "what it says")
    for claim in published:
        table.add_row(claim.label, claim.block.fields["verdict"], claim.block.title)
    return table


def published_rows(published: tuple[PublishedClaim, ...]) -> list[dict[str, Any]]:
    """Return the claims that there are, for JSON."""
    blank = dict.fromkeys(FIELDS, "")
    blocks = [claim.block for claim in published]
    return [{"label": b.label, "title": b.title, **blank, **b.fields, "by": list(b.listed("by"))} for b in blocks]
