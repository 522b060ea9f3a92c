"""What a log with several verifiers says of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infoloop.verdict_logs.groups.error_drift import ErrorDrift, drift_of_errors
from infoloop.verdict_logs.groups.group_table import MOST_JUDGES, GroupTable
from infoloop.verdict_logs.groups.untrusted_verifiers import PairBounds, PanelRates, bounds_from_two, rates_from_three
from infoloop.verdict_logs.groups.verifier_agreement import VerifierAgreement, agreement_of
from infoloop.verdict_logs.groups.verifier_errors import VerifierErrors, errors_against
from infoloop.verdict_logs.groups.within_groups import measured_names


@dataclass(frozen=True, eq=False)
class VerifierAudit:
    """What a log with several verifiers says of them; None where it says nothing.

    Attributes:
        names: The verifiers; the first one's verdict counts as a pass.
        errors: Of the first one that is not trusted, by the word of the trusted one.
        drift: Of its rates over steps.
        others: Errors of the further ones that are not trusted, likewise, among the first four of the log.
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
    others: tuple[VerifierErrors, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        parts = {
            "errors": self.errors,
            "drift": self.drift,
            "pair": self.pair,
            "panel": self.panel,
            "agreement": self.agreement,
        }
        said = {key: part.row() for key, part in parts.items() if part is not None}
        return {"names": self.names, **said, **({"others": [one.row() for one in self.others]} if self.others else {})}


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
        first, *further = [name for name in names if name != trusted] or [""]
        if names == (trusted,):
            raise ValueError(
                f"--trusted {trusted}: it counts as right already, and there is no other verdict to judge by it: "
                "name one with --columns pass=NAME, or leave --trusted out"
            )
        errors = errors_against(table, trusted, first, confidence)
        drift = drift_of_errors(table, trusted, first, confidence=confidence) if len(table.steps) > 1 else None
        counted = [name for name in further if name in names[:MOST_JUDGES]]
        others = tuple(errors_against(table, trusted, name, confidence) for name in counted)
        return VerifierAudit(names, errors, drift, others=others)
    if len(names) < 2:
        return None
    if len(same) == 2:
        return VerifierAudit(names, pair=bounds_from_two(table, same[0], same[1], confidence))
    if len(same) > 2:
        return VerifierAudit(names, panel=rates_from_three(table, (same[0], same[1], same[2]), confidence))
    return VerifierAudit(names, agreement=agreement_of(table, confidence))
