"""Every notebook runs from top to bottom, carries no outputs, and defines nothing longer than five lines."""

import ast
from pathlib import Path

import nbclient
import nbformat
import pytest

from tests.support.paths import ROOT

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LONGEST = 5
IN_THE_GATE = ("1_first_law",)  # the others take two minutes more, in the full lane
RUN = [pytest.param(p, marks=() if p.stem in IN_THE_GATE else pytest.mark.full, id=p.stem) for p in NOTEBOOKS]


def code_cells(path: Path):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.mark.slow
@pytest.mark.parametrize("path", RUN)
def test_it_runs(path):
    ran = nbclient.NotebookClient(nbformat.read(path, as_version=4), timeout=300, kernel_name="python3").execute()
    shown = [out for cell in ran.cells for out in cell.get("outputs", []) if "image/png" in out.get("data", {})]
    assert len(shown) == sum("plt.subplots" in cell.source for cell in code_cells(path)) > 0


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_is_kept_without_outputs(path):
    assert [cell.outputs for cell in code_cells(path) if cell.outputs or cell.execution_count] == []


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_defines_nothing_long(path):
    trees = [ast.parse(cell.source) for cell in code_cells(path)]
    functions = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.ClassDef)]
    assert {n.name for n in functions if (n.end_lineno or 0) - n.lineno >= LONGEST} == set()


def test_there_are_notebooks():
    assert NOTEBOOKS
