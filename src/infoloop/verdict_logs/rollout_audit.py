"""`audit_rollouts`: what a log of training or of an evaluation says, in the order in which one acts on it.

Dead groups first, then the problems to drop and to keep, bits, components of the reward, verifiers. Each part is a pure
function of the log's groups (`groups`); what a log has not is None here.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.files.log_parts import WRITTEN_TWICE, open_log
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.answer_entropy import AnswerWindow, entropy_by_window
from infoloop.verdict_logs.groups.dead_groups import DeadGroups, find_dead_groups
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.reward_components import RewardComponents, component_shares
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.judged_groups import judged_table
from infoloop.verdict_logs.right_answers import pass_option, right_where
from infoloop.verdict_logs.verdict_audit import VerdictAudit, audit_verdicts, told_or_none
from infoloop.verdict_logs.verifier_audit import VerifierAudit, audit_verifiers


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
        rows_left_out: How many rows of the log are not in it, but for those that the trainer wrote twice.
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
    rows_left_out: int = 0

    @property
    def rollouts(self) -> int:
        """How many rollouts the log has."""
        return int(self.table.size.sum())

    @property
    def numbers(self) -> dict[str, float | None]:
        """The numbers that `--fail-if` may name; None for what the log does not tell."""
        whole, verdicts, verifiers = self.dead.whole, self.verdicts, self.verifiers
        errors, alike = (verifiers.errors, verifiers.agreement) if verifiers else (None, None)
        n = verdicts.bits.verdicts if verdicts else 0
        judged = whole.rollouts if verdicts else 0
        return {
            "dead": whole.share,
            "dead_all_fail": whole.all_fail / judged if judged else None,
            "dead_all_pass": whole.all_pass / judged if judged else None,
            "dead_slope": self.dead.trend.slope if self.dead.trend else None,
            "pass_rate": verdicts.bits.rate[0] if verdicts else None,
            "bits": verdicts.bits.estimates[1] / n if verdicts else None,
            "most_bits": verdicts.bits.most_again.bits / n if verdicts else None,
            "droppable": verdicts.choice.saved_share if verdicts and verdicts.choice else None,
            "phantom": self.components.phantom.value if self.components else None,
            "false_positive_rate": errors.false_positive.value if errors else None,
            "false_negative_rate": errors.false_negative.value if errors else None,
            "agreement": errors.agreement.value if errors else alike.equal[0].value if alike else None,
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
            "rows_left_out": self.rows_left_out,
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
    endless = (f"{count:,} seen: {why}" for why, count in table.left_out.items() if why not in rows)
    return RolloutAudit(
        name,
        reading.said,
        (*reading.skipped.lines, *rows.lines),
        (*(line.replace(" left out:", "", 1) for line in reading.remarks.lines), *endless, *filter(None, untold)),
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
        sum(one.count for why, one in rows.items() if why not in WRITTEN_TWICE),
    )
