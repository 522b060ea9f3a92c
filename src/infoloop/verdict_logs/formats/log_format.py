"""What a format of logs is: how its files are told, and how their rows become rollouts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd


class LogError(ValueError):
    """A log that cannot be read; one line: `FILE:LINE: what and the remedy`."""


class Settings(NamedTuple):
    """What the user says of a log in place of what its content tells.

    Attributes:
        columns: By `problem`, `step`, `group`, `attempt`, `pass`, `reward`, `advantage`, `length`, `answer`: the
            column that has it.
        threshold: The reward from which on an answer is right, where there is no verdict.
    """

    columns: Mapping[str, str] = {}
    threshold: float | None = None


class Opening(NamedTuple):
    """What is seen of a file before it is read.

    Attributes:
        path: The file.
        kind: "lines" (JSON, one value a line), "document" (one JSON value), "table" (CSV, TSV, Parquet, Arrow), "zip".
        records: The first rows, three at most, of a document its outermost value alone (long lists cut).
        members: The names of a zip's members.
    """

    path: Path
    kind: str
    records: tuple[Mapping[str, Any], ...] = ()
    members: tuple[str, ...] = ()

    @property
    def keys(self) -> frozenset[str]:
        """The keys of the first row, or the columns of the table."""
        return frozenset(self.records[0]) if self.records else frozenset()


@dataclass(frozen=True)
class LogFormat:
    """A format of logs.

    Attributes:
        name: As it is said aloud and given to `--format`: `trl`.
        title: What writes it: `TRL completions`.
        source: Repository, file, function and commit of the code that writes it.
        recognises: Whether a file is of this format, from its content.
        rollouts: `rollouts(frame, path, settings)`: the rows of a part of the file, a frame with the file's own columns
            and the index its row numbers, as rollouts.
        wanted: `wanted(names, settings)`: which of the columns `rollouts` looks at; None for all.
        rows: `rows(source)` for a document or a zip: its rows as dictionaries, from an open binary file or
            `zipfile.ZipFile`-like reader.
        grouped: In words, what makes a group: "the same prompt in the same step".
        trusted: The verifier whose word is the truth by what the format is, where a log has it: of two sets of tests
            that which has the other one in it.
        caution: `caution(names)`: what to say where it is a guess that the verifiers of these names judge; else "".
        refused: Why files of this format hold nothing to audit, and what to do; empty for those that do.
    """

    name: str
    title: str
    source: str
    recognises: Callable[[Opening], bool]
    rollouts: Callable[[pd.DataFrame, Path, Settings], Rollouts]
    wanted: Callable[[list[str], Settings], list[str]] | None = None
    rows: Callable[[Any], Iterator[Mapping[str, Any]]] | None = None
    grouped: str = "the same problem"
    trusted: str = ""
    caution: Callable[[Sequence[str]], str] | None = None
    refused: str = ""
