"""Inspect logs: archives and documents as the recorders write them, keys with a null left out."""

import io
import json
import math
import warnings
import zipfile
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from infoloop.verdict_logs.formats.inspect_ai import FORMAT
from infoloop.verdict_logs.formats.log_format import Opening, Settings
from tests.support.evaluation_logs import PLAIN, counted, lines, opening_of, read_rows, tally

HEADER = {
    "version": 2,
    "status": "success",
    "eval": {"task": "popularity", "task_id": "dP", "run_id": "r1", "model": "m"},
}
NUMBERS = {"C": 1, "I": 0, "N": 0, True: 1, False: 0}


def sample(name, epoch: int, scores: dict, text: str = "No", **more) -> dict:
    reply = {"message": {"role": "assistant", "content": text, "source": "generate"}, "stop_reason": "stop"}
    usage = {"input_tokens": 60, "output_tokens": len(text) + 1, "total_tokens": 70}
    output = {"model": "m", "choices": [reply], "completion": text, "usage": usage, "time": 0.4}
    judged = {scorer: {"value": value, "explanation": "why", "history": []} for scorer, value in scores.items()}
    one = {"id": name, "epoch": epoch, "input": "Is it?", "target": " No", "messages": [], "output": output}
    one |= {"scores": judged, "metadata": {}, "store": {}, "events": [], "model_usage": {"m": usage}}
    return {**one, "uuid": f"{name}-{epoch}", "attachments": {}, **more}


