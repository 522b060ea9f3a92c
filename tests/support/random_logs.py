"""Logs of random forms with gaps in them, and what a loop over their own files, read by csv and json, counts."""

import csv
import gzip
import io
import json
import random
from collections import defaultdict
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa

NAMES = {
    "problem": ["problem", "task_id", "question_id", "prompt"],
    "step": ["step", "global_step", "iteration"],
    "pass": ["pass", "correct", "is_correct", "passed"],
    "reward": ["reward", "score"],
    "group": ["group", "group_id"],
}
FORMS = [
    "jsonl",
    "jsonl.gz",
    "jsonl.zst",
    "json",
    "csv",
    "tsv",
    "csv.gz",
    "parquet",
    "arrow",
    "folder",
    "verl",
    "verifiers",
]


def made_rows(draw: random.Random, form: str) -> tuple[list[dict], dict[str, Any]]:
    """Rows of a log, and the names of its columns by what they are; `passes` are all columns of verdicts."""
    problems, steps, size = draw.randint(1, 9), draw.randint(1, 5), draw.randint(1, 7)
    names: dict[str, Any]
    if form == "verl":
        names = {"problem": "input", "step": "step", "reward": "score", "passes": ["acc"]}
    elif form == "verifiers":
        names = {"problem": "example_id", "reward": "reward", "passes": ["exact", "weak"]}
    else:
        names = {key: draw.choice(NAMES[key]) for key in ("problem", "step", "reward", "group") if draw.random() < 0.7}
        names["problem"] = draw.choice(NAMES["problem"])
        names["passes"] = draw.sample(NAMES["pass"], draw.randint(1, 3))
    rates = [draw.choice([0.0, 1.0, draw.random()]) for _ in range(problems)]
    gap, words = draw.choice([0.0, 0.1]), draw.choice([(1, 0), (True, False), ("pass", "fail")])
    rows = []
    for step in range(steps):
        for k in range(problems):
            for _ in range(size):
                rows.append(one_row(draw, form, names, k, step, rates[k], words, gap))
    return rows, names


def one_row(
    draw: random.Random, form: str, names: dict[str, Any], k: int, step: int, rate: float, words, gap: float
) -> dict:
    right = draw.random() < rate
    row: dict = {names["problem"]: f"p,{k}" if form not in ("verifiers",) else k}
    if "step" in names:
        row[names["step"]] = step
    if "group" in names:
        row[names["group"]] = draw.randint(0, 1)
    said = [right if name == names["passes"][0] else draw.random() < 0.5 for name in names["passes"]]
    verdicts = {name: words[0 if it else 1] for name, it in zip(names["passes"], said, strict=True)}
    if form == "verl":
        row |= {"output": str(draw.random()), "gts": "7", "acc": float(said[0])}
    elif form == "verifiers":
        metrics = {name: float(it) for name, it in zip(names["passes"], said, strict=True)}
        row |= {"prompt": f"p{k}", "completion": str(draw.random()), "answer": "7", "timing": {}, "metrics": metrics}
    else:
        row |= {name: None if draw.random() < gap else value for name, value in verdicts.items()}
    if "reward" in names:
        row[names["reward"]] = None if draw.random() < gap else draw.choice([0.0, 0.5, 1.0])
    return row


def written(folder: Path, form: str, rows: list[dict]) -> Path:
    """Write a log in a form, and return its path."""
    lines = "".join(json.dumps(row) + "\n" for row in rows).encode()
    path = folder / f"log.{form}"
    if form == "folder":
        path = folder / "log"
        path.mkdir()
        half = len(rows) // 2
        for name, part in (("a.jsonl", rows[:half]), ("b.jsonl", rows[half:])):
            (path / name).write_text("".join(json.dumps(row) + "\n" for row in part))
    elif form in ("jsonl", "verl", "verifiers"):
        path = folder / "log.jsonl"
        path.write_bytes(lines)
    elif form == "jsonl.gz":
        path.write_bytes(gzip.compress(lines))
    elif form == "jsonl.zst":
        path.write_bytes(pa.Codec("zstd").compress(lines, asbytes=True))
    elif form == "json":
        path.write_text(json.dumps(rows))
    elif form == "parquet":
        pd.DataFrame(rows).to_parquet(path)
    elif form == "arrow":
        pd.DataFrame(rows).to_feather(path)
    else:
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, rows[0], delimiter="\t" if form == "tsv" else ",")
        table.writeheader()
        table.writerows(rows)
        content = text.getvalue().encode()
        path.write_bytes(gzip.compress(content) if form.endswith("gz") else content)
    return path


def read_back(path: Path, form: str, rows: list[dict]) -> list[dict]:
    """Return the rows as csv or json reads them; of binary tables those that were written."""
    if form in ("csv", "tsv", "csv.gz"):
        content = gzip.decompress(path.read_bytes()) if form.endswith("gz") else path.read_bytes()
        table = csv.DictReader(io.StringIO(content.decode(), newline=""), delimiter="\t" if form == "tsv" else ",")
        return [{name: value or None for name, value in row.items()} for row in table]
    if form in ("parquet", "arrow"):
        return rows
    if form == "json":
        return json.loads(path.read_text())
    if form == "jsonl.zst":
        return rows
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    contents = [gzip.decompress(file.read_bytes()) if form.endswith("gz") else file.read_bytes() for file in files]
    return [json.loads(line) for content in contents for line in content.splitlines()]


def counted_by_hand(rows: list[dict], names: dict[str, Any], verdict: str) -> dict:
    """Return rollouts, tallies by problem, and groups of one reward, as plain loops count them."""
    passes, reward = names["passes"], names.get("reward")
    marks = [*passes, *([reward] if reward else [])]
    kept = [row for row in rows if any(value_of(row, name) is not None for name in marks)]
    if names["problem"] in ("input", "example_id"):
        kept = [row for row in rows if row[reward] is not None]
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    groups: dict[tuple, list[dict]] = defaultdict(list)
    for row in kept:
        judged = value_of(row, verdict)
        if judged is not None:
            tally[str(row[names["problem"]])][0] += 1
            tally[str(row[names["problem"]])][1] += int(judged)
        key = tuple(str(row[names[part]]) for part in ("problem", "step", "group") if part in names)
        groups[key].append(row)
    number = reward or verdict
    dead = of_two = 0
    for members in groups.values():
        values = [value_of(row, number) for row in members]
        known = [value for value in values if value is not None]
        if len(known) > 1:
            of_two += len(members)
            dead += len(members) if len(set(known)) == 1 else 0
    return {"rollouts": len(kept), "tally": dict(tally), "dead": dead, "of_two": of_two, "groups": len(groups)}


def value_of(row: dict, name: str) -> float | None:
    """Return a reward or a verdict, which may be a word, or lie in `metrics`."""
    value = row.get("metrics", row).get(name, row.get(name))
    words = {"pass": 1.0, "fail": 0.0, "True": 1.0, "False": 0.0}
    return None if value is None else words[value] if value in words else float(value)
