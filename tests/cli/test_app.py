"""The command line as a user meets it: tables within 100 columns, JSON alone on standard output, exit statuses."""

import json
import re
import subprocess
import sys

import pytest
from typer.testing import CliRunner

import infoloop
from infoloop.cli import app
from tests.support.paths import ROOT

PLANTED = str(ROOT / "tests" / "support" / "planted_experiment.py")
FALSE_CHAPTER = """## Planted {#thm:planted}

- class: T
- ref: X1
- claim: tests.support.planted_claim.reversed_processing
- assumes: X -> D -> Z
- source: planted on purpose

**Statement.** $I(X;Z) \\ge I(X;D)$ along a chain.

**Proof.** None could be given. ∎
"""


def run(*arguments: str):
    return CliRunner().invoke(app.app, list(arguments))


def test_version():
    assert run("--version").stdout == f"infoloop {infoloop.__version__}\n"


@pytest.mark.parametrize("command", [(), ("verify",), ("list",)])
def test_help_has_examples_or_options(command):
    shown = run(*command, "--help")
    assert shown.exit_code == 0
    assert "infoloop" in shown.stdout


def test_verify_shows_a_table_that_fits():
    shown = run("verify", "S04")
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert re.search(r"cnd:open-given-query +S04 C written +certified", shown.stdout)
    assert "fol:always-hidden (folklore, false as it stands)" in shown.stdout
    assert "refuted, certified: 1.0000000000000000000 = 0 is false for P(X,Y,S)" in shown.stdout


def test_verify_json_is_json_alone():
    rows = json.loads(run("verify", "thm:bsc-cascade", "--json").stdout)
    assert [row["label"] for row in rows] == ["thm:bsc-cascade"]
    assert {"label", "ref", "class", "proof", "evidence", "cases", "starts", "slack", "seconds"} <= rows[0].keys()


def test_a_false_statement_planted_on_purpose_is_refuted_and_printed(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER, encoding="utf-8")
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 1
    assert "refuted, certified: " in shown.stdout
    assert "is false for P(X,D,Z)" in shown.stdout
    assert "refuted, although it is stated as a theorem" in re.sub(r"\s+", " ", shown.stdout)


def test_a_missing_certificate_fails_until_it_is_renewed(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER.replace("class: T", "class: F"), encoding="utf-8")
    before = run("verify", "--theory", str(tmp_path))
    renewed = run("verify", "--theory", str(tmp_path), "--renew")
    after = run("verify", "--theory", str(tmp_path))
    assert [shown.exit_code for shown in (before, renewed, after)] == [1, 0, 0]


def test_a_tampered_certificate_fails(tmp_path):
    (tmp_path / "1_planted.md").write_text(FALSE_CHAPTER.replace("class: T", "class: F"), encoding="utf-8")
    run("verify", "--theory", str(tmp_path), "--renew")
    kept = tmp_path / "certificates" / "thm_planted.json"
    kept.write_text(kept.read_text().replace("refuted", "certified"))
    shown = run("verify", "--theory", str(tmp_path))
    assert shown.exit_code == 1
    assert "tampered" in shown.stdout


def test_results_are_written_where_asked(tmp_path):
    run("verify", "thm:z-cascade", "--out", str(tmp_path))
    assert json.loads((tmp_path / "verify.json").read_text())[0]["label"] == "thm:z-cascade"
    assert json.loads((tmp_path / "certificates" / "thm_z-cascade.json").read_text())["verdict"] == "certified"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("verify", "thm:dpy"), "no statement is labelled 'thm:dpy': did you mean thm:dpi?"),
        (("verify", "--theory", "/nowhere"), "/nowhere has no chapter"),
        (("verify", "thm:dpi", "--out", "/dev/null/x"), "cannot write to /dev/null/x"),
        (("run", "mixing_real_dota"), "there is no experiment 'mixing_real_dota': did you mean mixing_real_data?"),
        (
            ("run", PLANTED, "--set", "size=3"),
            "there is no key 'size': did you mean sizes?; keys are sizes, rates, work",
        ),
        (("run", PLANTED, "--set", "rates=2"), "rates[0] is '2': input should be less than or equal to 1"),
        (("run", PLANTED, "--set", "sizes=0"), "sizes[0] is '0': input should be greater than or equal to 1"),
        (("run", PLANTED, "--out", "/dev/null/x"), "cannot write to /dev/null/x"),
        (("run", PLANTED, "--out", str(ROOT)), f"{ROOT} is not empty and holds no run: name another --out"),
        (("run", PLANTED, "--shard", "3/2"), "shard is '3/2': give i/n with i from 1 to n"),
        (("run", PLANTED, "--processes", "2"), "give all of --coordinator HOST:PORT, --processes N and --process I"),
        (("prove", "H(X) <= 1", "--certificate", "/dev/null/x/y"), "cannot write to /dev/null/x"),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", *arguments])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith("infoloop: " + message)
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    ("statement", "given", "verdict", "status"),
    [
        ("I(X;Z) <= I(X;D)", "X -> D -> Z", "proved", 0),
        ("I(X;Z) <= I(X;D)", "X -> D,S -> Z", "refuted", 1),
        ("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", "", "undecided", 2),
    ],
)
def test_prove_says_its_verdict_by_its_status(statement, given, verdict, status):
    shown = run("prove", statement, "--given", given, "--starts", "4", "--json")
    assert json.loads(shown.stdout)["verdict"] == verdict
    assert shown.exit_code == status


