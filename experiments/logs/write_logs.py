"""Write the made run (`made_run`) in the forms of trainers and of evaluations, two files of each.

The second of each has optional columns missing, reward functions renamed and keys added: a reader may rely on neither.
Run `python write_logs.py` in this folder; the files are the same each time.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from made_run import ANSWERS, FORMAT, LENGTH, PROBLEMS, REWARD, RIGHT, WEAK, MadeRun, made_evaluation, made_run

HERE = Path(__file__).parent
ATTEMPTS = 16  # at each problem of an evaluation


def main() -> None:
    """Write all files."""
    run = made_run()
    answers = made_evaluation(run, ATTEMPTS)
    for write in (trl, verl):
        write(run)
    for write in (verifiers, lm_eval, evalplus, human_eval, inspect, counts, plain):
        write(answers)


def prompt(problem: int) -> str:
    """Return the text of a problem."""
    return f"user\nWhat is {problem} + {7 - problem}? Give the number in a box.\nassistant\n"


def trl(run: MadeRun) -> None:
    """Write `completions/completions_STEP.parquet` of GRPOTrainer: reward functions, then the advantage."""
    table = pd.DataFrame({
        "step": run.step,
        "prompt": [prompt(problem) for problem in run.problem],
        "completion": [ANSWERS[answer][0] for answer in run.answer],
        "accuracy_reward": RIGHT[run.answer],
        "format_reward": 0.25 * FORMAT[run.answer],
        "advantage": run.advantage,
    })  # fmt: skip
    renamed = table.rename(columns={"accuracy_reward": "correct", "format_reward": "has_box"})
    renamed.insert(5, "golden_answer", "7")
    for name, log in (("trl", table), ("trl_renamed", renamed)):
        for step, rows in log.groupby("step"):
            path = _folder(f"{name}/completions") / f"completions_{step:05d}.parquet"
            rows.to_parquet(path, index=False)


def verl(run: MadeRun) -> None:
    """Write `rollout_data_dir/STEP.jsonl` of RayPPOTrainer."""
    for name, full in (("verl", True), ("verl_short", False)):
        for step in np.unique(run.step):
            rows = []
            for k in np.flatnonzero(run.step == step):
                answer = run.answer[k]
                row: dict[str, Any] = {"input": prompt(run.problem[k]), "output": ANSWERS[answer][0]}
                row |= {"gts": "7"} if full else {}
                row |= {"score": float(REWARD[answer]), "step": int(step)}
                row |= {"acc": bool(RIGHT[answer]), "pred": ANSWERS[answer][0][-2:]} if full else {"judge": 0.5}
                rows.append(row)
            _lines(_folder(name) / f"{step}.jsonl", rows)


def verifiers(answers: np.ndarray) -> None:
    """Write `results.jsonl` and `metadata.json` of verifiers' `vf-eval`."""
    for name, full in (("verifiers", True), ("verifiers_renamed", False)):
        rows = []
        for problem, attempt in _attempts(answers):
            answer = answers[problem, attempt]
            metrics = {"correct_answer" if full else "exact": float(RIGHT[answer]), "has_box": float(FORMAT[answer])}
            messages = [{"role": "user", "content": prompt(problem)}]
            row: dict[str, Any] = {
                "example_id": problem, "prompt": messages,
                "completion": [{"role": "assistant", "content": ANSWERS[answer][0]}], "answer": "7", "task": "sums",
                "reward": float(REWARD[answer]), "generation_ms": 12.5, "metrics": metrics,
            }  # fmt: skip
            rows.append(row if full else {**{k: v for k, v in row.items() if k != "answer"}, "info": {"extra": [1]}})
        folder = _folder(name)
        _lines(folder / "results.jsonl", rows)
        about = {"env_id": "sums", "model": "made", "num_examples": PROBLEMS, "rollouts_per_example": ATTEMPTS}
        (folder / "metadata.json").write_text(json.dumps(about) + "\n", encoding="utf-8")


def lm_eval(answers: np.ndarray) -> None:
    """Write `samples_TASK_DATE.jsonl` of lm-evaluation-harness: two filters are two verifiers, one answer a problem."""
    for name, full in (("lm_eval", True), ("lm_eval_before_0.4.7", False)):
        rows = []
        for label, verdict in (("strict-match", RIGHT), ("flexible-extract", WEAK)):
            for problem in range(PROBLEMS):
                text = ANSWERS[answers[problem, 0]][0]
                row: dict[str, Any] = {
                    "doc_id": problem, "doc": {"question": prompt(problem)}, "target": "7",
                    "arguments": {"gen_args_0": {"arg_0": prompt(problem), "arg_1": {"until": ["\n\n"]}}},
                    "resps": [[text]], "filtered_resps": [text[-2:]],
                }  # fmt: skip
                row |= {"filter": label, "metrics": ["exact_match"]} if full else {}
                row |= {"doc_hash": hashlib.sha256(prompt(problem).encode()).hexdigest()}
                rows.append({**row, "exact_match": float(verdict[answers[problem, 0]])})
        _lines(_folder(name) / "samples_sums_2026-11-27T10-11-12.123456.jsonl", rows)


