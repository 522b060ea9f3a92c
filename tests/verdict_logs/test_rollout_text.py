"""The text of an audit of rollouts: the decision first, in 100 columns, and nothing that moves a cursor."""

import dataclasses
import math
from typing import Any

import numpy as np
import pytest

from infoloop.reporting.text import WIDTH
from infoloop.verdict_logs.decision import decision_lines
from infoloop.verdict_logs.groups.pass_at_tails import ExtrapolatedPass, HeldOut
from infoloop.verdict_logs.groups.verifier_agreement import VerifierAgreement
from infoloop.verdict_logs.groups.window_bits import WindowBits
from infoloop.verdict_logs.log_audit import LogBound
from infoloop.verdict_logs.pass_at_intervals import PassEstimate
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_text import (
    LONGEST_NAME,
    audit_lines,
    audit_tables,
    rollout_audit_text,
)
from infoloop.verdict_logs.text import WHY
from infoloop.verdict_logs.verdict_audit import audit_verdicts
from infoloop.verdict_logs.verifier_audit import audit_verifiers
from tests.support import changed_audits as changed
from tests.support.changed_audits import estimate, numbers, numbers_of, rows_of_table
from tests.support.hand_made_groups import table_of
from tests.support.made_groups import table_of as counts_of
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
MIXED = "of groups with both right and wrong answers"  # of which the size tells, where the reward says more


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


@pytest.mark.slow
def test_the_text_begins_with_the_decision_and_then_the_facts(trl):
    lines = rollout_audit_text(trl).splitlines()
    assert lines[:4] == [*decision_lines(trl), ""]
    facts = dict(audit_lines(trl))
    assert facts["log"] == "trl: 480 rollouts in 60 groups, 12 problems"
    assert facts["dead groups"].startswith("160 of 480 rollouts are in groups of advantage 0: 48 all fail, 112 all")
    assert facts["problems"] == (
        "none dropped, that takes 14 dead groups and no live one; never solved 1 (make easier or drop); solved 3 "
        "(drop or sample less); rare failures 2 (sample less); live by the log's groups, as the verdict does not "
        "decide alone; from step 6 on"
    )
    assert facts["group size"] == f"32 for 80 % {MIXED} (13 or more), extrapolated"


def test_what_is_taken_for_the_baseline_is_said_where_no_advantage_is_logged(trl):
    assert "baseline" not in dict(audit_lines(trl))
    facts = dict(audit_lines(audit(LOGS / "verifiers")))
    assert "if the baseline is the group's mean (GRPO, RLOO, Dr. GRPO, DAPO; not REINFORCE++" in facts["baseline"]
    assert "Dr. GRPO does not divide" in facts["advantage"]


def test_an_evaluation_says_that_groups_of_eight_are_assumed():
    facts = dict(audit_lines(audit(LOGS / "human_eval")))
    assert facts["problems"].endswith("groups of 8, assumed: the log has one group a problem")
    assert "% live groups" in facts["group size"]
    assert "frac_reward_zero_std" not in facts["dead groups"]
    assert not facts["read as"].startswith("read as")


@pytest.mark.parametrize(
    ("low", "high", "refused", "said"),
    [
        (5, 40, False, f"32 for 80 % {MIXED} (5 to 40), extrapolated"),
        (None, None, True, f"32 for 80 % {MIXED} (no interval: counts refuse one rate a problem), extrapolated"),
    ],
)
def test_a_size_of_groups_stands_with_its_interval(trl, low, high, refused, said):
    size = trl.verdicts.size._replace(low=low, high=high, refused=refused)
    told = changed.with_verdicts(trl, size=size)
    assert dict(audit_lines(told))["group size"] == said


def test_a_size_that_no_interval_reaches_is_said(trl):
    size = trl.verdicts.size
    last = size.shares[-1]._replace(high=0.7)
    size = size._replace(size=None, low=None, high=None, shares=(*size.shares[:-1], last))
    told = changed.with_verdicts(trl, size=size)
    said = f"more than 256 for 80 % {MIXED} (70 % at 256 at most), extrapolated"
    assert dict(audit_lines(told))["group size"] == said


