"""The pipeline made from a log: its tables against counts, its bits against loops and the pipeline's own audit."""

import itertools
import math
import tomllib

import numpy as np
import pytest

from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.toml_reader import parse_pipeline
from infoloop.probability.numerics import rounding
from infoloop.verdict_logs import log_pipeline
from infoloop.verdict_logs.log_pipeline import best_share, pipeline_from_log
from tests.support.hand_made_groups import table_of, table_of_array
from tests.support.interval_oracles import ROOT, exact_ends

MEASURED = [("verdict", "tests"), ("verdict", "proof")]
RATES = np.array([0.05, 0.3, 0.9])


def drawn(seed, wrong_passes=0.1, right_fails=0.2, problems=60, steps=4, n=8):
    """A third of the problems at each of the three rates."""
    random = np.random.default_rng(seed)
    rate = np.tile(RATES[np.arange(problems) % 3], steps)
    right = random.random((steps * problems, n)) < rate[:, None]
    draws = random.random(right.shape)
    passes = np.where(right, draws >= right_fails, draws < wrong_passes)
    names = [f"p{k:02}" for k in np.tile(np.arange(problems), steps)]
    values = np.stack([passes, right], 2).astype(float)
    return table_of_array(values, MEASURED, np.repeat(np.arange(steps), problems), names)


KINDS = {f"p{k:02}": ("hard", "middle", "easy")[k % 3] for k in range(60)}


def h(p):
    return -sum(q * math.log2(q) for q in (p, 1 - p) if q)


def told(p, f, t):
    return h(p * t + (1 - p) * f) - p * h(t) - (1 - p) * h(f)


# A cell m log2(m / apart) has less than 8 roundings, which move it by less than 8 eps m / ln 2, and m sums to 1 over
# the cells of a class; adding 16 cells has a rounding for each. Entropies have fewer. Numbers are at most 1 bit.
BITS = rounding(16)


