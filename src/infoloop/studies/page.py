"""The page of a run: headlines, figures, the statements behind it, its configuration and where it comes from."""

from typing import Any, NamedTuple

from markupsafe import Markup

from infoloop.reporting.html import filled, render
from infoloop.statements.theory_files import CLASSES, Block
from infoloop.studies.runner import Headline


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
