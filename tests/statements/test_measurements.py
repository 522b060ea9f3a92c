"""Outcomes are kept to the bit, refused where seeds are left out, and a file says what it hangs on."""

import json
import math

import numpy as np
import pytest

from infoloop.statements.cell_verdicts import CellOutcomes
from infoloop.statements.measurements import (
    MeasurementError,
    cells_as_json,
    cells_from_json,
    measurement_path,
    read_measurement,
    read_outcomes,
    sealed_measurement,
    what_is_stale,
)
from infoloop.statements.verification import digest
from tests.support.measured_chapter import CHAPTER, planted_thesis

CONFIG = {"effects": (0.0, 0.5), "seeds": 20}
CELLS = {"a": CellOutcomes({0: 0.1, 1: 1 / 3}, missing=(2,), diverged=(3,)), "b": CellOutcomes({}, void="no shift")}


def sealed(thesis, cells=CELLS):
    return sealed_measurement(thesis, CONFIG, {"device": "cpu"}, cells, {"config": {}, "cells": {}})


def test_outcomes_come_back_to_the_bit_through_json():
    numbers = np.random.default_rng(0).normal(size=200) * 10.0 ** np.arange(-100, 100)
    cells = {"a": CellOutcomes(dict(enumerate(numbers.tolist())), missing=(200,), diverged=(201,))}
    back = cells_from_json(json.loads(json.dumps(cells_as_json(cells))))
    assert back == cells
    assert [float(x).hex() for x in back["a"].values.values()] == [x.hex() for x in numbers.tolist()]


def test_numbers_that_are_none_are_missing_or_diverged():
    found = read_outcomes({"a": {5: np.float32(0.5), 6: math.nan, 7: -math.inf}}, "gap")
    assert found == {"a": CellOutcomes({5: 0.5}, (6,), (7,))}


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ({}, "for one at least"),
        ([1.0], "for one at least"),
        ({"a": {}}, "gap, cell a is {}"),
        ({"a": 0.5}, "cell a is 0.5"),
        ({"a": {0: "much"}}, "give a number by seed"),
        ({"a": {0: 1.0, 2: 1.0}}, "has the seeds 0, 2: give every whole number"),
        ({"a": {0: 1.0, 0.5: 1.0}}, "give every whole number"),
        ({"a": " "}, "void without a reason"),
    ],
)
def test_outcomes_that_cannot_be_are_refused(returned, message):
    with pytest.raises(MeasurementError) as refused:
        read_outcomes(returned, "gap")
    assert message in str(refused.value)


@pytest.mark.slow
def test_a_file_is_sealed_and_nothing_in_it_is_stale(tmp_path):
    thesis = planted_thesis(tmp_path)
    content = sealed(thesis)
    path = measurement_path(tmp_path, thesis.label)
    path.parent.mkdir()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert path.name == "hyp_planted.json"
    assert read_measurement(path) == content
    assert what_is_stale(content, thesis, CONFIG) == []
    assert cells_from_json(content["cells"]) == CELLS
    assert not {"date", "time"} & content.keys()


def test_outcomes_that_were_changed_are_refused(tmp_path):
    path = tmp_path / "hyp_planted.json"
    text = json.dumps(sealed(planted_thesis(tmp_path)))
    assert text.count("0.1") == 1
    path.write_text(text.replace("0.1", "0.2"), encoding="utf-8")
    with pytest.raises(MeasurementError, match="tampered"):
        read_measurement(path)


@pytest.mark.parametrize(
    ("text", "message"),
    [("{", "is not JSON"), ("[]", "is no 'infoloop measurement 3'"), ('{"format": "other"}', "is no")],
)
def test_what_is_no_measurement_is_refused(tmp_path, text, message):
    path = tmp_path / "x.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeasurementError, match=message):
        read_measurement(path)


@pytest.mark.slow
def test_a_changed_criterion_is_stale_and_so_is_a_changed_statement(tmp_path):
    content = sealed(planted_thesis(tmp_path))
    other = planted_thesis(tmp_path, CHAPTER.replace("size .01", "size .001"))
    assert what_is_stale(content, other, CONFIG) == ["the criterion"]
    other = planted_thesis(tmp_path, CHAPTER.replace("greater than 0", "not 0"))
    assert what_is_stale(content, other, CONFIG) == ["the block (its title, statement or fields)"]


@pytest.mark.full
def test_another_configuration_source_or_seed_is_stale(tmp_path):
    thesis = planted_thesis(tmp_path)
    content = sealed(thesis)
    assert what_is_stale(content, thesis, {**CONFIG, "seeds": 21}) == ["the configuration"]
    assert what_is_stale({**content, "seed": 0}, thesis, CONFIG) == ["the root seed"]
    with thesis.experiment.open("a") as file:
        file.write("CHANGED = 1\n")
    assert what_is_stale(content, thesis, CONFIG) == ["the source of study.py"]
    fewer = {name: sha for name, sha in content["sources"].items() if name != "infoloop.learning.mcmc"}
    assert what_is_stale({**content, "sources": fewer}, thesis, CONFIG) == [
        "the source of infoloop.learning.mcmc, study.py"
    ]


def test_a_seal_is_over_everything_else(tmp_path):
    content = sealed(planted_thesis(tmp_path))
    assert content["sha256"] == digest({key: value for key, value in content.items() if key != "sha256"})
