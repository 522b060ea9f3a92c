"""Which format a file of a log has: told from its content, the most specific one first."""

from __future__ import annotations

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote
from infoloop.verdict_logs.formats import (
    counts,
    evalplus,
    human_eval,
    inspect_ai,
    lm_eval,
    ms_swift,
    nothing_to_audit,
    plain,
    prime_rl,
    trl,
    verifiers,
    verifiers_traces,
    verl,
)
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening

_SPECIFIC = (
    verifiers_traces.FORMAT, prime_rl.FORMAT, verifiers.FORMAT, verl.FORMAT, ms_swift.FORMAT, trl.FORMAT,
    *lm_eval.FORMATS, *evalplus.FORMATS, *human_eval.FORMATS, inspect_ai.FORMAT, trl.WITHOUT_REWARDS,
    *nothing_to_audit.REFUSED,
)  # fmt: skip
_BY_NAMES = (counts.FORMAT, plain.FORMAT)  # of columns with usual names, which other files may have too
FORMATS = (*_SPECIFIC, *_BY_NAMES)


class UnknownFormatError(LogError):
    """A file of which no format is told."""


def format_named(name: str) -> LogFormat:
    """Return the format of a name.

    Raises:
        LogError: with the names there are.

    >>> format_named("plian")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: format: there is no 'plian': did you mean plain?; formats are ...
    """
    named = {form.name: form for form in FORMATS if not form.refused}
    if name not in named:
        raise LogError(f"format: there is no {quote(name)}{did_you_mean(name, named)}; formats are {', '.join(named)}")
    return named[name]


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
    told = [form for form in _SPECIFIC if is_like(form, opening)]
    read = [form for form in told if not form.refused]
    if len(read) > 1:
        names = " or ".join(form.name for form in read)
        raise LogError(f"{path}: it could be {names}: say which with --format")
    for form in (*read, *told, *(form for form in _BY_NAMES if not told and is_like(form, opening))):
        if form.refused:
            raise LogError(f"{path}: {form.title}: {form.refused}")
        return form
    names = ", ".join(form.name for form in FORMATS if not form.refused)
    found = f"keys are {list_names(sorted(map(str, opening.keys)))}" if opening.keys else f"it is a {opening.kind}"
    raise UnknownFormatError(
        f"{path}: no format of logs is like it ({found}): name one with --format; formats are {names}"
    )


def is_like(form: LogFormat, opening: Opening) -> bool:
    """Whether a file is like those of a format; a file of one JSON object may be one of JSON lines with a single line.

    Of plain columns only where it is not called .json, as files of settings are.
    """
    single = opening.kind == "document" and len(opening.records) == 1
    line = single and (form not in _BY_NAMES or ".json" not in opening.path.suffixes)
    return form.recognises(opening) or (line and form.recognises(opening._replace(kind="lines")))
