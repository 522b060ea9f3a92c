"""A log, a file or a folder, read in parts: rollouts, what was left out, and how it was read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from infoloop.reporting.suggestions import list_names, quote
from infoloop.verdict_logs.files.byte_streams import check_readable, shown
from infoloop.verdict_logs.files.duplicates import MOST_KEYS, KnownHashes, first_times
from infoloop.verdict_logs.files.folders import log_files, step_in_name
from infoloop.verdict_logs.files.log_rows import place_of, read_rows
from infoloop.verdict_logs.files.omissions import Omissions
from infoloop.verdict_logs.files.opening import peek
from infoloop.verdict_logs.files.read_ahead import one_part_ahead
from infoloop.verdict_logs.files.whole_runs import keep_runs_whole
from infoloop.verdict_logs.formats import counts, ms_swift, plain, trl
from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.recognition import UnknownFormatError, format_named, is_like, recognise
from infoloop.verdict_logs.formats.row_errors import RowError
from infoloop.verdict_logs.formats.trl_groups import common_end, row_signatures
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

NO_LOG = "files that are no log"
TWICE = "the same problem, step, group and attempt a second time"
BACK = "rows have an earlier step than a row before them"
REPEATED = "rows that the trainer had written before, with an earlier step"
WRITTEN_TWICE = (REPEATED, ms_swift.REPEATED)  # the rollouts are in the log, once
STEPS_BY_NAME = "files have the step in their names only"
UNCOMPARED = f"rows, those after the first {MOST_KEYS:,}, were not compared with others: some may stand twice"


@dataclass
class LogReading:
    """A log that is open; to iterate over it reads it, part by part, from its beginning.

    Attributes:
        path: The file or the folder.
        form: Its format.
        files: The files that are read, in order.
        settings: What the user says of it.
        skipped: Files of the folder that are not read, by the reason.
        left_out: Rows that are not in the parts, by the reason; complete after the last part.
        remarks: What is in the parts and is worth saying, in the same form.
        rows: How many rollouts were read so far.
        divided: Whether a threshold had a number to divide, of a plain log; known at the end.
    """

    path: Path
    form: LogFormat
    files: tuple[Opening, ...]
    settings: Settings = field(default_factory=Settings)
    skipped: Omissions = field(default_factory=Omissions)
    left_out: Omissions = field(default_factory=Omissions)
    remarks: Omissions = field(default_factory=Omissions)
    rows: int = 0
    divided: bool = False
    _seen: KnownHashes = field(default_factory=KnownHashes)
    _last_step: int | None = None
    _written: np.ndarray = field(default_factory=lambda: np.zeros(0, np.uint64))
    _by_steps: dict[bool, Path] = field(default_factory=dict)

    @property
    def said(self) -> str:
        """How the log is read, in a line."""
        many = f", {len(self.files):,} files" if len(self.files) > 1 else ""
        columns = ""
        if self.form is plain.FORMAT:
            found = plain.find_columns(_names(self.files[0]), self.settings)
            columns = f" ({', '.join(f'{key}: {list_names(names)}' for key, names in found.items())})"
        return f"read as {self.form.name}: {self.form.title}{columns}{many}; a group is {self.form.grouped}"

    @property
    def graded(self) -> bool:
        """Whether rewards are neither right nor wrong, so that only their equality is used; known at the end."""
        return plain.GRADED in self.remarks

    def __iter__(self) -> Iterator[Rollouts]:
        self.left_out, self.remarks, self.rows = Omissions(), Omissions(), 0
        self._seen, self._last_step, self._by_steps = KnownHashes(), None, {}
        self._written = np.zeros(0, np.uint64)
        at: Opening | None = None
        for opening, frame, found in one_part_ahead(self._frames()):
            self.left_out.join(found)
            if frame is None:
                continue
            part = self._part(frame, opening)
            if self.form is ms_swift.FORMAT or (self.form is trl.FORMAT and len(self.files) > 1):
                part = self._without_buffer(part, opening, self.form is trl.FORMAT and opening is at)
            at = opening
            self.rows += len(part.problem)
            if len(part.problem):
                yield part
        if not self.rows:
            raise LogError(f"{shown(self.path)}: {self._why_empty()}")

    def _frames(self) -> Iterator[tuple[Opening, pd.DataFrame | None, Omissions]]:
        """Yield the frames of all files, and what was left out since the one before; None at the end of a file."""
        for opening in self.files:
            found = Omissions()
            frames = read_rows(opening, self.form, self.settings, found)
            for frame in keep_runs_whole(frames, ("step", "prompt")) if self.form is trl.FORMAT else frames:
                yield opening, frame, found.take()
            yield opening, None, found

    def _part(self, frame: pd.DataFrame, opening: Opening) -> Rollouts:
        """Return the rollouts of a frame, without those that stand in the log twice."""
        try:
            if self.form is plain.FORMAT and opening.kind == "table":
                plain.refuse_gaps(frame, self.settings)
            part = self.form.rollouts(frame, opening.path, self.settings)
            if self.form is plain.FORMAT and self.settings.threshold is not None and not self.divided:
                self.divided = plain.divides(frame, self.settings)
        except RowError as error:
            raise LogError(f"{place_of(opening, error.row)}: {error}") from None
        if part.left_out:
            row = _first_missing(frame, part)
            for reason, count in part.left_out.items():
                self.left_out.add(reason, place_of(opening, row) if reason not in self.left_out else "", count)
        part = self._with_steps(part, opening)
        self._refuse_half_stepped(part, opening)
        self._look_back(part, opening)
        if self.form is plain.FORMAT:
            for reason, which in plain.remarks(part, self.settings):
                self._remark(reason, which, part, opening)
        return part if part.attempt is None else self._each_once(part, opening)

    def _without_buffer(self, part: Rollouts, opening: Opening, goes_on: bool) -> Rollouts:
        """Return a part without the rows at its beginning that are the end of what was written before it.

        A trainer whose buffer is not emptied writes them again: TRL with each file, ms-swift with each line.

        Args:
            part: The rows.
            opening: Their file.
            goes_on: Whether they were written together with the part before.
        """
        rows = row_signatures(part)
        again = 0 if goes_on else common_end(self._written, rows)
        self._written = np.append(self._written, rows) if goes_on else rows
        if not again:
            return part
        self.left_out.add(REPEATED, place_of(opening, int(part.row[0])), again)
        return _rows_of(part, np.arange(len(rows)) >= again)

    def _with_steps(self, part: Rollouts, opening: Opening) -> Rollouts:
        """Return the part with the step in the file's name, where the log is a folder and has no other."""
        step = step_in_name(opening.path) if len(self.files) > 1 and part.step is None else None
        if step is None:
            return part
        if len(part.problem) and self._last_step != step:
            self.remarks.add(STEPS_BY_NAME, shown(opening.path))
        return dataclasses.replace(part, step=np.full(len(part.problem), step))

    def _refuse_half_stepped(self, part: Rollouts, opening: Opening) -> None:
        """Raise LogError if a file of the log has steps and another has none: no order of both is known."""
        if len(part.problem):
            self._by_steps.setdefault(part.step is not None, opening.path)
        if len(set(self._by_steps.values())) > 1:
            which = f"{shown(self._by_steps[True])} has steps, {shown(self._by_steps[False])} has none"
            raise LogError(f"{shown(self.path)}: {which}: name one of them, or put the step into the names of files")

    def _look_back(self, part: Rollouts, opening: Opening) -> None:
        if part.step is not None and len(part.step):
            least = part.step[0] if self._last_step is None else self._last_step
            highest = np.maximum.accumulate(np.maximum(part.step, least))
            self._remark(BACK, part.step < highest, part, opening)
            self._last_step = int(highest[-1])

    def _each_once(self, part: Rollouts, opening: Opening) -> Rollouts:
        if self._seen.count + len(part.problem) > MOST_KEYS:
            self._remark(UNCOMPARED, np.ones(len(part.problem), bool), part, opening)
            return part
        again = ~first_times(part, self._seen)
        if not again.any():
            return part
        if self.form is plain.FORMAT and opening.kind == "table" and part.step is None and part.group is None:
            self._refuse_twice(part, int(again.argmax()), opening)
        self.left_out.add(TWICE, place_of(opening, int(part.row[again.argmax()])), int(again.sum()))
        return _rows_of(part, ~again)

    def _refuse_twice(self, part: Rollouts, at: int, opening: Opening) -> None:
        """Raise LogError with both rows of a numbered attempt that stands in a table twice."""
        second, first = place_of(opening, int(part.row[at])), None
        key = (part.problem[at], None if part.attempt is None else part.attempt[at])
        for other, place in self._again():
            same = np.flatnonzero((other.problem == key[0]) & (other.attempt == key[1]))
            if len(same):
                first = place_of(place, int(other.row[same[0]]))
                break
        names = plain.find_columns(_names(opening), self.settings)
        what = f"{names['problem'][0]} {_shown(key[0])}, {names['attempt'][0]} {_shown(key[1])}"
        where = _both(str(first), second)
        raise LogError(f"{second}: {names['attempt'][0]}: {what} stands in {where}: keep one, or number them")

    def _again(self) -> Iterator[tuple[Rollouts, Opening]]:
        for opening in self.files:
            for frame in read_rows(opening, self.form, self.settings, Omissions()):
                yield self.form.rollouts(frame, opening.path, self.settings), opening

    def _remark(self, reason: str, which: np.ndarray, part: Rollouts, opening: Opening) -> None:
        if which.any():
            first = "" if reason in self.remarks else place_of(opening, int(part.row[which.argmax()]))
            self.remarks.add(reason, first, int(which.sum()))

    def _why_empty(self) -> str:
        if not self.left_out:
            return "the log is empty: give a row for each attempt"
        return f"no row of the log can be read: {'; '.join(self.left_out.lines[:3])}"


