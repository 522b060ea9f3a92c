"""`infoloop list`: statements, models, experiments, and what can be set in one."""

import json

from tests.support.command_line import run


def test_list_names_every_statement():
    shown = run("list")
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert "thm:gaussian-bottleneck" in shown.stdout


def test_list_json_says_where_and_what():
    rows = json.loads(run("list", "--json").stdout)["statements"]
    assert rows[0]["statement"] == "I(X;Z) <= I(X;D)"
    assert rows[0]["place"].startswith("1_processing.md:")


def test_list_names_models_and_experiments():
    found = json.loads(run("list", "--json").stdout)
    assert "wright_fisher" in found["models"]
    assert "mixing_real_data" in found["experiments"]


def test_list_of_an_experiment_says_what_can_be_set():
    rows = json.loads(run("list", "mixing_real_data", "--json").stdout)
    assert {"name": "generations", "kind": "int", "default": "200", "meaning": "generations shown"} in rows
    assert max(map(len, run("list", "mixing_real_data").stdout.splitlines())) <= 100
