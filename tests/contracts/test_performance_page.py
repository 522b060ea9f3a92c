"""The page of speed and the stored ratios have the rows and curves of the benchmarks; the page is plain English."""

import importlib
import json
import re
import sys

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from tests.support.paths import ROOT

FOLDER, DOCS = ROOT / "tests" / "benchmarks", ROOT / "docs"
PAGE = (DOCS / "performance.md").read_text(encoding="utf-8")
LONGEST = 40  # words of a sentence
VAGUE = re.compile(
    r"\b(blaz\w*|boost\w*|crunch\w*|drastic\w*|leverag\w*|lightning|massive\w*|optimal\w*|overhead|robust\w*|seamless\w*|"
    r"significant\w*|simply|super\w*|utili[sz]\w*|via|whilst|e\.g\.|i\.e\.)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def benchmarks():
    """Import a benchmark, as a script of its folder does."""
    sys.path.insert(0, str(FOLDER))
    yield importlib.import_module
    sys.path.remove(str(FOLDER))


def first_column(header: str, text: str = PAGE) -> list[str]:
    """The first cells of the table whose header begins so."""
    lines = text.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith(header))
    rows = lines[start + 2 : next(k for k in range(start, len(lines)) if not lines[k].startswith("|"))]
    return [re.split(r" (?<!\\)\| ", row.removeprefix("| "))[0] for row in rows]


FLOORS, BY_HAND, CURVES = (first_column(header) for header in ("| work | bytes", "| work | here", "| curve"))


def test_each_row_has_a_floor_and_each_floor_a_row(benchmarks):
    floors = benchmarks("floors")
    assert FLOORS == BY_HAND
    assert [floors.floor_of(work) for work in FLOORS] == list(floors.FLOORS.values())


@pytest.mark.full
def test_the_rows_are_those_of_the_benchmark(benchmarks, monkeypatch):
    speed = benchmarks("speed")
    monkeypatch.setattr(speed, "TABLES", 8)  # no name hangs on it
    assert [row.work for row in speed.rows()] == BY_HAND


@pytest.mark.slow
def test_the_curves_are_those_of_the_benchmark(benchmarks):
    assert [curve.name for curve in benchmarks("cost_models").CURVES] == CURVES
    assert len(set(CURVES)) == len(CURVES)


@pytest.mark.slow
def test_each_figure_is_shown_and_has_its_curves_as_text(benchmarks):
    page = benchmarks("performance_page")
    shown = re.findall(r"!\[.+?\]\(figures/(.+?)\)", PAGE)
    assert shown == [page.figure_file(part) for part in page.parts()]
    texts = {name: (DOCS / "figures" / name).read_text(encoding="utf-8") for name in shown}
    missing = [c.name for c in page.CURVES if f">{c.name}</text>" not in texts[page.figure_file(c.part)]]
    assert missing == []


def test_the_ratios_that_are_stored_are_those_that_are_measured(benchmarks):
    stored = json.loads((FOLDER / "ratios.json").read_text())["ratios"]
    often = [work for work in BY_HAND if not work.startswith("Wright-Fisher")]  # which is timed once
    assert sorted(stored) == sorted([f"speed: {work}" for work in often] + [f"curve: {name}" for name in CURVES])


@pytest.mark.slow
def test_slower_is_what_lies_above_by_more_than_its_spread_twice(benchmarks):
    ratio, regressions = benchmarks("turns").Ratio, benchmarks("regressions")
    then, above = ratio(0.9, 1.0, 1.1), ratio(1.2, 1.31, 1.4)
    wide, near = ratio(1.05, 1.5, 2.0), ratio(1.25, 1.29, 1.3)
    assert [regressions.is_slower(now, then) for now in (above, wide, near)] == [True, False, False]
    measured = {(above, above): "SLOWER", (above, near): "", (near, above): ""}
    assert {turns: regressions.judged(iter(turns).__next__, then)[1] for turns in measured} == measured
    assert regressions.judged(lambda: above, None)[1] == "not stored yet"


@pytest.mark.slow
def test_stored_ratios_are_read_as_they_were_written(benchmarks, tmp_path):
    ratio, regressions = benchmarks("turns").Ratio, benchmarks("regressions")
    (tmp_path / "ratios.json").write_text(
        regressions.stored_text({"b": ratio(1.0, 2.0, 3.0), "a": ratio(0.5, 1.25, 2.5)})
    )
    about, found = regressions.read_stored(tmp_path / "ratios.json")
    assert found == {"a": (0.5, 1.25, 2.5), "b": (1.0, 2.0, 3.0)}
    assert {"processor", "jax", "date"} <= about.keys()
    assert regressions.read_stored(tmp_path / "none.json") == ({}, {})


@pytest.mark.slow
def test_an_exponent_is_fitted_to_the_upper_half_with_an_interval_of_student(benchmarks):
    fit = benchmarks("cost_curves").fit
    x = 2.0 ** np.arange(10)
    start, middle, end = fit(x, np.where(x < 2.0**5, 1.0, x**1.5))
    assert np.ptp([start, middle, end, 1.5]) < rounding(len(x))
    residuals, squares = np.array([1.0, -1.0, -1.0, 1.0]), 5 * np.log(2) ** 2  # across a slope of 0
    student = 0.95 / np.sqrt(2 * 0.975 * 0.025)  # its quantile at .975 for two degrees of freedom, in closed form
    reach = student * np.sqrt((residuals**2).sum() / 2 / squares)
    assert np.abs(np.array(fit(x[:4], np.exp(residuals))) - [-reach, 0, reach]).max() < reach * rounding(len(x))


def vague_words(text: str) -> list[str]:
    """Words that say little, and sentences that are too long, of a page without its tables' numbers."""
    prose = re.sub(r"`.*?`|\(.*?\)|\|", " ", text)
    sentences = re.split(r"[.;:!?](?:\s|$)|\n\n", prose)
    return VAGUE.findall(prose) + [s.strip() for s in sentences if len(re.findall(r"[A-Za-z]{2,}", s)) > LONGEST]


def test_the_page_is_plain_english():
    lines = PAGE.splitlines()
    tables = "\n\n".join(line for line in lines if line.startswith("|")).replace(" | ", "\n\n")
    assert vague_words("\n".join(line for line in lines if not line.startswith("|"))) == []
    assert vague_words(tables) == []


def test_words_that_say_little_and_long_sentences_are_noticed():
    assert vague_words("We leverage it. A row is read.") == ["leverage"]
    assert len(vague_words("one " * 41 + ". Two.")) == 1
