"""What a finished run shows: figures, one page with the statements behind it, and numbers that fit the terminal."""

import pytest
from rich.console import Console

from infoloop.studies import runner
from infoloop.studies.configuration import settings
from infoloop.studies.presentation import headline_rows, headlines_table, settings_table, write_report
from infoloop.studies.runner import Headline
from tests.support import planted_experiment as planted


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
