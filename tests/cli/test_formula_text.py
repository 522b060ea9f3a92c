"""Formulas as one line of text: brackets where a fraction or a root needs them, and no sign of any formula is lost."""

import re

import pytest

from infoloop.cli.formula_text import format_formula
from infoloop.statements.theory_files import labelled_blocks
from tests.support.paths import ROOT

FORMULAS = {
    "".join(found) for block in labelled_blocks(ROOT / "theory", bool)
    for found in re.findall(r"\$\$(.+?)\$\$|\$([^$]+)\$", block.body, re.DOTALL)
}  # fmt: skip


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"I(X;Z)\le I(X;D\mid Q)", "I(X;Z) ≤ I(X;D|Q)"),
        (r"\frac{4(n-2)}{n(n-1)}", "4(n - 2)/(n(n - 1))"),
        (r"\frac12x", "(1/2)x"),
        (r"-\frac12", "-1/2"),
        (r"\frac{-x}2", "(-x)/2"),
        (r"\frac{\frac ab}c", "(a/b)/c"),
        (r"\frac1{pq}", "1/(pq)"),
        (r"a-\frac{b-c}d", "a - (b - c)/d"),
        (r"x^{\frac12}", "x^(1/2)"),
        (r"x^{-1}", "x⁻¹"),
        (r"\sqrt{pq}", "√(pq)"),
        (r"\sqrt n", "√n"),
        (r"\sqrt[3]{x+1}", "(x + 1)^(1/3)"),
        (r"(a-b)^2", "(a - b)²"),
        (r"1-\binom{n-c}k/\binom nk", "1 - binom(n - c,k)/binom(n,k)"),
        (r"\sum_{k>m/2}\binom mke^k", "∑_(k>m/2) binom(m,k)eᵏ"),
        (r"\prod_i(1-\varepsilon^{(i)})", "∏ᵢ(1 - ε^(i))"),
        (r"vv'^T", "vv'^T"),
        (r"\pi^*(a)", "π*(a)"),
        (r"a_cp^{c-1}q", "a_c p^(c-1)q"),
        (r"D(P\|Q)", "D(P‖Q)"),
        (r"V\sim N(0,1)", "V ~ N(0,1)"),
        (r"\hat q_n\to\bar q", "q̂ₙ → q̄"),
        (r"n\ln2", "n ln 2"),
        (r"\text{what is kept of }N", "what is kept of N"),
        (r"\lim_tI(\theta;K_t)", "limₜ I(θ;Kₜ)"),
        (r"a\mp b=\pm1", "a ∓ b = ±1"),
    ],
)
def test_a_formula_reads_as_it_is_meant(latex, text):
    assert format_formula(latex) == text


def signs(latex: str) -> dict[str, int]:
    """How often each sign stands in the source of a formula, by the sign that the text has for it."""
    bare = re.sub(r"\\(left|right|math\w+|operatorname)\b", "", latex)
    return {
        "-": bare.count("-"),
        "+": bare.count("+"),
        "=": bare.count("="),
        "≤": len(re.findall(r"\\le(?![a-z])|\\leq\b", bare)),
        "≥": len(re.findall(r"\\ge(?![a-z])|\\geq\b", bare)),
    }


def shown_signs(text: str) -> dict[str, int]:
    plain = text.replace("⁻", "-").replace("₋", "-").replace("⁺", "+").replace("₊", "+").replace("₌", "=")
    return {sign: plain.count(sign) for sign in "-+=≤≥"}


@pytest.mark.full
def test_no_sign_of_any_formula_of_the_theory_is_lost():
    assert len(FORMULAS) > 2000
    wrong = {latex: format_formula(latex) for latex in FORMULAS if signs(latex) != shown_signs(format_formula(latex))}
    assert wrong == {}


@pytest.mark.full
def test_every_formula_of_the_theory_is_a_line_without_latex_and_with_closed_brackets():
    for latex in FORMULAS:
        text = format_formula(latex)
        assert text.isprintable()
        assert not set(text) & {"\\", "$", "{" if r"\{" not in latex else ""}, latex
        if latex.count("(") == latex.count(")") and latex.count("[") == latex.count("]"):
            assert text.count("(") == text.count(")"), latex
