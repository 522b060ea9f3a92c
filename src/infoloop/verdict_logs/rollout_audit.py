"""`audit_rollouts`: what a log of training or of an evaluation says, in the order in which one acts on it.

Dead groups first, then the problems to drop and to keep, bits, components of the reward, verifiers. Each part is a pure
function of the log's groups (`groups`); what a log has not is None here.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.files.log_parts import open_log
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.dead_groups import DeadGroups, find_dead_groups
from infoloop.verdict_logs.groups.group_table import GroupTable, collect_groups, tally_problems
from infoloop.verdict_logs.groups.rate_drift import RateDrift, rate_drift_of
from infoloop.verdict_logs.groups.reward_components import RewardComponents, component_shares
from infoloop.verdict_logs.groups.untrusted_verifiers import PairBounds, PanelRates, bounds_from_two, rates_from_three
from infoloop.verdict_logs.groups.verifier_errors import VerifierErrors, errors_against
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.log_audit import LogAudit, audit_tally


@dataclass(frozen=True, eq=False)
class VerifierAudit:
    """What a log with several verifiers says of them; None where it says nothing.

    Attributes:
        names: The verifiers; the first one's verdict counts as a pass.
        errors: Of the first one, by the word of the trusted one.
        drift: Of its rates over steps.
        pair: Bounds, where two verifiers are there and neither is trusted.
        panel: Rates, where three are there and none is trusted.
    """

    names: tuple[str, ...]
    errors: VerifierErrors | None = None
    drift: RateDrift | None = None
    pair: PairBounds | None = None
    panel: PanelRates | None = None

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        parts = {"errors": self.errors, "drift": self.drift, "pair": self.pair, "panel": self.panel}
        return {"names": self.names, **{key: part.row() for key, part in parts.items() if part is not None}}


@dataclass(frozen=True, eq=False)
class RolloutAudit:
    """What a log says.

    Attributes:
        file: Its name.
        said: How it was read, in a line.
        left_out: What was left out, a line for each reason.
        remarks: What is in it and worth saying, likewise.
        confidence: Of each interval.
        table: Its groups.
        dead: Dead groups.
        bits: Pass rates and ceilings in bits, of all steps together; None without verdicts.
        components: None without a reward of several parts.
        verifiers: None with fewer than two.
    """

    file: str
    said: str
    left_out: tuple[str, ...]
    remarks: tuple[str, ...]
    confidence: float
    table: GroupTable
    dead: DeadGroups
    bits: LogAudit | None
    components: RewardComponents | None
    verifiers: VerifierAudit | None

    def row(self) -> dict[str, Any]:
        """Return the audit as JSON."""
        parts = {"dead": self.dead, "bits": self.bits, "components": self.components, "verifiers": self.verifiers}
        return {
            "file": self.file,
            "read_as": self.said,
            "left_out": self.left_out,
            "remarks": self.remarks,
            "confidence": self.confidence,
            "rollouts": int(self.table.size.sum()),
            "groups": len(self.table.size),
            "problems": len(self.table.problems),
            "steps": len(self.table.steps) if self.table.has_steps else 0,
            **{key: part.row() for key, part in parts.items() if part is not None},
        }


@host_only
def audit_rollouts(
    path: str | Path,
    form: str | None = None,
    settings: Settings | None = None,
    confidence: float = 0.95,
    trusted: str | None = None,
) -> RolloutAudit:
    """Return the audit of a log: a file, or a folder of files of one format.

    Args:
        path: The log.
        form: The name of its format; told from the content where it is None.
        settings: What the user says of its columns.
        confidence: Of each interval; above 0 and below 1.
        trusted: The verifier whose word is the truth.

    Raises:
        LogError: a ValueError of one line, for what cannot be read.
        ValueError: for a confidence outside its range, and a verifier that is none.

    >>> audit_rollouts("no/such.jsonl")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.jsonl: cannot be read: No such file or directory
    """
    check_confidence(confidence)
    reading = open_log(path, form, settings)
    table = collect_groups(reading)
    name = Path(path).name
    verdicts = bool(measured_names(table, "verdict")) and not reading.graded
    parts = measured_names(table, "component")
    return RolloutAudit(
        name,
        reading.said,
        tuple(reading.left_out.lines),
        tuple(reading.remarks.lines),
        confidence,
        table,
        find_dead_groups(table, confidence),
        audit_tally(tally_problems(table), confidence, name) if verdicts else None,
        component_shares(table, None, confidence) if len(parts) > 1 and len(table.size) > 1 else None,
        audit_verifiers(table, trusted, confidence),
    )


def audit_verifiers(table: GroupTable, trusted: str | None, confidence: float) -> VerifierAudit | None:
    """Return what several verifiers say of each other; None with fewer than two.

    Args:
        table: Groups of rollouts.
        trusted: The one whose word is the truth; without one there are bounds from two, and rates from three.
        confidence: Of each interval.

    Raises:
        ValueError: There is no such verifier, or it is the one that is looked at.
    """
    names = measured_names(table, "verdict")
    if trusted is not None:
        errors = errors_against(table, trusted, confidence=confidence)
        drift = rate_drift_of(table, trusted, confidence=confidence) if len(table.steps) > 1 else None
        return VerifierAudit(names, errors, drift)
    if len(names) < 2:
        return None
    if len(names) == 2:
        return VerifierAudit(names, pair=bounds_from_two(table, *names, confidence=confidence))
    return VerifierAudit(names, panel=rates_from_three(table, names[:3], confidence))