@pytest.mark.parametrize("name", ["accuracy_reward", "reward_of_a_function_whose_name_is_much_too_long", "x" * 500])
def test_no_name_of_a_component_is_broken_in_the_middle(trl, name):
    named = [one._replace(name=f"{k} {name}") for k, one in enumerate(trl.components.components)]
    told = dataclasses.replace(trl, components=trl.components._replace(components=tuple(named)))
    lines = rollout_audit_text(told).splitlines()
    shown = [row[0] for title, _, rows in audit_tables(told) for row in rows if title.startswith("components")]
    assert max(map(len, lines)) <= WIDTH
    assert {len(one) <= LONGEST_NAME for one in shown} == {True}
    assert len(set(shown)) == 2
    for one in shown:
        assert sum(line.startswith(f"  {one}  ") for line in lines) == 2
    full = {row[0] for title, _, rows in audit_tables(told, 600) for row in rows if title.startswith("components")}
    assert full == {one.name for one in named}


@pytest.mark.full
def test_lines_fit_the_terminal(trl):
    for name in ("trl", "evalplus", "verl_short", "lm_eval", "inspect"):
        assert max(map(len, rollout_audit_text(audit(LOGS / name)).splitlines())) <= 100


def test_confidence_and_what_is_right_are_those_of_the_audit(trl):
    facts = dict(audit_lines(dataclasses.replace(trl, confidence=0.8, right="tests above 0")))
    assert numbers(facts["confidence"]) == ["80"]
    assert facts["right"] == "tests above 0"
    assert "--threshold 7" in dict(audit_lines(dataclasses.replace(trl, right="", option="--threshold 7")))["right"]


def test_what_ceilings_mean_is_said_where_there_are_some(trl):
    """Its first words stand in one line."""
    assert WHY[:40] in rollout_audit_text(trl)
    assert WHY[:40] not in rollout_audit_text(dataclasses.replace(trl, verdicts=None, right=""))


def test_dead_rollouts_are_counted_by_kind_and_kinds_without_any_are_left_out(trl):
    whole = trl.dead.whole._replace(rollouts=4000, all_fail=1003, all_pass=5, equal=7)
    for passed, said in ((5, ["1,015", "4,000", "1,003", "5", "7"]), (0, ["1,010", "4,000", "1,003", "7"])):
        facts = dict(audit_lines(changed.with_dead(trl, whole=whole._replace(all_pass=passed))))
        assert [one for one in numbers(facts["dead groups"]) if one != "0"] == said
        assert facts["dead groups"].count("all pass") == len(said) - 4
    nothing = dict(audit_lines(changed.with_dead(trl, whole=whole._replace(rollouts=0))))
    assert not {"dead groups", "dead share"} & set(nothing)


def test_the_share_of_dead_rollouts_is_that_of_the_run_or_where_it_moves_of_the_last_window(trl):
    whole = trl.dead.whole._replace(share=0.2, low=0.11, high=0.32)
    last = trl.dead.windows[-1]._replace(first=1008, last=1010, share=0.6, low=0.51, high=0.72)
    for trend in (None, trl.dead.trend._replace(low=-1.0, high=1.0)):
        assert numbers_of(changed.with_dead(trl, whole=whole, trend=trend), "dead share") == ["20", "11", "32"]
    cases = (
        (last, ["20", "1,008", "1,010", "60", "51", "72"]),
        (last._replace(last=1008), ["20", "1,008", "60", "51", "72"]),
        (last._replace(rollouts=0, share=math.nan), ["20"]),
    )
    for window, said in cases:
        moved = changed.with_dead(trl, whole=whole, windows=(*trl.dead.windows[:-1], window))
        assert numbers_of(moved, "dead share") == said


def test_the_pass_rate_and_the_bits_of_a_rollout_stand_with_their_ends(trl):
    bounds = LogBound("larger", 480.0, "nothing"), LogBound("least", 240.0, "nothing")
    found = changed.with_bits(trl, rate=(0.1234, 0.0123, 0.6543), estimates=(48.0, 96.0), again=bounds)
    found = changed.with_verdicts(found, drift=trl.verdicts.drift._replace(found=False))
    facts = dict(audit_lines(found))
    assert numbers(facts["pass rate"]) == ["0.1234", "0.0123", "0.6543"]
    assert numbers(facts["bits"]) == ["0.200", "0.500"]  # of 480 verdicts: by Miller & Madow, and the least ceiling
    assert facts["bits"].endswith("least")
    assert "drift" not in facts
    for bits, choice, said in ((0.0, None, []), (0.0, trl.verdicts.choice, ["0.000"]), (96.0, None, ["0.200"])):
        told = changed.with_verdicts(changed.with_bits(found, estimates=(48.0, bits)), choice=choice)
        assert numbers_of(told, "bits") == [*said, "0.500"]


