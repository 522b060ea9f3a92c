"""A node of a pipeline: its role, causes, alphabet, cost, and how it answers its causes; checked when it is made."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from infoloop.reporting.suggestions import did_you_mean

ROLES = ("task", "data", "state", "query", "signal", "judge", "noise")
_NAME = re.compile(r"[^\W\d]\w*'*")


class PipelineError(ValueError):
    """A pipeline that cannot be: `node` and `key` say where, the message says what and the remedy."""

    def __init__(self, message: str, node: str = "", key: str = ""):
        super().__init__(f"{'.'.join(part for part in (node, key) if part)}: {message}" if node else message)
        self.message, self.node, self.key = message, node, key


@dataclass(frozen=True)
class Node:
    """A variable of a pipeline: its role, its causes, its alphabet's size, the cost of one use, and its round.

    How it answers its causes may be left open. Else it is said by `table` (probabilities, an axis for each parent and
    the last for its own values; or `"uniform"`), by `formula` (a function of its parents, written as in Python, whose
    values then number the rows of `table` if there is one), or by `program` (a numpyro program that takes the values of
    the parents, and whose `site`, named like the node if it is not given, is the node).

    A node of `[round]` has a copy in each round; `template` is the name of the node of which this one is a copy, empty
    if it is none. Which nodes of different rounds belong together is decided by it, never by their names.
    """

    name: str
    role: str
    parents: tuple[str, ...] = ()
    size: int | None = None
    cost: float | None = None
    at: int = 0
    table: Any = field(default=None, compare=False)
    formula: str | None = None
    program: Callable | None = field(default=None, compare=False)
    site: str | None = None
    template: str = field(default="", compare=False)

    def __post_init__(self):
        for key in ("name", "role", "parents", "size", "cost", "at", "formula", "program", "site", "template"):
            wrong = _CHECKS[key](getattr(self, key))
            if wrong:
                raise PipelineError(wrong, self.name if isinstance(self.name, str) else repr(self.name), key)
        if self.program is not None and (self.table is not None or self.formula is not None):
            raise PipelineError("a program says all: leave out table and formula", self.name, "program")
        if self.site is not None and self.program is None:
            raise PipelineError("it is a site of no program: give program too", self.name, "site")

    def seen_from(self, t: int) -> tuple[str, int | None]:
        """Say what the node is for round t: a copy of what, of how many rounds ago; or its own name, and None.

        What two rounds see alike has the same part in both. A node of before round 1 is the same for all rounds, but
        for round 1 it may be the copy of the round before.

        >>> Node("Z2", "state", at=2, template="Z").seen_from(3), Node("J", "judge").seen_from(3)
        (('Z', 1), ('J', None))
        """
        ago = t - self.at
        return (self.template, ago) if self.template and (self.at or ago <= 1) else (self.name, None)


def _name_wrong(name) -> str:
    fits = isinstance(name, str) and _NAME.fullmatch(name) and "_||_" not in name
    return "" if fits else f"{name!r} is no name: write a letter, then letters, digits and _"


def _role_wrong(role) -> str:
    if role in ROLES:
        return ""
    return f"there is no role {role!r}{did_you_mean(str(role), ROLES)}; roles are {', '.join(ROLES)}"


def _parents_wrong(parents) -> str:
    if isinstance(parents, tuple) and all(isinstance(parent, str) for parent in parents):
        return ""
    return f"it is {parents!r}: give a list of names of nodes"


def _integer_error(least: int, optional: bool) -> Callable[[Any], str]:
    def wrong(value) -> str:
        fits = (optional and value is None) or (type(value) is int and value >= least)
        return "" if fits else f"it is {value!r}: give a whole number, at least {least}"

    return wrong


def _cost_wrong(cost) -> str:
    fits = cost is None or (type(cost) in (int, float) and cost >= 0 and math.isfinite(cost))
    return "" if fits else f"it is {cost!r}: give a finite number, at least 0"


def _text_wrong(text) -> str:
    return "" if text is None or (isinstance(text, str) and text.strip()) else f"it is {text!r}: give a text"


def _template_wrong(template) -> str:
    return "" if isinstance(template, str) else f"it is {template!r}: give the name of what the node is a copy of"


def _program_wrong(program) -> str:
    return "" if program is None or callable(program) else f"it is {program!r}: give a numpyro program, a function"


_CHECKS = {
    "name": _name_wrong,
    "role": _role_wrong,
    "parents": _parents_wrong,
    "size": _integer_error(1, optional=True),
    "cost": _cost_wrong,
    "at": _integer_error(0, optional=False),
    "formula": _text_wrong,
    "program": _program_wrong,
    "site": _text_wrong,
    "template": _template_wrong,
}
