"""Which format a file of a log has: told from its content, the most specific one first."""

from __future__ import annotations

import importlib
import importlib.util
from functools import cache

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening

_SPECIFIC = (
    "verifiers", "prime_rl", "verl", "trl", "ms_swift", "lm_eval", "evalplus", "human_eval", "inspect_ai",
)  # fmt: skip
_BY_NAMES = ("counts", "plain")  # formats of columns with usual names, which others may have too


class UnknownFormatError(LogError):
    """A file of which no format is told."""


@cache
def known_formats() -> tuple[LogFormat, ...]:
    """Return all formats, those that are told by the names of plain columns last."""
    package = __package__ or ""
    there = [name for name in (*_SPECIFIC, *_BY_NAMES) if importlib.util.find_spec(f"{package}.{name}")]
    modules = [importlib.import_module(f"{package}.{name}") for name in there]
    return tuple(
        form for module in modules for form in getattr(module, "FORMATS", (getattr(module, "FORMAT", None),)) if form
    )


def format_named(name: str) -> LogFormat:
    """Return the format of a name.

    Raises:
        LogError: with the names there are.

    >>> format_named("plian")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: format: there is no 'plian': did you mean plain?; formats are ...
    """
    names = [form.name for form in known_formats()]
    if name not in names:
        raise LogError(f"format: there is no {quote(name)}{did_you_mean(name, names)}; formats are {', '.join(names)}")
    return known_formats()[names.index(name)]


def recognise(opening: Opening, name: str | None = None) -> LogFormat:
    """Return the format of a file.

    Args:
        opening: what `files.opening.peek` saw of it.
        name: the format that the user says it is.

    Raises:
        UnknownFormatError: for a file that is like none.
        LogError: for a name that is none, a file that is like several, or one that has nothing to audit.
    """
    if name is not None:
        return format_named(name)
    path = cut_text(str(opening.path), 400)
    specific = [form for form in known_formats() if form.name not in _BY_NAMES and _told(form, opening)]
    if len(specific) > 1:
        names = " or ".join(form.name for form in specific)
        raise LogError(f"{path}: it could be {names}: say which with --format")
    plain = [form for form in known_formats() if form.name in _BY_NAMES and _told(form, opening)]
    for form in (*specific, *plain):
        if form.refused:
            raise LogError(f"{path}: {form.title}: {form.refused}")
        return form
    names = ", ".join(form.name for form in known_formats())
    found = f"keys are {list_names(sorted(map(str, opening.keys)))}" if opening.keys else f"it is a {opening.kind}"
    raise UnknownFormatError(
        f"{path}: no format of logs is like it ({found}): name one with --format; formats are {names}"
    )


def _told(form: LogFormat, opening: Opening) -> bool:
    """Whether a format is told; a file of one JSON object may be one of JSON lines with a single line."""
    single = opening.kind == "document" and len(opening.records) == 1
    return form.recognises(opening) or (single and form.recognises(opening._replace(kind="lines")))
