"""A log audit as one HTML page: the ceiling, the spread of pass rates, and the tables."""

from __future__ import annotations

import infoloop
from infoloop.reporting.audit_page import AuditPage, PageTable
from infoloop.reporting.figures import figure_svg
from infoloop.verdict_logs.figures import log_figure
from infoloop.verdict_logs.log_audit import LogAudit
from infoloop.verdict_logs.text import WHY, log_lines, log_tables, log_verdict


def log_audit_page(found: LogAudit) -> AuditPage:
    """Return what the page of a log audit shows.

    >>> import numpy as np
    >>> from infoloop.verdict_logs.log_audit import audit_tally
    >>> from infoloop.verdict_logs.estimators import Tally
    >>> tally = Tally(np.array(["a", "b"]), np.array([8, 8]), np.array([0, 4]))
    >>> log_audit_page(audit_tally(tally, file="v.csv")).verdict
    'at most 16 bits in the mean'
    """
    verdict, about, reason = log_verdict(found)
    figure = log_figure(found)
    return AuditPage(
        title=about,
        verdict=verdict.lower(),
        reason=reason,
        about=WHY,
        lines=tuple(log_lines(found)),
        figures=((figure.caption, figure_svg(figure, "log")),),
        tables=tuple(PageTable(title, headers, tuple(rows)) for title, headers, rows in log_tables(found)),
        file=found.file,
        version=infoloop.__version__,
    )
