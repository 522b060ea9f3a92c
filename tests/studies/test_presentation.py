"""What a finished run shows: figures, one page with the statements behind it, and numbers that fit the terminal."""

import re

import pytest
from rich.console import Console

from infoloop.reporting.atomic_files import UnwritableError
from infoloop.reporting.figure_formats import parse_figure_formats
from infoloop.studies import runner
from infoloop.studies.configuration import settings
from infoloop.studies.presentation import headline_rows, headlines_table, settings_table, stored_headlines, write_report
from infoloop.studies.runner import Headline
from tests.support import planted_experiment as planted
from tests.support.full_disk import files_of_at_most


@pytest.mark.slow
def test_a_report_has_the_figures_of_the_experiment_and_says_what_they_hold(tmp_path):
    list(runner.execute(planted, planted.SMALL, 0, tmp_path))
    found = runner.collect(planted, planted.SMALL, tmp_path)
    assert found is not None
    headlines = write_report(planted, found, tmp_path)
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert headlines == planted.headlines(found)
    assert {path.name for path in tmp_path.glob("means.*")} == {"means.nc", "means.svg", "means.png", "means.csv"}
    assert "Means of normals." in page
    assert "Data processing inequality" in page
    assert "<code>0.5</code>" in page


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """The tables of a small run, and its folder."""
    folder = tmp_path_factory.mktemp("run")
    list(runner.execute(planted, planted.SMALL, 0, folder))
    found = runner.collect(planted, planted.SMALL, folder)
    assert found is not None
    return found, folder


@pytest.mark.full
def test_figures_for_a_paper_are_drawn_anew_and_those_of_the_page_are_as_before(tables):
    found, folder = tables
    write_report(planted, found, folder)
    before, formats = (folder / "report.html").read_text(encoding="utf-8"), parse_figure_formats("3.3in", "pdf,svg")
    assert stored_headlines(planted, folder) is not None
    assert stored_headlines(planted, folder, formats) is None
    write_report(planted, found, folder, formats=formats)
    page, svg = ((folder / name).read_text(encoding="utf-8") for name in ("report.html", "means.svg"))
    assert 'width="237.6pt"' in svg
    assert page.replace("means.pdf", "means.png").split("<figure")[1].split("<figcaption")[0] in before
    assert re.findall(r'<a href="([^"]*)" download', page) == ["means.csv", "means.svg", "means.pdf"]
    assert "means.nc, means.pdf, means.svg, means.csv" in page
    assert stored_headlines(planted, folder, formats) is not None


@pytest.mark.slow
def test_a_page_that_cannot_be_written_leaves_none(tables):
    found, folder = tables
    (folder / "report.html").unlink(missing_ok=True)
    with files_of_at_most(40_000), pytest.raises(UnwritableError, match=r"cannot write .*report\.html: File too large"):
        write_report(planted, found, folder)
    assert (folder / "means.svg").exists()
    assert [path.name for path in folder.iterdir() if "report" in path.name] == []


def test_the_numbers_to_read_first_fit_and_lack_nothing(capsys):
    long = Headline("a rather long name of what was found " * 2, 1 / 3, None, "bits", "the theory " * 4)
    headlines = (long, Headline("sum", 2.0, 2.5, "1", "by hand"))
    Console(width=100).print(headlines_table(headlines))
    shown = capsys.readouterr().out
    assert "…" not in shown
    assert "0.33333333        - bits" in shown
    assert "2      2.5 1" in shown
    assert [row["expected"] for row in headline_rows(headlines)] == [None, 2.5]


def test_settings_are_shown_with_type_default_and_meaning(capsys):
    Console(width=100).print(settings_table(settings(planted.Config)))
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["key", "type", "default", "meaning"]
    assert lines[3] == ["work", "int", "1", "rounds", "of", "useless", "work"]
