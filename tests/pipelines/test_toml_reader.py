"""Pipeline files: both ways to write a node, and one line with file, line and key for whatever is wrong."""

import os
import time

import pytest

from infoloop.pipelines import pipeline_graph
from infoloop.pipelines.node import Node
from infoloop.pipelines.toml_reader import PipelineFileError, parse_pipeline, read_pipeline

GOOD = """title = "RLVR"
rounds = 2

[nodes]
X = { role = "task", size = 4 }
D0 = { role = "data", parents = ["X"] }
Z0 = { role = "state", parents = ["D0"] }

[round]
Y = { role = "query", parents = ["Z@-1"] }
S = { role = "signal", parents = ["X", "Y"], size = 2, cost = 1.5 }
Z = { role = "state", parents = ["Z@-1", "Y", "S"] }
"""


def test_a_file_is_read_with_its_sizes_and_costs():
    p = parse_pipeline(GOOD)
    assert p.title == "RLVR"
    assert Node("S2", "signal", ("X", "Y2"), 2, 1.5, 2) in p.nodes
    assert p.rounds == 2


def test_a_node_may_have_a_table_of_its_own():
    text = (
        GOOD.replace('Y = { role = "query", parents = ["Z@-1"] }', "")
        + '\n[round.Y]\nrole = "query"\nparents = [\n  "Z@-1",\n]\n'
    )
    assert parse_pipeline(text) == parse_pipeline(GOOD)


def test_a_line_is_found_where_a_node_has_a_table_of_its_own():
    text = GOOD + '\n[round.W]\nrole = "query"\nparents = ["Z@1"]\n'
    with pytest.raises(PipelineFileError, match=r"p\.toml:16: round\.W\.parents: 'Z@1' is of a later round"):
        parse_pipeline(text, "p.toml")


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ('["D0"]', '["D1"]', 7, "nodes.Z0.parents: there is no node 'D1': did you mean D0?"),
        ('"data"', '"dta"', 6, "nodes.D0.role: there is no role 'dta': did you mean data?; roles are task, data, "),
        ('["X", "Y"]', '["X", "W"]', 11, "round.S.parents: there is no node 'W'"),
        ('"query", parents = ["Z@-1"]', '"query", parents = ["Z@+1"]', 10, "round.Y.parents: 'Z@+1' is of a later"),
        ('"query", parents = ["Z@-1"]', '"query", parents = ["S"]', 11, "round.S.parents: there is a cycle "),
        ('"data"', '"task"', 6, "nodes.D0.role: two tasks, X and D0: make them one node"),
        ('"task"', '"data"', 4, "nodes: there is no task"),
        ('Z = { role = "state"', 'Z = { role = "data"', 9, "round: round 1 has no state"),
        ("D0 =", "X =", 6, "nodes.X: given twice: a name stands for one node"),
        ("D0 =", "Y1 =", 10, "round.Y: the name Y1 is given twice"),
        ("cost", "prize", 11, "round.S.prize: there is no key 'prize'"),
        ("size = 4", "sise = 4", 5, "nodes.X.sise: there is no key 'sise': did you mean size?; keys are role, parents"),
        ("size = 4", "size = 0", 5, "nodes.X.size: it is 0: give a whole number, at least 1"),
        ("size = 4", 'parents = "D0"', 5, "nodes.X.parents: it is 'D0': give a list of names of nodes"),
        ('role = "task", ', "", 5, "nodes.X.role: a node needs a role"),
        ("rounds = 2", "rounds = 0", 2, "rounds: rounds is 0 and [round] has 3 nodes: give both or neither"),
        ("rounds = 2", 'rounds = "2"', 2, "rounds: '2' is not a whole number"),
        ("rounds = 2", "round = 2", 9, "round: given twice"),
        ("rounds", "ronds", 2, "ronds: there is no key 'ronds': did you mean round"),
        ("X = { role", "X = role", 5, "not TOML: "),
        ('X = { role = "task", size = 4 }', "X = 4", 5, "nodes.X: this is a node: X = {"),
        ('X = { role = "task", size = 4 }', '"1X" = { role = "task" }', 5, "nodes.1X: '1X' is no name"),
        ("size = 2", "at = 2", 11, "round.S.at: there is no key 'at'"),
        ("size = 2", 'template = "S"', 11, "round.S.template: there is no key 'template'"),
        ("size = 4", "template = 1", 5, "nodes.X.template: it is 1: give the name of what the node is a copy of"),
        ("rounds = 2", "rounds = 1000000000", 2, "rounds: 1000000000 rounds make 3,000,000,003 nodes: at most 5,000"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_file_line_and_key(old, new, line, message, tmp_path):
    path = tmp_path / "p.toml"
    assert old in GOOD
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PipelineFileError) as refusal:
        read_pipeline(path)
    shown = str(refusal.value)
    assert shown.startswith(f"{path}:{line}: {message}")
    assert len(shown.splitlines()) == 1


