"""Conditions on the numbers of an audit, such as `dead > 0.5 and pass_rate < 0.1`: which of them hold.

A condition is written as in Python: names of the audit's numbers, numbers, comparisons, `and`, `or`, `not` and
parentheses; nothing else is read, and nothing is executed. A number that the log does not tell makes a condition an
error, never one that is passed.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from infoloop.reporting.suggestions import cut_text, did_you_mean, quote

_MOST_CHARACTERS = 500
_EXAMPLE = ": write for example 'dead > 0.5 and pass_rate < 0.1'"
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt, ast.GtE: operator.ge, ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}  # fmt: skip


class ThresholdError(ValueError):
    """A condition that cannot be decided: one line, what is wrong and what to write."""


class JudgedCondition(NamedTuple):
    """A condition as it was written, the numbers that it names, and whether it holds."""

    text: str
    numbers: dict[str, float]
    holds: bool

    def __str__(self) -> str:
        """Return the condition with its numbers, for one line."""
        values = ", ".join(f"{name} is {value:.4g}" for name, value in self.numbers.items())
        return f"{cut_text(self.text)} ({values})" if values else cut_text(self.text)


def judge_conditions(conditions: Iterable[str], numbers: Mapping[str, float | None]) -> tuple[JudgedCondition, ...]:
    """Return for each condition whether it holds.

    All of them are read, and every number that they name is looked up, before any is judged: `a > 1 or b > 1` is an
    error too where b is not known and a is 2.

    Args:
        conditions: Texts such as `dead > 0.5`.
        numbers: The audit's numbers by name; None or NaN for what this log does not tell.

    Raises:
        ThresholdError: A condition cannot be read, or names what the audit has not or the log does not tell.

    >>> [str(one) for one in judge_conditions(["dead > 0.5"], {"dead": 0.75})]
    ['dead > 0.5 (dead is 0.75)']
    >>> judge_conditions(["ded > 0.5"], {"dead": 0.75})
    Traceback (most recent call last):
    infoloop.verdict_logs.audit_thresholds.ThresholdError: condition 'ded > 0.5': there is no number 'ded': did you ...
    """
    read = [(text, _read(text)) for text in conditions]
    named = [_named(text, node, numbers) for text, node in read]
    return tuple(
        JudgedCondition(text.strip(), values, _truth(text, node, values))
        for (text, node), values in zip(read, named, strict=True)
    )


def _read(text: str) -> ast.expr:
    if len(text) > _MOST_CHARACTERS:
        raise _error(text, f"it has {len(text):,} characters: write at most {_MOST_CHARACTERS}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # `0.5and` is read, with a warning
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise _error(text, "it cannot be read") from None


def _named(text: str, node: ast.expr, numbers: Mapping[str, float | None]) -> dict[str, float]:
    """Return the numbers that a condition names, in their order; what it may not have is refused first."""
    _check(text, node, truth=True)
    found = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            if part.id not in numbers:
                hint = did_you_mean(part.id, numbers) or f"; there are {', '.join(numbers)}"
                raise _error(text, f"there is no number {quote(part.id)}{hint}")
            value = numbers[part.id]
            if value is None or math.isnan(value):
                raise _error(text, f"this log does not tell {part.id}, so that the condition is neither met nor missed")
            found[part.id] = float(value)
    return found


def _check(text: str, node: ast.expr, truth: bool) -> None:
    """Refuse what is no condition, or as part of a comparison no number."""
    match node:
        case ast.BoolOp(values=parts) if truth:
            for part in parts:
                _check(text, part, truth=True)
        case ast.UnaryOp(op=ast.Not(), operand=part) if truth:
            _check(text, part, truth=True)
        case ast.Compare(left=left, ops=ops, comparators=rest) if truth and all(type(op) in _COMPARISONS for op in ops):
            for part in (left, *rest):
                _check(text, part, truth=False)
        case ast.Name() if not truth:
            return
        case ast.Constant(value=int() | float() as value) if not truth and _is_number(value):
            return
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as part) if not truth:
            _check(text, part, truth=False)
        case _:
            wanted = "a comparison" if truth else "a number or a name of one"
            raise _error(text, f"{quote(ast.unparse(node))} is not {wanted}")


def _is_number(value: float) -> bool:
    return not isinstance(value, bool) and -math.inf < value < math.inf  # math.isfinite wants a float of it


def _truth(text: str, node: ast.expr, values: Mapping[str, float]) -> bool:
    match node:
        case ast.BoolOp(op=op, values=parts):
            every = all if isinstance(op, ast.And) else any
            return every(_truth(text, part, values) for part in parts)
        case ast.UnaryOp(operand=part):
            return not _truth(text, part, values)
        case ast.Compare(left=left, ops=ops, comparators=rest):
            sides = [_number(part, values) for part in (left, *rest)]
            compared = (_COMPARISONS[type(op)] for op in ops)
            return all(holds(a, b) for holds, a, b in zip(compared, sides[:-1], sides[1:], strict=True))
    raise _error(text, "it cannot be read")


def _number(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Name):
        return values[node.id]
    return ast.literal_eval(node)


def _error(text: str, what: str) -> ThresholdError:
    read = what.startswith(("there is", "this log"))
    return ThresholdError(f"condition {quote(text)}: {what}{'' if read else _EXAMPLE}")
