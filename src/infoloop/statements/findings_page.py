"""Render the HTML page of findings: the theory's own text, and what was found about it."""

import re

from infoloop.reporting.html import markdown_to_html, render_template
from infoloop.statements.findings_text import summary
from infoloop.statements.theory_files import CLASSES, VerifiableStatement
from infoloop.statements.verification import StatementResult


def render_findings_page(
    entries: tuple[VerifiableStatement, ...], findings: tuple[StatementResult, ...], version: str
) -> str:
    """Return the page: a table of verdicts that links to the statements, each with its proof and its evidence.

    Args:
        entries: the statements.
        findings: what was found about each, in the same order.
        version: the version of infoloop, to be shown.
    """
    rows = [
        {"finding": finding, "entry": entry, "body": markdown_to_html(_body(entry)), "class": CLASSES[finding.cls]}
        for entry, finding in zip(entries, findings, strict=True)
    ]
    return render_template("findings.html.jinja", rows=rows, summary=summary(findings), version=version)


def _body(entry: VerifiableStatement) -> str:
    """Return the block's text without its list of fields."""
    return "\n".join(line for line in entry.block.body.splitlines() if not re.match(r"- [a-z]+:", line))