def test_where_a_copy_is_wrong_its_node_of_round_is_named_whatever_the_copy_is_called():
    text = GOOD.replace("rounds = 2", "rounds = 11").replace("Y =", "A =").replace('"Y"', '"A"')
    text = text.replace("S =", "A1 =").replace('"S"', '"A1"')
    assert parse_pipeline(text).parents["A1_11"] == ("X", "A_11")
    with pytest.raises(PipelineFileError, match=r"pipeline:11: round\.A1\.parents: there is no node 'W'"):
        parse_pipeline(text.replace('["X", "A"]', '["X", "W"]'))


def test_a_written_node_may_say_what_it_is_a_copy_of():
    text = '[nodes]\nX = {role = "task"}\nT = {role = "state", at = 1, template = "Z"}\n'
    assert [(n.name, n.template) for n in parse_pipeline(text).nodes] == [("X", ""), ("T", "Z")]


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(PipelineFileError, match=r"none\.toml: cannot be read"):
        read_pipeline(tmp_path / "none.toml")


HUGE = [
    (GOOD.replace("rounds = 2", "rounds = 999999999").replace('["D0"]', '["D@-1"]'), ":2: rounds: 999999999 rounds"),
    ("[" + " " * 30_000, ":1: not TOML: "),
    (f'title = """\n[{" " * 30_000}\n"""\nrounds = "x"', ":4: rounds: 'x' is not a whole number"),
    ("title = " + "[" * 100_000, ": not read: its lists or tables are nested too deeply"),
    ("title = " + "[" * 100 + "]" * 100, ":1: title: it is nested more than 32 levels deep"),
    ("\n" + "title." * 100_000 + "x = 1", ":2: a key has more than 32 parts"),
    ('about = "a.b" # ' + "a." * 99 + "\nx = {" + "'a' . " * 100_000 + "x = 1}", ":2: a key has more than 32 parts"),
    ('title = """' + '\\"""' * 100_000, ":1: not TOML: "),
    ("title = " + "9" * 5_000, ": not read: it has a whole number of thousands of digits"),
    ("rounds = 0x" + "f" * 5_000, ":1: rounds: it has more than 64 bits: give a smaller number"),
    (GOOD.replace('"Z@-1"', f'"Z@-{"9" * 5_000}"'), ":10: round.Y.parents: there is no node 'Z@-999"),
    (GOOD.replace('"data"', f'"{"x" * 100_000}"'), ":6: nodes.D0.role: there is no role 'xxx"),
    (f'{"k" * 100_000} = 1', ":1: kkk"),
    ("[nodes]\n" + "".join(f'N{k} = {{role = "data"}}\n' for k in range(5_001)), ":1: nodes: there are 5,001 nodes"),
    (
        "[nodes]\n" + "".join(f'N{k} = {{role = "data", parents = ["N{(k + 1) % 4_000}"]}}\n' for k in range(4_000))
        + 'X = {role = "task"}\nZ = {role = "state"}\n',
        ": there is a cycle ",
    ),
    (GOOD.replace("size = 4", f'size = 2, formula = "{"-" * 100_000}1"'), ":5: nodes.X.formula: it is no formula"),
    (GOOD.replace("size = 4", 'size = 2, formula = "9**9**9**9"'), ":5: nodes.X.formula: it fails at its only value"),
    (GOOD.replace("size = 4", 'size = 1000000000, table = "uniform"'), ":5: nodes.X.table: it takes 1,000,000,000 "),
    (GOOD.replace("size = 4", f'size = 2, formula = "0x{"f" * 5_000}"'), ":5: nodes.X.formula: it is a number of 20"),
    (
        GOOD.replace("size = 4", "size = 1000000").replace('= ["X"]', f'= ["X"], formula = "{"X*" * 99}X"'),
        ":6: nodes.D0.formula: its 399 parts for 1,000,000 combinations of parents are too many to work out",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), HUGE, ids=range(len(HUGE)))