def evalplus(answers: np.ndarray) -> None:
    """Write `samples.eval_results.json` of EvalPlus: base tests are the weak verifier, plus tests the strong one."""
    words = ("fail", "pass")
    for name, full in (("evalplus", True), ("evalplus_base_only", False)):
        problems: dict[str, list] = {}
        for problem, attempt in _attempts(answers):
            answer = answers[problem, attempt]
            task = f"HumanEval/{problem}"
            row = {"task_id": task, "solution": ANSWERS[answer][0], "base_status": words[int(WEAK[answer])]}
            row |= {"plus_status": words[int(RIGHT[answer])] if full else None}
            problems.setdefault(task, []).append({**row, "base_fail_tests": [], "plus_fail_tests": []})
        found = {"date": "2026-11-27 10:11", "hash": "0" * 32, "eval": problems}
        (_folder(name) / "samples.eval_results.json").write_text(json.dumps(found), encoding="utf-8")


def human_eval(answers: np.ndarray) -> None:
    """Write `samples.jsonl_results.jsonl` of HumanEval."""
    for name, full in (("human_eval", True), ("human_eval_extra", False)):
        rows = []
        for problem, attempt in _attempts(answers):
            answer = answers[problem, attempt]
            row = {"task_id": f"HumanEval/{problem}", "completion": ANSWERS[answer][0]}
            row |= {} if full else {"temperature": 0.8}
            said = "passed" if RIGHT[answer] else "failed: "
            rows.append({**row, "result": said, "passed": bool(RIGHT[answer])})
        _lines(_folder(name) / "samples.jsonl_results.jsonl", rows)


def inspect(answers: np.ndarray) -> None:
    """Write a `.eval` archive of Inspect: one member a sample and epoch, `header.json` beside them."""
    for name, full in (("inspect", True), ("inspect_numbers", False)):
        path = _folder(name) / "2026-11-27T10-11-12_sums_made.eval"
        about = {"task": "sums", "task_id": "made", "model": "made", "created": "2026-11-27T10:11:12+00:00"}
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for problem, attempt in _attempts(answers):
                answer = answers[problem, attempt]
                scores = {"match": {"value": "CI"[1 - int(RIGHT[answer])] if full else float(RIGHT[answer])}}
                scores |= {"judge": {"value": "CI"[1 - int(WEAK[answer])]}} if full else {}
                sample = {
                    "id": problem + 1, "epoch": attempt + 1, "input": prompt(problem), "target": "7", "scores": scores,
                    "output": {"model": "made", "completion": ANSWERS[answer][0]},
                }  # fmt: skip
                _member(archive, f"samples/{problem + 1}_epoch_{attempt + 1}.json", sample)
            _member(archive, "header.json", {"version": 2, "status": "success", "eval": about})


def counts(answers: np.ndarray) -> None:
    """Write a table of attempts n and passes c."""
    passes = RIGHT[answers].sum(axis=1).astype(int)
    names = [f"sum-{problem:02}" for problem in range(PROBLEMS)]
    folder = _folder("counts")
    pd.DataFrame({"problem": names, "n": ATTEMPTS, "c": passes}).to_csv(folder / "counts.csv", index=False)
    pd.DataFrame({"num_samples": ATTEMPTS, "num_correct": passes, "model": "made"}).to_csv(
        folder / "counts_without_names.tsv", index=False, sep="\t"
    )


def plain(answers: np.ndarray) -> None:
    """Write a row for each attempt: CSV with `;`, and JSON lines with words for verdicts."""
    rows = [
        {"task_id": f"sum-{problem:02}", "passed": ("fail", "pass")[int(RIGHT[answers[problem, k]])],
         "tokens": int(LENGTH[answers[problem, k]])}
        for problem, k in _attempts(answers)
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(_folder("plain") / "verdicts.csv", index=False, sep=";")
    _lines(_folder("plain") / "verdicts.jsonl", [{**row, "note": {"seen": False}} for row in rows])


def _attempts(answers: np.ndarray) -> Iterator[tuple[int, int]]:
    yield from np.ndindex(*answers.shape)


def _member(archive: zipfile.ZipFile, name: str, content: dict[str, Any]) -> None:
    info = zipfile.ZipInfo(name, (2026, 11, 27, 10, 11, 12))  # a date of its own would make the bytes differ
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, json.dumps(content))


def _lines(path: Path, rows: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def _folder(name: str) -> Path:
    folder = HERE / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


if __name__ == "__main__":
    import jax

    jax.config.update("jax_enable_x64", True)
    main()
