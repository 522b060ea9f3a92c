"""Every pipeline of the gallery with its verdict, its reason and the warnings that its graph decides."""

import functools

import numpy as np
import pytest

from infoloop.check import check_certificate
from infoloop.pipelines.information_flow import rounds
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import Audit, audit
from infoloop.pipelines.report.figures import rounds_figure, sensitivity_figure
from infoloop.pipelines.report.numeric_text import bound_in_bits, format_number
from infoloop.pipelines.report.text import audit_text
from infoloop.pipelines.round_laws import evaluate_rounds, round_queries
from infoloop.pipelines.signal_quality import sensitivity
from infoloop.pipelines.toml_reader import read_pipeline
from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import Line
from tests.support.paths import PIPELINES

CELLS = 2**16  # of the largest law of a round
ONLY_START = "Z10 depends on X only through Z0: no round adds to I(X;Z0)"
ALL_ROUNDS = "X reaches Z10 around Z0: 10 of 10 rounds may add task information"
GALLERY = {
    "pretraining_on_own_text": ("closed", ONLY_START, "B5"),
    "self_distillation": ("closed", ONLY_START, "B5"),
    "rejection_sampling": ("open", ALL_ROUNDS, "B1 B21"),
    "rlvr_unit_tests": ("open", ALL_ROUNDS, "B1"),
    "judge_frozen_copy": ("closed", ONLY_START, "B4 B5 B7 B8"),
    "judge_frozen": ("open", "J reaches Z10 around Z0, but nothing else does: closed relative to Z0,J", "B1 B22"),
    "judge_drifting": ("closed", ONLY_START, "B4 B5 B8"),
    "majority_vote": ("closed", ONLY_START, "B4 B5 B8"),
    "reward_model": ("open", "J reaches Z10 around Z0, but nothing else does: closed relative to Z0,J", "B1 B22"),
    "accumulate_first_data": (
        "closed",
        "Z10 depends on X only through D0,A0: no round adds to I(X;D0,A0); beyond Z0, what it lost of them may return",
        "B5 B7",
    ),
    "fresh_real_data": ("open", ALL_ROUNDS, "B1"),
    "teacher": ("open", "M reaches Z10 around Z0, but nothing else does: closed relative to Z0,M", "B1 B22"),
}


@functools.cache
def audited(name: str) -> Audit:
    return audit(PIPELINES / f"{name}.toml")


def test_every_file_of_the_gallery_has_its_verdict():
    assert {path.stem for path in PIPELINES.glob("*.toml")} == GALLERY.keys()


@pytest.mark.slow
@pytest.mark.parametrize("name", GALLERY)
def test_the_verdict_the_reason_and_the_warnings_are_as_expected(name):
    found = audited(name)
    codes = " ".join(caution.code for caution in found.cautions)
    assert (found.verdict, found.reason, codes) == GALLERY[name]


@pytest.mark.slow
@pytest.mark.parametrize("name", GALLERY)
def test_every_bound_has_certificates_that_the_checker_accepts(name):
    found = audited(name)
    assert found.ceilings
    for ceiling in found.ceilings:
        assert {step.proof for step in ceiling.steps} == set(range(len(ceiling.proofs)))
        for proof in ceiling.proofs:
            check_certificate(proof)


@pytest.mark.parametrize(
    ("readme", "start", "name"),
    [
        (PIPELINES / "README.md", "```text\n", "judge_frozen"),
        (
            PIPELINES.parents[1] / "README.md",
            "$ infoloop audit experiments/pipelines/rlvr_unit_tests.toml\n",
            "rlvr_unit_tests",
        ),
    ],
)
def test_what_the_readme_shows_is_what_the_audit_prints(readme, start, name):
    shown = readme.read_text(encoding="utf-8").split(start)[1].split("```")[0].splitlines()
    assert len(shown) > 5
    assert {line for line in shown if line.strip() != "..."} <= set(audit_text(audited(name)).splitlines())


@pytest.mark.parametrize("name", GALLERY)
def test_the_table_of_the_gallery_is_what_the_audits_say(name):
    text = (PIPELINES / "README.md").read_text(encoding="utf-8")
    row = next(line for line in text.splitlines() if line.startswith(f"| `{name}` |"))
    found, numbers = audited(name), numbers_of(name)
    first, last = numbers.rounds[0], numbers.rounds[-1]
    assert first.accuracy is not None
    assert first.use is not None
    closed = [dict(numbers.bases)[base.names] for base in found.bases if base.closed]
    shown = [
        found.verdict,
        f"{format_number(first.before)} to {format_number(last.after)}",
        format_number(min(closed) if closed else None),
        f"{format_number(first.accuracy - first.use)} to {format_number(last.accuracy)}",
    ]
    assert [cell.strip() for cell in row.split("|")[2:6]] == shown


def numbers_of(name: str) -> Numbers:
    found = audited(name)
    assert found.numbers, found.unmeasured
    return found.numbers


