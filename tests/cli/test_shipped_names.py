"""What the package ships by kind and name: each has a line, a file, and none hides another."""

import tomllib

import pytest

from infoloop.cli.shipped_names import KINDS, names_of_files, shipped_path, shipped_summaries
from tests.support.paths import LOGS, PIPELINES


@pytest.mark.parametrize("kind", KINDS)
def test_everything_of_a_kind_has_a_line_and_is_there(kind):
    found = shipped_summaries(kind)
    assert found
    assert [name for name, about in found.items() if not about or "\n" in about] == []
    assert [name for name in found if not shipped_path(kind, name).exists()] == []


def test_worlds_are_what_makes_one_and_not_what_changes_one():
    assert {"lookup", "modular_arithmetic", "string_tasks", "styled_instructions"} <= shipped_summaries("world").keys()
    assert not {"finite_worlds", "reference_signals", "bayes_learner"} & shipped_summaries("world").keys()


def test_every_pipeline_and_every_log_is_listed():
    titles = {path.stem: tomllib.loads(path.read_text())["title"] for path in PIPELINES.glob("*.toml")}
    assert shipped_summaries("pipeline") == titles
    logs = {path.name for path in LOGS.iterdir() if path.is_dir() or path.suffix == ".csv"} - {"__pycache__"}
    assert shipped_summaries("log").keys() == logs


@pytest.mark.slow
def test_names_of_files_say_their_kind():
    names = names_of_files()
    assert (names["collapse"], names["urn"], names["trl"]) == ("an experiment", "a model", "a log")
