"""Markdown with formulas as HTML, and the templates of pages that need no network."""

from typing import Any

import lazy_loader
from markupsafe import Markup

from infoloop.reporting.math_font import math_font_css

FONT_OF_FORMULAS = "/* the font of formulas */"  # where a template wants it, within its style
jinja2, markdown_it = lazy_loader.load("jinja2"), lazy_loader.load("markdown_it")  # only a page needs them


def markdown_to_html(text: str) -> Markup:
    """Return Markdown with `$...$` as HTML with MathML, which browsers show without a script or a network.

    >>> print(markdown_to_html("*Gap*: $I(X;Z)$").striptags())
    Gap: I(X;Z)
    """
    from mdit_py_plugins.dollarmath import dollarmath_plugin  # here: only a page needs it

    markdown = markdown_it.MarkdownIt("commonmark", {"html": False}).use(dollarmath_plugin, double_inline=True)
    for kind in ("math_inline", "math_inline_double", "math_block"):
        markdown.add_render_rule(kind, _mathml)
    return Markup(markdown.render(text))


def _mathml(renderer: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    """Return the formula of a token as MathML; its parameters are those of a rule of markdown-it."""
    from latex2mathml.converter import convert  # here: only a page needs it

    token = tokens[place]
    return convert(" ".join(token.content.split()), display="inline" if token.type == "math_inline" else "block")


def render_template(name: str, **parts: Any) -> str:
    """Return a template of this package, filled; all values are escaped, and the font of its formulas is inline."""
    templates = jinja2.Environment(loader=jinja2.PackageLoader("infoloop.reporting", "templates"), autoescape=True)
    page = templates.get_template(name).render(**parts)
    return page.replace(FONT_OF_FORMULAS, math_font_css(page), 1)
