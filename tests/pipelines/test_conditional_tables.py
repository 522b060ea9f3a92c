"""How nodes answer their parents: tables, formulas and programs, and one line for whatever is wrong with them."""

import numpy as np
import pytest

from infoloop.pipelines.conditional_tables import function_values
from infoloop.pipelines.toml_reader import PipelineFileError, parse_pipeline, read_pipeline

GOOD = """rounds = 2
answer = "state % 2"

[nodes]
X = { role = "task", table = [0.25, 0.75] }
D0 = { role = "data", parents = ["X"], table = [[0.75, 0.25], [0.125, 0.875]] }
Z0 = { role = "state", parents = ["D0"], size = 4, formula = "D0" }

[round]
Y = { role = "query", parents = ["Z@-1"], size = 2, table = "uniform" }
S = { role = "signal", parents = ["X", "Y"], formula = "X == Y", table = [[0.75, 0.25], [0.5, 0.5]] }
Z = { role = "state", parents = ["Z@-1", "Y", "S"], formula = "Y + 2 * S if S else Z@-1" }
"""
PROGRAMS = """
import numpyro
from numpyro import distributions as dist

def tests(x, y):
    numpyro.sample("S", dist.Bernoulli((x == y) / 2))
"""


def test_each_way_to_answer_is_the_table_that_it_says():
    tables = parse_pipeline(GOOD).tables
    assert tables["D0"].tolist() == [[0.75, 0.25], [0.125, 0.875]]
    assert tables["Z0"].tolist() == [[1, 0, 0, 0], [0, 1, 0, 0]]
    assert (tables["Y1"] == np.full((4, 2), 0.5)).all()
    for x, y in np.ndindex(2, 2):
        assert tables["S2"][x, y].tolist() == ([0.5, 0.5] if x == y else [0.75, 0.25])
    for z, y, s in np.ndindex(4, 2, 2):
        assert tables["Z2"][z, y, s].argmax() == (y + 2 * s if s else z)