@pytest.mark.parametrize("name", GALLERY)
def test_the_numbers_keep_every_bound(name):
    found, numbers = audited(name), numbers_of(name)
    for ceiling in found.ceilings:
        bound = bound_in_bits(numbers, ceiling)
        assert numbers.learned - rounding(CELLS) <= bound.bits <= numbers.task
        assert (bound.set_by == "H(X)") == (bound.bits == numbers.task)
        assert ceiling.most is None or ceiling.task is None or ceiling.most <= ceiling.task
        assert all(term.most is None or ceiling.task is None or term.most <= ceiling.task for term in ceiling.terms)
    for r in numbers.rounds:
        assert all(term.bits >= 0 and term.sign == "positive" for term in r.terms)
        assert max(r.before, r.after) <= r.entering + rounding(CELLS)
        assert r.after - rounding(CELLS) <= r.ceiling <= numbers.task
        assert r.ceiling_set_by != "task" or r.ceiling == numbers.task
        assert r.accuracy is not None
        assert r.accuracy <= r.best + rounding(CELLS)


@pytest.mark.full
def test_no_figure_draws_a_bound_above_all_there_is_to_know():
    name = "rlvr_unit_tests"  # whose terms add up to more
    found, numbers = audited(name), numbers_of(name)
    worse = sensitivity(read_pipeline(PIPELINES / f"{name}.toml"), steps=2, read=found.rounds)
    assert worse is not None
    drawn = rounds_figure(numbers), sensitivity_figure(worse, numbers)
    lines = [mark for figure in drawn for mark in figure.panels[0].marks if isinstance(mark, Line)]
    assert len(lines) == 7
    assert [line.label for line in lines if np.max(line.y) > numbers.task + rounding(CELLS)] == []
    fano = numbers.fano
    assert fano is not None
    assert fano.most <= numbers.task


@pytest.mark.parametrize("name", GALLERY)
def test_what_the_graph_closes_has_no_numbers_above_its_base(name):
    found, numbers = audited(name), numbers_of(name)
    kept = dict(numbers.bases)
    for base in found.bases:
        assert not base.closed or numbers.learned <= kept[base.names] + rounding(CELLS)
    assert numbers.informative == tuple(r.t for r in found.rounds if r.open)
    assert numbers.fano is not None
    assert (numbers.fano.rounds is None) == any(base.closed for base in found.bases)


# Which way I(X;Z_t) goes from round 1 on, and which way the accuracy.
STORIES = {
    "pretraining_on_own_text": ("falls", "falls"),
    "self_distillation": ("falls", "falls"),
    "rejection_sampling": ("rises", "rises"),
    "rlvr_unit_tests": ("rises", "rises"),
    "judge_frozen_copy": ("falls", "falls"),
    "judge_frozen": ("rises", "rises"),
    "judge_drifting": ("falls", "falls"),
    "majority_vote": ("falls", "falls"),
    "reward_model": ("rises", "rises"),
    "accumulate_first_data": ("falls", "falls"),
    "fresh_real_data": ("falls", "falls"),
    "teacher": ("rises", "rises"),
}


def trend(values: list) -> str:
    steps = np.sign(np.diff(np.asarray(values, dtype=float)))
    return "rises" if (steps > 0).all() else "falls" if (steps < 0).all() else "turns"


@pytest.mark.parametrize("name", STORIES)
def test_after_the_first_round_bits_and_accuracy_go_one_way(name):
    numbers = numbers_of(name)
    assert (trend([r.after for r in numbers.rounds]), trend([r.accuracy for r in numbers.rounds])) == STORIES[name]


def test_accumulated_first_data_return_what_the_first_state_lost_and_own_text_alone_does_not():
    first, other = numbers_of("accumulate_first_data").rounds[0], numbers_of("pretraining_on_own_text").rounds[0]
    assert first.after > first.before
    assert other.after < other.before


def test_fresh_data_bring_bits_in_every_round_and_the_model_gets_worse():
    numbers = numbers_of("fresh_real_data")
    assert numbers.informative == tuple(range(1, 11))
    assert numbers.learned < numbers.rounds[0].before
    assert {r.effect for r in numbers.rounds} == {"lowers"}


def frontiers(name: str) -> list[np.ndarray]:
    """The law of the task and the state after each round, round 0 first."""
    p = read_pipeline(PIPELINES / f"{name}.toml")
    return [np.asarray(law) for _, law in evaluate_rounds(p.tables, round_queries(p, rounds(p)))]


@pytest.mark.slow
def test_majority_votes_make_samples_better_and_the_state_poorer():
    tables, laws = read_pipeline(PIPELINES / "majority_vote.toml").tables, frontiers("majority_vote")
    right = [float((laws[t - 1] @ tables[f"A{t}"]).trace()) for t in (1, 10)]
    assert [round(share, 2) for share in right] == [0.48, 0.55]
    assert numbers_of("majority_vote").learned < numbers_of("majority_vote").rounds[0].before


def test_verdicts_of_a_frozen_copy_are_accurate_and_add_nothing():
    tables = read_pipeline(PIPELINES / "judge_frozen_copy.toml").tables
    law = frontiers("judge_frozen_copy")[0].sum(2)  # over the copy, which is the first state
    cells = np.ndindex(4, 4, 4)
    right = sum(law[x, z] * tables["Y1"][z, y] * tables["S1"][z, y, int(x == y)] for x, z, y in cells)
    assert round(float(right), 2) == 0.84
    assert numbers_of("judge_frozen_copy").rounds[0].terms == ()
