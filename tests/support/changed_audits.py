"""Audits of which a part is another one, and what their texts say in numbers, whatever the words are."""

import dataclasses
import math
import re

from infoloop.verdict_logs.groups.error_drift import ErrorChange, ErrorDrift, ErrorWindow
from infoloop.verdict_logs.groups.untrusted_verifiers import PairBounds, PanelRates, RateBound
from infoloop.verdict_logs.groups.verifier_errors import ErrorRate
from infoloop.verdict_logs.groups.within_groups import IntervalEstimate
from infoloop.verdict_logs.rollout_text import audit_lines, audit_tables
from infoloop.verdict_logs.verifier_audit import VerifierAudit


def numbers(text):
    """The numbers of a text, in order, as they stand there."""
    return re.findall(r"-?\d[\d,]*(?:\.\d+)?", text)


def numbers_of(found, name):
    """The numbers of a fact of the audit; None where it is not told."""
    facts = dict(audit_lines(found))
    return numbers(facts[name]) if name in facts else None


def rows_of_table(found, start):
    """The rows of the one table whose title starts so; None without it."""
    tables = [rows for title, _, rows in audit_tables(found) if title.startswith(start)]
    assert len(tables) <= 1
    return tables[0] if tables else None


def estimate(value, low=math.nan, high=math.nan):
    return IntervalEstimate(value, low, high)


RATE = ErrorRate(1, 2, 0.12, 0.11, 0.13, 0.0, 1.0)
_STILL = ErrorChange(estimate(0.0), 1.0, False)
ONE_WINDOW = ErrorDrift(
    "base", "plus", (ErrorWindow(1, 2000, 3000, estimate(0.1, 0.0, 0.2), estimate(0.4, 0.3, 0.5)),), _STILL, _STILL
)
THREE = PanelRates(
    ("a", "b", "c"), 9, True, "why", estimate(0.5),
    (estimate(0.1), estimate(0.2), estimate(0.3)), (estimate(0.4), estimate(0.5), estimate(math.nan)),
)  # fmt: skip
TWO = PairBounds(
    ("a", "b"), 9, True, "why",
    (RateBound(0.01, 0.11), RateBound(0.02, 0.12)), (RateBound(0.03, 0.13), RateBound(0.04, 0.14)), (0.2, 0.8),
)  # fmt: skip


def components_like(one, many):
    """So many components, whose numbers tell which one and which number of it they are."""
    return tuple(
        one._replace(
            name=f"c{k}", advantage=estimate(0.1 + k), variance=estimate(0.2 + k), association=estimate(0.3 + k),
            phantom=estimate(0.4 + k), bits=one.bits._replace(bits=estimate(0.5 + k)), reading="abcdefgh"[k],
        )
        for k in range(many)
    )  # fmt: skip


def with_verdicts(found, **changes):
    return dataclasses.replace(found, verdicts=dataclasses.replace(found.verdicts, **changes))


def with_bits(found, **changes):
    return with_verdicts(found, bits=dataclasses.replace(found.verdicts.bits, **changes))


def with_dead(found, **changes):
    return dataclasses.replace(found, dead=dataclasses.replace(found.dead, **changes))


def with_components(found, **changes):
    return dataclasses.replace(found, components=found.components._replace(**changes))


def with_verifiers(found, names=("tests", "proof"), **parts):
    return dataclasses.replace(found, verifiers=VerifierAudit(names, **parts))
