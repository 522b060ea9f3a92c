"""Names speak of being right, of the form, or of neither."""

import pytest

from infoloop.verdict_logs.formats.verdict_names import likeliest_judge, speaks_of_form, speaks_of_right


@pytest.mark.parametrize(
    "name",
    [
        "correct_answer", "is_correct", "ExactMatch", "math_verify", "solved", "judge_reward", "acc", "equality",
        "resolved", "success_rate", "allPassed", "LLMJudge", "right",
    ],
)  # fmt: skip
def test_names_that_speak_of_being_right(name):
    assert speaks_of_right(name)


@pytest.mark.parametrize(
    "name",
    ["incorrect", "correct_format", "num_correct", "has_box", "XMLFormat", "sentiment", "num_turns", "boxed_match", ""],
)
def test_names_that_do_not(name):
    assert not speaks_of_right(name)


@pytest.mark.parametrize(
    "name",
    [
        "format", "has_box", "think_format_reward", "tag_count", "length", "brevity", "language_consistency",
        "xmlcount", "repetition_penalty", "turns_exact", "time_correct", "thinking", "style_judge", "json_match",
        "tool_success", "JSONExact", "answerLen",
    ],
)  # fmt: skip
def test_names_that_speak_of_the_form(name):
    assert speaks_of_form(name)
    assert not speaks_of_right(name)


@pytest.mark.parametrize(
    "name", ["correctness_reward_func", "int_reward_func", "works", "acc", "score", "lenient", "HashEqual", ""]
)
def test_names_that_speak_of_no_form(name):
    assert not speaks_of_form(name)


def test_the_likeliest_judge_speaks_of_being_right_else_not_of_the_form_and_is_the_first_of_such():
    assert likeliest_judge(["format", "works", "correct", "exact"]) == "correct"
    assert likeliest_judge(["format", "works", "helps"]) == "works"
    assert likeliest_judge(["format", "has_box"]) == "format"
