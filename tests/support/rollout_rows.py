"""Rollouts as plain rows, and what an independent reader of a log counts of them."""

import json
from collections import Counter
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pandas as pd

from infoloop.verdict_logs.formats.log_format import Opening
from infoloop.verdict_logs.rollouts import Rollouts


def name_of_prompt(*texts: str) -> str:
    return blake2b("\0".join(texts).encode(), digest_size=8).hexdigest()


def json_records(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line.strip()]


def frame_of_lines(path: Path) -> pd.DataFrame:
    records = json_records(path)
    return pd.DataFrame(records, index=range(1, len(records) + 1))


def opening_of_lines(path: Path) -> Opening:
    return Opening(path, "lines", tuple(json_records(path)[:3]))


def write_lines(path: Path, records: list[dict], **settings) -> Path:
    path.write_text("".join(json.dumps(record, **settings) + "\n" for record in records), encoding="utf-8")
    return path


def rows_of(rollouts: Rollouts, worth: str | np.ndarray = "reward") -> list[dict]:
    """Rows with problem, step, group, right and worth, of which a group is dead if all of it have the same."""
    right = next(iter(rollouts.verdicts.values()))
    none = [None] * len(rollouts.problem)
    columns = {
        "problem": rollouts.problem,
        "step": none if rollouts.step is None else rollouts.step.tolist(),
        "group": none if rollouts.group is None else rollouts.group,
        "right": right,
        "worth": getattr(rollouts, worth) if isinstance(worth, str) else worth,
    }
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]


def counted(rows: list[dict]) -> dict:
    """Attempts and passes of each problem, groups and dead groups of each step."""
    groups: dict[tuple, list] = {}
    attempts, passes, by_step, dead = Counter(), Counter(), Counter(), Counter()
    for row in rows:
        attempts[row["problem"]] += 1
        passes[row["problem"]] += int(row["right"] == 1)
        groups.setdefault((row["problem"], row["step"], row["group"]), []).append(row["worth"])
    for (_, step, _), worths in groups.items():
        by_step[step] += 1
        dead[step] += int(len(set(worths)) == 1)
    return {"attempts": dict(attempts), "passes": dict(passes), "groups": dict(by_step), "dead": dict(dead)}


TESTS, PROOF, THIRD = [1, 1, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 1], [1, 1, 0, 1, 1, 1, 1, 0]


def judged_rows(**verdicts):
    """Rows of two problems with four rollouts each, with these verdicts of each row."""
    return [{"problem": "ab"[k // 4], **{name: values[k] for name, values in verdicts.items()}} for k in range(8)]
