"""Self-contained HTML pages, of findings (the theory's own text, and what was found about it) and of runs."""

import re
from typing import Any, NamedTuple

import lazy_loader
from markupsafe import Markup

from infoloop.chapters import CLASSES, Block, Entry
from infoloop.ledger import Finding
from infoloop.report import summary
from infoloop.study import Headline

jinja2, markdown_it = lazy_loader.load("jinja2"), lazy_loader.load("markdown_it")  # only a page needs them
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

    page = markdown_it.MarkdownIt("commonmark", {"html": False}).render(_MATH.sub(hold, text))
    return Markup(re.sub("\ue000(\\d+)\ue001", lambda hole: formulas[int(hole[1])], page))


def _mathml(match: re.Match) -> str:
    from latex2mathml.converter import convert  # here: only a page needs it

    display = "block" if match["block"] else "inline"
    return convert(" ".join((match["block"] or match["inline"]).split()), display=display)


class Shown(NamedTuple):
    """What the page of a run shows beside its figures: a section each, in this order."""

    title: str
    about: str
    headlines: tuple[Headline, ...]
    figures: tuple[tuple[str, str, str], ...]
    statements: tuple[Block, ...]
    config: dict[str, str]
    identity: dict[str, Any]
    provenance: dict[str, Any]
    files: tuple[str, ...]


def run_page(shown: Shown) -> str:
    """The page of a run, as text: headlines, figures (name, SVG, caption) inline, statements, configuration, origin."""
    statements = [{"block": block, "body": render(block.part("Statement"))} for block in shown.statements]
    figures = [(name, Markup(svg[svg.index("<svg") :]), render(caption)) for name, svg, caption in shown.figures]
    return filled(
        "run.html.jinja",
        shown=shown,
        about=render(shown.about),
        statements=statements,
        figures=figures,
        classes=CLASSES,
    )


def filled(name: str, **parts: Any) -> str:
    """A page of this package, filled in; what is filled in is escaped."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("infoloop", "."), autoescape=True)
    return templates.get_template(name).render(**parts)


def findings_page(entries: tuple[Entry, ...], findings: tuple[Finding, ...], version: str) -> str:
    """The page, as text: a table of verdicts that links to the statements, each with its proof and its evidence."""
    rows = [
        {"finding": finding, "entry": entry, "body": render(_body(entry)), "class": CLASSES[finding.cls]}
        for entry, finding in zip(entries, findings, strict=True)
    ]
    return filled("findings.html.jinja", rows=rows, summary=summary(findings), version=version)


def _body(entry: Entry) -> str:
    """The block's text without its list of fields."""
    return "\n".join(line for line in entry.block.body.splitlines() if not re.match(r"- [a-z]+:", line))
