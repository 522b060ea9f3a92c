"""The decision: three lines that no terminal of 100 columns wraps, whatever the log, and what they say is so."""

import dataclasses
import json
from typing import Any

import numpy as np
import pytest

from infoloop.reporting.text import WIDTH
from infoloop.verdict_logs.decision import decision_lines, gradient_line, is_training, round_percent
from infoloop.verdict_logs.formats.log_format import Settings
from infoloop.verdict_logs.groups.dead_groups import unanimous_share
from infoloop.verdict_logs.groups.group_table import Measured
from infoloop.verdict_logs.groups.problem_choice import KEEP, NEARLY, NEVER, RARE, SOLVED
from infoloop.verdict_logs.rollout_audit import audit_rollouts
from infoloop.verdict_logs.rollout_text import rollout_audit_text
from tests.support.changed_audits import numbers, with_verdicts
from tests.support.paths import LOGS

audit: Any = audit_rollouts  # whatever a log has, tests look at
MADE = sorted(path.name for path in LOGS.iterdir() if path.is_dir() and not path.name.startswith("_"))
EXTREME = 10_000_000  # rollouts that the issue asks for
NARROW = 80  # columns


@pytest.fixture(scope="module")
def trl():
    return audit(LOGS / "trl")


def with_choice(found, kinds, **changes):
    """The audit with these problems, a pair (choice, how many) each."""
    choice = np.repeat([kind for kind, _ in kinds], [count for _, count in kinds])
    attempts = np.full(len(choice), changes.pop("attempts", 24))
    return with_verdicts(found, choice=found.verdicts.choice._replace(choice=choice, attempts=attempts, **changes))


def printed(found):
    """The first lines as they are printed, up to the first empty one."""
    lines = rollout_audit_text(found).splitlines()
    return lines[: lines.index("")]


@pytest.mark.slow
@pytest.mark.parametrize("name", MADE)
def test_the_first_three_printed_lines_are_the_decision_of_each_made_log(name):
    found = audit(LOGS / name)
    assert printed(found) == list(decision_lines(found))
    assert max(map(len, decision_lines(found))) <= NARROW


