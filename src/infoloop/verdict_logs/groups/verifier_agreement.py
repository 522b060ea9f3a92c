"""What verifiers say where none is trusted and nothing is assumed of their errors: pass rates, and equal verdicts.

A reward for being right and one for the form, or two filters of an answer, judge different things or err together: how
often each errs does not follow from counts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.verifier_errors import count_verdict_patterns, counted_verifiers, exact_share
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate


class VerifierAgreement(NamedTuple):
    """Verifiers side by side.

    Attributes:
        verifiers: Their names, the one that counts as a pass first.
        passes: Of each the share of its verdicts that say right, with an exact interval.
        equal: Of each but the first the share of rollouts on which its verdict is that of the first, likewise.
    """

    verifiers: tuple[str, ...]
    passes: tuple[IntervalEstimate, ...]
    equal: tuple[IntervalEstimate, ...]

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        shares = {key: [one._asdict() for one in getattr(self, key)] for key in ("passes", "equal")}
        return {"verifiers": self.verifiers, **shares}


@host_only
def agreement_of(table: GroupTable, confidence: float = 0.95) -> VerifierAgreement:
    """Return pass rates of the first verifiers of a log, and how often each agrees with the first one.

    Args:
        table: Groups of rollouts.
        confidence: Of each interval; above 0 and below 1.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdicts = {"tests": np.array([1.0, 1, 0, 0]), "judge": np.array([1.0, 0, 0, 0])}
    >>> found = agreement_of(collect_groups([Rollouts(np.array(["a"] * 4), np.arange(4), verdicts=verdicts)]))
    >>> [one.value for one in found.passes], [one.value for one in found.equal]
    ([0.5, 0.25], [0.75])
    """
    check_confidence(confidence)
    names = counted_verifiers(table)
    counts = count_verdict_patterns(table, names).sum(axis=0).astype(int)
    axes = set(range(len(names)))
    passes = [counts.sum(axis=tuple(axes - {k})) for k in range(len(names))]
    pairs = [counts.sum(axis=tuple(axes - {0, k}))[:2, :2] for k in range(1, len(names))]
    return VerifierAgreement(
        names,
        tuple(exact_share(int(one[1]), int(one[:2].sum()), confidence) for one in passes),
        tuple(exact_share(int(np.trace(pair)), int(pair.sum()), confidence) for pair in pairs),
    )
