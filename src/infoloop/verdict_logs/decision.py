"""What one acts on first, in three lines that no terminal of 100 columns wraps: gradient, problems, size of groups."""

from __future__ import annotations

import math

import numpy as np

from infoloop.reporting.text import WIDTH
from infoloop.verdict_logs.groups.dead_groups import DeadGroups
from infoloop.verdict_logs.groups.problem_choice import (
    BY_GROUPS,
    DROPPED,
    EVALUATION_SIZE,
    KEEP,
    NEARLY,
    NEVER,
    RARE,
    SOLVED,
    ProblemChoice,
)
from infoloop.verdict_logs.rollout_audit import RolloutAudit
from infoloop.verdict_logs.verdict_audit import VerdictAudit

_EQUAL = {"verdict": "equal verdicts", "advantage": "zero advantage"}
_LONGEST_OPTION = 58  # characters, so that the line has 100
_WIDTH = 80  # of a terminal; the facts below have what is left out
_MOST_LEFT_OUT = 0.05  # of the rows, up to which a note is enough
_MOST_PHANTOM = 0.1  # of the squared advantage, up to which all-fail groups are not worth a word in the first line
_ACTIONS = (
    ("keep", (KEEP,)),
    ("larger groups for", (RARE,)),
    ("sample less", (SOLVED, NEARLY)),
    ("never solved", (NEVER,)),
)
_ALL_WRONG = "every answer is wrong: check the verifier and the parser of answers before all else"
_ALL_RIGHT = "every answer is right: these problems have nothing more to teach, take harder ones"
_SIZE = "num_generations / rollout.n"  # as TRL and verl call the size of groups


def decision_lines(found: RolloutAudit) -> tuple[str, str, str]:
    """Return three lines: rollouts that carry no gradient, problems to drop or keep, size of groups.

    Args:
        found: The audit.
    """
    return gradient_line(found), _problems(found), _group_size(found)


def gradient_line(found: RolloutAudit) -> str:
    """Return the share of rollouts that carry no gradient, and what `gradient_parts` says of it.

    Args:
        found: The audit.
    """
    return "".join(gradient_parts(found))


def gradient_parts(found: RolloutAudit) -> tuple[str, str]:
    """Return the share of rollouts that carry no gradient; and its trend, and what makes it another one for the reader.

    That is for an evaluation the size of its groups, then how much of the gradient is phantom, and how many rows of the
    log are not in it; what has no room is left to the facts.

    Args:
        found: The audit.
    """
    dead = found.dead
    if not dead.whole.rollouts:
        return "ONE ROLLOUT A GROUP, SO NO GROUP-RELATIVE ADVANTAGE", _left_out(found)
    carry = "CARRY" if is_training(found) else "WOULD CARRY"
    why = f" ({_EQUAL.get(dead.number.kind, 'zero reward std')})"
    said = [f"{round_percent(dead.whole.share)} OF ROLLOUTS {carry} NO GRADIENT", why]
    said += [_sizes(found), _trend(dead), _phantom(found), _left_out(found)]
    for least, width in ((1, _WIDTH), (3, WIDTH), (4, WIDTH), (2, WIDTH)):
        said[least] = said[least] if len("".join(said)) <= width else ""
    return said[0], "".join(said[1:])


def is_training(found: RolloutAudit) -> bool:
    """Return whether a log is of training: it has steps, or a number that was trained on; an evaluation trains nothing.

    Args:
        found: The audit.
    """
    kinds = {number.kind for number in found.table.measured}
    return found.table.has_steps or bool(kinds & {"advantage", "reward"})


def round_percent(share: float) -> str:
    """Return a share as a whole percentage that is 0 or 100 only where the share is.

    >>> round_percent(1 / 3), round_percent(0.999), round_percent(0.001), round_percent(1.0)
    ('33 %', '>99 %', '<1 %', '100 %')
    """
    shown = f"{100 * share:.0f}"
    if shown == "0" and share > 0:
        return "<1 %"
    return ">99 %" if shown == "100" and share < 1 else f"{shown} %"


def _trend(dead: DeadGroups) -> str:
    if dead.trend is None:
        return ""
    if dead.trend.direction == "no trend":
        return ", no trend over steps"
    points = 100 * dead.trend.change
    return f", trend {points:+.0f} points" if abs(points) >= 1 else ", trend below 1 point"


