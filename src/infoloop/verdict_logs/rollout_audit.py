"""`audit_rollouts`: what a log of training or of an evaluation says, in the order in which one acts on it.

Dead groups first, then the problems to drop and to keep, bits, components of the reward, verifiers. Each part is a pure
function of the log's groups (`groups`); what a log has not is None here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.answer_entropy import AnswerWindow, entropy_by_window
from infoloop.verdict_logs.groups.dead_groups import DeadGroups, find_dead_groups
from infoloop.verdict_logs.groups.error_drift import ErrorDrift, drift_of_errors
from infoloop.verdict_logs.groups.group_counts import count_passes, tally_problems
from infoloop.verdict_logs.groups.group_sizes import GroupSize, group_size_for
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.pass_at_tails import PassTail, extrapolate_pass
from infoloop.verdict_logs.groups.problem_choice import ProblemChoice, choose_problems
from infoloop.verdict_logs.groups.rate_drift import RateDrift, find_drift
from infoloop.verdict_logs.groups.reward_components import RewardComponents, component_shares
from infoloop.verdict_logs.groups.step_windows import cut_steps
from infoloop.verdict_logs.groups.untrusted_verifiers import PairBounds, PanelRates, bounds_from_two, rates_from_three
from infoloop.verdict_logs.groups.verifier_agreement import VerifierAgreement, agreement_of
from infoloop.verdict_logs.groups.verifier_errors import VerifierErrors, errors_against
from infoloop.verdict_logs.groups.window_bits import WindowBits, bits_by_window
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.judged_groups import judged_table
from infoloop.verdict_logs.log_audit import LogAudit, audit_tally
from infoloop.verdict_logs.pass_at_intervals import MOST_ATTEMPTS, PassEstimate, pass_estimates
from infoloop.verdict_logs.right_answers import pass_option, right_where

_Part = TypeVar("_Part")


@dataclass(frozen=True, eq=False)
class VerifierAudit:
    """What a log with several verifiers says of them; None where it says nothing.

    Attributes:
        names: The verifiers; the first one's verdict counts as a pass.
        errors: Of the first one that is not trusted, by the word of the trusted one.
        drift: Of its rates over steps.
        pair: Bounds, where the user names two verifiers of the same thing and neither is trusted.
        panel: Rates, where the user names three.
        agreement: Of all, where none is trusted and the user does not say that they judge the same thing.
    """

    names: tuple[str, ...]
    errors: VerifierErrors | None = None
    drift: ErrorDrift | None = None
    pair: PairBounds | None = None
    panel: PanelRates | None = None
    agreement: VerifierAgreement | None = None

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        parts = {
            "errors": self.errors,
            "drift": self.drift,
            "pair": self.pair,
            "panel": self.panel,
            "agreement": self.agreement,
        }
        return {"names": self.names, **{key: part.row() for key, part in parts.items() if part is not None}}


@dataclass(frozen=True, eq=False)
class VerdictAudit:
    """What the verdicts of the first verifier say.

    Attributes:
        bits: Pass rates and ceilings in bits, of all steps together.
        drift: Whether pass rates change from step to step.
        since: The first step that `passes`, `choice`, `size` and `tail` look at: where rates drift, the later half;
            else None.
        passes: pass@k of these problems, with intervals: up to the attempts at each, in training up to the size of
            a group.
        windows: Bits by window of steps.
        choice: Problems to drop, to keep, and what the others are for; None without groups of two (from `since` on).
        size: Groups large enough for a wanted share of live ones; None where most problems have one attempt.
        tail: pass@k beyond the attempts, extrapolated; None where it cannot be fitted.
    """

    bits: LogAudit
    drift: RateDrift
    since: int | None
    passes: tuple[PassEstimate, ...]
    windows: tuple[WindowBits, ...]
    choice: ProblemChoice | None
    size: GroupSize | None
    tail: PassTail | None

    def row(self) -> dict[str, Any]:
        """Return it as plain data, without what `bits` has."""
        return {
            "drift": self.drift._asdict(),
            "since": self.since,
            "windows": [window._asdict() for window in self.windows],
            **{key: plain_data(getattr(self, key)) for key in ("choice", "size", "tail")},
        }


@dataclass(frozen=True, eq=False)
class RolloutAudit:
    """What a log says; None for what it has not.

    Attributes:
        file: Its name.
        said: How it was read, in a line.
        left_out: What was left out, a line for each reason.
        remarks: What is in it and worth saying, likewise.
        confidence: Of each interval.
        table: Its groups.
        dead: Dead groups.
        verdicts: Of the first verifier.
        components: Of the reward.
        verifiers: None with fewer than two.
        answers: Their entropy by window of steps; empty without answers.
        trusted: The verifier whose word is the truth, by the user's or else the format's choice; empty without one.
        right: Which answers count as right, and why these; empty without verdicts.
        option: The option that says which ones are, for a log without verdicts; else empty.
    """

    file: str
    said: str
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]
    confidence: float
    table: GroupTable
    dead: DeadGroups
    verdicts: VerdictAudit | None
    components: RewardComponents | None
    verifiers: VerifierAudit | None
    answers: tuple[AnswerWindow, ...]
    trusted: str = ""
    right: str = ""
    option: str = ""

    @property
    def rollouts(self) -> int:
        """How many rollouts the log has."""
        return int(self.table.size.sum())

    @property
    def numbers(self) -> dict[str, float | None]:
        """The numbers that `--fail-if` may name; None for what the log does not tell."""
        whole, verdicts, verifiers = self.dead.whole, self.verdicts, self.verifiers
        errors = verifiers.errors if verifiers else None
        n = verdicts.bits.verdicts if verdicts else 0
        of_groups = max(whole.rollouts, 1)
        return {
            "dead": whole.share,
            "dead_all_fail": whole.all_fail / of_groups,
            "dead_all_pass": whole.all_pass / of_groups,
            "dead_slope": self.dead.trend.slope if self.dead.trend else None,
            "pass_rate": verdicts.bits.rate[0] if verdicts else None,
            "bits": verdicts.bits.estimates[1] / n if verdicts else None,
            "most_bits": verdicts.bits.most_again.bits / n if verdicts else None,
            "droppable": verdicts.choice.saved_share if verdicts and verdicts.choice else None,
            "phantom": self.components.phantom.value if self.components else None,
            "false_positive_rate": errors.false_positive.value if errors else None,
            "false_negative_rate": errors.false_negative.value if errors else None,
            "agreement": errors.agreement.value if errors else None,
        }

    def row(self) -> dict[str, Any]:
        """Return the audit as JSON: what `log_audit.LogAudit` says of the verdicts, and beside it all else."""
        parts = {"dead": self.dead, "components": self.components, "verifiers": self.verifiers}
        return {
            **(self.verdicts.bits.row() if self.verdicts else {}),
            **({"pass_at": [one._asdict() for one in self.verdicts.passes]} if self.verdicts else {}),
            "file": self.file,
            "read_as": self.said,
            "right": self.right or None,
            "left_out": self.left_out,
            "remarks": self.remarks,
            "confidence": self.confidence,
            "rollouts": self.rollouts,
            "groups": len(self.table.size),
            "problem_count": len(self.table.problems),
            "steps": len(self.table.steps) if self.table.has_steps else 0,
            "numbers": self.numbers,
            **{key: None if part is None else part.row() for key, part in parts.items()},
            "decisions": None if self.verdicts is None else self.verdicts.row(),
            "answers": [window._asdict() for window in self.answers],
        }


def plain_data(found: Any) -> Any:
    """Return a result as dictionaries and lists of numbers and texts.

    >>> plain_data((np.array([1, 2]), None))
    [[1, 2], None]
    """
    if hasattr(found, "_asdict"):
        return {key: plain_data(value) for key, value in found._asdict().items()}
    if isinstance(found, tuple | list):
        return [plain_data(value) for value in found]
    return found.tolist() if isinstance(found, np.ndarray | np.generic) else found


@host_only
def audit_rollouts(
    path: str | Path,
    form: str | None = None,
    settings: Settings | None = None,
    confidence: float = 0.95,
    trusted: str | None = None,
    live: float = 0.8,
) -> RolloutAudit:
    """Return the audit of a log: a file, or a folder of files of one format.

    Args:
        path: The log.
        form: The name of its format; told from the content where it is None.
        settings: What the user says of its columns.
        confidence: Of each interval; above 0 and below 1.
        trusted: The verifier whose word is the truth; left out, the one that a format trusts by what it is.
        live: The share of groups with both verdicts that a group size is looked for, above 0 and below 1.

    Raises:
        LogError: a ValueError of one line, for what cannot be read.
        ValueError: for a number outside its range, and a verifier that is none.

    >>> audit_rollouts("no/such.jsonl")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.jsonl: cannot be read: No such file or directory
    """
    check_confidence(confidence)
    settings = (settings or Settings())._replace(trusted=trusted or "")
    if not 0 < live < 1:
        raise ValueError(f"live is {live}: give a share of live groups above 0 and below 1, such as 0.8")
    reading = open_log(path, form, settings)
    table = judged_table(reading)
    name, written, parts = Path(path).name, reading.form, measured_names(table, "component")
    judged = bool(measured_names(table, "verdict")) and not reading.graded
    guessed, same = judged and "pass" not in settings.columns, settings.verifiers(measured_names(table, "verdict"))
    untold = [written.caution(measured_names(table, "verdict"))] if guessed and written.caution else []
    by_format = written.trusted if written.trusted in measured_names(table, "verdict") else None
    shares = partial(component_shares, table, None, confidence) if parts and len(table.size) > 1 else None
    components = told_or_none(shares, "components", untold)
    verifiers = (
        audit_verifiers(table, trusted, confidence)
        if trusted is not None
        else told_or_none(partial(audit_verifiers, table, by_format, confidence, same), "verifiers", untold)
    )
    verdicts = audit_verdicts(table, name, confidence, live, untold) if judged else None
    rows = reading.left_out
    of_groups = (f"{count:,} left out: {why}" for why, count in table.left_out.items() if why not in rows)
    return RolloutAudit(
        name,
        reading.said,
        (*reading.skipped.lines, *rows.lines, *of_groups),
        (*(line.replace("left out", "seen", 1) for line in reading.remarks.lines), *filter(None, untold)),
        confidence,
        table,
        find_dead_groups(table, confidence),
        verdicts,
        components,
        verifiers,
        entropy_by_window(table) if table.answer_bits is not None else (),
        trusted or by_format or "",
        right_where(table, settings, trusted or by_format or "") if judged else "",
        "" if judged else pass_option(table),
    )


def told_or_none(part: Callable[[], _Part] | None, what: str, untold: list[str]) -> _Part | None:
    """Return a part of the audit; None where the log does not tell it, with the reason added to `untold`.

    >>> untold = []
    >>> told_or_none(lambda: int("x"), "components", untold), untold
    (None, ["components: invalid literal for int() with base 10: 'x'"])
    """
    try:
        return None if part is None else part()
    except ValueError as error:
        untold.append(f"{what}: {error}")
        return None


def audit_verdicts(table: GroupTable, name: str, confidence: float, live: float, untold: list[str]) -> VerdictAudit:
    """Return what the verdicts of the first verifier say; why a part is not told is added to `untold`.

    Args:
        table: Groups of rollouts with verdicts.
        name: Of the log.
        confidence: Of each interval.
        live: The share of groups with both verdicts that a group size is looked for.
        untold: Where to add why a part is not told.
    """
    tally, drift = tally_problems(table), find_drift(table, confidence)
    windows = cut_steps(table)
    since = windows[len(windows) // 2].first if drift.found else None  # old verdicts do not tell the present rates
    recent = tally if since is None else tally_problems(table, table.step >= since)
    groups, attempts, _ = count_passes(table)
    grouped = (attempts[table.step[groups] >= (table.steps[0] if since is None else since)] > 1).any()
    tried, trained = int(np.median(recent.attempts)), table.has_steps or table.place("advantage") is not None
    largest = int(np.median(attempts)) if trained else MOST_ATTEMPTS  # attempts of several groups have several policies
    passes = pass_estimates(recent.passes, recent.attempts, confidence, largest)
    beyond = tuple(passes[-1].k * 2**j for j in range(1, 5))
    choice = partial(choose_problems, table, confidence=confidence, since=since) if grouped else None
    size = partial(group_size_for, recent, live, confidence) if tried > 1 else None
    tail = partial(extrapolate_pass, recent, beyond, confidence) if tried > 1 and len(recent.problems) > 1 else None
    return VerdictAudit(
        audit_tally(tally, confidence, name),
        drift,
        since,
        passes,
        bits_by_window(table, drift, confidence),
        told_or_none(choice, "problems to drop", untold),
        told_or_none(size, "group size", untold),
        told_or_none(tail, "pass@k beyond the attempts", untold),
    )


def audit_verifiers(
    table: GroupTable, trusted: str | None, confidence: float, same: Sequence[str] = ()
) -> VerifierAudit | None:
    """Return what several verifiers say of each other; None with fewer than two.

    Args:
        table: Groups of rollouts.
        trusted: The one whose word is the truth.
        confidence: Of each interval.
        same: Names of verifiers that judge the same thing, by the user's word; without a trusted one two of them give
            bounds, three give rates, if their errors are independent given the truth.

    Raises:
        ValueError: There is no such verifier, or no other one.
    """
    names = measured_names(table, "verdict")
    if trusted is not None:
        other = next((name for name in names if name != trusted), "")
        if names == (trusted,):
            raise ValueError(
                f"--trusted {trusted}: it counts as right already, and there is no other verdict to judge by it: "
                "name one with --columns pass=NAME, or leave --trusted out"
            )
        errors = errors_against(table, trusted, other, confidence)
        drift = drift_of_errors(table, trusted, other, confidence=confidence) if len(table.steps) > 1 else None
        return VerifierAudit(names, errors, drift)
    if len(names) < 2:
        return None
    if len(same) == 2:
        return VerifierAudit(names, pair=bounds_from_two(table, same[0], same[1], confidence))
    if len(same) > 2:
        return VerifierAudit(names, panel=rates_from_three(table, (same[0], same[1], same[2]), confidence))
    return VerifierAudit(names, agreement=agreement_of(table, confidence))
