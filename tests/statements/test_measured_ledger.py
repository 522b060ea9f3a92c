"""The ledger computes verdicts from stored outcomes, and says what is missing, stale, tampered with or taken away."""

import json
from pathlib import Path

import numpy as np
import pytest

from infoloop.statements.cell_verdicts import VERDICTS, CellOutcomes
from infoloop.statements.measured_ledger import check_axes, examine_measurement, refuse_orphans, same_outcomes
from infoloop.statements.measurements import measurement_path, sealed_measurement
from infoloop.statements.theory_files import TheoryError
from infoloop.statements.verification import digest
from tests.support.measured_chapter import CHAPTER, planted_thesis

CONFIG = {"seeds": 20}
DECLARED = CHAPTER.replace("- source", "- status: declared\n- source")


def stored(thesis, folder: Path, **cells) -> None:
    """Keep a measurement whose cells have these medians."""
    noise = 0.001 * np.random.default_rng(0).normal(size=20)
    outcomes = {name: CellOutcomes(dict(enumerate((x + noise).tolist()))) for name, x in cells.items()}
    content = sealed_measurement(thesis, CONFIG, {"device": "cpu"}, outcomes, {})
    path = measurement_path(folder, thesis.label)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("cells", "verdict"),
    [
        ({"a": 0.5, "b": 0.0}, "supported"),
        ({"a": 0.0, "b": 0.001}, "mixed"),
        ({"a": -0.5, "b": -0.4}, "refuted"),
    ],
)
def test_the_verdict_follows_from_the_outcomes_and_none_is_a_problem(tmp_path, cells, verdict):
    thesis = planted_thesis(tmp_path)
    stored(thesis, tmp_path, **cells)
    found = examine_measurement(thesis, tmp_path, CONFIG)
    assert (found.evidence, found.verdict, found.problems) == ("measured", verdict, ())
    assert verdict in VERDICTS
    assert sum(found.counts().values()) == 2
    row = json.loads(json.dumps(found.row(), allow_nan=False))
    assert (row["class"], row["evidence"], row["counts"]["void"]) == ("H", "measured", 0)
    assert {"cell", "says", "median", "lower", "upper", "seeds", "missing", "diverged"} <= row["cells"][0].keys()


def test_without_a_file_it_is_a_problem_unless_declared(tmp_path):
    found = examine_measurement(planted_thesis(tmp_path), tmp_path, CONFIG)
    assert (found.evidence, found.verdict) == ("none", "not measured")
    assert "hyp_planted.json is missing: run `infoloop measure hyp:planted`" in found.problems[0]
    declared = examine_measurement(planted_thesis(tmp_path, DECLARED), tmp_path, CONFIG)
    assert (declared.evidence, declared.verdict, declared.problems) == ("none", "declared", ())


@pytest.mark.slow
def test_a_result_that_is_still_declared_is_a_problem(tmp_path):
    stored(planted_thesis(tmp_path), tmp_path, a=0.5)
    found = examine_measurement(planted_thesis(tmp_path, DECLARED), tmp_path, CONFIG)
    assert found.verdict == "supported"
    assert "take the line '- status: declared' away" in found.problems[0]


def test_a_criterion_that_was_changed_after_the_measurement_makes_it_stale(tmp_path):
    stored(planted_thesis(tmp_path), tmp_path, a=0.005)
    other = planted_thesis(tmp_path, CHAPTER.replace("size .01", "size .001"))
    found = examine_measurement(other, tmp_path, CONFIG)
    assert (found.evidence, found.verdict, found.cells) == ("none", "stale", ())
    assert "is stale: the criterion changed after it was made" in found.problems[0]


def test_tampered_outcomes_are_refused(tmp_path):
    thesis = planted_thesis(tmp_path)
    stored(thesis, tmp_path, a=-0.5)
    path = measurement_path(tmp_path, thesis.label)
    path.write_text(path.read_text().replace("-0.", "0."), encoding="utf-8")
    found = examine_measurement(thesis, tmp_path, CONFIG)
    assert (found.evidence, found.verdict) == ("none", "refused")
    assert "tampered" in found.problems[0]


@pytest.mark.slow
def test_a_file_that_lacks_a_part_is_refused(tmp_path):
    thesis = planted_thesis(tmp_path)
    stored(thesis, tmp_path, a=0.5)
    path = measurement_path(tmp_path, thesis.label)
    content = json.loads(path.read_text())
    del content["cells"], content["sha256"]
    path.write_text(json.dumps({**content, "sha256": digest(content)}), encoding="utf-8")
    found = examine_measurement(thesis, tmp_path, CONFIG)
    assert found.verdict == "refused"
    assert "lacks a part" in found.problems[0]


def test_a_measurement_whose_thesis_was_taken_away_is_refused(tmp_path):
    thesis = planted_thesis(tmp_path)
    stored(thesis, tmp_path, a=-0.5)
    refuse_orphans(tmp_path, [thesis])
    with pytest.raises(TheoryError, match=r"hyp_planted\.json of no measured thesis: put its block back"):
        refuse_orphans(tmp_path, [])


def test_repetitions_are_compared_to_the_bit_or_within_a_bound():
    one, other = {"a": {"0": 0.5, "1": "missing"}}, {"a": {"0": np.nextafter(0.5, 1).item(), "1": "missing"}}
    assert same_outcomes(one, one, 0.0) == []
    assert same_outcomes(one, other, 0.0) == ["a, seed 0: 0.5, not 0.5000000000000001"]
    assert same_outcomes(one, other, 1e-3) == []
    assert same_outcomes({"a": {"0": 0.5, "1": 0.5}}, one, 1e-3) == ["a, seed 1: 0.5, not missing"]
    assert same_outcomes({"a": "void at .1"}, {"a": "void at .2"}, 0.0) == []
    assert len(same_outcomes({"a": "void"}, one, 1e-3)) == 3


def test_cells_without_the_axis_of_the_criterion_are_refused(tmp_path):
    thesis = planted_thesis(tmp_path, CHAPTER.replace("seeds 20;", "seeds 20; each optimiser;"))
    check_axes(thesis, ["optimiser=sgd"])
    with pytest.raises(ValueError, match="has no axis optimiser"):
        check_axes(thesis, ["forms=3"])
