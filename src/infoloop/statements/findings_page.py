"""Self-contained HTML pages, of findings (the theory's own text, and what was found about it) and of runs."""

import re

import lazy_loader

from infoloop.reporting.html import filled, render
from infoloop.statements.findings_text import summary
from infoloop.statements.theory_files import CLASSES, Entry
from infoloop.statements.verification import Finding

jinja2, markdown_it = lazy_loader.load("jinja2"), lazy_loader.load("markdown_it")  # only a page needs them


def findings_page(entries: tuple[Entry, ...], findings: tuple[Finding, ...], version: str) -> str:
    """The page, as text: a table of verdicts that links to the statements, each with its proof and its evidence."""
    rows = [
        {"finding": finding, "entry": entry, "body": render(_body(entry)), "class": CLASSES[finding.cls]}
        for entry, finding in zip(entries, findings, strict=True)
    ]
    return filled("findings.html.jinja", rows=rows, summary=summary(findings), version=version)


def _body(entry: Entry) -> str:
    """The block's text without its list of fields."""
    return "\n".join(line for line in entry.block.body.splitlines() if not re.match(r"- [a-z]+:", line))
