"""A log audit as text for the terminal, the verdict first, in 100 columns; and as tables for a page."""

from __future__ import annotations

import numpy as np

from infoloop.reporting.text import count_noun, plain_text, text_table
from infoloop.verdict_logs.log_audit import LogAudit, LogBound, half_from

MOST_KINDS = 3  # kinds of problems in each part of the last table
BOUNDS_ON_THIS_LOG = "told by this very log, at most, to one who knew no pass rate"
BOUNDS_ON_NEXT_LOG = "told by as many verdicts again, at most, to one who knows the pass rates"
WHY = (
    "These are upper bounds on what this very log told, and on what as many verdicts more tell: entropy counts the "
    "verifier's noise and what the student knew already. The truth can be far less, even 0, and how it is used is "
    "not in the log. The mean over logs, I(X;S|Z,Y), is another number, less or more than what one log tells. Rows "
    "left out because of their verdict make every number too small."
)

TextRow = tuple[str, ...]


def log_text(found: LogAudit) -> str:
    """Return the whole audit as text; its first lines say what the log told at most.

    >>> from infoloop.verdict_logs.log_audit import audit_tally
    >>> from infoloop.verdict_logs.estimators import Tally
    >>> tally = Tally(np.array(["a", "b"]), np.array([8, 8]), np.array([0, 4]))
    >>> log_text(audit_tally(tally, file="v.csv")).splitlines()[0]
    'AT MOST 16 BITS IN THE MEAN   v.csv: 16 verdicts, 2 problems tried 8 times'
    """
    verdict, about, reason = log_verdict(found)
    parts = [f"{verdict}   {about}", reason, "", text_table(log_lines(found), indent=0), ""]
    for title, headers, rows in log_tables(found):
        parts += [title, text_table(rows, headers), ""]
    return plain_text(*parts, WHY)


def log_tables(found: LogAudit) -> list[tuple[str, TextRow, list[TextRow]]]:
    """Return title, headers and rows of texts: ceilings on both questions, pass@k, and the problems that stand out."""
    passed = ("k", "pass@k", "interval", "")
    headers = ("bits in all", "an episode", "", "by", "assumes")
    problems = ("", "passes", "alike", "first of them", "pass rate", "interval", "bits", "at most")
    estimates = [
        _cells(found, bits, "", f"no ceiling: {how}{', cut at the least one' * cut}", "fixed, independent attempts")
        for bits, how, cut in zip(
            found.estimates, ("plug-in, biased low", "Miller & Madow"), found.cut_estimates, strict=True
        )
    ]
    return [
        (BOUNDS_ON_THIS_LOG, headers, [_bound(found, bound, found.most_told) for bound in found.told]),
        (BOUNDS_ON_NEXT_LOG, headers, [*estimates, *(_bound(found, bound, found.most_again) for bound in found.again)]),
        ("pass@k in the mean over these problems, if attempts are fixed and independent", passed, _passed(found)),
        ("problems, and bits an episode of each", problems, _problems(found)),
    ]


def log_verdict(found: LogAudit) -> tuple[str, str, str]:
    """Return the verdict in capitals, what it is about, and its reason."""
    n, problems, most = found.verdicts, len(found.tally.problems), found.most_told
    tried = np.unique(found.tally.attempts)
    span = f"{tried[0]:,}" if len(tried) == 1 else f"{tried[0]:,} to {tried[-1]:,}"
    each = "once" if span == "1" else f"{span} times"
    about = f"{found.file}: {count_noun(n, 'verdict')}, {count_noun(problems, 'problem')} tried {each}"
    if most.bits >= n:
        reason = "one bit an episode, at most, tell such logs in the mean; no code shows less for this one"
        return f"AT MOST {count_noun(n, 'BIT', 'S')} IN THE MEAN", about, reason
    reason = f"{most.bits / n:.3f} bits an episode, at most, has this very log told: {most.name}"
    return f"AT MOST {most.bits:,.0f} BITS", about, reason


