"""Markdown with formulas as the text of a terminal: paragraphs, lists, and links as the label that they lead to."""

from collections.abc import Iterable, Sequence
from typing import Any

import lazy_loader

from infoloop.cli.formula_text import format_formula

markdown_it = lazy_loader.load("markdown_it")  # only what is shown needs it


def format_markdown(text: str) -> str:
    r"""Return Markdown as plain text, a paragraph or an item of a list in a line.

    Args:
        text: Markdown with `$...$` and `$$...$$`.

    Returns:
        Lines without marks: emphasis is left out, code is as it is written, a formula is one line of text, and a link
        within the chapters has the label of what it leads to after its words.

    >>> format_markdown("By [the gap](#thm:dpi-gap), *always*: $$I\\ge0$$")
    'By the gap (thm:dpi-gap), always: I ≥ 0'
    """
    from mdit_py_plugins.dollarmath import dollarmath_plugin  # here: only what is shown needs it

    markdown = markdown_it.MarkdownIt("commonmark", {"html": False}).use(dollarmath_plugin, double_inline=True)
    return "\n".join(_lines(markdown.parse(text)))


def _lines(tokens: Sequence[Any]) -> Iterable[str]:
    mark = ""
    for token in tokens:
        if token.type == "list_item_open":
            mark = f"{token.info}. " if token.info else "- "
        elif token.type == "inline":
            yield mark + _inline(token.children)
            mark = ""
        elif token.type == "math_block":
            yield f"    {format_formula(token.content)}"
        elif token.type in ("fence", "code_block"):
            yield from (f"    {line}" for line in token.content.rstrip("\n").split("\n"))


def _inline(tokens: Sequence[Any]) -> str:
    shown, targets = "", []
    for token in tokens:
        if token.type.startswith("math_inline"):
            shown += format_formula(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            shown += " "
        elif token.type == "link_open":
            targets.append(str(token.attrs["href"]))
        elif token.type == "link_close":
            target = targets.pop()
            shown += f" ({target[1:]})" if target.startswith("#") else ""
        else:
            shown += token.content
    return shown
