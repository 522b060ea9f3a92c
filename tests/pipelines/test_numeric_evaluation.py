"""The numeric audit against plain loops over all outcomes, in 50 digits: nothing of the source is shared."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest
from mpmath import log, mpf

from infoloop.pipelines import exact_zeros, numeric_evaluation
from infoloop.pipelines.information_flow import rounds
from infoloop.pipelines.node import Node
from infoloop.pipelines.numeric_evaluation import accuracy_of
from infoloop.pipelines.numeric_results import Fano, Numbers
from infoloop.pipelines.pipeline_audit import Audit, audit
from infoloop.pipelines.pipeline_graph import Pipeline, pipeline
from infoloop.pipelines.report.numeric_text import bits_lines
from infoloop.pipelines.signal_quality import Sensitivity, sensitivity
from infoloop.probability.numerics import rounding
from tests.support import oracles

CELLS = 2**14  # of the largest laws asked for here
SIXTEENTHS = 16


def sixteenths(draw: np.random.Generator, *shape: int) -> list:
    """Random rows of multiples of 1/16, which floats hold exactly."""
    cuts = np.sort(draw.integers(0, SIXTEENTHS + 1, (*shape[:-1], shape[-1] - 1)), axis=-1)
    ends = [np.zeros((*shape[:-1], 1), int), cuts, np.full((*shape[:-1], 1), SIXTEENTHS)]
    return (np.diff(np.concatenate(ends, axis=-1), axis=-1) / SIXTEENTHS).tolist()


def verifier(right: float, wrong: float, crossover: float = 0.0) -> Pipeline:
    """A guess that is kept if the verdict passes it: probability `right` for a right one, `wrong` for a wrong one."""
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    ask = Node("Y", "query", ("Z@-1",), size=2, table="uniform")
    verdict = Node(
        "S", "signal", ("X", "Y"), cost=2.0, formula="X == Y", table=[[1 - wrong, wrong], [1 - right, right]]
    )
    kept = Node(
        "Z",
        "state",
        ("Z@-1", "Y", "S"),
        formula="Y if S else Z@-1",
        table=[[1 - crossover, crossover], [crossover, 1 - crossover]],
    )
    return pipeline(start, [ask, verdict, kept], rounds=1)


def learner() -> Pipeline:
    """Three answers, everything noisy: two rounds in which the update forgets too."""
    draw = np.random.default_rng(8)
    start = [Node("X", "task", table=sixteenths(draw, 3)), Node("D0", "data", ("X",), table=sixteenths(draw, 3, 3))]
    start += [Node("Z0", "state", ("D0",), table=sixteenths(draw, 3, 3))]
    ask = Node("Y", "query", ("Z@-1",), table=sixteenths(draw, 3, 3))
    verdict = Node("S", "signal", ("X", "Y"), cost=2.0, table=sixteenths(draw, 3, 3, 2))
    update = Node("Z", "state", ("Z@-1", "Y", "S"), table=sixteenths(draw, 3, 3, 2, 3))
    return pipeline(start, [ask, verdict, update], rounds=2)


def random_pipeline(seed: int) -> Pipeline:
    """Two rounds whose binary nodes have parents drawn among all that came before."""
    draw = np.random.default_rng(seed)
    roles = [("X", "task"), ("D0", "data"), ("J", "judge"), ("Z0", "state")]
    found: list[Node] = []
    for t in range(3):
        for name, role in roles if t == 0 else [(f"Y{t}", "query"), (f"S{t}", "signal"), (f"Z{t}", "state")]:
            old = [node.name for node in found if not (role == "state" and node.role == "task")]
            chosen = sorted(draw.choice(len(old), min(len(old), 2), replace=False)) if old else []
            table = sixteenths(draw, *(2,) * len(chosen), 2)
            found.append(Node(name, role, tuple(old[k] for k in chosen), at=t, table=table))
    return pipeline(found)


class Outcomes:
    """The whole law of a pipeline, outcome by outcome."""

    def __init__(self, p: Pipeline):
        self.names = [node.name for node in p.nodes]
        self.law = {(): mpf(1)}
        for node in p.nodes:
            known = [self.names.index(parent) for parent in node.parents]
            table = p.tables[node.name].tolist()
            self.law = dict(self._grown(known, table))

    def _grown(self, known, table):
        for outcome, mass in self.law.items():
            row = table
            for k in known:
                row = row[outcome[k]]
            for value, probability in enumerate(row):
                if probability and mass:
                    yield (*outcome, value), mass * mpf(probability)

    def places(self, names):
        return [self.names.index(name) for name in names]

    def information(self, x, names, given=()):
        return float(oracles.information(self.law, self.places([x]), self.places(names), self.places(given)))

    def entropy(self, names, given=()):
        return float(oracles.entropy(self.law, self.places(names), self.places(given)))

    def pairs(self, x, z):
        return oracles.marginal(self.law, self.places([x, z]))


def disagreements(p: Pipeline, found: Numbers) -> set[str]:
    """What of the numbers differs from sums over all outcomes by more than rounding."""
    world, off = Outcomes(p), set()

    def compare(what, value, exact):
        if not abs(value - exact) <= rounding(CELLS):
            off.add(what)

    for r, shown in zip(rounds(p), found.rounds, strict=True):
        compare("before", shown.before, world.information("X", r.before) if r.before else 0.0)
        compare("entering", shown.entering, world.information("X", (*r.before, *r.entering)))
        compare("after", shown.after, world.information("X", [r.state]))
        for term, bits in zip(r.terms, shown.terms, strict=True):
            compare("terms", bits.bits, world.information("X", term.names, term.given))
            compare("observed", bits.observed, world.entropy(term.names, term.given))
        pairs = world.pairs("X", r.state)
        compare("accuracy", shown.accuracy, float(sum(mass for (x, z), mass in pairs.items() if x == z)))
        guesses = {z: max(mass for (_, other), mass in pairs.items() if other == z) for _, z in pairs}
        compare("best", shown.best, float(sum(guesses.values())))
    for names, bits in found.bases:
        compare("bases", bits, world.information("X", names) if names else 0.0)
    compare("task", found.task, world.entropy(["X"]))
    return off


def numbers_of(found: Audit) -> Numbers:
    assert found.numbers is not None
    return found.numbers


def fano_of(found: Numbers) -> Fano:
    assert found.fano is not None
    return found.fano


def at_qualities(p: Pipeline, steps: int) -> tuple[Sensitivity, np.ndarray]:
    """The sensitivity, and the accuracy of the state's own answer beside it."""
    found = sensitivity(p, steps)
    assert found is not None
    assert found.accuracy is not None
    return found, found.accuracy