@pytest.mark.parametrize(("p_value", "least", "sign"), [(0.004, 0.004, "<="), (0.01, 0.004, "=")])
def test_a_p_value_that_is_the_least_possible_is_an_upper_bound(trl, p_value, least, sign):
    drift = trl.verdicts.drift._replace(p_value=p_value, least=least, early=0.111, late=0.222)
    facts = dict(audit_lines(changed.with_verdicts(trl, drift=drift)))
    assert numbers(facts["drift"]) == [f"{p_value:g}", "0.111", "0.222"]
    assert f"p {sign} {p_value:g}" in facts["drift"]
    alone = dict(audit_lines(changed.with_verdicts(trl, drift=drift._replace(early=math.nan))))
    assert numbers(alone["drift"]) == [f"{p_value:g}"]
    assert "nan" not in alone["drift"]


def test_the_phantom_share_is_told_where_it_is_known(trl):
    for phantom, said in ((estimate(0.12, 0.02, 0.23), ["0.12", "0.02", "0.23"]), (estimate(math.nan), None)):
        assert numbers_of(changed.with_components(trl, phantom=phantom), "phantom") == said


def test_three_components_are_in_the_facts_and_all_in_the_tables(trl):
    four = changed.components_like(trl.components.components[0], 4)
    found = changed.with_components(trl, components=four)
    facts = [(name, numbers(text)) for name, text in audit_lines(found) if name.startswith("follows")]
    assert facts == [(f"follows c{k}", [f"{k}.10", f"{k}.30"]) for k in range(3)]
    shares, right = (rows for title, _, rows in audit_tables(found) if title.startswith("components"))
    assert shares == [(f"c{k}", f"{k}.10", f"{k}.20", "abcd"[k]) for k in range(4)]
    assert right == [(f"c{k}", f"{k}.30", f"{k}.40", f"{k}.50") for k in range(4)]
    alone = changed.with_components(trl, components=four[:1], advantage="reward")
    assert not any(name.startswith(("follows", "advantage")) for name, _ in audit_lines(alone))
    assert not any(title.startswith("components") for title, _, _ in audit_tables(alone))


def test_notes_are_the_first_eight_each_in_one_line_of_bounded_length(trl):
    reasons = tuple(f"{k} left out: \x1b{'long ' * 99}" for k in range(11))
    found = dataclasses.replace(trl, left_out=reasons[:7], remarks=reasons[7:])
    notes = [text for name, text in audit_lines(found) if name == "note"]
    assert [note.split()[0] for note in notes[:-1]] == [str(k) for k in range(8)]
    assert numbers(notes[-1]) == ["3"]
    assert all(note.isprintable() and len(note) <= 200 + len(r"\x1b") for note in notes)


def test_the_windows_of_steps_have_their_own_numbers(trl):
    first, last = trl.dead.windows[0], trl.dead.windows[-1]
    dead = (
        first._replace(first=1, last=2000, rollouts=1000, all_fail=250, all_pass=50, share=0.31),
        last._replace(first=2001, last=2001, rollouts=0, all_fail=0, all_pass=0, share=math.nan),
    )
    bits = WindowBits(1, 2000, 800, "group", 700.0, 600.0, 80.0, 100.0, 0.345, 0.0, 1.0)
    answers = (trl.answers[0]._replace(first=1, last=2000, miller_madow=1.25),)
    found = changed.with_verdicts(changed.with_dead(trl, windows=dead), windows=(bits,))
    found = dataclasses.replace(found, answers=answers)
    rows = rows_of_table(found, "by window of steps")
    assert rows[0] == ("1 to 2,000", "1,000", "31 %", "25 %", "5 %", "0.345", "0.125", "0.750", "1.25")
    assert rows[1][:2] == ("2,001", "0")
    assert rows[1][2:] == ("-",) * 7
    assert rows_of_table(changed.with_dead(trl, windows=dead[:1]), "by window of steps") is None


