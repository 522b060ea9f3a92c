"""Models, worlds, experiments, pipelines, logs and boundaries as they are shown, from their files."""

from pathlib import Path

import pytest

from infoloop.cli import shown_files
from infoloop.cli.shipped_names import shipped_summaries
from infoloop.statements.theory_files import default_folder, read_blocks
from infoloop.studies.discovery import StudyError
from tests.support.paths import PIPELINES, PLANTED, ROOT

BLOCKS = read_blocks(default_folder())


def test_a_model_has_equations_functions_and_where_it_is_used():
    entry = shown_files.shown_module("model", "wright_fisher", BLOCKS)
    assert entry.title.startswith("Multinomial resampling (Wright-Fisher)")
    assert "Bin(n,θ)" in dict(entry.rows)["equations"]
    assert "collapse" in entry.row["experiments"]
    assert "thm:resampling-diversity" in entry.row["statements"]
    assert {"signature": "wright_fisher(size, rates, prior=None)",
            "about": "Return the checked parameters of the loop."} in entry.row["functions"]  # fmt: skip


def test_a_world_that_nothing_imports_says_so(monkeypatch):
    monkeypatch.setattr(shown_files, "_imports", lambda path, dotted: False)
    rows = dict(shown_files.shown_module("world", "lookup", BLOCKS).rows)
    assert (rows["experiments"], rows["statements"]) == ("none imports it", "no claim imports it")


def test_an_experiment_says_what_it_asks_and_how_to_run_it():
    entry = shown_files.shown_experiment("collapse")
    rows = dict(entry.rows)
    assert rows["run it"] == "infoloop run collapse --set samples=10,50"
    assert rows["tables"] == "tokens, gaussians"
    assert "thm:residual-information: What is left in the end" in rows["statements"]
    assert {"name": "generations", "kind": "int", "default": "100", "meaning": "generations"} in entry.row["settings"]


def test_an_experiment_of_ones_own_is_shown_by_its_path():
    assert shown_files.shown_experiment(PLANTED).row["statements"] == ["thm:dpi"]
    with pytest.raises(StudyError, match=r"nowhere\.py: there is no such file"):
        shown_files.shown_experiment("nowhere.py")


@pytest.mark.parametrize("name", shipped_summaries("pipeline"))
def test_a_pipeline_says_how_to_audit_it(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert dict(shown_files.shown_pipeline(name).rows)["audit it"] == (
        f"infoloop audit experiments/pipelines/{name}.toml"
    )


def test_a_pipeline_of_ones_own_is_shown_by_its_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my loop.toml").write_text((PIPELINES / "teacher.toml").read_text(encoding="utf-8"), encoding="utf-8")
    entry = shown_files.shown_pipeline("my loop.toml")
    assert entry.title == shipped_summaries("pipeline")["teacher"]
    assert dict(entry.rows)["audit it"] == "infoloop audit 'my loop.toml'"
    nodes = (
        'X = { role = "task" }',
        'D = { role = "data", parents = ["X"] }',
        'Z = { role = "state", parents = ["D"] }',
    )
    (tmp_path / "bare.toml").write_text("\n".join(["[nodes]", *nodes]), encoding="utf-8")
    assert shown_files.shown_pipeline("bare.toml").title == "bare"
    (tmp_path / "bad.toml").write_text("[nodes\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"^bad\.toml:1: not TOML: "):
        shown_files.shown_pipeline("bad.toml")


def test_commands_to_type_are_quoted_for_a_shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my study.py").write_text(Path(PLANTED).read_text(encoding="utf-8"), encoding="utf-8")
    run_it = dict(shown_files.shown_experiment("my study.py").rows)["run it"]
    assert run_it.startswith("infoloop run 'my study.py' --set ")
    monkeypatch.setattr(shown_files, "shipped_path", lambda kind, name: tmp_path / "a b" / name)
    monkeypatch.setattr(shown_files, "shipped_summaries", lambda kind: {"x.csv": ""})
    assert dict(shown_files.shown_log("x.csv").rows)["audit it"] == "infoloop audit 'a b/x.csv'"


def test_a_log_says_what_writes_such_logs():
    entry = shown_files.shown_log("verl")
    assert entry.title.startswith("verl, ")


def test_a_boundary_says_what_it_is_with_its_warnings_and_statements():
    entry = shown_files.shown_boundary("B4", BLOCKS, default_folder())
    assert entry is not None
    assert entry.title == "An accurate verifier, and a closed loop"
    assert entry.row["about"].startswith("A verifier whose errors are those of the student adds nothing")
    assert entry.row["warnings"] == ["depends on the student alone: however accurate, it adds nothing to the state"]
    assert "fol:accuracy-is-openness" in entry.row["statements"]
    by_number = shown_files.shown_boundary("B2", BLOCKS, default_folder())
    assert by_number is not None
    assert {block.label for block in BLOCKS if block.fields.get("ref") == "S18"} <= set(by_number.row["statements"])
    assert shown_files.shown_boundary("B99", BLOCKS, default_folder()) is None


def test_a_folder_without_the_list_has_what_warnings_and_statements_name(tmp_path):
    only_named = shown_files.shown_boundary("B18", BLOCKS, tmp_path)
    assert only_named is not None
    assert only_named.title == "named by 2 statements"
    assert shown_files.shown_boundary("B25", BLOCKS, tmp_path) is None
    codes = shown_files.boundary_codes(BLOCKS, tmp_path)
    assert codes[:2] == ["B1", "B3"]
    assert {"B24", "B18"} <= set(codes)
    assert codes == sorted(codes, key=lambda code: int(code[1:]))


def test_boundaries_are_all_of_the_list_in_order():
    codes = shown_files.boundary_codes(BLOCKS, default_folder())
    assert codes == [f"B{n}" for n in range(1, 27) if n != 20]  # B20 was never given