def test_sizes_follow_from_tables():
    sizes = {node.name: node.size for node in parse_pipeline(GOOD).nodes}
    assert sizes == {"X": 2, "D0": 2, "Z0": 4, "Y1": 2, "S1": 2, "Z1": 4, "Y2": 2, "S2": 2, "Z2": 4}


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("[[0.75, 0.25], [0.125, 0.875]]", "[0.5, 0.5]", 6, "nodes.D0.table: it has shape (2,): give an axis for each"),
        ("[[0.75, 0.25], [0.125, 0.875]]", "[[1.0, 0.0]]", 6, "nodes.D0.table: it has shape (1, 2): give an axis for"),
        ("[0.125, 0.875]", "[0.125, 0.8]", 6, "nodes.D0.table: at X = 1 it has mass 0.925"),
        ("[0.125, 0.875]", "[-0.125, 1.125]", 6, "nodes.D0.table: at X = 1 it has the entry -0.125"),
        ("[0.125, 0.875]", "[nan, 0.875]", 6, "nodes.D0.table: at X = 1 it has the entry nan"),
        ("[0.125, 0.875]", "[1.0]", 6, "nodes.D0.table: it is no rectangular table of numbers"),
        ("[0.125, 0.875]", '["a", "b"]', 6, "nodes.D0.table: it is no rectangular table of numbers"),
        ("[0.25, 0.75]", "[]", 5, "nodes.X.table: it is empty"),
        ("[0.25, 0.75]", '"unifrom"', 5, "nodes.X.table: there is no table 'unifrom'"),
        ("[0.25, 0.75]", '"uniform"', 5, "nodes.X.table: it is uniform over an unknown number of values: give size"),
        ("[0.25, 0.75]", "[0.25, 0.75], size = 3", 5, "nodes.X.table: it takes 2 values, but size is 3"),
        (", table = [0.25, 0.75]", "", 6, "nodes.D0.table: its parent X has an unknown number of values"),
        ('"X == Y"', '"X == W"', 11, "round.S.formula: there is no parent 'W'"),
        ('"X == Y"', '"X == Y1"', 11, "round.S.formula: there is no parent 'Y1': did you mean Y"),
        ('"X == Y"', '"X =="', 11, "round.S.formula: it is no formula: "),
        ('"X == Y"', '"X - Y"', 11, "round.S.formula: it is -1 at X = 0, Y1 = 1: give a whole number from 0 on"),
        ('"X == Y"', '"X / 2"', 11, "round.S.formula: it is 0.5 at X = 1, Y1 = 0: give a whole number"),
        ('"X == Y"', '"1 // Y"', 11, "round.S.formula: it fails at X = 0, Y1 = 0: "),
        ('"X == Y"', "\"int('0'[Y])\"", 11, "round.S.formula: it fails at X = 0, Y1 = 1: "),
        ('"X == Y"', f'"{"-" * 5000}X"', 11, "round.S.formula: it is no formula: it"),
        ('formula = "D0"', 'formula = "2**70 * D0"', 7, f"nodes.Z0.formula: it is {2**70} at D0 = 1: "),
        (', size = 4, formula = "D0"', ', formula = "2**26 * D0"', 7, "nodes.Z0.formula: it takes 67,108,865 values"),
        ('"X == Y"', '"X + Y"', 11, "round.S.table: it has shape (2, 2): give one row for each value"),
        ('"X == Y"', '"X = Y"', 11, "round.S.formula: it is no formula: invalid syntax"),
        ('"X == Y"', '"X; Y"', 11, "round.S.formula: it is no formula: invalid syntax"),
        ('"X == Y"', '"X if 0 else 0"', 11, "round.S.table: it has shape (2, 2): give one row for each value"),
        ('"X == Y"', "3", 11, "round.S.formula: it is 3: give a text"),
        ("size = 4", "size = 1", 7, "nodes.Z0.formula: it is 1 at D0 = 1, but size is 1"),
        ('"state % 2"', '"state"', 2, "answer: it is 3 at state = 3, but X takes 0 to 1"),
        ('"state % 2"', '"stat"', 2, "answer: there is no parent 'stat': did you mean state"),
        ('"state % 2"', "1", 2, "answer: 1 is not a text"),
        ('formula = "D0"', 'site = "Z"', 7, "nodes.Z0.site: it is a site of no program"),
        ('formula = "D0"', "program = 1", 7, "nodes.Z0.program: it is 1: give 'FILE.py:FUNCTION'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_line_with_file_line_and_key(old, new, line, message):
    assert old in GOOD
    with pytest.raises(PipelineFileError) as refusal:
        parse_pipeline(GOOD.replace(old, new, 1), "p.toml")
    shown = str(refusal.value)
    assert shown.startswith(f"p.toml:{line}: {message}")
    assert len(shown.splitlines()) == 1


def with_program(folder, program: str, source: str = PROGRAMS):
    (folder / "tests.py").write_text(source, encoding="utf-8")
    way = 'formula = "X == Y", table = [[0.75, 0.25], [0.5, 0.5]]'
    (folder / "p.toml").write_text(GOOD.replace(way, f"program = {program}"), encoding="utf-8")
    return folder / "p.toml"


@pytest.mark.slow
@pytest.mark.parametrize("x64", [True, False])
def test_a_program_answers_for_all_values_of_its_parents(tmp_path, x64):
    import jax

    path = with_program(tmp_path, '"tests.py:tests"')
    with jax.enable_x64(x64):
        table = read_pipeline(path).tables["S2"]
    assert table.dtype == np.float64
    assert table.tolist() == [[[0.5, 0.5], [1.0, 0.0]], [[1.0, 0.0], [0.5, 0.5]]]


@pytest.mark.parametrize(
    ("program", "source", "message"),
    [
        ('"test.py:tests"', PROGRAMS, "there is no file {folder}/test.py: it is looked for beside this one"),
        ('"tests.py"', PROGRAMS, "it is 'tests.py': give 'FILE.py:FUNCTION'"),
        ('"tests.py:test"', PROGRAMS, "tests.py has no function 'test': did you mean tests"),
        ('"tests.py:tests", size = 3', PROGRAMS, "it takes 2 values, but size is 3"),
        ('"tests.py:tests", formula = "X"', PROGRAMS, "a program says all: leave out table and formula"),
        ('"tests.py:tests", site = "T"', PROGRAMS, "the program has no site 'T'"),
        ('"tests.py:tests"', PROGRAMS.replace("x, y", "x"), "it fails: TypeError: tests() takes 1 positional argument"),
        ('"tests.py:tests"', PROGRAMS.replace("Bernoulli((x == y) / 2)", "Normal(0.0, 1.0)"), "site 'S' is continuous"),
        ('"tests.py:tests"', PROGRAMS.replace("(x == y)", "{}[0]"), "it fails: KeyError: 0"),
        ('"tests.py:tests"', "raise SystemExit(5)", "{folder}/tests.py fails: SystemExit: 5"),
        ('"tests.py:tests"', "1 / 0", "{folder}/tests.py fails: ZeroDivisionError: division by zero"),
    ],
)
def test_what_is_wrong_with_a_program_is_one_line(program, source, message, tmp_path):
    path = with_program(tmp_path, program, source)
    with pytest.raises(PipelineFileError) as refusal:
        read_pipeline(path)
    shown = str(refusal.value)
    assert shown.startswith(f"{path}:11: round.S.program: {message.format(folder=tmp_path)}")
    assert len(shown.splitlines()) == 1


def test_a_formula_reads_names_that_are_none_in_python():
    assert function_values("min(X', 1) + Y@-1", ("X'", "Y@-1"), (3, 2)).tolist() == [[0, 1], [1, 2], [1, 2]]


def test_a_formula_of_many_values_has_a_table_of_its_own_size_only():
    text = """[nodes]
X = { role = "task", size = 2 }
D = { role = "data", parents = ["X"], formula = "2**20 * X" }
Z = { role = "state", parents = ["D"] }"""
    table = parse_pipeline(text).tables["D"]
    assert (table.shape, np.argwhere(table).tolist()) == ((2, 2**20 + 1), [[0, 0], [1, 2**20]])


def test_an_unknown_word_is_refused_though_another_formula_has_its_parent_in_that_place():
    text = GOOD.replace("[round]", 'E = { role = "data", parents = ["X"], formula = "X" }\n'
                        'F = { role = "data", parents = ["X"], formula = "v0" }\n[round]')  # fmt: skip
    with pytest.raises(PipelineFileError, match=r"nodes\.F\.formula: there is no parent 'v0'"):
        parse_pipeline(text)
