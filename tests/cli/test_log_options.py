"""The options of `infoloop audit LOG`: each changes what it says, and a wrong one is one line."""

import json
import re
from pathlib import Path

import pytest

from infoloop import verdict_logs
from infoloop.cli.log_options import COLUMNS_HELP, FORMAT_HELP, LogOptions, audit_log_with_options, refuse_log_options
from tests.support.command_line import run
from tests.support.paths import LOG, LOGS


@pytest.mark.slow
def test_the_format_is_told_or_given():
    found = audit_log_with_options(LOGS / "verl", LogOptions(form="verl", trusted=None))
    assert "read as verl" in found.said
    with pytest.raises(ValueError, match="there is no 'verk': did you mean verl"):
        audit_log_with_options(LOGS / "verl", LogOptions(form="verk"))


def test_a_step_column_is_named(tmp_path):
    path = tmp_path / "log.csv"
    path.write_text("problem,epoch_no,pass\n" + "".join(f"a,{k // 4},{k % 2}\n" for k in range(8)))
    assert len(audit_log_with_options(path, LogOptions(step="epoch_no")).table.steps) == 2
    with pytest.raises(ValueError, match="--columns and --step name different columns"):
        audit_log_with_options(path, LogOptions(columns="step=pass", step="epoch_no"))


@pytest.mark.full
def test_a_condition_that_holds_is_status_1_and_one_that_is_not_is_0():
    held = run("audit", str(LOGS / "evalplus"), "--fail-if", "dead > 0.4", "--fail-if", "dead > 0.9", "--json")
    assert held.exit_code == 1
    assert json.loads(held.stdout)["holds"] == ["dead > 0.4"]
    assert run("audit", str(LOGS / "evalplus"), "--fail-if", "dead > 0.9").exit_code == 0
    assert "there is no number 'ded'" in str(run("audit", str(LOGS / "evalplus"), "--fail-if", "ded > 0").exception)


@pytest.mark.full
def test_a_pipeline_made_from_a_log_is_audited(tmp_path):
    made = run("audit", str(LOGS / "evalplus"), "--trusted", "plus", "--to-pipeline", str(tmp_path / "made.toml"))
    assert made.exit_code == 0
    row = json.loads(run("audit", str(tmp_path / "made.toml"), "--json").stdout)
    assert row["verdict"] == "open"


def test_a_bad_place_for_a_pipeline_is_told_before_the_log_is_read(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    (tmp_path / "file").touch()
    for place, why in (
        ("made.json", "made.json is no place for a pipeline: name a file that ends in .toml"),
        ("folder.toml", "folder.toml is no place for a pipeline"),
        ("file/made.toml", "file is a file, not a folder; name another folder"),
    ):
        refused = run("audit", str(tmp_path / "no_such_log"), "--to-pipeline", str(tmp_path / place))
        assert why in str(refused.exception)


@pytest.mark.full
def test_two_runs_are_compared():
    shown = run("audit", str(LOGS / "trl"), "--compare", str(LOGS / "trl_renamed"), "--json")
    comparison = json.loads(shown.stdout)["comparison"]
    assert comparison["common"] == 12
    assert {one["beyond_noise"] for one in comparison["quantities"]} == {False}


def test_options_of_logs_are_refused_for_a_pipeline():
    refuse_log_options(Path("p.toml"), LogOptions())
    with pytest.raises(ValueError, match=r"p\.toml is no log: leave out --format, --fail-if, or give a log"):
        refuse_log_options(Path("p.toml"), LogOptions(form="trl", fail_if=["dead > 1"]))
    with pytest.raises(ValueError, match="leave out --error"):
        raise run("audit", str(LOG), "--error", "0.1").exception


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (LogOptions(step=""), "--step is empty: give a name, or leave it out"),
        (LogOptions(group=" "), "--group is empty"),
        (LogOptions(trusted=""), "--trusted is empty"),
        (LogOptions(threshold=float("nan")), "--threshold is nan: give a number, such as 0.5"),
        (LogOptions(threshold=float("inf")), "--threshold is inf"),
    ],
)
def test_an_option_that_says_nothing_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        audit_log_with_options(LOG, options)


@pytest.mark.parametrize(("live", "share"), [(95.0, ": 0.95[?]"), (0.0, ", such as 0.8"), (float("nan"), ", such as")])
def test_a_share_that_is_none_is_told_with_one_that_is(live, share):
    with pytest.raises(ValueError, match=f"^--live: give a share above 0 and below 1{share}"):
        audit_log_with_options(LOG, LogOptions(live=live))


def test_the_help_names_every_format_and_every_key_of_columns():
    names = [form.name for form in verdict_logs.formats.recognition.FORMATS if not form.refused]
    assert FORMAT_HELP.split(": ")[1].rstrip(".").split(", ") == names
    keys = re.findall(r"\w+", COLUMNS_HELP.split(": ")[1].split(" of counts")[0])
    assert keys == list(verdict_logs.reader.ALL_KEYS)


def test_a_trusted_verifier_that_counts_already_has_none_to_judge():
    with pytest.raises(ValueError, match=r"^--trusted pass: it counts as right already, and there is no other verdict"):
        audit_log_with_options(LOG, LogOptions(trusted="pass"))
