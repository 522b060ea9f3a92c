"""Markdown with formulas as HTML, and the templates of pages that need no network and run their own script only."""

import base64
import hashlib
import json
import re
from typing import Any

import lazy_loader
from markupsafe import Markup

from infoloop.reporting.math_font import math_font_css

FONT_OF_FORMULAS = "/* the font of formulas */"  # where a template wants it, within its style
# log, exp, ...: a name of several letters behind a factor, from which latex2mathml leaves it no distance
_FUNCTION = re.compile(r"(&#x00029;</mo>|</m(?:i|n|row|sub|sup|subsup|frac)>)(<msub>)?(<mi>[a-z]{2,}</mi>)")
# "is distributed as" is a relation, with space around it; latex2mathml makes it the letter ~
_TILDE, _SIMILAR = "<mi>&#x0007E;</mi>", "<mo>&#x0223C;</mo>"
jinja2, markdown_it = lazy_loader.load("jinja2"), lazy_loader.load("markdown_it")  # only a page needs them


def markdown_to_html(text: str, inline: bool = False) -> Markup:
    """Return Markdown with `$...$` as HTML with MathML, which browsers show without a script or a network.

    What stands between the dollars stays in the attribute `alttext` of its formula. A text that is `inline` is a part
    of a line, and has no paragraphs.

    >>> print(markdown_to_html("*Gap*: $I(X;Z)$").striptags())
    Gap: I(X;Z)
    """
    from mdit_py_plugins.dollarmath import dollarmath_plugin  # here: only a page needs it

    markdown = markdown_it.MarkdownIt("commonmark", {"html": False}).use(dollarmath_plugin, double_inline=True)
    for kind in ("math_inline", "math_inline_double", "math_block"):
        markdown.add_render_rule(kind, _mathml)
    return Markup(markdown.renderInline(text) if inline else markdown.render(text))


def _mathml(renderer: Any, tokens: Any, place: int, options: Any, env: Any) -> str:
    """Return the formula of a token; its parameters are those of a rule of markdown-it."""
    token = tokens[place]
    # a str, since Markup would escape what the renderer has before it
    return str(formula_to_mathml(token.content, "inline" if token.type == "math_inline" else "block"))


def formula_to_mathml(latex: str, display: str = "inline", source: str | None = None) -> Markup:
    r"""Return a formula as MathML, which keeps its source.

    Args:
        latex: The formula, without its dollar signs.
        display: "inline", or "block" for a formula of its own line.
        source: What stands in the attribute `alttext`; None for the LaTeX.

    >>> print(formula_to_mathml(r"X\sim p").striptags())
    X∼p
    """
    from latex2mathml.converter import convert  # here: only a page needs it

    latex = " ".join(latex.split())
    made = _FUNCTION.sub(r'\1\2<mrow><mspace width=".17em"/>\3</mrow>', convert(latex, display=display))
    said = Markup("%s") % (latex if source is None else source)
    return Markup(made.replace(_TILDE, _SIMILAR).replace("<math ", f'<math alttext="{said}" ', 1))


def render_template(name: str, **parts: Any) -> str:
    """Return a template of this package, filled; all values are escaped, and the font of its formulas is inline.

    Every page has the same script (`templates/page.js`), by which tables of the class `data` sort, filter and download
    and figures tell their values, and a policy that lets a browser run no other script and load nothing.
    """
    templates = jinja2.Environment(loader=jinja2.PackageLoader("infoloop.reporting", "templates"), autoescape=True)
    script = Markup(templates.loader.get_source(templates, "page.js")[0])
    page = templates.get_template(name).render(**parts, script=script, policy=content_policy(script))
    return page.replace(FONT_OF_FORMULAS, math_font_css(page), 1)


def content_policy(script: str) -> str:
    """Return the Content-Security-Policy of a page: this one script runs, by its digest, and nothing is loaded.

    >>> content_policy("")[:67]
    "default-src 'none'; script-src 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRk"
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        f"default-src 'none'; script-src 'sha256-{digest}'; style-src 'unsafe-inline'; img-src data:; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def inert_json(value: Any) -> str:
    r"""Return a value as JSON that can stand inside an element of a page, which no text in it can end.

    >>> inert_json(["</script>", "a & b"])
    '["\\u003c/script\\u003e","a \\u0026 b"]'
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")
