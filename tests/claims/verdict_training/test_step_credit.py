"""How many transcripts an episode can have, against listing them; the published number of a thousand verdicts."""

import itertools
from fractions import Fraction
from math import log2

import pytest

from infoloop.claims.verdict_training.step_credit import EQUAL, episode_bits, transcripts
from infoloop.probability.numerics import rounding


def listed(letters, verdicts, stops):
    found = set()
    for digits in itertools.product(range(letters), repeat=verdicts):
        ends = digits.index(0) + 1 if stops and 0 in digits else verdicts
        found.add(digits[:ends])
    return len(found)


@pytest.mark.parametrize(("letters", "verdicts"), [(2, 1), (2, 4), (3, 3), (4, 2)])
@pytest.mark.parametrize("stops", [False, True])
def test_transcripts_are_those_that_can_be_listed(letters, verdicts, stops):
    assert transcripts(letters, verdicts, stops) == listed(letters, verdicts, stops)


def test_a_thousand_verdicts_of_three_values():
    assert episode_bits.exact is not None
    told, most = episode_bits.exact({"letters": 3, "verdicts": 1000, "stops": False})
    assert told.digits(6) == most.digits(6) == "1584.96"


@pytest.mark.parametrize(("letters", "verdicts"), [(2, 1), (2, 5), (3, 3)])
@pytest.mark.parametrize("hazard", [None, EQUAL])
def test_bits_verdict_by_verdict_are_the_entropy_of_the_transcripts(letters, verdicts, hazard):
    """The masses of all transcripts, which multiply along each, in place of a sum of entropies."""
    masses = []
    for ends in range(1, verdicts + 1):
        mass = Fraction(1)
        for left in range(verdicts, verdicts - ends, -1):
            passes = Fraction(1, listed(letters, left, stops=True) if hazard else letters)
            mass *= passes if left == verdicts - ends + 1 else (1 - passes) / (letters - 1)
        masses.extend([mass] * (letters - 1) ** (ends - 1))
    masses.extend([(1 - sum(masses)) / (letters - 1) ** verdicts] * (letters - 1) ** verdicts)
    case = {"letters": letters, "verdicts": verdicts, "stops": True} | ({"hazard": hazard} if hazard else {})
    assert episode_bits.exact is not None
    told, _ = episode_bits.exact(case)
    assert abs(float(told.digits(17)) - sum(-float(p) * log2(p) for p in masses)) <= rounding(len(masses)) * verdicts
