"""Experiments and models are found by name; one that is unknown or lacks a part is refused."""

from types import ModuleType

import pytest

from infoloop.studies import discovery
from tests.support.paths import ROOT


def test_an_unknown_experiment_is_refused_with_the_nearest():
    with pytest.raises(
        discovery.StudyError, match=r"no experiment 'mixing_real_dat': did you mean mixing_real_data[?]"
    ):
        discovery.load("mixing_real_dat")


def test_a_file_that_is_no_experiment_says_what_it_lacks(tmp_path):
    (tmp_path / "mine.py").write_text("Config = None\n")
    with pytest.raises(discovery.StudyError, match=r"mine\.py lacks SMALL, CLAIMS"):
        discovery.load(str(tmp_path / "mine.py"))


def test_experiments_and_models_say_what_they_are_without_being_run():
    assert discovery.experiment_summaries(ROOT / "tests" / "support")["planted_experiment"].startswith(
        "A planted experiment"
    )
    assert "wright_fisher" in discovery.model_summaries()


@pytest.mark.parametrize(
    ("claims", "message"),
    [
        (
            ("thm:dpi", "thm:dpy"),
            "CLAIMS of mine names 'thm:dpy', which theory/ does not state: did you mean thm:dpi[?]",
        ),
        ("thm:dpi", "CLAIMS of mine is 'thm:dpi': give a tuple of labels"),
        (3, "CLAIMS of mine is 3: give a tuple of labels"),
    ],
)
def test_claims_that_theory_does_not_state_are_refused(claims, message):
    study = ModuleType("study")
    vars(study).update(CLAIMS=claims, __file__="mine.py")
    with pytest.raises(discovery.StudyError, match=message):
        discovery.cited_statements(study)
