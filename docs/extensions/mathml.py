"""Formulas as MathML, with their LaTeX in `alttext`, and the one font that they need: no script, and no network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

from infoloop.reporting.html import formula_to_mathml
from infoloop.reporting.math_font import math_font_css

LONG = 24  # signs of LaTeX above which a formula in a line may be wider than a telephone, and gets a box that scrolls


def _visit_inline(writer: Any, node: nodes.math) -> None:
    tex = node.astext()
    formula = formula_to_mathml(tex)
    writer.body.append(f'<span class="formula">{formula}</span>' if len(tex) > LONG else formula)
    raise nodes.SkipNode


def _visit_block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="formula" tabindex="0">{formula_to_mathml(node.astext(), "block")}</div>\n')
    raise nodes.SkipNode


def write_font(app: Sphinx, error: Exception | None) -> None:
    """Write `formulas.css`, with the signs of all formulas of the site."""
    if error is None and app.builder.name == "html":
        pages = "".join(path.read_text(encoding="utf-8") for path in sorted(Path(app.outdir).rglob("*.html")))
        (Path(app.outdir) / "_static" / "formulas.css").write_text(math_font_css(pages), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the renderer `mathml`."""
    app.add_html_math_renderer("mathml", (_visit_inline, None), (_visit_block, None))
    app.connect("build-finished", write_font)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