def log_lines(found: LogAudit) -> list[tuple[str, str]]:
    """Return the first screen as (name, text): confidence, pass rate, and what more verdicts can tell."""
    n, most, (rate, low, high) = found.verdicts, found.most_again, found.rate
    again = f"about {found.estimates[1] / n:.3f} bits an episode, at most {most.bits / n:.3f}: {most.name}"
    return [
        ("confidence", f"{100 * found.confidence:.6g} %, for each interval and for the least ceiling of each table"),
        ("pass rate", f"{rate:.4f}, from {low:.4f} to {high:.4f}"),
        *_shares(found),
        ("again", again),
    ]


def _shares(found: LogAudit) -> list[tuple[str, str]]:
    """Return how many problems tell almost nothing more, as far as the log says, and how few bring half of the bits."""
    problems, (failed, passed), half = len(found.tally.problems), found.unanimous, half_from(found)
    same = failed + passed
    share = f"{same:,} of {problems:,} problems ({100 * same / problems:.0f} %)"
    lines = [("unanimous", f"{share}: {failed:,} all failed, {passed:,} all passed")]
    if same:
        most = found.most_bits[found.bits == 0].mean()
        lines += [("of these", f"more verdicts on them tell about 0 bits each; {most:.3f} are not excluded")]
    if found.tried_once:
        once = f"{found.tried_once:,} problems: every estimate counts them as 0 bits, no ceiling does"
        lines += [("tried once", once)]
    if half is not None:
        lines += [("informative", f"half of the estimated bits come from {100 * half:.0f} % of problems")]
    return lines


def _bound(found: LogAudit, bound: LogBound, least: LogBound) -> TextRow:
    """Return the row of a bound; a code that is longer than the log says nothing, so that its length is not shown."""
    if bound.bits > found.verdicts:
        return ("-", "-", "", f"{bound.name}: no less than one bit each", bound.assumes)
    return _cells(found, bound.bits, "*" if bound == least else "", bound.name, bound.assumes)


def _cells(found: LogAudit, bits: float, mark: str, name: str, assumes: str) -> TextRow:
    return (f"{bits:,.1f}", f"{bits / found.verdicts:.3f}", mark, name, assumes)


def _passed(found: LogAudit) -> list[TextRow]:
    """Return a row for each k of pass@k, and one that says why there is none beyond."""
    rows = [
        (f"{k:,}", f"{estimate:.4f}", f"{low:.4f} to {high:.4f}", "without bias" if k > 1 else "mean pass rate")
        for k, estimate, low, high in found.pass_at
    ]
    least = int(found.tally.attempts.min())
    fewest = int((found.tally.attempts == least).sum())
    why = f"none is without bias: {count_noun(fewest, 'problem')} tried {count_noun(least, 'time')}, try more often"
    return [*rows, (f"> {least:,}", "-", "-", why)]


def _problems(found: LogAudit) -> list[TextRow]:
    """Return a row for problems with the same counts: those that tell most, the hardest, the easiest."""
    _, attempts, passes = found.tally
    kinds, first, alike = np.unique(passes + 1j * attempts, return_index=True, return_counts=True)
    rate = kinds.real / kinds.imag
    rows = []
    for part, key in (("tell most", -found.bits[first]), ("hardest", rate), ("easiest", -rate)):
        order = np.lexsort((-kinds.imag, key))[:MOST_KINDS]
        rows += [(part if k == order[0] else "", *_problem(found, first[k], alike[k])) for k in order]
    return rows


def _problem(found: LogAudit, k: int, alike: int) -> TextRow:
    name, attempts, passes = (values[k] for values in found.tally)
    shown = name if name.isprintable() and len(name) <= 24 else f"{name[:21]!r}..."
    interval = f"{found.intervals[0][k]:.3f} to {found.intervals[1][k]:.3f}"
    counts = (f"{passes:,} of {attempts:,}", f"{alike:,}", shown, f"{passes / attempts:.3f}", interval)
    return (*counts, f"{found.bits[k]:.3f}", f"{found.most_bits[k]:.3f}")