def test_pass_at_k_is_counted_extrapolated_and_foretold_in_that_order(trl):
    held = HeldOut(fitted=512, k=1024, foretold=0.55, counted=0.66, low=0.44, high=0.77)
    tail = trl.verdicts.tail._replace(bounds=True, values=(ExtrapolatedPass(2048, 0.71, 0.61, 0.81),), held_out=held)
    found = changed.with_verdicts(trl, passes=(PassEstimate(1, 0.31, 0.21, 0.41),), tail=tail, since=1234)
    rows = rows_of_table(found, "pass@k")
    assert [row[:3] for row in rows] == [
        ("1", "0.3100", "0.2100 to 0.4100"),
        ("2,048", "0.7100", "0.6100 to 0.8100"),
        ("1,024", "0.6600", "0.4400 to 0.7700"),
    ]
    assert [numbers(row[3]) for row in rows] == [["1,234"], ["1,234"], ["0.5500", "512", "1,234"]]
    approximate = changed.with_verdicts(found, tail=tail._replace(bounds=False))
    assert ["bound" in rows_of_table(one, "pass@k")[1][3] for one in (found, approximate)] == [True, False]
    whole = rows_of_table(changed.with_verdicts(found, since=None, tail=None), "pass@k")
    assert [numbers(row[3]) for row in whole] == [[]]


def test_errors_of_a_verifier_stand_under_their_names_and_with_what_they_do_to_the_update(trl):
    by = audit(LOGS / "evalplus")
    other, within = changed.RATE._replace(value=0.34, low=0.33, high=0.35), estimate(0.56, 0.55, 0.57)
    errors = by.verifiers.errors._replace(false_positive=changed.RATE, false_negative=other, youden_within=within)
    signs = {}
    for update in ("keeps", "reverses", "undecided"):
        judged = changed.with_verifiers(by, ("base", "plus"), errors=errors._replace(update=update))
        facts = dict(audit_lines(judged))
        assert numbers(facts["verifier"]) == ["0.12", "0.11", "0.13", "0.34", "0.33", "0.35"]
        assert facts["verifier"].startswith("base by plus")
        assert numbers(facts["update"]) == ["0.56", "0.55", "0.57"]
        signs[update] = facts["update"].split()[-1]
    assert [signs[update][:4] for update in signs] == ["kept", "reve", "unde"]
    moved = changed.with_verifiers(by, errors=errors, drift=changed.ONE_WINDOW)
    assert rows_of_table(moved, "errors by window") == [
        ("1 to 2,000", "0.10 [0.00, 0.20]", "0.40 [0.30, 0.50]", "3,000")
    ]


def test_rates_of_three_and_bounds_of_two_verifiers_stand_under_their_names(trl):
    rows = [("a", "0.10", "0.40"), ("b", "0.20", "0.50"), ("c", "0.30", "-")]
    assert rows_of_table(changed.with_verifiers(trl, panel=changed.THREE), "errors of three") == rows
    found = rows_of_table(changed.with_verifiers(trl, pair=changed.TWO), "errors of two")
    assert [numbers(" ".join(row)) for row in found] == [["0.110", "0.130"], ["0.120", "0.140"]]
    assert rows_of_table(changed.with_verifiers(trl, pair=changed.TWO._replace(compatible=False)), "errors of") is None


def test_verifiers_without_a_trusted_one_stand_with_pass_rates_and_agreement_of_their_own():
    found = audit(LOGS / "inspect")
    passes, equal = (estimate(0.1), estimate(0.2), estimate(0.3)), (estimate(0.6), estimate(0.7))
    agreement = VerifierAgreement(("match", "judge", "third"), passes, equal)
    facts = dict(audit_lines(changed.with_verifiers(found, agreement=agreement)))
    assert numbers(facts["verifier judge"]) == ["0.20", "0.60"]
    assert numbers(facts["verifier third"]) == ["0.30", "0.70"]


def test_tables_have_a_row_for_each_window_and_component(trl):
    tables = {title.split(";")[0]: rows for title, _, rows in audit_tables(trl)}
    assert [row[0] for row in tables["by window of steps"]] == [str(step) for step in range(1, 11)]
    assert [row[0] for row in tables["components of the reward: their shares"]] == ["accuracy_reward", "format_reward"]