@pytest.fixture(scope="module")
def learned() -> tuple[Pipeline, Numbers]:
    p = learner()
    return p, numbers_of(audit(p))


def test_every_number_of_a_noisy_learner_is_a_sum_over_all_outcomes(learned):
    assert disagreements(*learned) == set()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_elimination_finds_what_the_whole_law_holds(seed):
    p = random_pipeline(seed)
    assert disagreements(p, numbers_of(audit(p))) == set()


def test_a_task_may_have_causes_of_its_own():
    start = [Node("N", "noise", table=[0.25, 0.75]), Node("X", "task", ("N",), table=[[0.875, 0.125], [0.5, 0.5]])]
    start += [Node("Z0", "state", size=2, table="uniform")]
    p = pipeline(start, [Node("S", "signal", ("N",), formula="N"), Node("Z", "state", ("S",), formula="S")], rounds=1)
    found = numbers_of(audit(p))
    assert disagreements(p, found) == set()
    q = pipeline(start, [Node("Z", "state", ("N",), formula="N")], rounds=1)
    found = numbers_of(audit(q))
    assert disagreements(q, found) == set()
    assert fano_of(found).most >= found.learned > 0


def test_a_term_without_its_condition_is_noticed(learned, monkeypatch):
    p, right = learned
    bare = tuple(
        form._replace(terms=tuple((names, ()) for names, _ in form.terms))
        for form in numeric_evaluation.round_queries(p, rounds(p))
    )
    monkeypatch.setattr(numeric_evaluation, "round_queries", lambda *_: bare)
    assert {"terms", "observed"} <= disagreements(p, numbers_of(audit(p)))
    shifted = tuple(replace(r, before=other.before) for r, other in zip(right.rounds, right.rounds[::-1], strict=True))
    assert disagreements(p, replace(right, rounds=shifted)) == {"before"}


def test_what_a_round_brings_is_what_enters(learned):
    for r in learned[1].rounds:
        assert abs(r.before + sum(term.bits for term in r.terms) - r.entering) <= rounding(CELLS)


