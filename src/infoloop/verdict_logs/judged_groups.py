"""The groups of a log with the verdicts that are verdicts all over it, and none that the user did not mean."""

from __future__ import annotations

from infoloop.verdict_logs.files.log_parts import LogReading
from infoloop.verdict_logs.formats import verl
from infoloop.verdict_logs.groups.group_table import GroupTable, collect_groups
from infoloop.verdict_logs.groups.partial_verdicts import without_partial_verdicts
from infoloop.verdict_logs.groups.within_groups import measured_names
from infoloop.verdict_logs.reader import check_settings


def judged_table(reading: LogReading) -> GroupTable:
    """Return the groups of a log that is open.

    Args:
        reading: The log.

    Raises:
        LogError: For a column that the user says is a verdict and that is none, and a threshold without effect.
    """
    settings, written = reading.settings, collect_groups(reading)
    names = settings.verifiers(measured_names(written, "verdict"))
    divided = names[0] if names and settings.threshold is not None else ""
    table = without_partial_verdicts(written, divided, "score" if reading.form is verl.FORMAT else "")
    check_settings(reading, measured_names(table, "verdict"), measured_names(table, "component"))
    return table