@pytest.mark.slow
@pytest.mark.parametrize("kinds", [(("drop, always failed", 3), ("drop, always passed", 4)), ()])
def test_no_line_wraps_with_ten_million_rollouts_and_a_long_name(trl, kinds):
    """Of a million problems; shares that are widest in print."""
    many = EXTREME // 10
    problems = [(kind, many * part // 10) for kind, part in kinds] + [(KEEP, many // 10 * 3), (RARE, many // 10)]
    told = with_choice(trl, problems, saved=EXTREME, saved_share=0.999, needed=EXTREME // 9, attempts=EXTREME // 10)
    trend = trl.dead.trend._replace(change=-0.999)
    whole = trl.dead.whole._replace(share=0.9999, rollouts=EXTREME, all_fail=EXTREME)
    size = told.verdicts.size
    for one in (size._replace(size=256), size._replace(size=None)):
        found = dataclasses.replace(
            with_verdicts(told, size=one, choice=told.verdicts.choice._replace(size=EXTREME)),
            file="a_rather_long_name_of_a_run_of_ten_million_rollouts" * 5 + ".parquet",
            dead=dataclasses.replace(trl.dead, trend=trend, whole=whole),
        )
        assert printed(found) == list(decision_lines(found))
        assert max(map(len, decision_lines(found))) <= WIDTH


def test_the_first_line_has_share_and_trend(trl):
    said = gradient_line(trl)
    assert said == "33 % OF ROLLOUTS CARRY NO GRADIENT, trend +56 points; phantom gradient 12 %"
    steady = trl.dead.trend._replace(low=-1.0, high=1.0)
    told = dataclasses.replace(trl, dead=dataclasses.replace(trl.dead, trend=steady), components=None)
    assert gradient_line(told).endswith("(zero advantage), no trend over steps")
    slight = trl.dead.trend._replace(change=-0.003)
    told = dataclasses.replace(trl, dead=dataclasses.replace(trl.dead, trend=slight), components=None)
    assert gradient_line(told).endswith(", trend below 1 point")


def test_an_evaluation_would_carry_no_gradient():
    found = audit(LOGS / "human_eval")
    assert not is_training(found)
    assert gradient_line(found).startswith("67 % OF ROLLOUTS WOULD CARRY NO GRADIENT")


def test_problems_to_drop_are_counted_with_what_that_saves(trl):
    kinds = [("drop, always failed", 1), ("drop, always passed", 2), (KEEP, 5), (RARE, 3), (NEVER, 1)]
    told = with_choice(trl, kinds, saved=96, saved_share=0.2)
    assert decision_lines(told)[1] == "drop 3 problems (saves 96 rollouts, 20 %); keep 5; larger groups for 3"
    one = with_choice(trl, [*kinds[:1], *kinds[2:]], saved=32, saved_share=0.004)
    assert decision_lines(one)[1].startswith("drop 1 problem (saves 32 rollouts, <1 %); keep 5")


@pytest.mark.parametrize(
    ("count", "shown"),
    [
        (99_999, "99,999"), (100_000, "100k"), (499_500, "500k"), (999_400, "999k"),
        (1_000_000, "1M"), (1_234_567, "1.23M"), (999_600, "1M"), (999_400_000, "999M"), (999_600_000, "1G"),
    ],
)  # fmt: skip
def test_counts_are_whole_up_to_a_hundred_thousand(trl, count, shown):
    kinds = [("drop, always failed", 3), (KEEP, 5)]
    said = decision_lines(with_choice(trl, kinds, saved=count, saved_share=0.2))[1]
    assert f"{shown} " in said
    assert numbers(said)[0] == "3"
    assert numbers(said)[2:] == ["20", "5"]


@pytest.mark.parametrize("kind", [NEVER, SOLVED])
def test_problems_of_one_verdict_so_far_are_why_none_is_dropped(kind):
    evaluated = audit(LOGS / "human_eval")
    needed = str(evaluated.verdicts.choice.needed)
    assert needed in numbers(decision_lines(with_choice(evaluated, [(kind, 2), (KEEP, 1)]))[1])
    assert needed not in numbers(decision_lines(with_choice(evaluated, [(RARE, 2), (KEEP, 1)]))[1])


def test_by_groups_problems_without_a_live_one_are_why_none_is_dropped(trl):
    needed = str(trl.verdicts.choice.needed)
    for live, said in (([1, 0], True), ([1, 1], False)):
        found = with_choice(trl, [(KEEP, 2)], groups=np.full(2, 9), live=np.array(live))
        assert (needed in numbers(decision_lines(found)[1])) is said


@pytest.mark.parametrize(
    ("has_steps", "kinds", "training"),
    [
        (True, ["verdict"], True),
        (False, ["verdict", "length", "component"], False),
        (False, ["verdict", "reward"], True),
        (False, ["verdict", "advantage"], True),
    ],
)
def test_steps_or_a_reward_or_an_advantage_make_a_training(trl, has_steps, kinds, training):
    measured = tuple(Measured(kind, kind) for kind in kinds)
    table = dataclasses.replace(trl.table, has_steps=has_steps, measured=measured)
    assert is_training(dataclasses.replace(trl, table=table)) is training


def test_an_option_that_is_too_long_for_the_line_is_told_in_general():
    found = audit(LOGS / "verl_short")
    for many, whole in ((20, True), (80, False), (500, False)):
        told = dataclasses.replace(found, option=f"--columns pass={'n' * many}")
        line = decision_lines(told)[1]
        assert len(line) <= WIDTH
        assert (told.option in line) is whole
        assert "--columns pass=" in line


def test_one_rollout_a_group_without_verdicts_has_no_number_to_tell():
    found = audit(LOGS / "lm_eval")
    assert [numbers(line) for line in decision_lines(dataclasses.replace(found, verdicts=None, option=""))] == [[]] * 3


@pytest.mark.slow
def test_without_a_problem_to_drop_it_is_said_how_many_verdicts_that_takes(trl):
    said = decision_lines(trl)[1]
    assert said == "drop none (takes 14 dead groups); keep 6; sample less 5; never solved 1"
    evaluated = decision_lines(audit(LOGS / "human_eval"))[1]
    assert evaluated == "drop none (takes 108 equal verdicts); keep 4; sample less 6; never solved 2"
    of_two = with_choice(audit(LOGS / "human_eval"), [(KEEP, 2)])
    assert decision_lines(of_two)[1] == "drop none; keep 2"


@pytest.mark.slow
def test_the_size_of_groups_gives_the_wanted_share(trl):
    assert decision_lines(trl)[2] == "num_generations / rollout.n: about 32 (now 8) give 80 % of groups both verdicts"
    few = audit(LOGS / "trl", live=0.5)
    size, tally = few.verdicts.size, few.verdicts.bits.tally
    assert decision_lines(few)[2].startswith(f"num_generations / rollout.n: about {size.size} (now 8) give 50 %")
    assert size.size <= tally.attempts.min()
    assert unanimous_share(tally.passes, tally.attempts, np.array(size.size)).mean() < 1


def test_a_size_that_is_large_enough_already_is_said(trl):
    size = trl.verdicts.size
    for enough, said in (
        (8, "8 is enough, 80 % of groups have both verdicts"),
        (5, "8 is enough, 80 % of groups have both verdicts"),
        (9, "about 9 (now 8) give 80 % of groups "),
    ):
        line = decision_lines(with_verdicts(trl, size=size._replace(size=enough)))[2]
        assert line.startswith(f"num_generations / rollout.n: {said}")


def test_the_wanted_share_is_that_of_the_audit_and_an_assumed_size_is_not_enough(trl):
    for size, said in ((5, ["8", "60"]), (32, ["32", "8", "60"]), (None, ["256", "60", "8"])):
        told = with_verdicts(trl, size=trl.verdicts.size._replace(wanted=0.6, size=size))
        assert numbers(decision_lines(told)[2]) == said
    found = audit(LOGS / "human_eval")
    assumed = with_verdicts(found, size=found.verdicts.size._replace(size=4))
    assert numbers(decision_lines(assumed)[2]) == ["4", "80"]


def test_a_size_that_is_too_small_even_at_the_largest_is_said():
    found = audit(LOGS / "human_eval")
    most = found.verdicts.size.shares[-1]
    said = f"num_generations / rollout.n: none up to {most.size} gives 80 % of groups a gradient"
    assert found.verdicts.size.size is None
    assert decision_lines(found)[2] == said


def test_one_rollout_a_group_is_said():
    first, choice, size = decision_lines(audit(LOGS / "lm_eval"))
    assert first == "ONE ROLLOUT A GROUP, SO NO GROUP-RELATIVE ADVANTAGE"
    assert choice == "no problem to drop or keep: one attempt each tells no pass rate"
    assert size == "pass rate 75 % (43 to 95 %); more takes several rollouts of each problem"


@pytest.mark.slow
def test_without_verdicts_it_says_what_to_give_and_what_dynamic_sampling_takes():
    found = audit(LOGS / "verl_short")
    _, choice, size = decision_lines(found)
    assert "give --threshold" in choice
    assert size == "dynamic sampling: a batch of groups with a gradient takes 1.5 times the rollouts"
    assert 1 / (1 - found.dead.whole.share) == pytest.approx(1.5, rel=np.finfo(float).eps)
    judged = audit(LOGS / "verl_short", settings=Settings(threshold=1.0))
    assert decision_lines(judged)[1] == decision_lines(audit(LOGS / "verl"))[1]


def test_where_every_answer_is_wrong_or_right_that_is_said_first(trl):
    whole = trl.dead.whole._replace(share=1.0)
    for passes, said in ((0, "every answer is wrong: check the verifier"), (24, "every answer is right: ")):
        choice = trl.verdicts.choice
        one = with_verdicts(trl, choice=choice._replace(attempts=np.full(12, 24), passes=np.full(12, passes)))
        assert decision_lines(one)[1].startswith("drop none")
        one = with_verdicts(one, bits=dataclasses.replace(trl.verdicts.bits, rate=(passes / 24, 0.0, 1.0)))
        dead = dataclasses.replace(one, dead=dataclasses.replace(trl.dead, whole=whole))
        assert decision_lines(dead)[1].startswith(said)
    mixed = with_verdicts(dead, bits=trl.verdicts.bits)
    assert decision_lines(mixed)[1].startswith("drop none")  # equal rewards of right and wrong answers


def test_dynamic_sampling_cannot_help_where_no_group_has_a_gradient():
    found = audit(LOGS / "verl_short")
    whole = found.dead.whole._replace(share=1.0)
    told = dataclasses.replace(found, dead=dataclasses.replace(found.dead, whole=whole))
    assert decision_lines(told)[2] == "dynamic sampling cannot help: no group here has a gradient"
    live = dataclasses.replace(found, dead=dataclasses.replace(found.dead, whole=whole._replace(share=0.0)))
    assert decision_lines(live)[2] == "every group has a gradient: dynamic sampling would drop none"


@pytest.mark.parametrize("count", [99_999, 123_456, 999_999, 9_999_999])
def test_no_line_wraps_where_every_count_is_as_wide_as_it_gets(trl, count):
    choice = trl.verdicts.choice
    counts = dict.fromkeys(["drop, always passed", "drop, no live group"], 0) | dict.fromkeys(
        (KEEP, RARE, SOLVED, NEARLY, NEVER), count
    )
    for dropped in (0, count):
        wide = _Wide(counts | {"drop, always failed": dropped}, choice, count)
        said = decision_lines(with_verdicts(trl, choice=wide))[1]
        assert said.startswith("drop none (takes " if not dropped else "drop ")
        assert len(said) <= WIDTH


class _Wide:
    """A choice of so many problems of each kind, without an entry for each."""

    def __init__(self, counts, choice, number):
        self.count = lambda kind: counts[kind]
        self.choice, self.attempts, self.by = np.array([NEVER]), np.array([number]), "verdicts"
        self.assumed_size = False
        self.needed = self.size = self.saved = number
        self.saved_share, self.problems = 0.999, choice.problems


def test_a_percentage_is_0_or_100_only_where_the_share_is():
    shares = (0.0, 1e-9, 0.004, 0.5, 0.996, 1 - 1e-9, 1.0)
    assert [round_percent(share) for share in shares] == ["0 %", "<1 %", "<1 %", "50 %", ">99 %", ">99 %", "100 %"]


def test_a_phantom_share_is_in_the_first_line_where_it_is_above_a_tenth(trl):
    def of(share):
        phantom = trl.components.phantom._replace(value=share)
        return gradient_line(dataclasses.replace(trl, components=trl.components._replace(phantom=phantom)))

    assert of(0.101).endswith("NO GRADIENT, trend +56 points; phantom gradient 10 %")
    for share in (0.1, np.nan):
        assert of(share) == "33 % OF ROLLOUTS CARRY NO GRADIENT (zero advantage), trend +56 points"


def test_an_evaluation_says_the_size_of_its_groups_and_what_holds_at_a_usual_one():
    found = audit(LOGS / "human_eval")
    tally = found.verdicts.bits.tally
    usual = unanimous_share(tally.passes, tally.attempts, np.array(8)).mean()
    assert (
        gradient_line(found) == f"67 % OF ROLLOUTS WOULD CARRY NO GRADIENT in groups of 16 (of 8: {100 * usual:.0f} %)"
    )
    few = found.verdicts.size.shares
    beyond = tuple(one._replace(extrapolated=True) for one in few)
    told = with_verdicts(found, size=found.verdicts.size._replace(shares=beyond))
    for one in (told, with_verdicts(found, size=None)):
        assert gradient_line(one) == "67 % OF ROLLOUTS WOULD CARRY NO GRADIENT (equal verdicts) in groups of 16"


@pytest.mark.parametrize(
    ("many", "said"), [(25, ""), (26, "; 5 % OF ROWS LEFT OUT"), (10_000, "; 95 % OF ROWS LEFT OUT")]
)
def test_rows_that_are_left_out_are_in_the_first_line_where_they_are_many(trl, many, said):
    lines = [dataclasses.replace(one, rows_left_out=many) for one in (trl, dataclasses.replace(trl, components=None))]
    assert [gradient_line(one).endswith(f" points{said or '; phantom gradient 12 %'}") for one in lines[1:]] == [
        bool(said)
    ]
    assert gradient_line(lines[0]).endswith(f"; phantom gradient 12 %{said}")
    single = dataclasses.replace(audit(LOGS / "lm_eval"), rows_left_out=12)
    assert gradient_line(single).endswith("ADVANTAGE; 50 % OF ROWS LEFT OUT")


def test_the_first_line_leaves_out_what_is_least_needed_until_it_fits(trl):
    whole = trl.dead.whole._replace(share=0.9999)
    steady = trl.dead.trend._replace(low=-1.0, high=1.0)
    dead = dataclasses.replace(trl.dead, whole=whole, trend=steady)
    wide = dataclasses.replace(trl, dead=dead, rows_left_out=EXTREME)
    said = ">99 % OF ROLLOUTS CARRY NO GRADIENT; phantom gradient 12 %; >99 % OF ROWS LEFT OUT"
    assert gradient_line(wide) == said
    evaluated = audit(LOGS / "human_eval")
    dead = dataclasses.replace(evaluated.dead, whole=evaluated.dead.whole._replace(share=0.9999))
    table = dataclasses.replace(evaluated.table, size=np.full(12, 99_999))
    far = dataclasses.replace(evaluated, dead=dead, table=table, rows_left_out=10**9)
    assert (
        gradient_line(far)
        == ">99 % OF ROLLOUTS WOULD CARRY NO GRADIENT in groups of 99,999 (of 8: 76 %); >99 % OF ROWS LEFT OUT"
    )
    assert len(gradient_line(far)) <= WIDTH


def test_a_run_of_which_half_passes_is_not_called_all_wrong(tmp_path):
    """The later half alone has no pass; what the verifier is worth is told by all steps."""
    rows = [{"problem": name, "step": step, "pass": step < 3} for step in (1, 2, 3, 4) for name in "ab" * 8]
    (tmp_path / "log.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = audit(tmp_path / "log.jsonl")
    assert (found.dead.whole.share, found.verdicts.bits.rate[0]) == (1, 0.5)
    assert decision_lines(found)[1].startswith("drop ")
