r"""The Bayesian interchange format (BIF 0.15, Cozman 1998) as data: what stands in a file, and on which line.

    file        = network (variable | probability)*
    network     = "network" NAME "{" "}"
    variable    = "variable" NAME "{" "type" "discrete" "[" COUNT "]" "{" STATE STATE* "}" ";" "}"
    probability = "probability" "(" NAME PARENT* ")" "{" (heading NUMBER* ";")* "}"
    heading     = "table" | "default" | "(" STATE* ")"

Commas, `|`, comments (`//`, `/* */`) and, in blocks, `property ...;` count as white space. A name is anything without
white space and punctuation, or in double quotes. Before, between and after the blocks any text may stand: a block
begins where `network NAME {`, `variable NAME {` or `probability (` is read.
"""

from __future__ import annotations

import re
from typing import NamedTuple, NoReturn

from infoloop.reporting.suggestions import quote

_TOKEN = re.compile(
    r"(?P<space>[\s,|]++|//[^\n]*+|/\*(?:[^*]|\*(?!/))*+\*/)|(?P<open>/\*)"
    r'|(?P<mark>[{}()\[\];])|"(?P<quoted>[^"\n]*+)"|(?P<odd>")|(?P<word>(?:[^\s,{}()\[\]|;"/]|/(?![/*]))++)'
)
_PROPERTY = re.compile(r'(?:"[^"\n]*+"|[^;])*+;')
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
    """A piece of the text; `kind` is mark, quoted, word, end, or odd for a quotation mark that has no second one."""

    line: int
    text: str
    kind: str


def parse_bif(text: str, file: str = "network") -> tuple[tuple[Variable, ...], tuple[BifTable, ...]]:
    r"""Return the variables and laws of a BIF text, each with its line; `file` is its name in messages.

    Raises:
        ValueError: `FILE:LINE: what is wanted, not what is there`, where the text does not follow the format.

    >>> parse_bif("A coin. network coin { } variable X { type discrete [ 2 ] { h, t }; }")
    ((Variable(line=1, name='X', states=('h', 't')),), ())
    >>> parse_bif("network coin {\n\nvariable X")
    Traceback (most recent call last):
    ValueError: network:3: '}' is wanted here, not 'variable'
    """
    reader = _Reader(text, file)
    variables, laws, networks = [], [], 0
    while block := reader.next_block():
        networks += block == "network"
        if networks != 1:
            reader.refuse("a network block, before all others," if not networks else "no second network block")
        if block == "network":
            _network(reader)
        elif block == "variable":
            variables.append(_variable(reader))
        else:
            laws.append(_law(reader))
    if not networks:
        reader.refuse("a network block")
    return tuple(variables), tuple(laws)


class _Reader:
    """A place in the text of a file, and the token that begins there."""

    def __init__(self, text: str, file: str):
        self.text, self.file, self.place, self.line = text, file, 0, 1
        self.token = self._read()

    def _read(self) -> _Token:
        """Return the next token, and go behind it."""
        while self.place < len(self.text):
            found = _TOKEN.match(self.text, self.place)
            if found is None or found["open"] is not None:
                raise ValueError(f"{self.file}:{self.line}: '/' opens a comment that does not end")
            self.place, kind = found.end(), found.lastgroup or ""
            if kind != "space":
                return _Token(self.line, found[kind], kind)
            self.line += found[0].count("\n")
        return _Token(self.line, _END, "end")

    def next_block(self) -> str:
        """Go over text to the next block, and return its keyword; nothing at the end of the file."""
        while self.token.kind != "end":
            if self.sees("network", "variable", "probability"):
                before = self.place, self.line
                after = self._read(), self._read()
                self.place, self.line = before
                if _opens_a_block(self.token.text, *after):
                    return self.token.text
            self.token = self._read()
        return ""

    def sees(self, *texts: str) -> bool:
        """Whether one of these marks or words stands here; a quoted word is none of them."""
        return self.token.kind in ("mark", "word") and self.token.text in texts

    def step(self) -> None:
        """Go on to the next token of the block, over properties."""
        self.token = self._read()
        while self.sees("property"):
            found = _PROPERTY.match(self.text, self.place)
            if found is None:
                raise ValueError(f"{self.file}:{self.token.line}: 'property' has no ';' behind it: add it")
            self.place, self.line = found.end(), self.line + found[0].count("\n")
            self.token = self._read()

    def take(self, *texts: str) -> None:
        for text in texts:
            if not self.sees(text):
                self.refuse(repr(text))
            self.step()

    def close(self) -> None:
        """Take the last mark of a block; what stands behind it is text, and may have the word property."""
        if not self.sees("}"):
            self.refuse("'}'")
        self.token = self._read()

    def name(self, what: str) -> str:
        token = self.token
        if token.kind not in ("word", "quoted"):
            self.refuse(what)
        self.step()
        return token.text

    def names(self, what: str, end: str) -> tuple[str, ...]:
        """Return all names up to this mark, which is taken too."""
        found = []
        while not self.sees(end):
            found.append(self.name(f"{what} or {end!r}"))
        self.step()
        return tuple(found)

    def refuse(self, wanted: str) -> NoReturn:
        token = self.token
        if token.kind == "odd":
            raise ValueError(f"{self.file}:{token.line}: '\"' opens a quotation that does not end on its line")
        there = _END if token.kind == "end" else quote(token.text)
        raise ValueError(f"{self.file}:{token.line}: {wanted} is wanted here, not {there}")


def _opens_a_block(keyword: str, first: _Token, second: _Token) -> bool:
    """Whether these tokens begin a block, and are not words of a text that has the keyword in it."""
    if keyword == "probability":
        return first.kind == "mark" and first.text == "("
    named = first.kind in ("word", "quoted") and second.kind == "mark" and second.text == "{"
    return named or (keyword == "network" and first.kind == "mark" and first.text == "{")


def _network(reader: _Reader) -> None:
    reader.take("network")
    if not reader.sees("{"):
        reader.name("the name of the network")
    reader.take("{")
    reader.close()


def _variable(reader: _Reader) -> Variable:
    line = reader.token.line
    reader.take("variable")
    name = reader.name("the name of a variable")
    reader.take("{", "type", "discrete", "[")
    count_line, count = reader.token.line, reader.name("the number of states")
    reader.take("]", "{")
    first = reader.name("a state")
    states = (first, *reader.names("a state", "}"))
    reader.take(";")
    reader.close()
    if count != str(len(states)):
        has = f"{quote(name)[1:-1]} has {len(states)} states, not {quote(count)[1:-1]}"
        raise ValueError(f"{reader.file}:{count_line}: {has}: correct either")
    return Variable(line, name, states)


def _law(reader: _Reader) -> BifTable:
    line = reader.token.line
    reader.take("probability", "(")
    name = reader.name("the name of a variable")
    parents = reader.names("the name of a parent", ")")
    reader.take("{")
    rows = []
    while not reader.sees("}"):
        rows.append(_row(reader))
    reader.close()
    return BifTable(line, name, parents, tuple(rows))


def _row(reader: _Reader) -> BifRow:
    line = reader.token.line
    if reader.sees("table", "default"):
        heading = reader.name("a heading")
    else:
        reader.take("(")
        heading = reader.names("the state of a parent", ")")
    return BifRow(line, heading, reader.names("a probability", ";"))
