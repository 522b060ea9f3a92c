"""Audits of which a part is another one, and what their texts say in numbers, whatever the words are."""

import dataclasses
import math
import re

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


def table_of(found, start):
    """The rows of the one table whose title starts so; None without it."""
    tables = [rows for title, _, rows in audit_tables(found) if title.startswith(start)]
    assert len(tables) <= 1
    return tables[0] if tables else None


def estimate(value, low=math.nan, high=math.nan):
    return IntervalEstimate(value, low, high)


def with_verdicts(found, **changes):
    return dataclasses.replace(found, verdicts=dataclasses.replace(found.verdicts, **changes))


def with_bits(found, **changes):
    return with_verdicts(found, bits=dataclasses.replace(found.verdicts.bits, **changes))


def with_dead(found, **changes):
    return dataclasses.replace(found, dead=dataclasses.replace(found.dead, **changes))


def with_verifiers(found, **parts):
    return dataclasses.replace(found, verifiers=VerifierAudit(("tests", "proof"), **parts))
