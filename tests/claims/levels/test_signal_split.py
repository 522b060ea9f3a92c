"""Partitions of the outputs, counted; what precision and waste assume."""

from dataclasses import replace

import numpy as np
import pytest

from infoloop.claims.levels.signal_split import coarser_than_task, deterministic_split, partitions_of
from infoloop.information.expressions import evaluate
from infoloop.proofs.prover import prove
from infoloop.statements.cases import exact_law
from infoloop.statements.certification import certify


@pytest.mark.parametrize(("outputs", "bell"), [(1, 1), (3, 5), (4, 15), (6, 203)])
def test_partitions_are_as_many_as_the_bell_numbers_and_no_two_are_alike(outputs, bell):
    found = list(partitions_of(outputs))
    alike = {frozenset(tuple(np.flatnonzero(np.equal(p, k))) for k in set(p)) for p in found}
    assert len(found) == len(alike) == bell


def test_precision_is_claimed_of_the_output_and_needs_a_signal_that_is_read_off_it():
    """H(S) = I(T;S) + H(S|T) holds of any pair; I(Y;S) in its place does not, where S has noise of its own."""
    noisy = exact_law({"Y": ["1/2", "1/2"], "T|Y": [[1, 0], [0, 1]], "S|Y": [["1/4", "3/4"], [1, 0]]})
    assert certify(deterministic_split, [noisy]).counterexample is not None
    assert certify(replace(deterministic_split, exact=_of_any_pair), [noisy]).counterexample is None


def _of_any_pair(law):
    return evaluate("H(S)", law), evaluate("I(T;S)", law) + evaluate("H(S|T)", law)


@pytest.mark.parametrize("assumed", ["H(T|Y) = 0", "H(S|T) = 0"])
def test_a_signal_is_coarser_than_the_task_only_by_both_assumptions(assumed):
    assert prove(coarser_than_task.statement, coarser_than_task.given).verdict == "proved"
    assert prove(coarser_than_task.statement, (assumed,)).verdict == "refuted"