def _sizes(found: RolloutAudit) -> str:
    """Return for which size of groups the share of an evaluation is, and what it is at a size of training."""
    verdicts = found.verdicts
    if verdicts is None or verdicts.choice is None or not verdicts.choice.assumed_size or not found.dead.by_verdict:
        return ""
    size = int(np.median(found.table.size))
    shares = verdicts.size.shares if verdicts.size else ()
    usual = [1 - one.estimate for one in shares if one.size == EVALUATION_SIZE and not one.extrapolated]
    other = f" (of {EVALUATION_SIZE}: {round_percent(usual[0])})" if usual and size != EVALUATION_SIZE else ""
    return f" in groups of {_short(size)}{other}"


def _left_out(found: RolloutAudit) -> str:
    """Return which share of the rows is not in the audit, where that is much."""
    share = found.rows_left_out / max(found.rows_left_out + found.rollouts, 1)
    return f"; {round_percent(share)} OF ROWS LEFT OUT" if share > _MOST_LEFT_OUT else ""


def _phantom(found: RolloutAudit) -> str:
    """Return how much of the squared advantage is in groups that all fail, where that is much."""
    share = found.components.phantom.value if found.components else math.nan
    return f"; phantom gradient {round_percent(share)}" if share > _MOST_PHANTOM else ""


def _problems(found: RolloutAudit) -> str:
    if found.verdicts is None:
        option = found.option if len(found.option) <= _LONGEST_OPTION else "--columns pass=NAME --threshold T"
        return f"no verdicts, so no pass rates: give {option}"
    choice = found.verdicts.choice
    if choice is None:
        return "no problem to drop or keep: one attempt each tells no pass rate"
    if found.dead.whole.share == 1 and found.verdicts.bits.rate[0] in (0, 1):
        return _ALL_RIGHT if found.verdicts.bits.rate[0] else _ALL_WRONG
    dropped = sum(map(choice.count, DROPPED))
    line = f"drop none{_too_few(choice)}"
    if dropped:
        saves = f"saves {_short(choice.saved)} rollouts, {round_percent(choice.saved_share)}"
        line = f"drop {_short(dropped)} problem{'s' if dropped > 1 else ''} ({saves})"
    for said, kinds in _ACTIONS:
        count = sum(map(choice.count, kinds))
        more = f"{line}; {said} {_short(count)}"
        line = more if KEEP in kinds or (count and len(more) <= _WIDTH) else line
    return line


def _too_few(choice: ProblemChoice) -> str:
    """Return why no problem is dropped, where some were dead so far: the most attempts, or groups, are too few."""
    if choice.by == BY_GROUPS:
        most, what = int(choice.groups[choice.live == 0].max(initial=0)), "dead groups"
    else:
        most, what = int(choice.attempts[np.isin(choice.choice, (NEVER, SOLVED))].max(initial=0)), "equal verdicts"
    return f" (takes {_short(choice.needed)} {what})" if most else ""


def _group_size(found: RolloutAudit) -> str:
    if found.dead.other_baseline:
        return f"{_SIZE}: no advice, the baseline is not the group's mean"
    verdicts = found.verdicts
    size = verdicts.size if verdicts else None
    if size is None:
        return _without_size(found, verdicts)
    choice = verdicts.choice if verdicts else None
    now = f" (now {choice.size:,})" if choice and not choice.assumed_size else ""
    live = "a gradient" if found.dead.by_verdict else "both verdicts"
    if now and choice and size.size is not None and size.size <= choice.size:
        return f"{_SIZE}: {choice.size:,} is enough, {100 * size.wanted:.6g} % of groups have {live}"
    if size.size is not None:
        return f"{_SIZE}: about {size.size:,}{now} give {100 * size.wanted:.6g} % of groups {live}"
    most = size.shares[-1]
    return f"{_SIZE}: none up to {most.size:,} gives {100 * size.wanted:.6g} % of groups {live}{now}"


def _without_size(found: RolloutAudit, verdicts: VerdictAudit | None) -> str:
    share = found.dead.whole.share
    if math.isnan(share):
        if verdicts is None:
            return "give several rollouts of each problem"
        rate, low, high = verdicts.bits.rate
        shown = f"pass rate {round_percent(rate)} ({100 * low:.0f} to {100 * high:.0f} %)"
        return f"{shown}; more takes several rollouts of each problem"
    if share == 0:
        return "every group has a gradient: dynamic sampling would drop none"
    if share == 1:
        return "dynamic sampling cannot help: no group here has a gradient"
    return f"dynamic sampling: a batch of groups with a gradient takes {1 / (1 - share):.3g} times the rollouts"


def _short(count: int) -> str:
    """Return a count in six characters at most up to a trillion, so that no line becomes too long."""
    if count < 100_000:
        return f"{count:,}"
    if count < 999_500:
        return f"{count / 1e3:.0f}k"
    return f"{count / 1e6:.3g}M" if count < 999_500_000 else f"{count / 1e9:.3g}G"