def test_ceilings_that_take_one_rate_a_problem_are_left_out_where_rates_drift(trl):
    titles = [title for title, _, _ in audit_tables(trl)]
    assert any(title.startswith("told by this very log") for title in titles)
    assert not any(title.startswith("told by as many verdicts again") for title in titles)
    steady = [title for title, _, _ in audit_tables(audit(LOGS / "evalplus"))]
    assert any(title.startswith("told by as many verdicts again") for title in steady)


def test_what_was_left_out_cannot_move_a_cursor(trl):
    told = dataclasses.replace(trl, left_out=("1 left out: \x1b[2Jgone, first at a.jsonl:1",) * 10)
    text = rollout_audit_text(told)
    assert "\x1b" not in text
    assert "and 2 more reasons: see --json" in text


def test_no_size_of_groups_is_advised_where_the_baseline_is_not_their_mean(trl):
    batch = dataclasses.replace(trl, dead=dataclasses.replace(trl.dead, equal_but_live=len(trl.table.size)))
    assert decision_lines(batch)[2] == "num_generations / rollout.n: no advice, the baseline is not the group's mean"
    facts = dict(audit_lines(batch))
    assert "group size" not in facts
    assert "the baseline is not the group's mean" in facts["baseline"]


def test_each_verifier_that_is_not_trusted_has_its_errors_and_drift_says_whose_it_is():
    rows = [[[1, 1, 1], [0, 0, 0], [1, 0, 1]], [[1, 1, 0], [0, 1, 0], [0, 0, 0]]] * 2
    table = table_of(rows, [("verdict", name) for name in ("tests", "proof", "judge")], steps=[0, 0, 1, 1])
    judged: Any = audit_verifiers(table, "proof", 0.8)
    told = dataclasses.replace(audit(LOGS / "human_eval"), verifiers=judged)
    said = [line for name, line in audit_lines(told) if name == "verifier"]
    assert [line.split(":")[0] for line in said] == ["tests by proof", "judge by proof"]
    assert said[1].startswith(f"judge by proof: false positives {judged.others[0].false_positive.value:.2f} [")
    more = dataclasses.replace(judged, names=(*judged.names, "x", "y"))
    lines = audit_lines(dataclasses.replace(told, verifiers=more))
    assert ("verifier", "2 further verifiers: errors not told") in lines
    titles = [title for title, _, _ in audit_tables(told)]
    assert "errors of tests by window of steps; exact intervals" in titles


@pytest.mark.slow
def test_pass_at_k_beyond_a_group_is_exact_if_rates_stay(trl):
    problem, step = np.tile(np.arange(20), 8), np.repeat(np.arange(8), 20)
    table = counts_of(problem, step, np.full(160, 4), np.random.default_rng(1).binomial(4, 0.1 + 0.03 * problem))
    steady: Any = audit_verdicts(table, "made", 0.95, 0.8, [])
    tables = audit_tables(dataclasses.replace(trl, verdicts=steady))
    _, _, rows = next(one for one in tables if one[0].startswith("pass@k"))
    said = {row[0]: row[3] for row in rows}
    assert (said["4"], said["8"]) == ("exact, these problems", "exact, these problems, if their rates stay")
    evaluated = audit_tables(audit(LOGS / "human_eval"))
    _, _, rows = next(one for one in evaluated if one[0].startswith("pass@k"))
    assert ("16", "exact, these problems") in [(row[0], row[3]) for row in rows]


def test_a_window_of_one_rollout_a_group_has_no_shares(tmp_path):
    rows = ["problem,step,pass\n", *["a,1,1\n"] * 4, *(f"{name},2,0\n" for name in "abcd")]
    (tmp_path / "log.csv").write_text("".join(rows))
    steps = rows_of_table(audit(tmp_path / "log.csv"), "by window of steps")
    assert [row[2:5] for row in steps] == [("100 %", "0 %", "100 %"), ("-", "-", "-")]


def test_without_verdicts_no_window_has_a_share_that_fails_or_passes():
    rows = rows_of_table(audit(LOGS / "verl_short"), "by window of steps")
    assert [row[2:5] for row in rows[:2]] == [("0 %", "-", "-"), ("33 %", "-", "-")]
