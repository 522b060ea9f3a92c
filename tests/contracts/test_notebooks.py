"""Each notebook answers a question, shows its results, and shows the same when it runs again."""

import ast
import copy
import re

import pytest

from tests.support.notebook_outputs import (
    HALF_A_PIXEL,
    METADATA,
    NOTEBOOKS,
    SVG,
    code_cells,
    output_differences,
    read_notebook,
    run_notebook,
    shown,
    svg_difference,
)

LONGEST = 5
MOST_BYTES = 500_000
HEAD = re.compile(
    r"# [^\n]+\?\n\n.+\n\n- \*\*For:\*\* .+\n- \*\*At the end:\*\* .+\n- \*\*Time:\*\* \d+ minutes", re.DOTALL
)
OF_ONE_MACHINE = re.compile(r"(?<![\w./:])/(?:[\w.-]+/){2}|\b[A-Z]:\\|\b0x[0-9a-f]{6,}")
FONT = re.compile(r"base64,[\w+/=]+")  # the letters of a figure
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def of_one_machine(notebook) -> list[str]:
    """What a notebook shows that is a path or an address of one machine."""
    texts = [FONT.sub("", text) for cell in code_cells(notebook) for _, text in shown(cell)]
    return [found[0] for text in texts for found in OF_ONE_MACHINE.finditer(text)]


@pytest.mark.full
@EACH
def test_it_shows_the_same_when_it_runs_again(path):
    assert output_differences(path.stem, read_notebook(path), run_notebook(path)) == []


@EACH
def test_its_first_cell_says_which_question_for_whom_and_how_long(path):
    first = read_notebook(path).cells[0]
    assert first.cell_type == "markdown"
    assert HEAD.match(first.source), first.source


@EACH
def test_it_was_run_from_top_to_bottom(path):
    counts = [cell.execution_count for cell in code_cells(read_notebook(path))]
    assert counts == list(range(1, len(counts) + 1))


@EACH
def test_it_shows_results_and_figures_and_neither_errors_nor_warnings(path):
    kinds = [kind for cell in code_cells(read_notebook(path)) for kind, _ in shown(cell)]
    assert {"error", "stderr"}.isdisjoint(kinds)
    assert {"text/plain", SVG} <= set(kinds)


@EACH
def test_it_names_no_machine_and_no_version(path):
    notebook = read_notebook(path)
    assert notebook.metadata == METADATA
    assert [cell.metadata for cell in notebook.cells if cell.metadata] == []
    assert of_one_machine(notebook) == []


@EACH
def test_it_is_of_moderate_size(path):
    assert path.stat().st_size < MOST_BYTES


@EACH
def test_it_defines_nothing_long(path):
    trees = [ast.parse(cell.source) for cell in code_cells(read_notebook(path))]
    functions = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert {n.name for n in functions if (n.end_lineno or 0) - n.lineno >= LONGEST} == set()


def test_there_are_notebooks():
    assert NOTEBOOKS


@pytest.mark.parametrize("text", ["/home/me/a.py", "<Object at 0x7f3a5c0012d0>", "C:\\Users"])
def test_a_path_or_an_address_is_noticed(text):
    notebook = read_notebook(NOTEBOOKS[0])
    code_cells(notebook)[1].outputs[0].data["text/plain"] = text
    assert len(of_one_machine(notebook)) == 1


def test_a_changed_number_is_one_line_with_notebook_and_cell():
    kept = read_notebook(NOTEBOOKS[0])
    ran = copy.deepcopy(kept)
    kept.cells[3].outputs[0].data["text/plain"] = "0.123457"
    ran.cells[3].outputs[0].data["text/plain"] = "0.123456"
    assert output_differences("name", kept, ran) == ["name, cell 3: expected '0.123457', found '0.123456'"]


def test_a_missing_output_is_noticed():
    kept = read_notebook(NOTEBOOKS[0])
    ran = copy.deepcopy(kept)
    ran.cells[5].outputs = []
    assert output_differences("name", kept, ran) == ["name, cell 5: expected 'text/plain: True', found 'nothing'"]


@pytest.mark.parametrize("moved", [0.0, 0.9])
def test_a_coordinate_may_differ_by_less_than_half_a_pixel(moved):
    assert svg_difference('<path d="M 1.5 2"/>', f'<path d="M {1.5 + moved * HALF_A_PIXEL} 2"/>') is None


@pytest.mark.parametrize("found", [f'<path d="M {1.5 + 1.1 * HALF_A_PIXEL} 2"/>', '<path d="M 1.5 2 3"/>', "<g/>"])
def test_another_drawing_is_noticed(found):
    assert svg_difference('<path d="M 1.5 2"/>', found) is not None
