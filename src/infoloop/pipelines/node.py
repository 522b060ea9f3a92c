"""A node of a pipeline: its role, causes, alphabet, cost, and how it answers its causes; checked when it is made."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any, get_type_hints

import pydantic
from pydantic import Field

from infoloop.reporting.suggestions import did_you_mean, quote

ROLES = ("task", "data", "state", "query", "signal", "judge", "noise")
_ROLE = f"^({'|'.join(ROLES)})$"
_NO_ROLE = f"there is no role {{value}}{{hint}}; roles are {', '.join(ROLES)}"
_NAME = re.compile(r"\A[^\W\d]\w*'*\Z")
_NO_NAME = "{value} is no name: write a letter, then letters, digits and _"
_NOT_BLANK = re.compile(r"\s*\S")


class PipelineError(ValueError):
    """An impossible pipeline: `node` and `key` say where, the message says what and the remedy."""

    def __init__(self, message: str, node: str = "", key: str = ""):
        super().__init__(f"{'.'.join(part for part in (node, key) if part)}: {message}" if node else message)
        self.message, self.node, self.key = message, node, key


def _must_be(wanted: str, **limits: Any) -> Any:
    """Return limits of a field whose description is what is said of a value outside them."""
    return Field(description="it is {value}: give " + wanted, **limits)


@dataclass(frozen=True)
class Node:
    """A variable of a pipeline: its role, its causes, its alphabet's size, the cost of one use, and its round.

    How it answers its causes may be left open. Else it is said by `table` (probabilities, an axis for each parent and
    the last for its own values; or `"uniform"`), by `formula` (a function of its parents, written as in Python, whose
    values then number the rows of `table` if there is one), or by `program` (a numpyro program that takes the values of
    the parents, and whose `site`, named like the node if it is not given, is the node).

    A node of `[round]` has a copy in each round; `template` is the name of the node of which this one is a copy, empty
    if it is none. Which nodes of different rounds belong together is decided by it, never by their names.

    Raises:
        PipelineError: for a field of the wrong type or outside its range, and for a program beside a table or formula.

    >>> Node("S", "signal", ("X",), size=0)
    Traceback (most recent call last):
    infoloop.pipelines.node.PipelineError: S.size: it is 0: give a whole number, at least 1
    """

    name: Annotated[str, Field(pattern=_NAME, description=_NO_NAME)]
    role: Annotated[str, Field(pattern=_ROLE, description=_NO_ROLE)]
    parents: Annotated[tuple[str, ...], _must_be("a list of names of nodes")] = ()
    size: Annotated[int | None, _must_be("a whole number, at least 1", ge=1)] = None
    cost: Annotated[float | None, _must_be("a finite number, at least 0", ge=0, allow_inf_nan=False)] = None
    at: Annotated[int, _must_be("a whole number, at least 0", ge=0)] = 0
    table: Any = field(default=None, compare=False)
    formula: Annotated[str | None, _must_be("a text", pattern=_NOT_BLANK)] = None
    program: Annotated[Callable | None, _must_be("a numpyro program, a function")] = field(default=None, compare=False)
    site: Annotated[str | None, _must_be("a text", pattern=_NOT_BLANK)] = None
    template: Annotated[str, _must_be("the name of what the node is a copy of")] = field(default="", compare=False)

    def __post_init__(self):
        try:
            _CHECKED.model_validate(vars(self), strict=True)
        except pydantic.ValidationError as error:
            key = str(error.errors()[0]["loc"][0])
            value, said = getattr(self, key), _CHECKED.model_fields[key].description
            hint = did_you_mean(str(value), ROLES) if key == "role" else ""
            raise PipelineError(said.format(value=quote(value), hint=hint), str(self.name), key) from None
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


_FIELDS: Any = {key: (hint, ...) for key, hint in get_type_hints(Node, include_extras=True).items()}
_CHECKED: Any = pydantic.create_model("_CHECKED", **_FIELDS)
