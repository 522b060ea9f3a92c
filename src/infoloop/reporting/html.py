"""Markdown with formulas as HTML, and the templates of pages that need no network."""

import re
from typing import Any

import lazy_loader
from markupsafe import Markup

jinja2, markdown_it = lazy_loader.load("jinja2"), lazy_loader.load("markdown_it")  # only a page needs them


_MATH = re.compile(r"\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)


_HOLE = "\ue000{}\ue001"  # private-use characters, which Markdown leaves alone


def markdown_to_html(text: str) -> Markup:
    """Markdown with `$...$` as HTML with MathML, which browsers show without a script or a network.

    >>> print(markdown_to_html("*Gap*: $I(X;Z)$").striptags())
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


def render_template(name: str, **parts: Any) -> str:
    """Render a template of this package; all values are escaped."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("infoloop.reporting", "templates"), autoescape=True)
    return templates.get_template(name).render(**parts)
