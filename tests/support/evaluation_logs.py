"""Logs of evaluations as tests write them, read by a format, and counted in plain loops."""

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.rollouts import Rollouts

PLAIN = Settings()


def lines(records: list) -> bytes:
    """The records as JSON lines."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode("utf-8", "surrogatepass")


def read_rows(form: LogFormat, source, name: str = "log.json", settings: Settings = PLAIN) -> Any:
    """The rollouts of a file that the format reads as a whole: bytes, or an archive."""
    assert form.rows
    found = form.rows(io.BytesIO(source) if isinstance(source, bytes) else source)
    frame = pd.DataFrame(list(found))
    frame.index += 1
    return form.rollouts(frame, Path(name), settings)


def read_lines(form: LogFormat, source: bytes, name: str = "log.jsonl", settings: Settings = PLAIN) -> Any:
    """The rollouts of JSON lines that are read in parts, here in one, with the columns that the format wants."""
    records = [json.loads(line) for line in source.split(b"\n") if line.strip()]
    keys = list(dict.fromkeys(key for record in records for key in record))
    objects = b"\\ud800" in source  # half a character, which pandas cannot hold as a text
    columns = {key: [record.get(key) for record in records] for key in keys}
    frame = pd.DataFrame(columns, dtype=object if objects else None)
    frame.index += 1
    wanted = form.wanted(list(frame), settings) if form.wanted else list(frame)
    return form.rollouts(frame[wanted], Path(name), settings)


def opening_of(value: Any, kind: str = "lines") -> Opening:
    """What is seen of a file that begins with these records, or of a document."""
    records = tuple(value) if isinstance(value, list) else (value,)
    return Opening(Path("log.json"), kind, records)


def tally(rollouts: Rollouts) -> dict[str, dict[str, tuple[int, int]]]:
    """By verifier, by problem: how many rollouts it judged, and how many of them passed."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for name, verdicts in rollouts.verdicts.items():
        assert len(verdicts) == len(rollouts.problem) == len(rollouts.row)
        for problem, verdict in zip(rollouts.problem, verdicts, strict=True):
            if not np.isnan(verdict):
                tried, passed = counts.setdefault(name, {}).get(problem, (0, 0))
                counts[name][problem] = tried + 1, passed + int(verdict)
    return counts


def counted(judged: list[tuple[str, str, bool]]) -> dict[str, dict[str, tuple[int, int]]]:
    """The tally of (verifier, problem, whether it passed), as an independent reader gives them."""
    counts: dict[str, dict[str, tuple[int, int]]] = {}
    for name, problem, passed in judged:
        tried, right = counts.setdefault(name, {}).get(problem, (0, 0))
        counts[name][problem] = tried + 1, right + bool(passed)
    return counts
