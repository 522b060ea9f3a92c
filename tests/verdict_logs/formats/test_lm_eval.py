"""Samples of lm-evaluation-harness in the layouts of its versions; `written` does what `save_results_samples` does."""

import json
import math
from typing import Any

import pytest

from infoloop.verdict_logs.formats.lm_eval import FORMAT, FORMATS
from infoloop.verdict_logs.formats.log_format import Settings
from tests.support.evaluation_logs import lines, opening_of, read_rows, tally

NAME = "samples_gsm8k_2026-08-21T10-11-12.123456.jsonl"
HASH = "9f86d0{}"


def record(doc: int, text: object, name: str | None, metrics: dict, filtered: object = "72") -> dict:
    """A line as `evaluate` makes it, from 0.4.7 on where it has a filter's name."""
    resps = text if isinstance(text, list) else [[text]]
    arguments = {"gen_args_0": {"arg_0": f"Question {doc}\nAnswer:", "arg_1": {"until": ["</s>"], "do_sample": False}}}
    one: dict[str, Any] = {
        "doc_id": doc,
        "doc": {"question": f"q {doc}", "answer": 72},
        "target": "72",
        "arguments": arguments,
    }
    one |= {"resps": resps, "filtered_resps": filtered if isinstance(filtered, list) else [filtered]}
    if name is not None:
        one |= {"filter": name, "metrics": list(metrics)}
    hashes = {"doc_hash": HASH.format(doc), "prompt_hash": "60", "target_hash": "fd"}
    return {**one, **hashes, **metrics}


def complete() -> bytes:
    """Two filters, all documents under the first, then all under the second, as two ranks write them."""
    order = [*range(0, 9, 2), *range(1, 9, 2)]
    made = [record(doc, f"t{doc}", "strict-match", {"exact_match": float(doc % 3 == 0)}) for doc in order]
    made += [record(doc, f"t{doc}", "flexible-extract", {"exact_match": float(doc % 2 == 0)}) for doc in order]
    return lines(made)


def varied() -> bytes:
    """One filter without a name, Boolean, text and list metrics, a metric renamed, one missing, a further key."""
    made = []
    for doc in range(6):
        metrics: dict[str, Any] = {
            "prompt_strict": doc % 2 == 0,
            "np_acc": str(doc % 3 == 0),
            "each": [True, False],
            "f1": [1, 0],
        }
        metrics |= {"loss": -1.5 * doc} if doc else {"loss": math.nan}
        made.append(record(doc, f"t{doc}", "none", metrics) | {"host": "gpu0", "seed": 1})
    del made[2]["np_acc"], made[3]["target_hash"], made[4]["arguments"]
    return lines(made)


def unnamed() -> list[dict]:
    """Before 0.4.7: the k-th record of a document is that of the k-th filter."""
    made = [record(doc, f"t{doc}", None, {"exact_match": float(doc == 1)}) for doc in range(3)]
    return made + [record(doc, f"t{doc}", None, {"exact_match": float(doc > 0)}) for doc in range(3)]


def independent(records: list[dict], metrics: list[str], task: str = "gsm8k") -> dict:
    """By filter and metric, the verdict of each document: each once."""
    found: dict = {}
    place: dict[int, int] = {}
    several = len(records) > len({one["doc_id"] for one in records})
    for one in records:
        place[one["doc_id"]] = place.get(one["doc_id"], 0) + 1
        chosen = one.get("filter", f"filter #{place[one['doc_id']]}" if several else "none")
        for metric in metrics:
            value = {"True": 1, "False": 0}.get(one.get(metric), one.get(metric))
            if value is not None:
                name = metric if chosen == "none" else f"{chosen}/{metric}"
                found.setdefault(name, {})[f"{task}/{one['doc_id']}"] = (1, int(value))
    return found


def parsed(source: bytes) -> list[dict]:
    return [json.loads(line) for line in source.decode().split("\n") if line]


def test_several_filters_are_several_verifiers_of_one_rollout():
    found = read_rows(FORMAT, complete(), NAME)
    assert tally(found) == independent(parsed(complete()), ["exact_match"])
    assert len(found.problem) == 9
    assert list(found.verdicts) == ["strict-match/exact_match", "flexible-extract/exact_match"]
    assert found.row.tolist() == list(range(1, 10))


def test_metrics_of_other_kinds_and_missing_ones():
    found = read_rows(FORMAT, varied(), NAME)
    assert tally(found) == independent(parsed(varied()), ["prompt_strict", "np_acc"])
    assert list(found.rewards) == ["loss"]
    assert found.rewards["loss"][1:].tolist() == [-1.5, -3.0, -4.5, -6.0, -7.5]
    assert "seed" not in found.verdicts


def test_lines_and_an_array_and_a_dump_give_the_same():
    records = unnamed()
    expected = independent(records, ["exact_match"])
    assert tally(read_rows(FORMAT, lines(records), NAME)) == expected
    assert tally(read_rows(FORMAT, json.dumps(records, indent=2).encode(), NAME)) == expected
    dump = {"results": {}, "configs": {}, "n-shot": {}, "samples": {"gsm8k": records}}
    assert tally(read_rows(FORMAT, json.dumps(dump).encode(), "mine.json")) == expected


def test_without_names_one_filter_has_the_metric_s_name():
    assert list(read_rows(FORMAT, lines(unnamed()[:3]), NAME).verdicts) == ["exact_match"]


def test_answers_and_lengths_are_of_the_text():
    made = [record(doc, "x" * (doc + 1), "none", {"acc": 1.0}, filtered=str(doc % 2)) for doc in range(4)]
    found = read_rows(FORMAT, lines(made), NAME)
    assert found.length.tolist() == [1, 2, 3, 4]
    assert found.answer[0] == found.answer[2] != found.answer[1]


