r"""The Bayesian interchange format (BIF 0.15, Cozman 1998) as data: what stands in a file, and on which line.

    file        = "network" NAME "{" "}" (variable | probability)*
    variable    = "variable" NAME "{" "type" "discrete" "[" COUNT "]" "{" STATE* "}" ";" "}"
    probability = "probability" "(" NAME ["|" NAME*] ")" "{" (heading NUMBER* ";")* "}"
    heading     = "table" | "default" | "(" STATE* ")"

Commas, comments (`//`, `/* */`) and `property ...;` count as white space. A name is anything without white space and
punctuation, or in double quotes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

_TOKEN = re.compile(
    r'(?P<space>[\s,]+|//[^\n]*|/\*(?s:.)*?\*/|property\s(?:"[^"]*"|[^;"{}])*;)'
    r'|(?P<mark>[{}()\[\]|;])|"(?P<quoted>[^"\n]*)"|(?P<word>(?:[^\s,{}()\[\]|;"/]|/(?![/*]))+)'
)
_END = "the end of the file"


class Variable(NamedTuple):
    """A variable and its states."""

    line: int
    name: str
    states: tuple[str, ...]


class BifRow(NamedTuple):
    """Numbers as they are printed, under the heading `table`, `default` or the states of the parents."""

    line: int
    heading: str | tuple[str, ...]
    numbers: tuple[str, ...]


class BifTable(NamedTuple):
    """The rows of one variable given its parents."""

    line: int
    name: str
    parents: tuple[str, ...]
    rows: tuple[BifRow, ...]


class _Token(NamedTuple):
    line: int
    text: str
    mark: bool


def parse_bif(text: str, file: str = "network") -> tuple[tuple[Variable, ...], tuple[BifTable, ...]]:
    r"""Return the variables and laws of a BIF text, each with its line; `file` is its name in messages.

    Raises:
        ValueError: `FILE:LINE: what is wanted, not what is there`, where the text does not follow the format.

    >>> parse_bif("network coin { } variable X { type discrete [ 2 ] { h, t }; }")
    ((Variable(line=1, name='X', states=('h', 't')),), ())
    >>> parse_bif("network coin {\n\nvariable X")
    Traceback (most recent call last):
    ValueError: network:3: '}' is wanted here, not 'variable'
    """
    reader = _Reader(list(_tokens(text, file)), file)
    reader.take("network")
    if not reader.sees("{"):
        reader.name("the name of the network")
    reader.take("{", "}")
    variables, laws = [], []
    while not reader.sees(_END):
        if reader.sees("variable"):
            variables.append(_variable(reader))
        elif reader.sees("probability"):
            laws.append(_law(reader))
        else:
            reader.refuse("'variable' or 'probability'")
    return tuple(variables), tuple(laws)


def _tokens(text: str, file: str) -> Iterator[_Token]:
    place, line = 0, 1
    while place < len(text):
        found = _TOKEN.match(text, place)
        if found is None:
            raise ValueError(f"{file}:{line}: {text[place]!r} opens a quotation or comment that does not end")
        if found["space"] is None:
            yield _Token(line, found[found.lastgroup or 0], found["mark"] is not None)
        line += found[0].count("\n")
        place = found.end()
    yield _Token(line, _END, True)


@dataclass
class _Reader:
    """A place among the tokens of a file."""

    tokens: list[_Token]
    file: str
    place: int = 0

    @property
    def line(self) -> int:
        return self.tokens[self.place].line

    def sees(self, text: str) -> bool:
        return self.tokens[self.place].text == text

    def take(self, *texts: str) -> None:
        for text in texts:
            if not self.sees(text):
                self.refuse(repr(text))
            self.place += 1

    def name(self, what: str) -> str:
        token = self.tokens[self.place]
        if token.mark:
            self.refuse(what)
        self.place += 1
        return token.text

    def names(self, what: str, end: str) -> tuple[str, ...]:
        """Return all names up to this mark, which is taken too."""
        found = []
        while not self.sees(end):
            found.append(self.name(f"{what} or {end!r}"))
        self.place += 1
        return tuple(found)

    def refuse(self, wanted: str) -> NoReturn:
        there = _END if self.sees(_END) else repr(self.tokens[self.place].text)
        raise ValueError(f"{self.file}:{self.line}: {wanted} is wanted here, not {there}")


def _variable(reader: _Reader) -> Variable:
    line = reader.line
    reader.take("variable")
    name = reader.name("the name of a variable")
    reader.take("{", "type", "discrete", "[")
    count_line, count = reader.line, reader.name("the number of states")
    reader.take("]", "{")
    states = reader.names("a state", "}")
    reader.take(";", "}")
    if count != str(len(states)):
        raise ValueError(f"{reader.file}:{count_line}: {name} has {len(states)} states, not {count}: correct either")
    return Variable(line, name, states)


def _law(reader: _Reader) -> BifTable:
    line = reader.line
    reader.take("probability", "(")
    name, parents = reader.name("the name of a variable"), ()
    if reader.sees("|"):
        reader.take("|")
        parents = reader.names("the name of a parent", ")")
    else:
        reader.take(")")
    reader.take("{")
    rows = []
    while not reader.sees("}"):
        rows.append(_row(reader))
    reader.take("}")
    return BifTable(line, name, parents, tuple(rows))


def _row(reader: _Reader) -> BifRow:
    line = reader.line
    if reader.sees("table") or reader.sees("default"):
        heading = reader.name("a heading")
    else:
        reader.take("(")
        heading = reader.names("the state of a parent", ")")
    return BifRow(line, heading, reader.names("a probability", ";"))