def open_log(path: str | Path, form: str | None = None, settings: Settings | None = None) -> LogReading:
    """Return a log that is read by iterating over it.

    Args:
        path: a file or a folder of files of one format.
        form: the name of the format, told from the content where it is None.
        settings: what the user says of the log.

    Raises:
        LogError: a line with the file, for what cannot be read, is like no format, or is of two.

    >>> open_log("no/such.csv")
    Traceback (most recent call last):
    infoloop.verdict_logs.formats.log_format.LogError: no/such.csv: cannot be read: No such file or directory
    """
    path, settings, skipped = Path(path), settings or Settings(), Omissions()
    if form is None and {"n", "c"} <= set(settings.columns):
        form = counts.FORMAT.name
    if form is not None:
        format_named(form)
    if path.is_dir():
        chosen, files = _folder(path, form, skipped)
    else:
        check_readable(path)
        opening = peek(path)
        chosen, files = _format_of(opening, form, settings), (opening,)
    return LogReading(path, chosen, files, settings, skipped)


def _format_of(opening: Opening, form: str | None, settings: Settings) -> LogFormat:
    """Return the format of a file; one with rows that is like none is plain, if the user names its columns."""
    try:
        return recognise(opening, form)
    except UnknownFormatError as error:
        if opening.kind not in ("lines", "table") or not opening.keys:
            raise
        if settings.columns or opening.kind == "table":
            return plain.FORMAT
        raise LogError(f"{error}; or name the columns with --columns") from None


