"""The ceilings of an audit of verdicts as tables of texts, for the terminal and for a page, and what they mean."""

from __future__ import annotations

from infoloop.verdict_logs.log_audit import LogAudit, LogBound

WHY = (
    "These are upper bounds on what this very log told, and on what as many verdicts more tell: entropy counts the "
    "verifier's noise and what the student knew already. The truth can be far less, even 0, and how it is used is "
    "not in the log. The mean over logs, I(X;S|Z,Y), is another number, less or more than what one log tells. Rows "
    "left out because of their verdict make every number too small."
)

TextRow = tuple[str, ...]
TextTable = tuple[str, TextRow, list[TextRow]]
_HEADS = ("bits in all", "an episode", "least", "by", "assumes")


def told_table(found: LogAudit) -> TextTable:
    """Return title, headers and rows of the ceilings on what this very log told; the least has a star.

    Args:
        found: The audit.

    >>> import numpy as np
    >>> from infoloop.verdict_logs.log_audit import audit_tally
    >>> from infoloop.verdict_logs.estimators import Tally
    >>> found = audit_tally(Tally(np.array(["a", "b"]), np.array([8, 8]), np.array([0, 4])))
    >>> told_table(found)[2][0]
    ('16.0', '1.000', '', 'one bit each, in the mean over logs', 'nothing')
    """
    rows = [_bound(found, bound, found.most_told) for bound in found.told]
    return "told by this very log, at most, to one who knew no pass rate", _HEADS, rows


def again_table(found: LogAudit) -> TextTable:
    """Return the same of what as many verdicts more can tell, after two estimates that are no ceilings.

    Args:
        found: The audit.
    """
    estimates = [
        _cells(found, bits, "", f"no ceiling: {how}{', cut at the least one' * cut}", "fixed, independent attempts")
        for bits, how, cut in zip(
            found.estimates, ("plug-in, biased low", "Miller & Madow"), found.cut_estimates, strict=True
        )
    ]
    rows = [*estimates, *(_bound(found, bound, found.most_again) for bound in found.again)]
    return "told by as many verdicts again, at most, to one who knows the pass rates", _HEADS, rows


def _bound(found: LogAudit, bound: LogBound, least: LogBound) -> TextRow:
    """Return the row of a bound; a code that is longer than the log says nothing, so that its length is not shown."""
    if bound.bits > found.verdicts:
        return ("-", "-", "", f"{bound.name}: no less than one bit each", bound.assumes)
    return _cells(found, bound.bits, "*" if bound == least else "", bound.name, bound.assumes)


def _cells(found: LogAudit, bits: float, mark: str, name: str, assumes: str) -> TextRow:
    return (f"{bits:,.1f}", f"{bits / found.verdicts:.3f}", mark, name, assumes)
