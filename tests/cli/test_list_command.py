"""`infoloop list`: what there is, by chapter and kind, and what can be set in an experiment."""

import json

import pytest

from tests.support.command_line import run, status_of


def rows_of(*arguments: str) -> dict:
    return json.loads(run("list", *arguments, "--json").stdout)


@pytest.mark.slow
def test_list_names_every_statement():
    shown = run("list")
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert "thm:gaussian-bottleneck" in shown.stdout


def test_list_json_says_where_and_what():
    rows = rows_of()["statements"]
    assert rows[0]["statement"] == "I(X;Z) <= I(X;D)"
    assert rows[0]["place"].startswith("1_processing.md:")


def test_list_names_all_that_can_be_shown():
    found = rows_of()
    assert "wright_fisher" in found["models"]
    assert "mixing_real_data" in found["experiments"]
    assert "lookup" in found["worlds"]
    assert "rlvr_unit_tests" in found["pipelines"]
    assert "trl" in found["logs"]


@pytest.mark.slow
def test_list_of_an_experiment_says_what_can_be_set():
    rows = json.loads(run("list", "mixing_real_data", "--json").stdout)
    assert {"name": "generations", "kind": "int", "default": "200", "meaning": "generations shown"} in rows
    assert max(map(len, run("list", "mixing_real_data").stdout.splitlines())) <= 100


@pytest.mark.slow
@pytest.mark.parametrize("asked", ["S1", "S01"])
def test_list_of_a_ref_lists_its_statements(asked):
    assert [row["label"] for row in rows_of(asked)["statements"]] == [
        "thm:dpi",
        "thm:dpi-gap",
        "fol:dpi-without-markov",
    ]
    assert "models" not in rows_of(asked)
    assert "wright_fisher" not in run("list", asked).stdout


@pytest.mark.parametrize("chapter", ["2", "loops"])
def test_a_chapter_has_its_statements_and_nothing_else(chapter):
    found = rows_of("--chapter", chapter)
    assert {row["place"].split(":")[0] for row in found["statements"]} == {"2_loops.md"}
    assert found.keys() == {"statements", "measured", "published"}
    assert run("list", "--chapter", chapter).stdout.count("\n") > 50


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        ("statement", {"statements", "measured"}),
        ("published", {"published"}),
        *((kind, {f"{kind}s"}) for kind in ("model", "experiment", "world", "pipeline", "log")),
    ],
)
def test_a_kind_is_listed_alone(kind, keys):
    found = rows_of("--kind", kind)
    assert {key for key, rows in found.items() if rows} == keys
    shown = run("list", "--kind", kind).stdout
    assert 2 < len(shown.splitlines()) < 1000
    assert max(map(len, shown.splitlines())) <= 100


def test_an_experiment_is_of_its_kind():
    assert run("list", "collapse", "--kind", "experiment").exit_code == 0


def test_a_ref_in_its_chapter_and_of_its_kind_is_listed():
    assert len(rows_of("S1", "--chapter", "1", "--kind", "statement")["statements"]) == 3


def test_chapter_and_kind_go_together():
    found = rows_of("--chapter", "8", "--kind", "published")
    assert len(found["published"]) == 30
    assert found["statements"] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("S99",), "no statement and no experiment is called 'S99': there are S01 to S73, and the nearest is S73"),
        (("colapse",), "no statement and no experiment is called 'colapse': did you mean collapse?"),
        (("urn",), "urn is a model, in which nothing can be set: infoloop show urn"),
        (("--chapter", "9"), "there is no chapter '9'; there are 1_processing, "),
        (("--chapter", "lops"), "there is no chapter 'lops': did you mean 2_loops?"),
        (("--kind", "modle"), "there is no kind 'modle': did you mean model?; kinds are statement, published, "),
        (("--kind", "model", "--chapter", "2"), "a model stands in no chapter: leave out --chapter, or --kind"),
        (("--kind", ""), "there is no kind ''; kinds are statement, published, "),
        (("--kind", "pipeline", "S1"), "S01 is a statement, not a pipeline: leave out --kind"),
        (("S1", "--kind", "published"), "S01 is a statement, not a published claim: leave out --kind"),
        (("pub:C2", "--kind", "statement"), "pub:C02 is a published claim, not a statement: leave out --kind"),
        (("S1", "--chapter", "7"), "S01 stands in 1_processing, not in 7_learners: leave out --chapter"),
        (("collapse", "--kind", "log"), "collapse is an experiment, not a log: leave out --kind"),
        (("collapse", "--chapter", "loops"), "collapse is an experiment, which stands in no chapter: leave out --ch"),
        (("mine.py", "--chapter", "loops"), "mine.py is an experiment, which stands in no chapter: leave out --ch"),
        (("--chapter", ""), "there is no chapter ''; there are 1_processing, "),
        (("",), "a name is empty: give a label, a ref or an experiment, or leave it out"),
        (("B4",), "B4 is a boundary, in which nothing can be set: infoloop show B4"),
        (("b4",), "B4 is a boundary, in which nothing can be set: infoloop show B4"),
        (("s",), "no statement and no experiment is called 's'; `infoloop list` shows what there is"),
        (("S1 S2",), "no statement and no experiment is called 'S1 S2'; `infoloop list` shows what there is"),
        (("nowhere.py",), "nowhere.py: there is no such file"),
    ],
)
def test_what_is_not_there_is_one_line(arguments, message, capsys):
    assert status_of("list", *arguments) == 3
    shown = capsys.readouterr().err
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1
