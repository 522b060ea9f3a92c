"""How many transcripts an episode can have, against listing them; the published number of a thousand verdicts."""

import itertools

import pytest

from infoloop.claims.verdict_training.step_credit import episode_bits, transcripts


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
