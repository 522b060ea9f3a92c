"""Functions that judge: by their names, else by their weights; what a file cannot tell is said."""

import json

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.formats.verifiers_judges import (
    caution,
    judging_scores,
    weights_of_functions,
)
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from tests.support.paths import LOGS

ZERO, ONE, MIXED = np.zeros(6), np.ones(6), np.tile([0.0, 1.0], 3)


def test_functions_of_the_form_and_counts_judge_nothing_beside_one_that_is_right():
    scores = {"has_box": MIXED, "num_turns": ONE, "works": MIXED, "exact": MIXED, "correct": ONE, "score": MIXED / 2}
    assert list(judging_scores(scores, {})) == ["exact", "correct"]


def test_a_name_of_being_right_judges_even_without_weight():
    assert list(judging_scores({"exact": MIXED, "works": MIXED}, {"exact": 0.0, "works": 1.0})) == ["exact"]


def test_without_such_a_name_those_with_weight_judge():
    scores = {"used_hint": MIXED, "works": 1 - MIXED, "sentiment": ONE, "well_formatted": MIXED}
    assert list(judging_scores(scores, {"used_hint": 0.0, "works": 0.5, "sentiment": np.nan})) == ["works", "sentiment"]
    assert judging_scores({"format_reward": MIXED, "num_turns": ONE}, {"format_reward": 1.0}) == {}
    assert list(judging_scores({"works": MIXED, "used_hint": ONE}, {"used_hint": 0.0})) == ["works"]


def test_the_name_of_the_first_verifier_alone_says_whether_it_is_a_guess():
    assert caution(["works", "correct"]) == caution(["works"]) != ""
    assert caution(["correct", "works"]) == caution(["reward", "works"]) == ""


@pytest.mark.parametrize("weights", [(1.0, 0.2, 0.0), (0.0, -0.5, 3.0)])
def test_weights_are_those_that_the_rewards_were_made_with(weights):
    draw = np.random.default_rng(20261128)
    scores = {name: draw.integers(0, 2, 40).astype(float) for name in "abc"}
    reward = sum(weight * values for weight, values in zip(weights, scores.values(), strict=True))
    found = weights_of_functions(scores, np.float32(reward).astype(float))
    assert [found[name] == 0 for name in "abc"] == [weight == 0 for weight in weights]
    assert np.allclose(list(found.values()), weights, atol=rounding(40, np.float32), rtol=0)


def test_as_many_rows_as_functions_tell_the_weights_and_rows_without_a_number_none():
    scores = {"a": np.array([1.0, 0.0, 1.0, np.nan]), "b": np.array([0.0, 1.0, 1.0, 1.0])}
    reward = np.array([2.0, 3.0, np.inf, 4.0])
    assert weights_of_functions(scores, reward) == pytest.approx({"a": 2.0, "b": 3.0}, rel=rounding(2))
    assert np.isnan(list(weights_of_functions(scores, np.where(reward == 3, np.nan, reward)).values())).all()


@pytest.mark.parametrize(("off", "told"), [(2.0**-24, True), (2.0**-16, False)])
def test_a_reward_may_be_off_by_what_single_precision_rounds_and_no_more(off, told):
    """By half a unit in the last place of 1, or by 256 of them."""
    found = weights_of_functions({"a": MIXED, "b": ONE}, MIXED + off * np.tile([0.0, 1, 0, -1], 2)[:6])
    assert np.isnan(list(found.values())).any() != told


def test_a_weight_is_none_only_where_its_part_of_the_reward_is():
    """Of a length of a million, which brings a quarter of a reward by a weight that is less than its rounding."""
    found = weights_of_functions({"a": MIXED, "length": 2.0**20 * ONE}, MIXED + 0.25)
    assert found == pytest.approx({"a": 1.0, "length": 2.0**-22}, rel=rounding(12))
    assert np.finfo(np.float32).eps * 1.25 * 2 > found["length"]


def test_rounding_is_that_of_the_parts_where_they_cancel():
    """Parts of 2**10 leave 1, and each has a unit of 2**-13 in the last place."""
    large, off = 2.0**10 * np.array([0.0, 1, 1, 0, 1, 0]), 2.0**-14 * np.array([0.0, 1, 0, 0, -1, 0])
    found = weights_of_functions({"for": large + MIXED, "against": -large}, MIXED + off)
    assert found == pytest.approx({"for": 1.0, "against": 1.0}, abs=np.abs(off).sum())


@pytest.mark.parametrize(
    ("scores", "reward"),
    [
        ({"a": MIXED, "b": MIXED}, MIXED),  # one may stand for the other
        ({"a": MIXED}, MIXED**2 + ONE),  # no weighted sum
        ({"a": MIXED * np.nan}, MIXED),
        ({"a": ZERO}, ZERO),
    ],
)
def test_weights_that_rows_do_not_tell_are_unknown(scores, reward):
    assert np.isnan(list(weights_of_functions(scores, reward).values())).all()
    assert weights_of_functions({}, reward) == weights_of_functions({}, reward[:0]) == {}


def rows(tmp_path, **functions):
    lines = []
    for k in range(24):
        metrics = {name: float(values[k % 6]) for name, values in functions.items()}
        row = {"example_id": k % 4, "prompt": "p", "completion": str(k), "reward": sum(metrics.values()), "timing": {}}
        lines.append(json.dumps(row | {"metrics": metrics}))
    path = tmp_path / "results.jsonl"
    path.write_text("\n".join(lines) + "\n")
    return path


@pytest.mark.slow
def test_a_log_whose_names_tell_nothing_says_so_and_columns_name_the_verifier(tmp_path):
    path = rows(tmp_path, works=MIXED, tidy=np.array([0.0, 0, 1, 1, 0, 1]))
    found = audit_rollouts(path)
    said = "verifiers: no name of a function speaks of being right: see --columns pass=NAME"
    assert said in found.remarks
    assert found.right == "works above 0 (the first of 2 that judge; values 0 and 1)"
    named = audit_rollouts(path, settings=Settings({"pass": "tidy"}))
    assert named.right == "tidy above 0 (--columns; values 0 and 1)"
    assert said not in named.remarks
    assert said not in audit_rollouts(rows(tmp_path, correct=MIXED, tidy=MIXED)).remarks
    assert caution([]) == caution(["reward"]) == ""


@pytest.mark.slow
@pytest.mark.parametrize("log", ["verifiers", "verifiers_renamed"])
def test_the_form_of_an_answer_is_no_verdict_in_the_made_logs(log):
    found = audit_rollouts(LOGS / log)
    assert [number.name for number in found.table.measured if number.kind == "verdict"] in (
        ["correct_answer"],
        ["exact"],
    )
    assert found.verifiers is None
    assert not any(line.startswith("verifiers: ") for line in found.remarks)
