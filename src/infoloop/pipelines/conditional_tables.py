r"""How a node answers its causes, as a table of probabilities: given as one, by a formula, or by a numpyro program."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

import jax
import numpy as np

from infoloop.interop.numpyro_enumeration import from_numpyro
from infoloop.pipelines import limits
from infoloop.pipelines.node import Node, PipelineError
from infoloop.probability.bayes_nets import BUDGET
from infoloop.probability.channels import conditional
from infoloop.probability.numerics import rounding
from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote

_WORD = re.compile(r"(?<![\w.])[^\W\d]\w*'*(?:@[+-]?\d+)?")
_FUNCTIONS = {"min": min, "max": max, "abs": abs, "int": int}
_FAILURES = (ArithmeticError, LookupError, TypeError, ValueError)  # of a formula that is worked out
_TOO_DEEP = "it is no formula: it is nested too deeply"
_MOST_BITS = 4096  # of a whole number that a power may have
_WORDS = {"if", "else", "and", "or", "not", "in", "True", "False", *_FUNCTIONS}


def conditional_probability_table(
    node: Node, sizes: Mapping[str, int | None], most_cells: int = BUDGET
) -> np.ndarray | None:
    """Return P(node | parents), an axis for each parent in their order and the last for the node's own values.

    Args:
        node: says it by a table, a formula or a program, or not at all.
        sizes: how many values each parent takes, None where that is not known.
        most_cells: how large the table may be.

    Returns:
        The probabilities as float64; None where the node says nothing of them.

    Raises:
        PipelineError: with node and key, for a parent of unknown size, a table of the wrong shape, rows that are no
            probabilities, and a formula or program that fails or takes too many values.

    >>> verdict = Node("S", "signal", ("X", "Y"), formula="X == Y", table=[[0.9, 0.1], [0.2, 0.8]])
    >>> conditional_probability_table(verdict, {"X": 2, "Y": 2}).tolist()
    [[[0.2, 0.8], [0.9, 0.1]], [[0.9, 0.1], [0.2, 0.8]]]
    """
    key = next((key for key in ("program", "formula", "table") if getattr(node, key) is not None), None)
    if key is None:
        return None
    shape = tuple(_size(parent, sizes, node, key) for parent in node.parents)
    if math.prod(shape) * (node.size or 1) > most_cells:
        what = f"its parents take {math.prod(shape):,} values together" if shape else f"it takes {node.size:,} values"
        raise PipelineError(f"{what}: too many to list", node.name, key)
    if key == "formula":
        found = _by_formula(node, shape, most_cells)
    else:
        found = (_by_program if key == "program" else _by_table)(node, shape)
    if node.size is not None and found.shape[-1] != node.size:
        raise PipelineError(f"it takes {found.shape[-1]} values, but size is {node.size}", node.name, key)
    return found


def _size(parent: str, sizes: Mapping[str, int | None], node: Node, key: str) -> int:
    size = sizes[parent]
    if size is None:
        raise PipelineError(f"its parent {parent} has an unknown number of values: give its size", node.name, key)
    return size


def _by_table(node: Node, shape: tuple[int, ...]) -> np.ndarray:
    if isinstance(node.table, str):
        if node.table != "uniform":
            raise PipelineError(
                f"there is no table {quote(node.table)}: write 'uniform', or numbers", node.name, "table"
            )
        if node.size is None:
            raise PipelineError("it is uniform over an unknown number of values: give size", node.name, "table")
        return np.full((*shape, node.size), 1 / node.size)
    table = _numbers(node)
    if table.shape[:-1] != shape or table.ndim != len(shape) + 1:
        wanted = list_names([*(f"{p} {n}" for p, n in zip(node.parents, shape, strict=True)), "its own values"])
        raise PipelineError(f"it has shape {table.shape}: give an axis for each of {wanted}", node.name, "table")
    return _rows(table, node, node.parents)


def _numbers(node: Node) -> np.ndarray:
    try:
        table = np.asarray(node.table)
        if table.dtype.kind not in "iuf":
            raise ValueError
        table = table.astype(np.float64)
    except (TypeError, ValueError):
        why = "it is no rectangular table of numbers: make its rows equally long"
        raise PipelineError(why, node.name, "table") from None
    if not table.ndim or not table.size:
        raise PipelineError("it is empty: give probabilities", node.name, "table")
    return table


def _rows(table: np.ndarray, node: Node, axes: tuple[str, ...]) -> np.ndarray:
    """Return the table if every row is a distribution, else raise PipelineError with the first cell that is none."""
    fine = (table >= 0).all(-1) & (np.abs(table.sum(-1) - 1) <= rounding(table.shape[-1]))
    if not fine.all():
        cell = tuple(np.argwhere(~fine)[0].tolist())
        where = f"at {_cell(axes, cell)} " if cell else ""
        wrong = next((value for value in table[cell].tolist() if not value >= 0), None)
        if wrong is not None:
            raise PipelineError(f"{where}it has the entry {wrong}: probabilities are numbers >= 0", node.name, "table")
        why = f"{where}it has mass {table[cell].sum():.17g}, not 1: divide it by its sum, or complete it"
        raise PipelineError(why, node.name, "table")
    return table


def _by_formula(node: Node, shape: tuple[int, ...], most_cells: int) -> np.ndarray:
    values = function_values(node.formula or "", node.parents, shape, node.name)
    if node.table is None:
        size = values.max() + 1 if node.size is None else node.size
        if values.max() >= size:
            cell = _cell(node.parents, np.unravel_index(values.argmax(), shape))
            raise PipelineError(f"it is {values.max()} at {cell}, but size is {size}", node.name, "formula")
        if math.prod(shape) * int(size) > most_cells:
            raise PipelineError(f"it takes {size:,} values: too many for a table", node.name, "formula")
        table = np.zeros((*shape, size))
        np.put_along_axis(table, values[..., None], 1.0, axis=-1)
        return table
    table = _numbers(node)
    if table.ndim != 2 or len(table) != values.max() + 1:
        why = f"it has shape {table.shape}: give one row for each value of the formula, 0 to {values.max()}"
        raise PipelineError(why, node.name, "table")
    return _rows(table, node, ("formula",))[values]


def rename_in_formula(formula: str, names: Mapping[str, str]) -> str:
    """Return the formula with other names for its variables.

    >>> rename_in_formula("Y if S else Z@-1", {"Y": "Y2", "S": "S2", "Z@-1": "Z1"})
    'Y2 if S2 else Z1'
    """
    return _WORD.sub(lambda match: names.get(match[0], match[0]), formula)


def check_words(formula: str, names: Iterable[str], node: str = "", key: str = "formula") -> None:
    """Raise PipelineError for a word of the formula that is none of the names, and no word of formulas."""
    names = (*names, *_FUNCTIONS)
    for word in _WORD.findall(formula):
        if word not in names and word not in _WORDS:
            raise PipelineError(f"there is no parent {quote(word)}{did_you_mean(word, names)}", node, key)


def function_values(
    formula: str, names: tuple[str, ...], shape: tuple[int, ...], node: str = "", key: str = "formula"
) -> np.ndarray:
    """Return the whole numbers that a formula takes over all values of the named variables, an axis for each.

    Raises:
        PipelineError: for a word that is none of the names, for what is no formula, and for a value that is no whole
            number from 0 on, with the place where it is taken.

    >>> function_values("Y if S else Z", ("Y", "S", "Z"), (2, 2, 2))[1].tolist()
    [[0, 1], [1, 1]]
    """
    if math.prod(shape) > limits.MOST_FORMULA_CALLS:
        raise PipelineError(f"it has {math.prod(shape):,} combinations of parents: too many to work out", node, key)
    one = _compiled(formula, names, math.prod(shape), node, key)
    values = np.empty(shape, dtype=np.int64)
    for cell in np.ndindex(shape):
        value = one(cell)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if not isinstance(value, int) or value < 0:
            where = f"it is {_shown(value)} at {_cell(names, cell)}"
            why = f"{where}: give a whole number from 0 on (// divides whole numbers)"
            raise PipelineError(why, node, key)
        if value > BUDGET:
            raise PipelineError(f"it is {_shown(value)} at {_cell(names, cell)}: more than {BUDGET} values", node, key)
        values[cell] = value
    return values


def _cell(names: tuple[str, ...], cell: Iterable[Any]) -> str:
    shown = ", ".join(f"{name} = {value}" for name, value in zip(names, cell, strict=True))
    return cut_text(shown, 200) or "its only value"


def _shown(value: Any) -> str:
    """Return a value of a formula for a message; Python prints no number of thousands of digits."""
    if isinstance(value, int) and value.bit_length() > 2000:
        return f"a number of {value.bit_length():,} bits"
    return quote(value)


def _compiled(formula: str, names: tuple[str, ...], calls: int, node: str, key: str) -> Callable:
    """Return the formula as a function of a combination of values; names that Python cannot have (X') are numbered."""
    import simpleeval  # here: most pipelines have no formula

    place = {name: f"v{k}" for k, name in enumerate(names)}
    check_words(formula, names, node, key)
    text = rename_in_formula(formula, place)
    operators = {**simpleeval.DEFAULT_OPERATORS, ast.Pow: _power}
    evaluator = simpleeval.SimpleEval(operators=operators, functions=_FUNCTIONS)

    def one(cell):
        evaluator.names = dict(zip(place.values(), map(int, cell), strict=True))
        try:
            return evaluator.eval(text, previously_parsed=parsed)
        except RecursionError:  # from Python 3.13 on its parser goes deeper than what works a formula out
            raise PipelineError(_TOO_DEEP, node, key) from None
        except (simpleeval.InvalidExpression, *_FAILURES) as error:
            raise PipelineError(f"it fails at {_cell(names, cell)}: {cut_text(str(error), 200)}", node, key) from None

    try:
        tree = ast.parse(text.strip(), mode="eval")  # one expression: no assignment, and nothing behind a semicolon
        steps = sum(1 for _ in ast.walk(tree))
        if steps * calls > limits.MOST_FORMULA_STEPS:
            why = f"its {steps:,} parts for {calls:,} combinations of parents are too many to work out"
            raise PipelineError(why, node, key)
        parsed = evaluator.parse(text)
    except (SyntaxError, simpleeval.InvalidExpression) as error:
        what = error.msg if isinstance(error, SyntaxError) else str(error)
        raise PipelineError(f"it is no formula: {cut_text(what, 200)}", node, key) from None
    except (RecursionError, MemoryError):  # the parser of Python reports either
        raise PipelineError(_TOO_DEEP, node, key) from None
    return one


def _power(base: Any, exponent: Any) -> Any:
    """Return a power, unless it is a whole number far beyond any alphabet, which could take hours."""
    if isinstance(base, int) and isinstance(exponent, int) and exponent * base.bit_length() > _MOST_BITS:
        raise ValueError(f"{quote(base)} ** {quote(exponent)} is too large")
    return base**exponent


def _by_program(node: Node, shape: tuple[int, ...]) -> np.ndarray:
    """Return the law of the program's site for all values of the parents, from one run with the parents as sites."""
    import numpyro  # here: most pipelines have no program
    from numpyro import distributions as dist

    program, site = cast(Callable, node.program), node.site or node.name
    inputs = tuple(f"parent {k}" for k in range(len(shape)))

    def asked():
        uniform = zip(inputs, shape, strict=True)
        program(*(numpyro.sample(name, dist.Categorical(probs=np.full(n, 1 / n))) for name, n in uniform))

    try:
        with jax.enable_x64(True):
            law = from_numpyro(asked)()
        if site not in law.names:
            known = [name for name in law.names if name not in inputs]
            raise ValueError(f"the program has no site {site!r}{did_you_mean(site, known)}: give site")
        symbols = law.symbols(site)
        if symbols != tuple(range(len(symbols))):
            raise ValueError(f"site {site!r} takes the values {list_names(symbols)}: number them from 0")
        with jax.enable_x64(True):
            return np.asarray(conditional(law, site, inputs).rows)
    except Exception as error:  # whatever a user's program may raise
        kind = "" if isinstance(error, ValueError) else f"it fails: {type(error).__name__}: "
        raise PipelineError(f"{kind}{cut_text(' '.join(str(error).split()), 300)}", node.name, "program") from error