def test_the_ceiling_contracts_what_was_there_and_what_came(learned):
    ceiling = learned[1].rounds[0].before
    for r in learned[1].rounds:
        ceiling = r.contraction * (ceiling + sum(term.bits for term in r.terms))
        assert abs(r.ceiling - ceiling) <= rounding(CELLS)
        assert r.contraction < 1
        assert r.after <= r.contraction * r.entering + rounding(CELLS)
        assert r.after <= r.ceiling + rounding(CELLS)


@pytest.mark.parametrize("crossover", [0.0, 0.125])
def test_a_noisy_update_contracts_as_its_noise_does(crossover):
    found = numbers_of(audit(verifier(1.0, 0.0, crossover))).rounds[0]
    assert abs(found.contraction - (1 - 2 * crossover) ** 2) <= rounding(CELLS)


def test_bits_are_counted_for_each_unit_of_cost(learned):
    assert learned[1].cost == 4.0
    for term in (term for r in learned[1].rounds for term in r.terms):
        assert (term.cost, term.per_cost) == (2.0, term.bits / 2)
        assert term.per_bit == term.bits / term.observed


def binary_entropy(p: float) -> float:
    return float(-mpf(p) * log(p, 2) - (1 - mpf(p)) * log(1 - mpf(p), 2))


@pytest.mark.parametrize("error", [0.05, 0.25])
def test_rounds_to_a_target_error_are_its_bits_over_the_capacity_of_a_verdict(error):
    fano = fano_of(numbers_of(audit(verifier(0.875, 0.125), error=error)))
    needed, most = 1 - binary_entropy(error), 1 - binary_entropy(0.125)
    assert abs(fano.needed - needed) <= rounding(CELLS)
    assert abs(fano.most - most) <= rounding(CELLS)
    assert fano.rounds == math.ceil(needed / most)
    assert (fano.held, fano.informed_at, fano.reached_at) == (0.0, None, None)


def test_the_rounds_that_reach_a_target_are_named():
    fano = fano_of(numbers_of(audit(verifier(1.0, 0.0), error=0.3)))  # right in 1/2 + 1/2 * 1/2 of the cases
    assert (fano.informed_at, fano.reached_at) == (1, 1)


@pytest.mark.parametrize("size", [7, 16])
def test_what_is_known_already_takes_no_round_though_floats_differ(size):
    start = [Node("X", "task", size=size, table="uniform"), Node("D0", "data", ("X",), formula="X")]
    start += [Node("Z0", "state", ("D0",), formula="D0")]
    found = numbers_of(audit(pipeline(start, [Node("Z", "state", ("Z@-1",), formula="Z@-1")], rounds=1), error=0.0))
    fano = fano_of(found)
    assert (fano.rounds, fano.informed_at, fano.reached_at) == (0, 1, 1)
    assert dict(bits_lines(found, ()))["error"].endswith("they are there before round 1")


def test_an_error_met_exactly_is_reached():
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    later = [Node("S", "signal", ("X",), table=[[0.95, 0.05], [0.05, 0.95]]), Node("Z", "state", ("S",), formula="S")]
    fano = fano_of(numbers_of(audit(pipeline(start, later, rounds=1), error=0.05)))
    assert (fano.rounds, fano.informed_at, fano.reached_at) == (1, 1, 1)


def test_the_fewest_rounds_are_a_bound(learned):
    fano, bits = fano_of(learned[1]), [r.after for r in learned[1].rounds]
    assert fano.most >= max(sum(term.bits for term in r.terms) for r in learned[1].rounds)
    assert fano.rounds is None or all(after < fano.needed for after in bits[: fano.rounds - 1])


def term_of(p: Pipeline):
    return numbers_of(audit(p)).rounds[0].terms[0]


def test_a_verdict_that_passes_right_and_wrong_alike_is_open_on_its_graph_and_exactly_0():
    found = audit(verifier(0.3, 0.3))
    assert found.verdict == "open"
    term = numbers_of(found).rounds[0].terms[0]
    assert (term.bits, term.sign, numbers_of(found).informative) == (0.0, "zero", ())


def test_a_verdict_that_hardly_tells_is_positive_though_floats_cannot_say_so():
    term = term_of(verifier(0.3 + 1e-9, 0.3))
    assert term.sign == "positive"
    assert term.bits <= rounding(CELLS)