def archive(samples: Iterable[dict], header: dict | None = HEADER, again: Iterable[dict] = ()) -> bytes:
    """A zip as `EvalRecorder` writes it; `again` are samples written once more under the same names."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=5) as file, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name that is there already
        file.writestr("_journal/start.json", json.dumps({"version": 2, "eval": HEADER["eval"], "plan": {}}))
        for one in [*samples, *again]:
            file.writestr(f"samples/{one['id']}_epoch_{one['epoch']}.json", json.dumps(one))
        file.writestr("_journal/summaries/1.json", json.dumps([{"id": 1, "epoch": 1, "scores": {}}]))
        file.writestr("summaries.json", json.dumps([{"id": 1, "epoch": 1}]))
        file.writestr("reductions.json", json.dumps([{"scorer": "match", "samples": [{"value": 1.0, "sample_id": 1}]}]))
        if header is not None:
            file.writestr("header.json", json.dumps(header))
    return made.getvalue()


def complete() -> list[dict]:
    """Two epochs, two scorers."""
    draws = np.random.default_rng(5).integers(0, 3, (12, 2, 2))
    return [
        sample(k, e + 1, {"match": "CIN"[draws[k, e, 0]], "judge": "CIN"[draws[k, e, 1]]}, text="ab"[k % 2])
        for k in range(12)
        for e in range(2)
    ]


def varied() -> list[dict]:
    """A value that is an object, Booleans, graded scores, NaN and null, texts as ids, no uuid, no completion."""
    made = []
    for k in range(6):
        facts = {"style": k % 2, "facts": "C" if k < 2 else "I", "length": math.nan if k == 3 else 0.25 * k, "no": None}
        one = sample(f"a/{k}", 1, {"rubric": facts, "exact": k == 4, "f1": 0.83}, host="x")
        del one["uuid"], one["output"]["completion"], one["metadata"], one["output"]["usage"]
        made.append(one)
    del made[5]["scores"]["exact"]["value"]  # unscored, in older logs
    return made


def independent(samples: list[dict], names: dict[str, tuple]) -> dict:
    """By name the path to the value in `scores`."""
    judged = []
    for one in samples:
        for name, (scorer, *inner) in names.items():
            value = one["scores"].get(scorer, {}).get("value")
            for key in inner:
                value = None if value is None else value.get(key)
            if value is not None:
                judged.append((name, f"popularity/{one['id']}", NUMBERS[value] == 1))
    return counted(judged)


def read(samples: Iterable[dict], settings: Settings = PLAIN, **more):
    return read_rows(FORMAT, zipfile.ZipFile(io.BytesIO(archive(samples, **more))), "log.eval", settings)


def test_epochs_are_attempts_and_scorers_verifiers():
    found = read(complete())
    assert tally(found) == independent(complete(), {"match": ("match",), "judge": ("judge",)})
    assert found.attempt.tolist() == [f"{k}-{epoch}" for k in range(12) for epoch in (1, 2)]  # each has its `uuid`
    assert found.left_out == {}


def test_objects_are_several_verifiers_and_graded_ones_components():
    found = read(varied())
    names = {"rubric/style": ("rubric", "style"), "rubric/facts": ("rubric", "facts"), "exact": ("exact",)}
    assert tally(found) == independent(varied(), names)
    assert list(found.rewards) == ["rubric/length", "f1"]
    lengths = [0, 0.25, 0.5, math.nan, 1.0, 1.25]
    assert np.array_equal(found.rewards["rubric/length"], lengths, equal_nan=True)
    assert found.attempt.tolist() == ["1 of r1"] * 6
    assert found.length.tolist() == [2] * 6


def test_the_document_and_the_lines_of_samples_give_the_same():
    document = {**HEADER, "plan": {}, "results": {}, "stats": {}, "samples": complete(), "reductions": []}
    for indent in (2, None):
        found = read_rows(FORMAT, json.dumps(document, indent=indent).encode())
        assert tally(found) == tally(read(complete()))
    apart = tally(read_rows(FORMAT, lines(complete())))
    bare = {key.removeprefix("popularity/"): count for key, count in tally(read(complete()))["match"].items()}
    assert apart["match"] == bare


def test_a_log_without_samples_is_refused():
    with pytest.raises(ValueError, match="no samples in it"):
        read_rows(FORMAT, json.dumps(HEADER).encode())


def test_a_sample_that_was_written_again_counts_once_as_the_last():
    first, again = sample(1, 1, {"match": "I"}), sample(1, 1, {"match": "C"})
    assert tally(read([first, sample(2, 1, {"match": "I"})], again=[again]))["match"]["popularity/1"] == (1, 1)


def test_without_a_header_the_journal_is_read():
    found = read(complete(), header=None)
    assert found.problem[0] == "popularity/0"


def test_partly_is_neither_until_a_threshold_says():
    made = [sample(k, 1, {"judge": letter}) for k, letter in enumerate("CPIN")]
    found = read(made)
    assert np.array_equal(found.verdicts["judge"], [1, math.nan, 0, 0], equal_nan=True)
    assert found.rewards["judge"].tolist() == [1, 0.5, 0, 0]
    assert read(made, Settings(threshold=0.5)).verdicts["judge"].tolist() == [1, 1, 0, 0]
    assert read(made, Settings(threshold=1.0)).verdicts["judge"].tolist() == [1, 0, 0, 0]


def test_errors_and_invalidated_and_unscored_samples_are_left_out_and_counted():
    error = {"message": "x", "traceback": "", "traceback_ansi": ""}
    made = [
        sample(1, 1, {"match": "C"}),
        sample(2, 1, {}, error=error),
        sample(3, 1, {"match": "I"}, error=error),  # scored in spite of the error
        sample(4, 1, {"match": "C"}, invalidation={"author": "me"}),
        sample(5, 1, {"match": math.nan}),
        sample(6, 1, {"match": "maybe"}),
        sample(7, 1, {"match": "I"}, limit={"type": "token", "limit": 9}),
    ]
    del made[1]["scores"]
    found = read(made)
    assert tally(found) == {"match": {"popularity/1": (1, 1), "popularity/3": (1, 0), "popularity/7": (1, 0)}}
    assert found.left_out == {"the sample ended in an error": 1, "invalidated": 1, "no verdict": 2}


def test_words_and_numbers_as_texts_are_verdicts_and_small_letters_are_none():
    made = [sample(k, 1, {"judge": word}) for k, word in enumerate(["Yes", "no", "TRUE", "0", "c", "correct", ""])]
    found = read(made)
    assert found.verdicts["judge"].tolist() == [1, 0, 1, 0]
    assert found.left_out == {"no verdict": 3}


def test_an_edited_score_counts_as_edited():
    made = sample(1, 1, {"match": "C"})
    made["scores"]["match"]["history"] = [{"value": "I"}, {"value": "C", "provenance": {"author": "me"}}]
    assert tally(read([made])) == {"match": {"popularity/1": (1, 1)}}


def test_a_single_score_of_an_old_log():
    made = sample(1, 1, {})
    del made["scores"]
    assert tally(read([made | {"score": {"value": "C"}}])) == {"score": {"popularity/1": (1, 1)}}


def test_answers_are_those_of_the_scorer_or_the_completion():
    made = [sample(k, 1, {"match": "C"}, text=text) for k, text in enumerate(["x", "x ", "y", "attachment://h"])]
    made[3]["attachments"]["h"] = "y"
    plain = read(made)
    assert plain.answer[0] != plain.answer[1]
    assert plain.answer[2] == plain.answer[3]
    assert plain.length.tolist() == [2, 3, 2, 15]  # tokens
    for one in made[:2]:
        one["scores"]["match"]["answer"] = "x"
    del made[0]["output"]["usage"], made[2]["output"]["completion"]
    made[2]["output"]["choices"][0]["message"]["content"] = [
        {"type": "reasoning", "text": "?"},
        {"type": "text", "text": "y"},
    ]
    stripped = read(made)
    assert stripped.answer[0] == stripped.answer[1]
    assert stripped.answer[2] == stripped.answer[3]
    assert stripped.length.tolist() == [1, 2, 1, 1]  # characters, for one has no tokens


def test_ids_and_members_of_an_attacker():
    made = [sample("../../etc/x\x1b[2K", 1, {"match": "C"}), sample("a\n_epoch_1", 1, {"match": "I"})]
    hostile = [
        sample([1], 1, {"match": "C"}),
        sample(8, 1, {"match": ["C", {"a": 1}]}),
        sample(9, 1, {"match": 10**400}),
    ]
    found = read([*made, *hostile])
    assert found.problem.tolist() == ["popularity/../../etc/x\x1b[2K", "popularity/a\n_epoch_1", "popularity/8"]
    assert found.left_out == {"no id": 1, "no verdict": 1}
    with_chunks: dict[str, Any] = {
        "samples/q_epoch_1/sample.json": sample("q", 1, {"match": "C"}),
        "samples/q_epoch_1/events/0.json": [],
    }
    with_chunks |= {
        "samples/r_epoch_1.json": 7,
        "header.json": [],
        "other/samples/z_epoch_1.json": sample("z", 1, {"match": "C"}),
    }
    parts = io.BytesIO()
    with zipfile.ZipFile(parts, "w") as file:
        for name, value in with_chunks.items():
            file.writestr(name, json.dumps(value))
        file.writestr("samples/s_epoch_1.json", '{"id": ')
    found = read_rows(FORMAT, zipfile.ZipFile(parts), "log.eval")
    assert tally(found) == {"match": {"q": (1, 1)}}
    assert found.left_out == {"a sample that is no object": 1, "a sample that cannot be read: damaged, or too long": 1}


def test_a_flood_of_scores_is_refused():
    with pytest.raises(ValueError, match="more than 1,000 scores"):
        read([sample(1, 1, {"match": {f"k{k}": 1 for k in range(1001)}})])


def test_logs_are_recognised_by_their_members_and_keys(tmp_path):
    with zipfile.ZipFile(io.BytesIO(archive(complete()))) as file:
        assert FORMAT.recognises(Opening(tmp_path, "zip", members=tuple(file.namelist())))
    assert FORMAT.recognises(Opening(tmp_path, "zip", members=("_journal/start.json",)))
    assert not FORMAT.recognises(Opening(tmp_path, "zip", members=("word/document.xml",)))
    assert FORMAT.recognises(opening_of({**HEADER, "samples": []}, "document"))
    assert FORMAT.recognises(opening_of(complete()[:3]))
    assert not FORMAT.recognises(opening_of({"eval": {"HumanEval/0": []}, "hash": "a"}, "document"))
    assert not FORMAT.recognises(opening_of({"eval": HEADER["eval"]}, "document"))
