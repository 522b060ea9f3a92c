"""What a finished run leaves beside its tables: figures, one page, and the numbers to read first."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.table import Table

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.figures import write_figure
from infoloop.statements.theory_files import StatementBlock, default_folder, read_blocks
from infoloop.studies.configuration import Setting, plain
from infoloop.studies.discovery import title
from infoloop.studies.page import RunPage, run_page
from infoloop.studies.run_store import read_run_info
from infoloop.studies.runner import Headline

if TYPE_CHECKING:
    import xarray


def write_report(experiment: ModuleType, tables: Mapping[str, xarray.Dataset], folder: Path) -> tuple[Headline, ...]:
    """Draw the figures of a finished run, write `report.html`, and return the headlines that it shows.

    Args:
        experiment: The module, from `discovery.load`.
        tables: Its tables, by name.
        folder: The run's folder, which `runner.execute` made.
    """
    figures = {name: make(tables) for name, make in experiment.FIGURES.items()}
    svgs = {name: write_figure(figure, folder, name) for name, figure in figures.items()}
    run, headlines = read_run_info(folder), tuple(experiment.headlines(tables))
    about, _, more = (experiment.__doc__ or "").partition("\n")
    shown = RunPage(
        title=title(experiment),
        about=f"{about}\n{more}",
        headlines=headlines,
        figures=tuple((name, svgs[name], figures[name].caption) for name in figures),
        statements=cited_statements(experiment),
        config={key: plain(tuple(v) if isinstance(v, list) else v) for key, v in run["identity"]["config"].items()},
        identity=run["identity"],
        provenance=run["provenance"],
        files=(*(f"{name}.nc" for name in tables), *(f"{name}.{end}" for name in figures for end in ("svg", "png"))),
    )
    atomic_write_text(folder / "report.html", run_page(shown))
    return headlines


def cited_statements(experiment: ModuleType) -> tuple[StatementBlock, ...]:
    """Return the blocks of theory/ that the experiment names in `CLAIMS`.

    Raises:
        KeyError: No block has such a label.
    """
    blocks = {block.label: block for block in read_blocks(default_folder())}
    return tuple(blocks[label] for label in experiment.CLAIMS)


def headlines_table(headlines: tuple[Headline, ...]) -> Table:
    """Return the numbers to read first as a table of at most 100 columns."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("what", max_width=40)
    for name in ("found", "expected"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("unit", no_wrap=True)
    table.add_column("expected by", max_width=24)
    noted = any(h.note for h in headlines)
    if noted:
        table.add_column("note", max_width=28)
    for h in headlines:
        expected = "-" if h.expected is None else f"{h.expected:.8g}"
        table.add_row(h.what, f"{h.found:.8g}", expected, h.unit, h.source or "-", *([h.note] if noted else []))
    return table


def settings_table(rows: tuple[Setting, ...]) -> Table:
    """Return what can be set in an experiment as a table."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    for name in ("key", "type", "default", "meaning"):
        table.add_column(name)
    for row in rows:
        table.add_row(*row)
    return table


def headline_rows(headlines: tuple[Headline, ...]) -> list[dict[str, Any]]:
    """Return the numbers to read first as JSON has them."""
    return [h._asdict() for h in headlines]