def test_what_is_huge_or_deep_is_one_short_line_at_once(text, message, tmp_path):
    path = tmp_path / "p.toml"
    path.write_text(text, encoding="utf-8")
    begin = time.process_time()
    with pytest.raises(PipelineFileError) as refusal:
        read_pipeline(path)
    assert time.process_time() - begin < 2
    shown = str(refusal.value)
    assert shown.startswith(str(path))
    assert message in shown
    assert len(shown.splitlines()) == 1
    assert len(shown) < 1000


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"title = 'x'\n\xff", ":2: cannot be read: byte 0xff is not UTF-8: save the file as UTF-8"),
        (b"\n\ntitle = 'x\0'", ":3: cannot be read: there is a NUL character"),
        (b"#" * 2**21, ": cannot be read: it is longer than 1,048,576 bytes"),
    ],
)
def test_what_is_no_text_is_named_with_its_line(data, message, tmp_path):
    path = tmp_path / "p.toml"
    path.write_bytes(data)
    with pytest.raises(PipelineFileError) as refusal:
        read_pipeline(path)
    assert str(refusal.value).startswith(f"{path}{message}")


def test_what_is_no_file_is_refused_at_once(tmp_path):
    (tmp_path / "zero.toml").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.toml")
    for name in ("zero.toml", "pipe.toml"):
        with pytest.raises(PipelineFileError, match=f"{name}: cannot be read: it is no regular file"):
            read_pipeline(tmp_path / name)


def test_lines_of_a_text_are_not_taken_for_settings():
    with pytest.raises(PipelineFileError, match=r"pipeline:5: rounds: 'x' is not"):
        parse_pipeline('about = """\nrounds = 1\n[nodes]\n"""\nrounds = "x"\n')


CODE = "def f(x): raise RuntimeError('it was run')\nprint('it was run')\n"


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("../evil.py:f", "../evil.py is not in the folder of this file: put it there"),
        ("evil.txt:f", "evil.txt does not end in .py: code is only run from such a file"),
        ("{folder}/evil.py:f", "evil.py is not in the folder of this file"),
        ("{folder}/evil.txt:f", "evil.txt does not end in .py"),
        ("link.py:f", "link.py is not in the folder of this file"),
        ("folder.py:f", "there is no file"),
        ("pipe.py:f", "there is no file"),
        ("\\u0000.py:f", "give 'FILE.py:FUNCTION', FILE beside this one"),
    ],
)
def test_code_is_only_run_from_a_py_file_in_the_folder(program, message, tmp_path, capsys):
    inside = tmp_path / "inside"
    (inside / "folder.py").mkdir(parents=True)
    for path in (tmp_path / "evil.py", tmp_path / "evil.txt", inside / "evil.txt"):
        path.write_text(CODE)
    (inside / "link.py").symlink_to(tmp_path / "evil.py")
    os.mkfifo(inside / "pipe.py")
    named = program.format(folder=tmp_path)
    (inside / "p.toml").write_text(GOOD.replace('["D0"]', f'["D0"], program = "{named}"'))
    with pytest.raises(PipelineFileError) as refusal:
        read_pipeline(inside / "p.toml")
    assert str(refusal.value).startswith(f"{inside}/p.toml:7: nodes.Z0.program: ")
    assert message in str(refusal.value)
    assert capsys.readouterr().out == ""


def test_all_tables_together_are_bounded(monkeypatch):
    judge = 'J = { role = "judge", size = 5, table = "uniform" }'
    text = GOOD.replace("size = 4", 'size = 4, table = "uniform"').replace("D0 =", f"{judge}\nD0 =")
    assert sorted(parse_pipeline(text).tables) == ["J", "X"]
    monkeypatch.setattr(pipeline_graph, "BUDGET", 8)
    with pytest.raises(PipelineFileError, match=r"pipeline:6: nodes\.J\.table: it takes 5 values: too many to list"):
        parse_pipeline(text)
