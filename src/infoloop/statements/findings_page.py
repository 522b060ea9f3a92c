"""Render the HTML page of findings: the theory's own text, and what was found about it."""

import re
from functools import partial

from markupsafe import Markup

from infoloop.reporting.html import markdown_to_html, render_template
from infoloop.statements.court import Ruling
from infoloop.statements.court_text import court_summary
from infoloop.statements.findings_text import summary
from infoloop.statements.measured_ledger import MeasuredResult
from infoloop.statements.measured_text import measured_summary
from infoloop.statements.theory_files import CLASSES, VerifiableStatement
from infoloop.statements.verification import StatementResult

STATEMENT = "**Statement.**"


def render_findings_page(
    entries: tuple[VerifiableStatement, ...],
    findings: tuple[StatementResult, ...],
    version: str,
    rulings: tuple[Ruling, ...] = (),
    measured: tuple[MeasuredResult, ...] = (),
) -> str:
    """Return the page: a table of verdicts that links to the statements, each with its proof and its evidence.

    Args:
        entries: the statements.
        findings: what was found about each, in the same order.
        version: the version of infoloop, to be shown.
        rulings: the verdicts on published claims.
        measured: what was found about measured theses.
    """
    rows = [
        {
            "finding": finding,
            "entry": entry,
            "source": markdown_to_html(entry.block.fields["source"], inline=True),
            "body": _body(entry, finding),
            "class": CLASSES[finding.cls],
        }
        for entry, finding in zip(entries, findings, strict=True)
    ]
    court = [
        {
            "ruling": r,
            "formalised": markdown_to_html(r.formalised),
            "finding": markdown_to_html(r.finding),
            "agreeing": sum(number.agrees() for number in r.recomputed),
        }
        for r in rulings
    ]
    return render_template(
        "findings.html.jinja",
        rows=rows,
        words=partial(markdown_to_html, inline=True),
        summary=summary(findings),
        version=version,
        court=court,
        court_summary=court_summary(rulings),
        measured=[{"result": result, "statement": markdown_to_html(result.statement)} for result in measured],
        measured_summary=measured_summary(measured),
    )


def _body(entry: VerifiableStatement, finding: StatementResult) -> Markup:
    """Return the block's text without its list of fields; what is refuted is called so, and not set like a theorem."""
    text = "\n".join(line for line in entry.block.body.splitlines() if not re.match(r"- [a-z]+:", line))
    if finding.evidence != "refuted":
        return markdown_to_html(text)
    before, _, after = text.partition(STATEMENT)
    stated = entry.block.part("Statement")
    return markdown_to_html(before) + refuted_statement(stated) + markdown_to_html(after.strip().removeprefix(stated))


def refuted_statement(statement: str) -> Markup:
    """Return a statement that is false, as HTML that shows it as such.

    >>> print(refuted_statement("Every loop is open."))
    <div class="refuted"><p><b class="bad">REFUTED.</b></p><del><p>Every loop is open.</p>
    </del></div>
    """
    return Markup('<div class="refuted"><p><b class="bad">REFUTED.</b></p><del>%s</del></div>') % markdown_to_html(
        statement
    )
