"""Files beside the rollouts of a run that hold none, each refused with a line that says why and what to give."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from infoloop.verdict_logs.formats.log_format import LogError, LogFormat, Opening, Settings
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd


def refused_format(name: str, title: str, source: str, recognises: Callable[[Opening], bool], why: str) -> LogFormat:
    """Return a format that is told, and refused.

    Args:
        name: As in `LogFormat`.
        title: As in `LogFormat`.
        source: As in `LogFormat`.
        recognises: As in `LogFormat`.
        why: Why there is nothing to audit, and what to give in its place.

    >>> refused_format("x", "X", "", lambda opening: True, "no rollouts: give others").refused
    'no rollouts: give others'
    """

    def refuse(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
        raise LogError(f"{path}: {why}")

    return LogFormat(name, title, source, recognises, refuse, refused=why)


def _has(*names: str) -> Callable[[Opening], bool]:
    return lambda opening: opening.keys >= set(names)


def _is_metrics(opening: Opening) -> bool:
    if not opening.records or "step" not in opening.keys:
        return False
    row = opening.records[0]
    if opening.keys == {"step", "data"}:
        return isinstance(row["data"], dict)
    numbers = all(isinstance(value, int | float) for value in row.values())
    return opening.kind == "lines" and numbers and "time" in opening.keys


REFUSED = (
    refused_format(
        "torch",
        "PyTorch pickle",
        "THUDM/slime, slime/observability/rollout_data_utils.py, save_debug_rollout_data, 624b824a898a",
        lambda opening: any(name.split("/")[-1] == "data.pkl" for name in opening.members),
        "to load it would run code: write its samples as JSON lines",
    ),
    refused_format(
        "verifiers-validation",
        "verifiers validation of tasks",
        "PrimeIntellect-ai/verifiers, verifiers/v1/cli/validate.py, a60a606ecc4d309247edf9ff92c3eabca362781f",
        _has("task_key", "mode", "valid", "reason"),
        "no policy answered: give the traces.jsonl of a run",
    ),
    refused_format(
        "token-export",
        "prime-rl export of tokens",
        "PrimeIntellect-ai/prime-rl, src/prime_rl/trainer/rl/token_export.py, 559b44772e471d1538537b8805cc77f3824a5e64",
        _has("schema_version", "rank", "token_ids"),
        "there are no rewards: give the folder rollouts/ of the run",
    ),
    refused_format(
        "metrics",
        "metrics by step",
        "verl-project/verl, verl/utils/tracking.py, FileLogger, and prime-rl, monitors/file.py, log_metrics",
        _is_metrics,
        "there are no rollouts: give the file or folder in which the trainer dumps its generations",
    ),
)
