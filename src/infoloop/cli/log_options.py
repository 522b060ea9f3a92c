"""The options of `infoloop audit LOG`: what was typed, as the audit wants it."""

import math
from pathlib import Path
from typing import Any, NamedTuple

from infoloop import reporting, verdict_logs
from infoloop.reporting.suggestions import cut_text

COLUMNS_HELP = (
    "A log's columns, KEY=NAME,KEY=NAME: problem, step, group, attempt, pass, reward, advantage, length, answer; n, c "
    "of counts. pass=a+b names verifiers of the same thing, the first one counts; a.b is b inside a."
)
FORMAT_HELP = (
    "Of a log, told by its content unless given: verifiers-traces, prime-rl, verifiers, verl, ms-swift, trl, lm_eval, "
    "evalplus, bigcodebench, human_eval, inspect_ai, counts, plain."
)
THRESHOLD_HELP = "From which number on an answer is right: of the column of --columns pass=NAME, else of the reward."
TRUSTED_HELP = "The verifier whose word is the truth: any column with 0 and 1."


class LogOptions(NamedTuple):
    """Options of logs as they were typed; None for what was left out."""

    columns: str | None = None
    form: str | None = None
    threshold: float | None = None
    step: str | None = None
    group: str | None = None
    trusted: str | None = None
    live: float | None = None
    confidence: float | None = None
    fail_if: list[str] | None = None
    compare: Path | None = None
    to_pipeline: Path | None = None


_NAMES = {"form": "--format", "fail_if": "--fail-if", "to_pipeline": "--to-pipeline"}


def refuse_log_options(file: Path, options: LogOptions) -> None:
    """Raise ValueError if a file that is no log comes with the options of logs.

    >>> refuse_log_options(Path("p.toml"), LogOptions(confidence=0.9))
    Traceback (most recent call last):
    ValueError: p.toml is no log: leave out --confidence, or give a log
    """
    given = [_NAMES.get(key, f"--{key}") for key, value in options._asdict().items() if value not in (None, [])]
    if given:
        raise ValueError(f"{file} is no log: leave out {', '.join(given)}, or give a log")


def audit_log_with_options(file: Path, options: LogOptions) -> Any:
    """Return the audit of a log with the options of the command line.

    Raises:
        ValueError: One of them is wrong, or the log cannot be read.
    """
    if options.live is not None and not 0 < options.live < 1:
        share = f": {options.live / 100:g}?" if 1 < options.live < 100 else ", such as 0.8"
        raise ValueError(f"--live: give a share above 0 and below 1{share}")
    formats, settings = verdict_logs.formats, _settings(options)
    return verdict_logs.rollout_audit.audit_rollouts(
        file,
        options.form,
        formats.log_format.Settings(*settings),
        0.95 if options.confidence is None else options.confidence,
        options.trusted,
        0.8 if options.live is None else options.live,
    )


def _settings(options: LogOptions) -> tuple[dict[str, str], float | None]:
    reader = verdict_logs.reader
    for key, name in (("step", options.step), ("group", options.group), ("trusted", options.trusted)):
        if name is not None and not name.strip():
            raise ValueError(f"--{key} is empty: give a name, or leave it out")
    if options.threshold is not None and not math.isfinite(options.threshold):
        raise ValueError(f"--threshold is {options.threshold}: give a number, such as 0.5")
    named = {} if options.columns is None else reader.parse_columns(options.columns)
    for key, name in (("step", options.step), ("group", options.group)):
        if name is not None and named.setdefault(key, name) != name:
            raise ValueError(f"--columns and --{key} name different columns: leave out one of them")
    reader.column_names(named)
    return named, options.threshold


def comparison_with(options: LogOptions, found: Any) -> Any:
    """Return the comparison of an audited log with the log of `--compare`, which comes first; None without."""
    if options.compare is None:
        return None
    before = audit_log_with_options(options.compare, options._replace(trusted=None))  # the earlier log may not have it
    return verdict_logs.groups.run_comparison.compare_runs(before.table, found.table, found.confidence)


def check_pipeline_place(options: LogOptions) -> None:
    """Refuse a place of `--to-pipeline` that cannot be written, before a long log is read.

    Raises:
        ValueError: It does not end in .toml, or its folder cannot be made or written.
    """
    path = options.to_pipeline
    if path is None:
        return
    if path.suffix.lower() != ".toml" or (path.exists() and not path.is_file()):
        raise ValueError(f"{path} is no place for a pipeline: name a file that ends in .toml")
    reporting.atomic_files.check_writable_folder(path.parent)


def write_pipeline(options: LogOptions, found: Any) -> str:
    """Write the pipeline of `--to-pipeline`, and return what to say of it.

    Raises:
        ValueError: The log has no verdicts, or the file cannot be written.
    """
    path = options.to_pipeline
    if path is None:
        return ""
    made = verdict_logs.log_pipeline.pipeline_from_log(
        found.table, f"Made from {found.file}", found.trusted, confidence=found.confidence
    )
    reporting.atomic_files.writable_folder(path.parent)
    reporting.atomic_files.atomic_write_text(path, made.text)
    bits = made.bits
    rates = f"{bits.value:.3f} bits a verdict, {bits.low:.3f} to {bits.high:.3f}"
    return f"{cut_text(str(path), 400)}: a pipeline with the log's rates; {rates}"
