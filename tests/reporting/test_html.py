"""Markdown with formulas as HTML: every formula is MathML, all else is escaped."""

import collections
import html
import re

import pytest
from markupsafe import Markup

from infoloop.reporting.html import formula_to_mathml, markdown_to_html
from infoloop.statements import theory_files
from tests.support.paths import ROOT

ENTRIES = theory_files.pair_with_claims(theory_files.read_blocks(ROOT / "theory"))


@pytest.mark.slow
def test_every_formula_of_the_theory_becomes_mathml():
    for entry in ENTRIES:
        shown = markdown_to_html(entry.block.body)
        assert "$" not in shown, entry.block.label
        assert shown.count("<math") == len(re.findall(r"\$\$.+?\$\$|\$[^$]+\$", entry.block.body, re.DOTALL))


SIGNS = {
    "-": "−", "+": "+", "=": "=", "<": "<", ">": ">", r"\le": "≤", r"\leq": "≤", r"\ge": "≥", r"\geq": "≥",
    r"\ne": "≠", r"\neq": "≠", r"\sum": "∑", r"\prod": "∏", r"\int": "∫", r"\infty": "∞", r"\mid": "∣", r"\in": "∈",
    r"\to": "→", r"\cdot": "·", r"\times": "×", r"\otimes": "⊗", r"\theta": "θ", r"\eta": "η", r"\nabla": "∇",
    r"\sim": "∼",
}  # fmt: skip
_PART = re.compile(r"\\(?:text|mathrm|operatorname)\{[^{}]*\}|\\begin\{\w+\}(?:\{[^{}]*\})?|\\end\{\w+\}|\\[A-Za-z]+|.")


def wrong_signs(page: str) -> list[str]:
    """The formulas of a page that have a sign more or less often than their source, words inside them left out."""
    wrong = []
    for formula in re.findall(r"<math\b.*?</math>", page, re.DOTALL):
        (source,) = re.findall(r'alttext="([^"]*)"', formula)
        latex = html.unescape(source)
        signs = re.sub(r"<[^>]*>", "", re.sub(r"<mtext\b.*?</mtext>", "", formula, flags=re.DOTALL))
        shown = collections.Counter(html.unescape(signs))
        wanted = collections.Counter(SIGNS[part] for part in _PART.findall(latex) if part in SIGNS)
        wrong += [latex for sign, times in wanted.items() if shown[sign] != times]
    return wrong


@pytest.mark.full
def test_every_formula_of_the_theory_keeps_its_source_and_its_signs():
    assert wrong_signs("".join(markdown_to_html(entry.block.body) for entry in ENTRIES)) == []
    page = markdown_to_html(r"$a-b\le\text{x-y}$")
    assert 'alttext="a-b\\le\\text{x-y}"' in page
    assert wrong_signs(page) == []
    assert wrong_signs(page.replace(Markup("<mo>&#x02212;</mo>"), Markup(""))) == [r"a-b\le\text{x-y}"]


def test_a_formula_keeps_its_source_or_another_that_is_given():
    made = formula_to_mathml(r"I(X;Z)\le  \frac{1}{2}")
    assert 'alttext="I(X;Z)\\le \\frac{1}{2}"' in made
    assert 'display="inline"' in made
    assert 'display="block"' in formula_to_mathml("a", "block")
    assert "&lt;" in formula_to_mathml("a<b").split(">")[0]
    assert 'alttext="&lt;b&gt;"' in formula_to_mathml("a", source="<b>")


def test_is_distributed_as_is_a_relation_and_an_accent_stays_one():
    assert "<mo>&#x0223C;</mo>" in formula_to_mathml(r"X\sim p")
    assert "&#x0223C;" not in formula_to_mathml(r"\tilde X")


def test_a_part_of_a_line_is_no_paragraph():
    assert markdown_to_html("*so* $x$", inline=True).startswith("<em>so</em> <math")


def test_a_formula_is_not_read_as_markdown():
    assert "<em>" not in markdown_to_html("$a_i b_i$ and $a*b*c$")


def test_text_is_escaped():
    assert "<b>" not in str(markdown_to_html("<b>bold</b>"))