def bits_of(text):
    """I(X; S | Y) of the file's tables, by loops over x, y and s."""
    content = tomllib.loads(text)
    prior, asked = content["nodes"]["X"]["table"], content["round"]["Y"]["table"]
    errs = content["round"]["S"]["table"]
    assert sum(prior) == pytest.approx(1)
    total = 0.0
    for y, share in enumerate(asked):
        joint = [[p * row for row in errs[x // 2**y % 2]] for x, p in enumerate(prior)]
        of_s = [sum(row[s] for row in joint) for s in (0, 1)]
        cells = [(mass, prior[x] * of_s[s]) for x, row in enumerate(joint) for s, mass in enumerate(row) if mass]
        total += share * sum(mass * math.log2(mass / apart) for mass, apart in cells)
    return total


def test_its_tables_are_the_rates_of_the_log():
    table = drawn(1)
    found = pipeline_from_log(table, "My run", "proof", KINDS)
    assert [one.name for one in found.classes] == ["easy", "hard", "middle"]
    assert [one.problems for one in found.classes] == [20, 20, 20]
    for one, rate in zip(found.classes, (0.9, 0.05, 0.3), strict=True):
        assert one.share == pytest.approx(1 / 3)
        assert one.right.low < rate < one.right.high
    assert (found.false_positive.low < 0.1 < found.false_positive.high, found.false_positive.value) == (
        True,
        pytest.approx(0.1, abs=0.02),
    )
    rates = found.false_positive.value, 1 - found.false_negative.value
    by_class = [told(one.right.value, *rates) for one in found.classes]
    assert found.bits.value == pytest.approx(sum(by_class) / 3, rel=0, abs=BITS)
    assert bits_of(found.text) == pytest.approx(found.bits.value, rel=0, abs=BITS)
    assert found.row()["classes"][0]["right"]["value"] == found.classes[0].right.value


@pytest.mark.parametrize("confidence", [0.5, 0.95])
def test_intervals_are_exact_and_share_the_risk_and_groups_count_by_their_rollouts(confidence):
    """Two classes and two rates of errors, counted by hand; a group with a gap has no say in the classes."""
    groups = [[[1, 1], [0, 0]], [[1, 0], [0, 1], [1, 1]], [[0, 0], [0, 1], [1, 1], [0, 0]], [[0, 0]] * 4]
    table = table_of([*groups, [[1, math.nan], [0, 0]]], MEASURED, ["a", "b", "b", "c", "c"])
    found = pipeline_from_log(table, "run", "proof", {"a": "one", "b": "one", "c": "two"}, confidence)
    each = 1 - (1 - confidence) / 4
    assert [(one.problems, one.share) for one in found.classes] == [(2, 9 / 13), (1, 4 / 13)]
    for end, k, n in ((found.classes[0].right, 5, 9), (found.classes[1].right, 0, 4),
                      (found.false_positive, 1, 9), (found.false_negative, 2, 5)):  # fmt: skip
        assert end == pytest.approx((k / n, *exact_ends(k, n, each)), abs=ROOT)


@pytest.mark.parametrize("errors", [(0.1, 0.2), (0.8, 0.7)])
def test_the_answer_has_the_verdict_in_the_class_that_was_asked_and_the_likeliest_elsewhere(errors):
    """Turned round where the verifier passes wrong answers more often than right ones."""
    found = pipeline_from_log(drawn(2, *errors), "run", "proof", KINDS)
    content = tomllib.loads(found.text)
    likeliest = sum(2**k for k, one in enumerate(found.classes) if one.right.value > 0.5)
    turned = found.false_positive.value > 1 - found.false_negative.value
    assert turned == (errors[0] == 0.8)
    for k, s in itertools.product(range(3), (0, 1)):
        bits = [likeliest // 2**j % 2 if j != k else s ^ turned for j in range(3)]
        answer = eval(content["answer"], {"__builtins__": {}}, {"state": 2 * k + s})  # of whole numbers alone
        assert answer == sum(bit * 2**j for j, bit in enumerate(bits))


def test_eight_classes_make_a_pipeline():
    found = pipeline_from_log(drawn(4), "run", "proof", {f"p{k:02}": f"c{k % 8}" for k in range(60)})
    assert len(found.classes) == 8


def test_where_the_first_verifier_is_trusted_the_other_one_errs_by_it():
    table = drawn(6)
    found = pipeline_from_log(table, "run", "tests", KINDS)
    assert (found.verifier, found.trusted) == ("proof", "tests")
    assert found.false_negative[0] > 0
    alone = pipeline_from_log(table, "run", "", KINDS)
    assert (alone.false_positive, alone.false_negative) == ((0, 0, 0), (0, 0, 0))
    assert found.classes == alone.classes


@pytest.mark.slow
def test_the_ends_are_those_of_the_whole_box():
    for errors in ((0.1, 0.2), (0.45, 0.5), (0.8, 0.7)):
        found = pipeline_from_log(drawn(2, *errors), "run", "proof", KINDS)
        f, miss = found.false_positive, found.false_negative
        grid = [
            sum(one.share * told(p, a, 1 - b) for one, p in zip(found.classes, rights, strict=True))
            for a, b in itertools.product(np.linspace(f.low, f.high, 9), np.linspace(miss.low, miss.high, 9))
            for rights in itertools.product(*(np.linspace(one.right.low, one.right.high, 5) for one in found.classes))
        ]
        assert found.bits.low <= min(grid) + BITS
        assert max(grid) <= found.bits.high + BITS
        for text, bits in ((found.least_text, found.bits.low), (found.greatest_text, found.bits.high)):
            assert bits_of(text) == pytest.approx(bits, rel=0, abs=BITS)
            assert_inside(text, found)  # so that each end is attained


def assert_inside(text, found):
    """The file's rates are in their intervals, but for the roundings of 1 - x and of products of three rates."""
    content = tomllib.loads(text)
    prior, ((_, f), (miss, _)) = content["nodes"]["X"]["table"], content["round"]["S"]["table"]
    rights = [sum(p for x, p in enumerate(prior) if x // 2**k % 2) for k in range(len(found.classes))]
    ends = [found.false_positive, found.false_negative, *(one.right for one in found.classes)]
    for rate, end in zip((f, miss, *rights), ends, strict=True):
        assert end.low - rounding(len(prior)) <= rate <= end.high + rounding(len(prior))


def test_the_best_share_is_the_channels_best_input():
    for f, t in ((0.0, 1.0), (0.1, 0.7), (0.9, 0.2), (0.0, 0.5), (0.3, 0.3)):
        shares = np.linspace(0, 1, 2001)[1:-1]
        best = max(told(p, f, t) for p in shares)
        assert told(best_share(f, t), f, t) >= best - BITS
    assert best_share(0.3, 0.3) == 0.5


def test_classes_by_passes_are_made_of_the_first_half_and_rates_of_the_second():
    """All problems have the rate 1/2: classes made of the verdicts that are counted would have rates 0 and 1 too."""
    random = np.random.default_rng(3)
    values = (random.random((800, 2, 1)) < 0.5).astype(float)
    steps, names = np.repeat([0, 1], 400), np.tile(np.arange(400), 2)
    found = pipeline_from_log(table_of_array(values, MEASURED[:1], steps, names), "run")
    assert [one.name for one in found.classes] == ["passed never", "passed half or more", "passed always"]
    assert all(one.right.low < 0.5 < one.right.high for one in found.classes)
    assert sum(one.share for one in found.classes) == pytest.approx(1)
    assert (found.trusted, found.false_positive, found.false_negative) == ("", (0, 0, 0), (0, 0, 0))
    assert "tests, taken to be without errors" in found.text


def test_problems_of_one_group_are_a_class_of_their_own_and_counted_whole():
    found = pipeline_from_log(table_of([[[1], [0]], [[0], [0]], [[1], [1]]], MEASURED[:1], ["a", "b", "b"]), "run")
    assert [(one.name, one.problems, one.share) for one in found.classes] == [
        ("tried once", 1, 0.5),
        ("passed never", 1, 0.5),
    ]
    assert [one.right.value for one in found.classes] == [0.5, 1]
    assert bits_of(found.text) == pytest.approx(0.5)


def test_a_log_without_right_answers_tells_nothing_with_its_estimates_but_may_over_the_box():
    found = pipeline_from_log(table_of([[[1, 0], [0, 0]]] * 6, MEASURED), "run", "proof")
    assert found.bits.value == 0
    assert found.bits.low == 0
    assert found.bits.high > 0.1
    assert (found.false_negative.low, found.false_negative.high) == (0, 1)


@pytest.mark.parametrize("name", ['a "quoted" \\ title', "two\nlines\x1b[2K", "\ud800 \U0001f600 \u2028"])
def test_names_of_any_kind_make_a_file_that_is_read(name):
    measured = [("verdict", name), ("verdict", "proof")]
    table = table_of([[[1, 1], [0, 1], [1, 0], [0, 0]]] * 2, measured, ["a", "b"])
    found = pipeline_from_log(table, name, "proof", {"a": name, "b": "x\r\n[nodes]\nY = 1"})
    for text in (found.text, found.least_text, found.greatest_text):
        text.encode()
        assert [node.name for node in parse_pipeline(text).nodes] == ["X", "Z0", "Y1", "S1", "Z1"]


def test_bad_input_is_named():
    table = drawn(4)
    with pytest.raises(ValueError, match=r"no verdict 'prof': did you mean proof\?"):
        pipeline_from_log(table, "run", "prof")
    with pytest.raises(ValueError, match="classes: problem p00 has none"):
        pipeline_from_log(table, "run", "proof", {"p01": "a"})
    with pytest.raises(ValueError, match="classes: there are 60, and at most 8"):
        pipeline_from_log(table, "run", "proof", {name: name for name in KINDS})
    with pytest.raises(ValueError, match="no group has a verdict of proof on every rollout"):
        pipeline_from_log(table_of([[[1, math.nan]]], MEASURED), "run", "proof")
    with pytest.raises(ValueError, match="confidence is 95"):
        pipeline_from_log(table, "run", "proof", confidence=95)


@pytest.mark.full
def test_both_audits_meet(tmp_path):
    found = pipeline_from_log(drawn(5), "My run", "proof", KINDS)
    for text, bits in ((found.text, found.bits.value), (found.least_text, found.bits.low)):
        path = tmp_path / "made.toml"
        path.write_text(text)
        numbers = audit(path).numbers
        assert numbers is not None
        (term,) = numbers.rounds[0].terms
        assert term.bits == pytest.approx(bits, rel=0, abs=BITS)
        assert numbers.learned > 0


@pytest.mark.full
def test_all_rates_are_in_the_box_as_often_as_is_said(monkeypatch):
    monkeypatch.setattr(log_pipeline, "bits_range", lambda *_: (0.0, 0.0))  # not looked at, and slow
    held, runs = 0, 600
    for seed in range(runs):
        found = pipeline_from_log(drawn(100 + seed), "run", "proof", KINDS)
        want = [(found.false_positive, 0.1), (found.false_negative, 0.2)]
        want += [(one.right, rate) for one, rate in zip(found.classes, (0.9, 0.05, 0.3), strict=True)]
        held += all(ends.low <= rate <= ends.high for ends, rate in want)
    assert held / runs >= 0.936
