"""Docstrings as Sphinx reads them: `$...$` is a formula, and a name in backticks is a link where there is one."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.domains.python import PyXRefRole

_DOCTEST = re.compile(r"(^[ ]*>>>.*?(?=\n\s*\n|\Z))", re.DOTALL | re.MULTILINE)
_TABLE = re.compile(r"(^\|.*\n?){3,}", re.MULTILINE)
_CODE_BLOCK = re.compile(r"(?P<before>[^:\n]):\n\n(?P<code> {4}\S.*\n)", re.MULTILINE)
_TITLED = re.compile(r"^(?P<title>[A-Z][^:\n]*:)\n(?P<entries>( {4,}\S.*(\n|\Z))+)", re.MULTILINE)
_STAR = re.compile(r"(?<![\\*\w`])\*(?=\w)(?![^*\n]*\w\*)")  # as in (a, *others), which is no emphasis
_BAR = re.compile(r"(?<![\w`\\])\|(?=\w+\|)")  # as in |r|, which is no substitution
_CODE = re.compile(r"`[^`]+`")
_FORMULA = re.compile(r"\$\$(?P<display>.+?)\$\$|(?<![\\$`])\$(?P<inline>[^$]+?)\$(?!`)", re.DOTALL)
_NAME = re.compile(r"[A-Za-z_]\w*(\.\w+)*(\(\))?")


def restructured(lines: list[str]) -> list[str]:
    r"""Return a docstring's lines as reStructuredText: formulas, a table of Markdown, code, and lists with a title.

    >>> restructured(["Half of $x$."])
    ['Half of :math:`x`\\ .']
    """
    parts = _DOCTEST.split("\n".join(lines))
    for k in range(0, len(parts), 2):
        text = _CODE_BLOCK.sub(r"\g<before>::\n\n\g<code>", _TABLE.sub(_list_table, parts[k]))
        parts[k] = _formulas(_TITLED.sub(_titled_list, text))
    return "".join(parts).split("\n")


def _formulas(text: str) -> str:
    """Return the text with formulas as roles, each apart from the letters beside it, and other signs as they are."""
    made, at = "", 0
    for found in _FORMULA.finditer(text):
        made += _words(text[at : found.start()])
        made += "\\ " * bool(made and not made[-1].isspace())
        made += f":math:`{' '.join((found['display'] or found['inline']).split())}`\\ "
        at = found.end()
    return made + _words(text[at:])


def _words(text: str) -> str:
    """Return text without formulas, in which a single star or bar is no markup."""
    return _BAR.sub(r"\|", _STAR.sub(r"\*", _CODE.sub(_apart, text)))


def _apart(code: re.Match) -> str:
    """Return code apart from what follows, as in `Joint`s."""
    return code[0] + "\\ " * code.string[code.end() :][:1].isalnum()


def _list_table(table: re.Match) -> str:
    rows = [row.strip().strip("|").split("|") for row in table[0].strip().split("\n")]
    cells = [[cell.strip() for cell in row] for row in (rows[0], *rows[2:])]
    lines = [f"   {'  ' if k else '* '}- {cell}" for row in cells for k, cell in enumerate(row)]
    return ".. list-table::\n   :header-rows: 1\n\n" + "\n".join(lines) + "\n"


def _titled_list(found: re.Match) -> str:
    """Return a title and what is indented below it, without an empty line, as a list."""
    lines = found["entries"].rstrip("\n").split("\n")
    depth = len(lines[0]) - len(lines[0].lstrip())
    starts = [len(line) - len(line.lstrip()) == depth for line in lines]
    entries = [f"* {line.strip()}" if first else f"  {line.strip()}" for first, line in zip(starts, lines, strict=True)]
    return "\n".join((found["title"], "", *entries, "", ""))


def quote_code(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Make code of what is in backticks in a property, where napoleon would take a colon for the end of a type."""
    if what == "property":
        lines[:] = [re.sub(r"(?<!`)(`[^`]+`)(?!`)", r"`\1`", line) for line in lines]


def process_docstring(app: Sphinx, what: str, name: str, thing: Any, options: Any, lines: list[str]) -> None:
    """Rewrite a docstring in place."""
    lines[:] = restructured(lines)


def skip_fields_of_tuples(app: Sphinx, what: str, name: str, thing: Any, skip: bool, options: Any) -> bool | None:
    """Leave out the fields of a named tuple, of which its class tells."""
    return True if type(thing).__name__ == "_tuplegetter" else None


class NameRole(PyXRefRole):
    """A word in single backticks: a link to what bears this name, or code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link, or the code."""
        if _NAME.fullmatch(self.text):
            self.name = "py:obj"  # by which the link is looked up
            return super().run()
        return [nodes.literal(self.rawtext, self.text, classes=["code"])], []


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the role and the events of autodoc."""
    app.add_role("name", NameRole())
    app.connect("autodoc-process-docstring", quote_code, priority=400)
    app.connect("autodoc-process-docstring", process_docstring, priority=900)  # after napoleon
    app.connect("autodoc-skip-member", skip_fields_of_tuples)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
