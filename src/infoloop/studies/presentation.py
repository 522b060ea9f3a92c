"""What a finished run leaves beside its tables: figures, one page, and the numbers to read first."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from rich.table import Table

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.figure_data import Figure, explained_symbols
from infoloop.reporting.figure_formats import ON_A_PAGE, FigureFormats
from infoloop.reporting.figures import write_figure
from infoloop.reporting.package_files import package_folder
from infoloop.studies.configuration import Setting, plain
from infoloop.studies.discovery import cited_statements, title
from infoloop.studies.page import RunPage, run_page
from infoloop.studies.run_store import read_run_info, store_report, stored_report
from infoloop.studies.runner import PAGE, Headline, Progress, part_name

if TYPE_CHECKING:
    import xarray


def write_report(
    experiment: ModuleType,
    tables: Mapping[str, xarray.Dataset],
    folder: Path,
    part: tuple[int, int] = (1, 1),
    show: Callable[[Progress], object] = lambda step: None,
    formats: FigureFormats = ON_A_PAGE,
) -> tuple[Headline, ...]:
    """Draw the figures of a finished run, write `report.html`, and return the headlines that it shows.

    They are noted in the folder, so that `stored_headlines` has them at once.

    Args:
        experiment: The module, from `discovery.load`.
        tables: Its tables, by name.
        folder: The run's folder, which `runner.execute` made.
        part: Which part of the run this process is.
        show: Called before the first step (a figure, or a headline that takes long) and after each.
        formats: In which files figures are written, and how wide.
    """
    entries = tuple(experiment.headlines(tables))
    steps = len(experiment.FIGURES) + sum(not isinstance(entry, Headline) for entry in entries)
    done = 0
    show(Progress(done, steps, "figures"))
    figures, svgs, headlines = {}, {}, []
    for name, make in experiment.FIGURES.items():
        figures[name] = make(tables)
        svgs[name] = write_figure(figures[name], folder, name, formats)
        done += 1
        show(Progress(done, steps, f"figure {name}"))
    for entry in entries:
        headlines.append(entry if isinstance(entry, Headline) else entry())
        if not isinstance(entry, Headline):
            done += 1
            show(Progress(done, steps, headlines[-1].what))
    shown = _page(experiment, tuple(tables), figures, svgs, tuple(headlines), read_run_info(folder), formats)
    atomic_write_text(folder / PAGE, run_page(shown))
    texts = _digest_of_texts(experiment, formats)
    if stored_report(folder, texts) is None:
        store_report(folder, part_name(part), texts, tables, headline_rows(shown.headlines))
    return shown.headlines


def _digest_of_texts(experiment: ModuleType, formats: FigureFormats) -> str:
    """Return what tells page and figures apart beside their numbers; what these hang on is in the run's identity."""
    templates = sorted((package_folder() / "reporting" / "templates").iterdir())
    parts = b"".join(path.read_bytes() for path in (*templates, package_folder() / "infoloop.mplstyle"))
    return hashlib.sha256(repr((cited_statements(experiment), formats)).encode() + parts).hexdigest()


def _page(
    experiment: ModuleType,
    tables: tuple[str, ...],
    figures: Mapping[str, Figure],
    svgs: Mapping[str, str],
    headlines: tuple[Headline, ...],
    run: Mapping[str, Any],
    formats: FigureFormats,
) -> RunPage:
    about, _, more = (experiment.__doc__ or "").partition("\n")
    return RunPage(
        title=title(experiment),
        about=f"{about}\n{more}",
        headlines=headlines,
        figures=tuple((name, svgs[name], _caption(figures[name])) for name in figures),
        statements=cited_statements(experiment),
        config={key: plain(tuple(v) if isinstance(v, list) else v) for key, v in run["identity"]["config"].items()},
        identity=run["identity"],
        provenance=run["provenance"],
        files=(
            *(f"{name}.nc" for name in tables),
            *(f"{name}.{end}" for name in figures for end in (*formats.formats, "csv")),
        ),
    )


def _caption(figure: Figure) -> str:
    return " ".join(filter(None, (figure.caption, explained_symbols(figure))))


def stored_headlines(
    experiment: ModuleType, folder: Path, formats: FigureFormats = ON_A_PAGE
) -> tuple[tuple[str, ...], tuple[Headline, ...]] | None:
    """Return the names of a finished run's tables and its headlines, as they are stored; nothing is computed.

    Args:
        experiment: The module, from `discovery.load`.
        folder: The run's folder, which `runner.execute` has found to be this very run's.
        formats: In which files figures are wanted, and how wide.

    Returns:
        None where the run is not finished, or a file that it wrote is no longer as it was, or the statements behind it.
    """
    report = stored_report(folder, _digest_of_texts(experiment, formats))
    return None if report is None else (tuple(report.tables), tuple(Headline(**row) for row in report.headlines))


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
