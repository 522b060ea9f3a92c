"""A formula of LaTeX in one line of text, as a terminal shows it: by its MathML, so that nothing is lost on the way."""

import re
from collections.abc import Sequence
from xml.etree import ElementTree

_RELATIONS = set("=<>≤≥≠≈≡∈∉⊂∼~∝→↦⇒⇔≪≫")
_BINARY = set("+−-±∓⊕")  # with spaces where something stands before them
_OPENING, _CLOSING = set("([{⟨⌊⌈"), set(")]}⟩⌋⌉")
_LARGE = set("∑∏∫")
_PLAIN = {"∣": "|", "∥": "‖", "′": "'", "−": "-", "∗": "*", "…": "...", "⋯": "...", "\xa0": " ", "ϵ": "ε", "ϕ": "φ"}
_LOWERED = dict(zip("0123456789+-=()aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", strict=True))
_RAISED = dict(zip("0123456789+-nijkmt", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿⁱʲᵏᵐᵗ", strict=True))
_ACCENTS = {"^": "\u0302", "~": "\u0303", "¯": "\u0304", "―": "\u0304", "‾": "\u0304", "_": "\u0304", "˙": "\u0307"}
_ACCENTS |= {"¨": "\u0308", "\u0302": "\u0302", "\u0307": "\u0307", "\u00af": "\u0304", "→": "\u20d7"}
_LETTER = "[A-Za-zΑ-Ωα-ω]"
_MOST_RAISED = 3  # characters; longer exponents are easier to read in brackets


def format_formula(latex: str) -> str:
    r"""Return a formula as one line of text.

    Args:
        latex: The formula, without its dollar signs.

    Returns:
        Fractions have a slash, with brackets where they are needed; subscripts and exponents are raised and lowered
        where all their characters can be, else written with `_` and `^`.

    >>> format_formula(r"I(X;Z_{t+1})\le I(X;D\mid Q)"), format_formula(r"(1-\frac1n)^t"), format_formula(r"\frac12x")
    ('I(X;Zₜ₊₁) ≤ I(X;D|Q)', '(1 - 1/n)ᵗ', '(1/2)x')
    """
    from latex2mathml.converter import convert  # here: only a formula needs it

    tree = ElementTree.fromstring(convert(" ".join(latex.split())))
    return re.sub(r" {2,}", " ", _text(tree)).strip()


def _tag(node: ElementTree.Element) -> str:
    return node.tag.rpartition("}")[2]


def _text(node: ElementTree.Element, tight: bool = False) -> str:
    """Return an element as text; `tight` leaves out the spaces around relations, as in an exponent."""
    tag, parts = _tag(node), list(node)
    if tag in ("msub", "msup", "msubsup", "munder", "mover", "munderover"):
        return _with_scripts(tag, parts)
    if tag == "mfrac":
        above, below = (_text(part, tight) for part in parts)
        if _is_binomial(node):
            return f"binom({above},{below})"
        return f"{above if _is_product(above) else _bracketed(above)}/{_bracketed(below)}"
    if tag == "msqrt":
        return f"√{_bracketed(_row(parts, tight))}"
    if tag == "mroot":
        return f"{_bracketed(_text(parts[0], tight))}^(1/{_text(parts[1], True)})"
    if tag == "mspace":
        return " "
    if parts:
        return _row(parts, tight)
    return "".join(_PLAIN.get(c, c) for c in node.text or "")


def _row(nodes: Sequence[ElementTree.Element], tight: bool) -> str:
    """Return elements side by side: spaces around relations and sums, brackets round a fraction that is a factor."""
    nodes = [child for node in nodes for child in (node if _is_plain_row(node) else [node])]
    nodes = [node for k, node in enumerate(nodes) if not _encloses_binomial(nodes, k)]
    texts = [_text(node, tight) for node in nodes]
    shown = ""
    for k, (node, text) in enumerate(zip(nodes, texts, strict=True)):
        before, after = shown.rstrip(), next((t.lstrip() for t in texts[k + 1 :] if t.strip()), "")
        operand, sign = bool(before) and not _ends_open(before), text.strip()
        if _tag(node) in ("mo", "mi") and sign in _RELATIONS:
            shown += sign if tight else f" {sign} "
        elif _tag(node) == "mo" and sign in _BINARY:
            shown += f" {sign} " if operand and not tight else sign
        elif _is_fraction(node) and (operand or (after and not _begins_closed(after))):
            shown += f"({text})"
        else:
            shown += _apart(before, text, after) if _tag(node) != "mtext" else text
    return shown


def _apart(before: str, text: str, after: str) -> str:
    """Return a text with spaces where it would run into what stands beside it: the name of a function, a script."""
    left = re.match(f"{_LETTER}{{2,}}", text) and re.search(r"[\w)]\Z", before)
    named = re.search(rf"(?<!{_LETTER}){_LETTER}{{2,}}[₀-₉ₐ-ₜᵢ-ᵥⱼ]*\Z", text) or text.strip()[:1] in _LARGE
    right = (named and re.match(r"[\w√|]", after)) or (re.search(r"[_^]\w\Z", text) and re.match(r"\w", after))
    return " " * bool(left) + text + " " * bool(right)


def _is_plain_row(node: ElementTree.Element) -> bool:
    return _tag(node) in ("mrow", "mstyle") and len(node) > 0


def _is_binomial(node: ElementTree.Element) -> bool:
    return _tag(node) == "mfrac" and node.get("linethickness") in ("0", "0pt")


def _encloses_binomial(nodes: Sequence[ElementTree.Element], k: int) -> bool:
    """Return whether an element is a bracket of a binomial coefficient, which has brackets as text anyway."""
    beside = nodes[k + 1 : k + 2] if nodes[k].text == "(" else nodes[max(k - 1, 0) : k] if nodes[k].text == ")" else []
    return any(_is_binomial(node) for node in beside)


def _is_fraction(node: ElementTree.Element) -> bool:
    return _tag(node) == "mfrac" and not _is_binomial(node)


def _ends_open(text: str) -> bool:
    return text[-1] in _RELATIONS | _BINARY | _OPENING | set(",;:|‖/·")


def _begins_closed(text: str) -> bool:
    return text[0] in _RELATIONS | _BINARY | _CLOSING | set(",;:|‖.")


def _with_scripts(tag: str, parts: Sequence[ElementTree.Element]) -> str:
    base, texts = _text(parts[0]), [_text(part, True) for part in parts[1:]]
    if tag == "mover" and texts[0] in _ACCENTS:
        return f"{base}{_ACCENTS[texts[0]]}" if len(base) == 1 else f"({base}){_ACCENTS[texts[0]]}"
    if len(base) > 1 and _tag(parts[0]) not in ("mi", "mo", "mn", "mtext") and not _is_whole(base):
        base = f"({base})"
    lower = texts[0] if tag in ("msub", "msubsup", "munder", "munderover") else ""
    upper = texts[-1] if tag in ("msup", "msubsup", "mover", "munderover") else ""
    return base + _script(lower, "_", _LOWERED) + _script(upper, "^", _RAISED)


def _script(text: str, mark: str, characters: dict[str, str]) -> str:
    if mark == "^" and text[:1] in ("'", "*"):
        return text[0] + _script(text[1:], mark, characters)
    if not text:
        return ""
    if set(text) <= characters.keys() and (mark == "_" or len(text) <= _MOST_RAISED):
        return "".join(characters[c] for c in text)
    return f"{mark}{text}" if len(text) == 1 or _is_enclosed(text) else f"{mark}({text})"


def _is_enclosed(text: str) -> bool:
    """Return whether one pair of brackets encloses the whole text."""
    depth = 0
    for k, c in enumerate(text):
        depth += (c in _OPENING) - (c in _CLOSING)
        if depth == 0:
            return k == len(text) - 1 and c in _CLOSING
    return False


def _is_whole(text: str) -> bool:
    """Return whether a text reads as one thing: a name, a number, or what one pair of brackets encloses."""
    name = r"[^\W_][₀-₉ₐ-ₜᵢ-ᵥⱼ⁰-⁹ⁿ'*\u0300-\u036f]*"
    return bool(re.fullmatch(rf"{name}|\d*\.?\d+|binom\([^()]*\)", text)) or _is_enclosed(text)


def _is_product(text: str) -> bool:
    """Return whether no sum, relation or slash stands in a text outside brackets."""
    outside, depth = "", 0
    for c in text:
        depth += c in _OPENING
        outside += c if depth == 0 else ""
        depth -= c in _CLOSING
    return not set(outside) & (_RELATIONS | _BINARY | set("/,;|‖∑∏∫"))


def _bracketed(text: str) -> str:
    return text if _is_whole(text) else f"({text})"