def test_multiple_choice_has_neither():
    choices = [[["-3.41", "False"]], [["-0.52", "True"]]]
    made = [record(0, choices, "none", {"acc": 1.0, "acc_norm": 0.0}, filtered=[["-3.41", "False"], ["-0.52", "True"]])]
    found = read_rows(FORMAT, lines(made), NAME)
    assert tally(found) == {"acc": {"gsm8k/0": (1, 1)}, "acc_norm": {"gsm8k/0": (1, 0)}}
    assert (found.length, found.answer) == (None, None)


def test_a_second_run_is_a_further_attempt_and_a_line_twice_is_left_out():
    one, other = (record(0, text, "none", {"acc": float(text == "a")}) for text in "ab")
    found = read_rows(FORMAT, lines([one, other, one]), NAME)
    assert tally(found) == {"acc": {"gsm8k/0": (2, 1)}}
    assert len(set(found.attempt)) == 2
    assert found.left_out == {"the same answer under the same filter again": 1}


def test_attempts_of_two_files_differ():
    first, second = (read_rows(FORMAT, complete(), f"{run}/{NAME}").attempt for run in ("model_a", "model_b"))
    assert not set(first) & set(second)


def test_the_task_is_in_the_file_s_name():
    found = read_rows(FORMAT, complete(), "samples_mmlu_high_school_2026-08-21T10-11-12.1.jsonl.gz")
    assert found.problem[0] == "mmlu_high_school/0"
    assert read_rows(FORMAT, complete(), "pretrained__m_gsm8k.jsonl").problem[0] == "pretrained__m_gsm8k/0"


def test_counts_are_made_of_pass_at_k_where_it_leaves_one_open():
    programs = [f"def f(): return {k}" for k in range(4)]
    made = [
        record(0, [programs], "create_test", {"pass@1": 0.75}, filtered=[programs]),
        record(1, [programs], "create_test", {"pass@2": 0.5}, filtered=[programs]),
        record(2, [programs], "create_test", {"pass@2": 1.0}, filtered=[programs]),
        record(3, [programs[:1]], "create_test", {"pass@1": 1.0}, filtered=[programs[:1]]),
    ]
    found = read_rows(FORMAT, lines(made[:3]), NAME)
    assert tally(found) == {"create_test/pass": {"gsm8k/0": (4, 3), "gsm8k/1": (4, 1)}}
    assert found.attempt is None
    assert found.left_out == {"pass@k that leaves the count of passes open": 1}
    assert tally(read_rows(FORMAT, lines(made[3:]), NAME)) == {"create_test/pass@1": {"gsm8k/3": (1, 1)}}


def test_a_graded_metric_is_a_reward_and_with_a_threshold_a_verdict():
    made = [record(doc, f"t{doc}", "none", {"rouge": doc / 4}) for doc in range(5)]
    graded = read_rows(FORMAT, lines(made), NAME)
    assert (graded.verdicts, graded.reward.tolist()) == ({}, [0, 0.25, 0.5, 0.75, 1])
    judged = read_rows(FORMAT, lines(made), NAME, Settings(threshold=0.5))
    assert judged.verdicts["rouge"].tolist() == [0, 0, 1, 1, 1]


def test_lines_that_are_none_are_left_out_and_counted():
    good = record(0, "t", "none", {"acc": 1.0})
    bad: list[Any] = [
        [1],
        {"doc_id": [0], "resps": []},
        {"doc_id": "\x1b[2K", "resps": [["t"]], "filter": "none", "metrics": [["a"]]},
    ]
    bad += [
        {**good, "doc_id": 5, "filter": {"a": 1}},
        {**good, "doc_id": 6, "acc": [1]},
        {**good, "doc_id": 7, "acc": math.nan},
    ]
    found = read_rows(FORMAT, lines([good, *bad]) + b'{"doc_id": 9, "resps": [["cut', NAME)
    assert tally(found) == {"acc": {"gsm8k/0": (1, 1)}}
    assert found.left_out == {
        "a line that is no object": 1,
        "a line that is not JSON": 1,
        "no `doc_id` or `filter` that is a name, or no `resps`": 2,
        "no verdict": 3,
    }


def test_two_documents_under_one_id_are_refused():
    made = [record(0, "t", "none", {"acc": 1.0}), record(0, "u", "none", {"acc": 1.0}) | {"doc_hash": "other"}]
    with pytest.raises(ValueError, match="line 2: doc_id '0' stands for two documents: give one file for each task"):
        read_rows(FORMAT, lines(made), NAME)


def test_a_flood_of_metrics_is_refused():
    made = [record(0, "t", "none", {f"m{k}": 1.0 for k in range(1001)})]
    with pytest.raises(ValueError, match="more than 1,000 metrics"):
        read_rows(FORMAT, lines(made), NAME)


def test_samples_are_told_from_aggregates():
    assert FORMAT.recognises(opening_of(unnamed()[:3]))
    dump = opening_of({"results": {}, "configs": {}, "versions": {}, "samples": {}}, "document")
    assert [form.recognises(dump) for form in FORMATS] == [True, False]
    means = opening_of(
        {"results": {"gsm8k": {"exact_match,strict-match": 0.5}}, "configs": {}, "n-shot": {}}, "document"
    )
    assert not FORMAT.recognises(means)
    assert [form.recognises(means) for form in FORMATS] == [False, True]
    assert not FORMAT.recognises(opening_of({"doc_id": 0, "passed": True}))
    assert "--log_samples" in FORMATS[1].refused
