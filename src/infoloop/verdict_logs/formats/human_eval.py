r"""Results of HumanEval, `*_results.jsonl`: a line for each completion, its key `passed` the verdict.

Written by `combine_results` in `evaluate_functional_correctness`, human_eval/evaluation.py of openai/human-eval at
6d43fb980f9fee3c892a914eda09951f772ad10d: every key of the sample, then `result` ("passed", "timed out" or "failed: "
and a message) and `passed`. A made example::

    {"task_id": "HumanEval/0", "completion": "    return True\n", "result": "passed", "passed": true}
    {"task_id": "HumanEval/1", "completion": "    while True: pass\n", "result": "timed out", "passed": false}

The number of the completion is *not* written: the attempts at a task are its lines in the order of the file, without
names of their own. A time-out is a failure. Lengths are in characters.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from infoloop.verdict_logs.formats.log_format import LogFormat, Opening, Settings
from infoloop.verdict_logs.formats.rollout_settings import need_columns, refuse_threshold
from infoloop.verdict_logs.formats.scored_rows import counted_reasons, problem_names, spelled, texts
from infoloop.verdict_logs.rollouts import Rollouts

if TYPE_CHECKING:
    import pandas as pd

_SOURCE = "openai/human-eval, human_eval/evaluation.py, evaluate_functional_correctness, at 6d43fb98"
_TEXTS = ("completion", "solution")


def _recognises(opening: Opening) -> bool:
    if not opening.keys >= {"task_id", "passed"} or not opening.keys & {"result", *_TEXTS}:
        return False
    return isinstance(opening.records[0]["passed"], bool | np.bool_)


def _samples(opening: Opening) -> bool:
    """Whether these are completions that nobody judged."""
    return {"task_id"} < opening.keys <= {"task_id", "completion_id", "raw_generation", "_identifier", *_TEXTS}


def _wanted(names: list[str], settings: Settings) -> list[str]:
    said = {*settings.columns.values(), *settings.verifiers(names), settings.trusted}
    return [name for name in names if name in {"task_id", "passed", *_TEXTS, *said}]


def _rollouts(frame: pd.DataFrame, path: Path, settings: Settings) -> Rollouts:
    named = {"problem": "task_id"} | dict(settings.columns)
    judges = settings.verifiers(frame) or ("passed",)
    need_columns(frame, (named["problem"], *judges))
    refuse_threshold(settings, path)
    judges = dict.fromkeys([judges[0], *([settings.trusted] if settings.trusted in frame else []), *judges])
    verdicts = {name: spelled(frame[name], {True: 1.0, False: 0.0}) for name in judges}
    problem, right = problem_names(frame[named["problem"]]), next(iter(verdicts.values()))
    reason = np.full(len(frame), None, dtype=object)
    reason[np.isnan(right)] = "no verdict in `passed`"
    reason[np.array([name is None for name in problem], bool)] = "no text or whole number as `task_id`"
    kept = np.array([why is None for why in reason], bool)
    text = next((name for name in (named.get("answer"), *_TEXTS) if name in frame), None)
    answer, length = (None, None) if text is None else texts(frame[text][kept])
    return Rollouts(
        problem=problem[kept],
        row=frame.index.to_numpy()[kept],
        attempt=frame[named["attempt"]].to_numpy()[kept] if "attempt" in named else None,
        verdicts={name: values[kept] for name, values in verdicts.items()},
        length=length,
        answer=answer,
        left_out=counted_reasons(reason),
    )


FORMAT = LogFormat(
    name="human_eval",
    title="HumanEval results",
    source=_SOURCE,
    recognises=_recognises,
    rollouts=_rollouts,
    wanted=_wanted,
    grouped="the same task_id",
)

FORMATS = (
    FORMAT,
    LogFormat(
        name="human_eval_samples",
        title="samples of HumanEval or EvalPlus",
        source=_SOURCE,
        recognises=_samples,
        rollouts=_rollouts,
        refused="they hold completions and no verdict: run the evaluation, and give the results that it writes",
    ),
)