def _folder(folder: Path, form: str | None, skipped: Omissions) -> tuple[LogFormat, tuple[Opening, ...]]:
    """Return the format of the files of a folder, and those that have it; refuse two formats.

    Of a format that the user names, files that are not like it are no log, unless none is like it.
    """
    chosen: LogFormat | None = None
    files: list[Opening] = []
    unlike: list[Opening] = []
    why = "none is a log"
    for path in log_files(folder, skipped):
        try:
            opening = peek(path)
            found = recognise(opening, form)
        except LogError as error:
            why = str(error) if not skipped.get(NO_LOG) else why
            skipped.add(NO_LOG, shown(path))
            continue
        if chosen is not None and found is not chosen:
            both = f"{shown(files[0].path)} is {chosen.name}, {shown(path)} is {found.name}"
            raise LogError(f"{shown(folder)}: two formats in one folder: {both}: name one of them with its path")
        chosen = found
        (files if form is None or is_like(found, opening) else unlike).append(Opening(path, opening.kind))
    if not files:
        files, unlike = unlike, []
    for opening in unlike:
        skipped.add(NO_LOG, shown(opening.path))
    if chosen is None:
        raise LogError(f"{shown(folder)}: there is no log in the folder: {why}")
    return chosen, tuple(files)


def _names(opening: Opening) -> list[str]:
    records = opening.records or peek(opening.path).records
    return [str(name) for name in records[0]] if records else []


def _first_missing(frame: pd.DataFrame, part: Rollouts) -> int:
    """Return the number of the first row of a frame that is not in the part made of it."""
    missing = np.flatnonzero(~np.isin(frame.index.to_numpy(), part.row))
    return int(frame.index[missing[0] if len(missing) else 0])


def _rows_of(part: Rollouts, which: np.ndarray) -> Rollouts:
    """Return some rows of a part."""

    def pick(values: object) -> object:
        if isinstance(values, np.ndarray):
            return values[which]
        return {name: inner[which] for name, inner in values.items()} if isinstance(values, dict) else values

    fields = {one.name: getattr(part, one.name) for one in dataclasses.fields(part) if one.name != "left_out"}
    return dataclasses.replace(part, **{name: pick(values) for name, values in fields.items()})


def _both(first: str, second: str) -> str:
    """Return two places in one phrase, the file of the second left out where it is the same."""
    (file, _, one), (same, _, other) = first.rpartition(":"), second.rpartition(":")
    if file != same:
        return f"{first} and {second}"
    one, other = one.removeprefix("row "), other.removeprefix("row ")
    return f"{'rows' if 'row ' in second else 'lines'} {one} and {other}"


def _shown(value: object) -> str:
    return quote(value, 40) if isinstance(value, str) else str(value)