def test_what_is_too_large_for_fractions_is_left_undecided(monkeypatch):
    monkeypatch.setattr(exact_zeros, "MOST_CELLS", 1)
    assert term_of(verifier(0.3, 0.3)).sign == "undecided"
    assert term_of(verifier(0.5, 0.25)).sign == "positive"


def test_worse_signals_are_the_same_pipeline_with_a_mixed_table(learned):
    p = learned[0]
    found, accuracy = at_qualities(p, steps=4)
    assert found.quality.tolist() == [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.75, 1.0]
    for k in (0, 2, 7, 8):
        share = found.quality[k]
        mixed = {f"S{t}": share * p.tables[f"S{t}"] + (1 - share) / 2 for t in (1, 2)}
        world = Outcomes(replace(p, tables={**p.tables, **mixed}))
        assert abs(found.learned[k] - world.information("X", ["Z2"])) <= rounding(CELLS)
        terms = sum(world.information("X", [f"S{t}"], [f"Z{t - 1}", f"Y{t}"]) for t in (1, 2))
        assert abs(found.bound[k] - world.information("X", ["Z0"]) - terms) <= rounding(CELLS)
        pairs = world.pairs("X", "Z2")
        assert abs(accuracy[k] - float(sum(m for (x, z), m in pairs.items() if x == z))) <= rounding(CELLS)
    assert abs(found.learned[-1] - learned[1].learned) <= rounding(CELLS)
    assert abs(found.bound[4] - learned[1].rounds[0].before) <= rounding(CELLS)


def test_a_verdict_turned_over_brings_the_same_bits_and_lowers_the_accuracy():
    p = verifier(0.9, 0.2)
    found, accuracy = at_qualities(p, steps=2)
    start = 0.5
    assert np.abs(found.bound - found.bound[::-1]).max() <= rounding(CELLS)
    assert accuracy[0] < start < accuracy[-1]
    assert abs(accuracy[2] - start) <= rounding(CELLS)
    assert [numbers_of(audit(q)).rounds[0].effect for q in (p, verifier(0.1, 0.8))] == ["raises", "lowers"]


def test_signals_of_six_values_can_be_turned_over_as_far_as_they_go():
    start = [Node(name, role, size=6, table="uniform") for name, role in (("X", "task"), ("Z0", "state"))]
    said = [Node("S", "signal", ("X",), formula="X"), Node("Z", "state", ("S",), formula="S")]
    found, accuracy = at_qualities(pipeline(start, said, rounds=1), steps=5)
    assert found.quality[0] == -0.2
    assert abs(found.learned[0] - float(log(mpf(6) / 5, 2))) <= rounding(CELLS)  # each wrong answer equally often
    assert accuracy[0] == 0.0


def test_without_signals_there_is_no_quality():
    p = pipeline([Node("X", "task", size=2, table="uniform"), Node("Z", "state", table=[1.0])])
    assert sensitivity(p) is None


def test_a_state_answers_by_the_formula_or_by_itself(learned):
    p = learned[0]
    pair = np.arange(9.0).reshape(3, 3) / 64
    assert accuracy_of(p, pair) == (0 + 4 + 8) / 64
    assert accuracy_of(replace(p, answer="(state + 1) % 3"), pair) == (3 + 7 + 2) / 64
    assert accuracy_of(p, pair[:, :2]) is None


def test_a_law_that_does_not_fit_is_named_and_the_verdict_stays():
    start = [Node("X", "task", size=2, table="uniform"), Node("Z0", "state", size=2, table="uniform")]
    asked = [Node(f"Y{c}", "query", ("Z@-1",), size=64, table="uniform") for c in "abcdef"]
    said = [Node(f"S{c}", "signal", ("X", f"Y{c}"), formula=f"(X + Y{c}) % 2") for c in "abcdef"]
    state = Node("Z", "state", ("Z@-1", *(node.name for node in said)), formula="Sa")
    found = audit(pipeline(start, [*asked, *said, state], rounds=1))
    assert (found.verdict, found.numbers) == ("open", None)
    cells = math.prod([2, 2, 2, *itertools.repeat(64 * 2, 6)])
    assert f"{cells:,}" in found.unmeasured or f"{8 * cells / 2**30:,.0f} GiB" in found.unmeasured


def test_a_node_without_a_table_is_named():
    found = audit(pipeline([Node("X", "task", size=2, table="uniform"), Node("Z", "state")]))
    assert found.numbers is None
    assert found.unmeasured == "no table, formula or program for Z"
