"""What an audit says of problems: which to drop, what the others are for, and what dropping loses."""

from __future__ import annotations

from infoloop.verdict_logs.groups.problem_choice import (
    ADVICE,
    BY_GROUPS,
    DROP_FAILED,
    DROP_PASSED,
    DROPPED,
    ProblemChoice,
)


def problem_lines(choice: ProblemChoice, since: int | None) -> list[tuple[str, str]]:
    """Return names of facts and what they say: problems by kind, and what dropping some of them loses.

    Args:
        choice: What each problem is.
        since: The first step that it is told from; None for the whole log.
    """
    lines = [("problems", _kinds(choice, since))]
    if any(map(choice.count, DROPPED)):
        bits = "" if choice.lost_bits is None else f" and {choice.lost_bits:.2f} bits"
        size = "" if choice.by == BY_GROUPS else f" of {choice.size:,}"
        each = f"in the mean, of one group{size} at each dropped problem"
        stay = "chances" if choice.by == BY_GROUPS else "pass rates"
        lost = f"at most {choice.lost_groups:.2f} live groups{bits} {each}; exact if {stay} stay as they were"
        lines.append(("dropping loses", lost))
    return lines


def _kinds(choice: ProblemChoice, since: int | None) -> str:
    """Return why problems are dropped, what the others are, what is of use there, and what counts as live."""
    failed, passed, dropped = choice.count(DROP_FAILED), choice.count(DROP_PASSED), sum(map(choice.count, DROPPED))
    by_groups = choice.by == BY_GROUPS
    takes = f"{choice.needed:,} {'dead groups and no live one' if by_groups else 'equal verdicts'}"
    some = f"dropped {dropped:,} ({failed:,} never pass, {passed:,} always), at {takes} or more"
    parts = [some if dropped else f"none dropped, that takes {takes}"]
    parts += [f"{kind} {choice.count(kind):,} ({use})" for kind, use in ADVICE.items() if choice.count(kind)]
    live = "live by the log's groups, as the verdict does not decide alone" if by_groups else "live with both verdicts"
    size = "" if by_groups else f" in groups of {choice.size:,}"
    assumed = ", assumed: the log has one group a problem" if choice.assumed_size and not by_groups else ""
    return f"{'; '.join(parts)}; {live}{size}{assumed}{'' if since is None else f'; from step {since:,} on'}"
