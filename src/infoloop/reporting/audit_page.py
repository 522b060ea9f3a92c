"""The page of one audit, of a pipeline or of logs: what it shows, as plain data, and its HTML."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from infoloop.reporting.figure_data import GREEK
from infoloop.reporting.html import formula_to_mathml, render_template
from infoloop.reporting.page_figures import inline_figure
from infoloop.reporting.page_tables import PageTable, show_tables
from infoloop.reporting.suggestions import escape_invisible

MOST_NAMES = 8  # names of a list inside one formula
_TERM = re.compile(r"[IH]\([\w',;| ]*\)")
_NAMES = re.compile(r"[^();|]+")
_NAME = re.compile(r"[^\W\d]\w*(?![\w(])")


class CertificateLink(NamedTuple):
    """A certificate that `python -m infoloop.check` reads, what it shows, and the name of its file."""

    name: str
    about: str
    certificate: Mapping[str, Any]

    @property
    def text(self) -> str:
        """The certificate as JSON."""
        return json.dumps(self.certificate, indent=1, ensure_ascii=False)

    @property
    def link(self) -> str:
        """The same as an address that holds its content, for downloads without a network."""
        return f"data:application/json;charset=utf-8,{quote(self.text)}"


@dataclass(frozen=True)
class AuditPage:
    """The page of one audit, of a pipeline or of logs: verdict and reason first, then whatever there is of the rest.

    `lines` are (name, text) of the first screen; `drawing`, of the graph, and `figures` are (caption, SVG); `cautions`
    are (code, text); `source` is the audited file's text. Texts are plain: they are escaped, and what is written like
    `I(X;Z)` is shown as mathematics.
    """

    title: str
    verdict: str
    reason: str
    about: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    drawing: tuple[str, str] | None = None
    figures: tuple[tuple[str, str], ...] = ()
    tables: tuple[PageTable, ...] = ()
    cautions: tuple[tuple[str, str], ...] = ()
    proofs: tuple[CertificateLink, ...] = ()
    file: str = ""
    source: str = ""
    version: str = ""


def render_audit_page(page: AuditPage) -> str:
    """Return the page of an audit as HTML: one file that needs no network, and says all without a script.

    By its script tables sort, filter and download, and figures of `figures.figure_svg` tell their values.
    """
    tables = tuple(zip(page.tables, show_tables(page.tables), strict=True))
    return render_template(
        "audit.html.jinja",
        page=page,
        tables=tables,
        inline=inline_figure,
        formulas=formulas_to_mathml,
        plain=escape_invisible,
    )


def formulas_to_mathml(text: str) -> Markup:
    """Return a line of plain text as HTML, escaped, with formulas as MathML.

    A formula is what is written like `I(X;S1|Z0,Y1)` or `H(X|Y)`. Its whole text stays in its attribute `alttext`; of
    more than `MOST_NAMES` names the first and the last are seen. Lines may break between formulas.

    >>> print(formulas_to_mathml("closed: I(X;Z1) <= I(X;D0) & no more").striptags())
    closed: I(X;Z1) ≤ I(X;D0) & no more
    """
    shown, at = Markup(), 0
    for term in _TERM.finditer(text):
        shown += _words(text[at : term.start()]) + _term(term[0])
        at = term.end()
    return shown + _words(text[at:])


def _words(text: str) -> Markup:
    return Markup.escape(escape_invisible(text).replace("<=", "≤"))


def _term(term: str) -> Markup:
    return formula_to_mathml(_latex(term), source=term)


def _latex(term: str) -> str:
    """Return `I(X;S1|Z_t)` as LaTeX: a number, or a letter behind `_`, is an index; words stay upright."""

    def name(match: re.Match) -> str:
        indexed = re.fullmatch(r"(.*[^\W\d_])(?:(\d+)|_([^\W\d_]))", match[0])
        letters, index = (indexed[1], f"_{{{indexed[2] or indexed[3]}}}") if indexed else (match[0], "")
        if letters in GREEK:
            return rf"\{letters}{index}"
        return (letters if len(letters) == 1 else rf"\text{{{letters}}}") + index

    return _NAME.sub(name, _NAMES.sub(_listed, term)).replace("|", r"\mid ")


def _listed(names: re.Match) -> str:
    """Return of many names the first and the last."""
    found = names[0].split(",")
    return ",".join(found if len(found) <= MOST_NAMES else [*found[:2], "…", found[-1]])