def test_prove_writes_a_certificate_that_the_checker_accepts(tmp_path):
    path = tmp_path / "new" / "dpi.json"
    shown = run("prove", "I(X;Z) <= I(X;D)", "--given", "X -> D -> Z", "--certificate", str(path))
    checked = subprocess.run(
        [sys.executable, "-m", "infoloop.check", str(path)], capture_output=True, text=True, check=True
    )
    assert "I(X;D|Z)" in shown.stdout
    assert "holds" in checked.stdout


def test_prove_takes_several_assumptions():
    shown = run("prove", "I(X;Z) <= I(X;D) + I(X;S)", "--given", "X -> D,S -> Z", "--given", "D _||_ S | X")
    assert shown.exit_code == 0


def test_list_names_every_statement():
    shown = run("list")
    assert max(map(len, shown.stdout.splitlines())) <= 100
    assert "thm:gaussian-bottleneck" in shown.stdout


def test_a_statement_that_does_not_parse_is_shown_with_a_caret(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "prove", "I(X;Z) <= I(X;D"])
    with pytest.raises(SystemExit) as stop:
        app.main()
    assert stop.value.code == 3
    assert capsys.readouterr().err.splitlines()[1:] == ["  I(X;Z) <= I(X;D", " " * 17 + "^"]


def test_a_missing_argument_is_bad_input(monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "prove"])
    with pytest.raises(SystemExit) as stop:
        app.main()
    assert stop.value.code == 3
    assert "Missing argument" in capsys.readouterr().err


def test_list_json_says_where_and_what():
    rows = json.loads(run("list", "--json").stdout)["statements"]
    assert rows[0]["statement"] == "I(X;Z) <= I(X;D)"
    assert rows[0]["place"].startswith("1_processing.md:")


def test_the_readme_shows_the_commands_that_the_gate_runs():
    commands = re.findall(r"^python3 -m venv .*", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert [command.rsplit("/", 1)[1] for command in commands] == ["infoloop verify", "pytest"]


def test_the_readme_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_list_names_models_and_experiments():
    found = json.loads(run("list", "--json").stdout)
    assert "wright_fisher" in found["models"]
    assert "mixing_real_data" in found["experiments"]


def test_list_of_an_experiment_says_what_can_be_set():
    rows = json.loads(run("list", "mixing_real_data", "--json").stdout)
    assert {"name": "generations", "kind": "int", "default": "200", "meaning": "generations shown"} in rows
    assert max(map(len, run("list", "mixing_real_data").stdout.splitlines())) <= 100


def test_run_leaves_tables_figures_and_one_page_that_needs_no_network(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0, shown.output
    assert {path.name for path in (tmp_path / "run").iterdir()} == {
        "means.nc", "means.png", "means.svg", "report.html", "run.json", "shards-1-of-1.jsonl",
    }  # fmt: skip
    page = (tmp_path / "run" / "report.html").read_text(encoding="utf-8")
    assert page.count("<svg") == 1
    assert "Data processing inequality" in page
    assert re.findall(r'(?:src|href)="(?!#)[^"]*"', page) == []
    assert "mean of 4 normals" in shown.stdout
    assert max(map(len, shown.stdout.splitlines()[:-1])) <= 100


def test_run_json_is_json_alone(tmp_path):
    shown = run("run", PLANTED, "--set", "sizes=4", "--out", str(tmp_path / "run"), "--json")
    assert [row["expected"] for row in json.loads(shown.stdout)["headlines"]] == [4.0]


def test_run_of_a_part_says_that_others_are_missing(tmp_path):
    shown = run("run", PLANTED, "--shard", "1/2", "--out", str(tmp_path / "run"))
    assert shown.exit_code == 0
    assert "still lacks shards of other parts" in shown.stderr
    assert not (tmp_path / "run" / "means.nc").exists()
