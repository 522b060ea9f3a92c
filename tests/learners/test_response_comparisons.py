"""Comparisons of responses: shares against stated false-alarm rates, wins against a count by hand."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats

from infoloop.learners.response_comparisons import Comparisons, by_item, drawn_comparisons, item_wins, response_items
from infoloop.learners.response_rewards import question_by_class, response_tokens
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.styled_instructions import MARKER, styled_responses, styled_world

KEY = jax.random.key(4)
WORLD = styled_world(KEY, instructions=2, classes=3, formats=1, tasks=0, domains=1)
RULE, CERTAINTY, MOST = 5, 1.5, 4000
RIGHT = np.asarray(right_outputs(WORLD, RULE))
MARKED = np.asarray(WORLD.outputs)[:, MARKER] == 1
ALARM = 1e-6  # of each share below


@pytest.fixture(scope="module")
def drawn():
    laws = jnp.stack([styled_responses(WORLD, RULE, trained=rho) for rho in (1.0, -1.0)])
    return drawn_comparisons(KEY, WORLD, RULE, laws, jnp.array([0.75, 0.25]), CERTAINTY, MOST, 100)


def likely(hits, share):
    return scipy.stats.binomtest(int(np.sum(hits)), np.size(hits), share).pvalue > ALARM


@pytest.mark.full
def test_kinds_questions_and_raters_are_drawn_as_said(drawn):
    asked, said = np.asarray(drawn.asked), np.asarray(drawn.said)
    right, marked = RIGHT[asked, said], MARKED[said]
    agrees = right == marked  # the marker goes with right answers in the first kind, with wrong ones in the second
    assert (agrees[0] == agrees[1]).all()  # both responses are of one kind
    assert likely(agrees[0], 0.75)
    assert likely(asked == 1, 0.5)
    assert likely(right[0], 0.5)
    first = np.asarray(drawn.preferred)
    sure = 1 / (1 + math.exp(-CERTAINTY))
    assert likely(first[right[0] & ~right[1]], sure)
    assert likely(first[~right[0] & right[1]], 1 - sure)
    assert likely(first[right[0] == right[1]], 0.5)


def test_the_first_comparisons_are_the_same_however_many_there_are(drawn):
    laws = jnp.stack([styled_responses(WORLD, RULE, trained=rho) for rho in (1.0, -1.0)])
    more = drawn_comparisons(KEY, WORLD, RULE, laws, jnp.array([0.75, 0.25]), CERTAINTY, MOST, 200)
    assert np.asarray(drawn.there).tolist() == [k < 100 for k in range(MOST)]
    assert int(more.there.sum()) == 200
    assert (np.asarray(more.said) == np.asarray(drawn.said)).all()


@pytest.mark.full
def test_a_share_of_no_comparisons_of_a_kind_draws_none():
    laws = jnp.stack([styled_responses(WORLD, RULE, trained=rho) for rho in (1.0, -1.0)])
    found = drawn_comparisons(KEY, WORLD, RULE, laws, jnp.array([1.0, 0.0]), CERTAINTY, 500, 500)
    said = np.asarray(found.said)
    assert (RIGHT[np.asarray(found.asked), said] == MARKED[said]).all()


def kind(question, output):
    """Question, class, marker and whether the length is 1."""
    outputs = np.asarray(WORLD.outputs)[output]
    return question, int(WORLD.classes[question, output]), int(outputs[MARKER] == 1), int(outputs[0] == 1)


@pytest.mark.slow
def test_responses_that_are_seen_alike_are_one_item_and_no_others():
    items = np.asarray(response_items(WORLD))
    numbers = {}
    for q in range(2):
        for y in range(items.shape[1]):
            if int(WORLD.classes[q, y]) < 0:
                assert items[q, y] == 24
            else:
                numbers.setdefault(kind(q, y), set()).add(int(items[q, y]))
    assert len(numbers) == 24
    assert set().union(*numbers.values()) == set(range(24))
    assert all(len(each) == 1 for each in numbers.values())
    seen = jnp.concatenate([response_tokens(WORLD), question_by_class(WORLD)], axis=-1)
    rows = np.asarray(by_item(WORLD, seen))
    for q, y in ((0, 0), (1, 5), (1, 12)):
        if items[q, y] < 24:
            assert rows[items[q, y]].tolist() == np.asarray(seen)[q, y].tolist()


@pytest.mark.slow
def test_wins_are_counted_by_item(drawn):
    asked, said, first = (np.asarray(x) for x in drawn[:3])
    places, wanted = {}, {}
    items = np.asarray(response_items(WORLD))
    for k in range(100):
        one, two = (kind(int(asked[k]), int(said[j, k])) for j in range(2))
        won, lost = (one, two) if first[k] else (two, one)
        places |= {
            won: items[asked[k], said[0 if first[k] else 1, k]],
            lost: items[asked[k], said[1 if first[k] else 0, k]],
        }
        if won != lost:
            wanted[won, lost] = wanted.get((won, lost), 0) + 1
    wins = np.asarray(item_wins(WORLD, drawn))
    assert wins.sum() == sum(wanted.values()) > 50
    assert all(wins[places[won], places[lost]] == n for (won, lost), n in wanted.items())


@pytest.mark.full
def test_junk_wins_nothing():
    junk = int(np.argmax(np.asarray(WORLD.classes)[0] < 0))
    good = int(np.argmax(np.asarray(WORLD.classes)[0] >= 0))
    compared = Comparisons(jnp.array([0]), jnp.array([[junk], [good]]), jnp.array([True]), jnp.array([True]))
    assert float(item_wins(WORLD, compared).sum()) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("numbers", "says"), [((float("nan"), 8, 8), "certainty"), ((1.0, 0, 0), "most")])
def test_numbers_out_of_range_are_refused(numbers, says):
    law = styled_responses(WORLD, RULE, trained=0.5)[None]
    with pytest.raises(ValueError, match=says):
        drawn_comparisons(KEY, WORLD, RULE, law, jnp.ones(1), *numbers)
