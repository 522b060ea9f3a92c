"""A planted experiment is measured: its outcomes by cell and seed, its losses, and its small run to the bit."""

import copy
import json

import jax
import pytest

from infoloop.statements.criteria import Budget
from infoloop.statements.measured_ledger import examine_measurement
from infoloop.statements.measurements import MeasurementError, measurement_path
from infoloop.studies.configuration import ConfigError, as_dict
from infoloop.studies.discovery import StudyError
from infoloop.studies.measurement import (
    environment,
    load_measured,
    measurement_of,
    outcomes_of,
    repeat_small,
    small_run,
    vector_instructions,
)
from tests.support.measured_chapter import CHAPTER, planted_thesis

SEVERAL = "effect=0.5, steps=300"


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """The thesis, its experiment, and the content of its measurement."""
    thesis = planted_thesis(tmp_path_factory.mktemp("measured"))
    experiment, config = load_measured(thesis)
    tables = experiment.run(config, jax.random.key(0))
    return thesis, experiment, config, tables, measurement_of(thesis, experiment, config, tables)


@pytest.mark.full
def test_outcomes_are_by_cell_and_seed_and_losses_are_marked(measured):
    thesis, experiment, _, tables, content = measured
    found = outcomes_of(thesis, experiment, tables)
    assert list(found[SEVERAL].values) == list(range(18))
    assert (found[SEVERAL].missing, found[SEVERAL].diverged) == ((19,), (18,))
    assert content["cells"][SEVERAL]["19"] == "missing"
    assert content["cells"][SEVERAL]["18"] == "diverged"
    assert content["cells"]["effect=none, steps=300"] == "no learner could bridge it"


def test_the_ledger_makes_the_planted_verdict_of_it(measured, tmp_path):
    thesis, _, config, _, content = measured
    path = measurement_path(tmp_path, thesis.label)
    path.parent.mkdir()
    path.write_text(json.dumps(content), encoding="utf-8")
    found = examine_measurement(thesis, tmp_path, as_dict(config))
    assert (found.evidence, found.verdict, found.problems) == ("measured", "supported", ())
    assert [cell.says for cell in found.cells] == ["null", "for", "for", "void"]


def test_two_small_runs_have_the_same_bits(measured):
    thesis, experiment, _, _, content = measured
    assert repeat_small(thesis, experiment, content) == (True, [])
    assert small_run(thesis, experiment) == content["small"]


def test_a_bit_is_noticed_here_and_forgiven_on_another_machine(measured):
    thesis, experiment, _, _, content = measured
    other = copy.deepcopy(content)
    cell = other["small"]["cells"]["effect=0.05, steps=300"]
    cell["0"] += 1e-12
    exact, differing = repeat_small(thesis, experiment, other)
    assert exact
    assert len(differing) == 1
    other["small"]["environment"]["instructions"] = ["elsewhere"]
    assert repeat_small(thesis, experiment, other) == (False, [])
    cell["0"] += 0.0011  # more than a tenth of the size that counts
    assert len(repeat_small(thesis, experiment, other)[1]) == 1


def test_another_small_configuration_is_noticed(measured):
    thesis, experiment, _, _, content = measured
    other = copy.deepcopy(content)
    other["small"]["config"]["seeds"] = 4
    assert repeat_small(thesis, experiment, other)[1] == ["SMALL of the experiment is another configuration"]


def test_the_budget_of_the_criterion_is_what_the_outcome_is_taken_at(tmp_path):
    thesis = planted_thesis(tmp_path)
    experiment, _ = load_measured(thesis)
    seen = []
    vars(experiment)["by_cell"] = lambda found, budget: seen.append(budget) or {"a": {0: 1.0}}
    outcomes_of(thesis, experiment, {})
    vars(experiment)["by_cell"] = lambda found: {"a": {0: 1.0}}
    outcomes_of(thesis, experiment, {})
    assert seen == [Budget(300.0, "steps")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("by_cell", "by_cel", "has no function 'by_cel' of hyp:planted: did you mean by_cell?"),
        ("by_cell", "infoloop.learning.nowhere.f", "names the outcome infoloop.learning.nowhere.f, which is missing"),
        ("by_cell", "NOISE", "has no function 'NOISE'"),
    ],
)
def test_an_outcome_that_is_missing_is_named(tmp_path, old, new, message):
    thesis = planted_thesis(tmp_path, CHAPTER.replace(old, new))
    experiment, _ = load_measured(thesis)
    with pytest.raises(StudyError) as refused:
        outcomes_of(thesis, experiment, {})
    assert message in str(refused.value)


@pytest.mark.slow
def test_an_outcome_that_gives_none_is_refused(tmp_path):
    thesis = planted_thesis(tmp_path, CHAPTER.replace("by_cell", "headlines"))
    experiment, _ = load_measured(thesis)
    vars(experiment)["headlines"] = lambda found: ()
    with pytest.raises(MeasurementError, match=r"study, headlines returned \(\)"):
        outcomes_of(thesis, experiment, {})


def test_the_block_sets_the_configuration(tmp_path):
    thesis = planted_thesis(tmp_path, CHAPTER.replace("- source", "- config: effects=0,0.5; seeds=30\n- source"))
    assert as_dict(load_measured(thesis)[1]) == {"effects": [0.0, 0.5], "seeds": 30}
    with pytest.raises(ConfigError, match="no key 'sed'"):
        load_measured(planted_thesis(tmp_path, CHAPTER.replace("- source", "- config: sed=30\n- source")))


def test_the_environment_has_versions_instructions_and_no_date():
    found = environment(jax.devices("cpu")[0])
    assert found["jax"] == jax.__version__
    assert found["float64"] is True
    assert not {"date", "time", "host"} & found.keys()
    assert found == environment(jax.devices("cpu")[0])


def test_vector_instructions_are_read_from_the_list_of_linux(tmp_path):
    file = tmp_path / "cpuinfo"
    file.write_text("processor : 0\nflags\t\t: fpu avx2 sse4_1 fma aes\nflags\t\t: fpu\n", encoding="utf-8")
    assert vector_instructions(file) == ["avx2", "fma", "sse4_1"]
    assert vector_instructions(tmp_path / "nowhere") == []
