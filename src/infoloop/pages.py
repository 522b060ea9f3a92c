"""One self-contained HTML page of findings: the theory's own text with its mathematics, and what was found about it."""

import re

import jinja2
from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markupsafe import Markup

from infoloop.chapters import CLASSES, Entry
from infoloop.ledger import Finding
from infoloop.report import summary

_MATH = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)
_HOLE = "\ue000{}\ue001"  # private-use characters, which Markdown leaves alone


def render(text: str) -> Markup:
    """Markdown with `$...$` as HTML with MathML, which browsers show without a script or a network.

    >>> print(render("*Gap*: $I(X;Z)$").striptags())
    Gap: I(X;Z)
    """
    formulas = []

    def hold(match: re.Match) -> str:
        formulas.append(_mathml(match))
        return _HOLE.format(len(formulas) - 1)

    page = MarkdownIt("commonmark", {"html": False}).render(_MATH.sub(hold, text))
    return Markup(re.sub("\ue000(\\d+)\ue001", lambda hole: formulas[int(hole[1])], page))


def _mathml(match: re.Match) -> str:
    display = "block" if match["block"] else "inline"
    return convert(" ".join((match["block"] or match["inline"]).split()), display=display)


def findings_page(entries: tuple[Entry, ...], findings: tuple[Finding, ...], version: str) -> str:
    """The page, as text: a table of verdicts that links to the statements, each with its proof and its evidence."""
    loader = jinja2.PackageLoader("infoloop", ".")
    template = jinja2.Environment(loader=loader, autoescape=True).get_template("findings.html.jinja")
    rows = [
        {"finding": finding, "entry": entry, "body": render(_body(entry)), "class": CLASSES[finding.cls]}
        for entry, finding in zip(entries, findings, strict=True)
    ]
    return template.render(rows=rows, summary=summary(findings), version=version)


def _body(entry: Entry) -> str:
    """The block's text without its list of fields."""
    return "\n".join(line for line in entry.block.body.splitlines() if not re.match(r"- [a-z]+:", line))
