"""The page of a run: headlines, figures, the statements behind it, its configuration and where it comes from."""

from typing import Any, NamedTuple

from markupsafe import Markup

from infoloop.reporting.audit_page import formulas_to_mathml
from infoloop.reporting.figure_formats import FORMATS
from infoloop.reporting.html import markdown_to_html, render_template
from infoloop.reporting.page_figures import inline_figure
from infoloop.statements.findings_page import refuted_statement
from infoloop.statements.theory_files import CLASSES, StatementBlock
from infoloop.studies.runner import Headline


class RunPage(NamedTuple):
    """What the page of a run shows, a section each, in this order; a figure is a name, an SVG and a caption."""

    title: str
    about: str
    headlines: tuple[Headline, ...]
    figures: tuple[tuple[str, str, str], ...]
    statements: tuple[StatementBlock, ...]
    config: dict[str, str]
    identity: dict[str, Any]
    provenance: dict[str, Any]
    files: tuple[str, ...]


def run_page(shown: RunPage) -> str:
    """Return the page of a run as HTML, with everything inline."""
    statements = [
        {"block": block, "source": markdown_to_html(block.fields["source"], inline=True), "body": _body(block)}
        for block in shown.statements
    ]
    figures = [
        (name, inline_figure(svg), markdown_to_html(caption), _files_of(name, shown.files))
        for name, svg, caption in shown.figures
    ]
    return render_template(
        "run.html.jinja",
        shown=shown,
        noted=any(headline.note for headline in shown.headlines),
        about=markdown_to_html(shown.about),
        statements=statements,
        figures=figures,
        formulas=formulas_to_mathml,
        classes=CLASSES,
    )


def _files_of(figure: str, files: tuple[str, ...]) -> tuple[str, ...]:
    """Return the files of a figure: its numbers first."""
    return tuple(name for end in ("csv", *FORMATS) if (name := f"{figure}.{end}") in files)


def _body(block: StatementBlock) -> Markup:
    """Return a statement as HTML; folklore is called refuted, with what refutes it."""
    stated = block.part("Statement")
    if block.fields["class"] != "F":
        return markdown_to_html(stated)
    return refuted_statement(stated) + markdown_to_html(block.part("Refutation"))
