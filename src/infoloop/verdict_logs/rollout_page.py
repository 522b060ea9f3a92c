"""The page of an audit of rollouts: the decision, trends by step, and the table of problems to save."""

from __future__ import annotations

import numpy as np

import infoloop
from infoloop.reporting.audit_page import AuditPage
from infoloop.reporting.figures import figure_svg
from infoloop.reporting.page_tables import PageTable
from infoloop.verdict_logs import estimators
from infoloop.verdict_logs.comparison_text import comparison_table
from infoloop.verdict_logs.decision import decision_lines, gradient_parts
from infoloop.verdict_logs.groups.problem_choice import ADVICE, DROPPED, ProblemChoice
from infoloop.verdict_logs.groups.run_comparison import RunComparison
from infoloop.verdict_logs.rollout_audit import RolloutAudit
from infoloop.verdict_logs.rollout_figures import rollout_audit_figures
from infoloop.verdict_logs.rollout_text import audit_lines, audit_tables, log_name
from infoloop.verdict_logs.text import WHY
from infoloop.verdict_logs.verdict_audit import VerdictAudit

LONGEST_NAME = 200  # characters; a page breaks names between lines
_ORDER = (*DROPPED, *ADVICE)  # what to act on comes first


def rollout_audit_page(found: RolloutAudit, compared: RunComparison | None = None) -> AuditPage:
    """Return what the page of an audit of rollouts shows.

    Args:
        found: The audit.
        compared: What changed since an earlier run; None for a run alone.
    """
    (verdict, said), more = gradient_parts(found), decision_lines(found)[1:]
    why = said[2:].replace(")", "", 1) if said.startswith(" (") else said.lstrip(" ,;")
    tables = [*audit_tables(found, LONGEST_NAME), *([comparison_table(compared, LONGEST_NAME)] if compared else [])]
    shown = tuple(PageTable(title, heads, tuple(rows)) for title, heads, rows in tables)
    problems = (problem_table(found.verdicts, found.confidence),) if found.verdicts and found.verdicts.choice else ()
    return AuditPage(
        title=log_name(found, LONGEST_NAME),
        verdict=verdict.lower(),
        reason="; ".join(filter(None, (why, *more))),
        about=WHY if found.verdicts else "",
        lines=tuple(audit_lines(found, LONGEST_NAME)),
        figures=tuple(
            (figure.caption, figure_svg(figure, f"log-{k}")) for k, figure in enumerate(rollout_audit_figures(found))
        ),
        tables=(*shown, *problems),
        file=found.file,
        version=infoloop.__version__,
    )


def problem_table(verdicts: VerdictAudit, confidence: float) -> PageTable:
    """Return a row for each problem: what to do with it, and why; what to act on first.

    Args:
        verdicts: What the verdicts say.
        confidence: Of the interval of each pass rate.

    Raises:
        ValueError: Nothing is said of problems, since each has one attempt.
    """
    choice = verdicts.choice
    if choice is None:
        raise ValueError("the log has one attempt a problem: there is no choice of problems")
    low, high = estimators.pass_interval(choice.passes, choice.attempts, confidence)
    rank = np.array([_ORDER.index(one) if one in _ORDER else len(_ORDER) for one in choice.choice])
    rows = []
    for k in np.lexsort((-choice.rollouts, rank)):
        n, c = int(choice.attempts[k]), int(choice.passes[k])
        rows.append((str(choice.problems[k]), str(choice.choice[k]), n, c, c / n, float(low[k]), float(high[k])))
    heads = ("problem", "what to do", "attempts", "passes", "pass rate", "from", "to")
    since = "" if verdicts.since is None else f" Attempts from step {verdicts.since:,} on."
    note = f"Exact intervals ({100 * confidence:.6g} %).{since}{_uses(choice)}"
    return PageTable("problems", heads, tuple(rows), note, download="problems.csv")


def _uses(choice: ProblemChoice) -> str:
    """Return what is of use at the problems that are neither dropped nor kept."""
    uses = "; ".join(f"{kind}: {use}" for kind, use in ADVICE.items() if choice.count(kind))
    return f" Of use: {uses}." if uses else ""
