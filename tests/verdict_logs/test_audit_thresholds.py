"""Conditions against Python's own words, what is refused, and that nothing is executed."""

import itertools
import math
import random

import pytest

from infoloop.verdict_logs.audit_thresholds import ThresholdError, judge_conditions

NUMBERS = {"dead": 0.25, "dead_all_fail": 0.125, "pass_rate": 0.5, "verdicts": 800, "phantom": math.nan, "bits": None}


def holds(text, numbers=NUMBERS):
    (found,) = judge_conditions([text], numbers)
    return found.holds


@pytest.mark.parametrize(
    ("text", "truth"),
    [
        ("dead > 0.5", False),
        ("dead > .2", True),
        (" dead>0.2\n", True),
        ("dead >= 0.25", True),
        ("dead > 0.25", False),
        ("0.1 < dead < 0.3", True),
        ("0.1 < dead < 0.2", False),
        ("dead > 0.5 or pass_rate < 0.6", True),
        ("dead > 0.5 and pass_rate < 0.6", False),
        ("not (dead > 0.5 or pass_rate < 0.4)", True),
        ("dead_all_fail <= dead and verdicts == 800", True),
        ("verdicts != 8e2", False),
        ("dead > -1", True),
        ("1 > 0", True),
        ("dead < 1" + "0" * 400, True),
    ],
)
def test_conditions_mean_what_they_say(text, truth):
    assert holds(text) is truth


def test_and_binds_before_or_and_not_before_both():
    draw = random.Random(1)
    for _ in range(200):
        parts = [f"{draw.choice(['', 'not '])}{draw.choice('abc')} > 0" for _ in range(4)]
        text = parts[0] + "".join(f" {draw.choice(['and', 'or'])} {part}" for part in parts[1:])
        for a, b, c in itertools.product((-1.0, 1.0), repeat=3):
            values = {"a": a, "b": b, "c": c}
            words = {f"{name} > 0": str(value > 0) for name, value in values.items()}
            logic = text
            for comparison, word in words.items():
                logic = logic.replace(comparison, word)
            assert holds(text, values) is eval(logic)  # of True, False, and, or, not alone


def test_several_are_judged_with_the_numbers_that_they_name():
    found = judge_conditions(["dead > 0.5", "dead > 0.1 and pass_rate < 1"], NUMBERS)
    assert [one.holds for one in found] == [False, True]
    assert found[1].numbers == {"dead": 0.25, "pass_rate": 0.5}
    assert str(found[1]) == "dead > 0.1 and pass_rate < 1 (dead is 0.25, pass_rate is 0.5)"
    assert judge_conditions([], NUMBERS) == ()


@pytest.mark.parametrize("name", ["phantom", "bits"])
def test_what_the_log_does_not_tell_is_an_error_wherever_it_stands(name):
    for text in (f"{name} > 0.5", f"not {name} > 0.5", f"dead > 0 or {name} > 0", f"dead > 1 and {name} > 0"):
        with pytest.raises(ThresholdError, match=f"this log does not tell {name}, so that the condition is neither"):
            holds(text)


def test_an_unknown_name_is_named_with_the_nearest_one():
    with pytest.raises(ThresholdError, match=r"condition 'ded > 0.5': there is no number 'ded': did you mean dead\?"):
        holds("ded > 0.5")
    with pytest.raises(ThresholdError, match="there is no number 'zzz'; there are "):
        holds("dead > 0 or zzz > 1")


@pytest.mark.parametrize(
    "text",
    [
        "", "dead", "0.5", "not dead", "dead > ", "dead > 50%", "dead > '0.5'", "dead > True", "0 < dead < x()",
        "dead + 1 > 0", "dead > 1e999", "dead is 0.5", "dead in (1, 2)", "dead := 1", "(dead > 0.1) > 0", "dead & 1",
        "dead > 1 if 1 else 2", "__import__('os').system('true') > 0", "dead.real > 0", "dead[0] > 0", "lambda: 1",
        "[dead][0] > 0", "dead > 1; dead > 2", "dead > 1\0", "(" * 240 + "dead > 1" + ")" * 240, "dead > 1" * 200,
        "--dead > 1", "-dead > 1", "dead > 1j", "dead > -1j", "dead > -True", "dead > -'1'", "dead > -1e999",
    ],
)  # fmt: skip
def test_whatever_else_is_refused_in_one_line(text):
    with pytest.raises(ThresholdError, match=r"^condition ") as caught:
        holds(text)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 400


def test_a_condition_has_500_characters_at_most():
    assert holds("dead < 1" + "0" * 492)
    with pytest.raises(ThresholdError, match="it has 501 characters: write at most 500"):
        holds("dead < 1" + "0" * 493)


def test_a_text_that_moves_the_cursor_is_escaped():
    with pytest.raises(ThresholdError) as caught:
        holds("dead > 'x\x1b[2K'")
    assert "\x1b" not in str(caught.value)


def test_a_number_at_its_threshold_is_neither_below_nor_above():
    texts = ("dead < 0.5", "dead <= 0.5", "dead > 0.5", "dead >= 0.5", "dead == 0.5", "dead != 0.5")
    held = [one.holds for one in judge_conditions(texts, {"dead": 0.5})]
    assert held == [False, True, False, True, True, False]


def test_a_name_that_is_like_none_is_told_with_all_there_are():
    numbers = dict.fromkeys((f"number_{k}" for k in range(30)), 1.0)
    with pytest.raises(ThresholdError, match=f"there are {', '.join(numbers)}"):
        judge_conditions(["foo > 1"], numbers)
