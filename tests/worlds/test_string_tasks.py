"""String tasks against a reading of each prompt and output, letter by letter."""

import itertools

import jax
import numpy as np
import pytest

from infoloop.worlds.reference_channels import reference_channel
from infoloop.worlds.string_tasks import string_world
from tests.support.even_draws import uneven_pairs

KEY = jax.random.key(2)


def read(world, q, letters, closing, longest):
    """The string that a prompt shows, as symbols of domain 0."""
    tasks, domains = int(max(world.task)) + 1, world.domains
    symbols = [int(t) - tasks - domains for t in world.prompts[q, 2:]]
    own = (world.prompt_tokens - tasks - domains) // (letters + closing + 1)
    symbols = [s - (int(world.domain[q]) * (letters + closing + 1) if own > 1 else 0) for s in symbols]
    assert len(symbols) == longest
    return [s for s in symbols if s != letters + closing]


def answer(string, partner, backward):
    return [partner[s] for s in (string[::-1] if backward else string)]


def closed(string, partner, closer):
    stack = []
    for s in string:
        stack = stack[:-1] if s == closer else [*stack, s]
    return [partner[s] for s in stack[::-1]]


def right_strings(world, rule, q):
    members = np.array(world.classes)[q] == np.array(world.right_class)[rule, q]
    return np.array(world.outputs)[members].tolist()


@pytest.fixture(scope="module")
def copies():
    return string_world(KEY, letters=2, longest=3, tasks=1)


@pytest.mark.full
def test_each_rule_copies_or_reverses_under_a_permutation(copies):
    rules = list(itertools.product(itertools.permutations(range(2)), (False, True)))
    assert len(copies.prior) == len(rules) == 4
    seen = set()
    for q in np.flatnonzero(np.array(copies.task) == 0):
        string = read(copies, q, 2, 0, 3)
        seen.add((int(copies.domain[q]), tuple(string)))
        for x, (partner, backward) in enumerate(rules):
            expected = answer(string, partner, backward)
            assert right_strings(copies, x, q) == [expected + [2] * (3 - len(expected))]
    assert len(seen) == 2 * (2 + 4 + 8)


@pytest.mark.full
def test_brackets_are_closed_from_the_last_that_is_open():
    world = string_world(KEY, letters=2, longest=3, kind="brackets", tasks=0, surface="same symbols")
    rules = list(itertools.permutations(range(2)))
    assert len(world.prior) == 2
    seen = set()
    for q in range(len(world.task)):
        string = read(world, q, 2, 1, 3)
        seen.add((int(world.domain[q]), tuple(string)))
        for x, partner in enumerate(rules):
            expected = closed(string, partner, 2)
            assert expected
            assert right_strings(world, x, q) == [expected + [2] * (3 - len(expected))]
    assert len(seen) == len(world.task)
    assert sum(d == 0 for d, _ in seen) == 2 + 4 + (8 + 4 + 4)  # of three: ooo, ooc and oco


def test_known_tasks_follow_one_of_the_rules(copies):
    right, task = np.array(copies.right_class), np.array(copies.task)
    assert (right[:, task == 1] == right[0, task == 1]).all()
    assert any((right[x, task == 0] == right[0, task == 1]).all() for x in range(4))


@pytest.mark.slow
def test_rules_of_known_tasks_are_drawn_evenly_and_apart():
    def drawn(key):
        world = string_world(key, letters=2, longest=2, tasks=2, domains=1)
        asked = len(world.task) // 3
        same = world.right_class[:, None, :asked] == world.right_class[0, asked:].reshape(2, asked)
        return same.all(axis=2).argmax(axis=0)  # the rule that each follows

    assert uneven_pairs(np.array(jax.jit(jax.vmap(drawn))(jax.random.split(KEY, 900))), 4) == []


def test_grades_are_shares_of_tokens_and_items_are_their_digits(copies):
    tokens = {}
    for y, c in enumerate(np.array(copies.classes)[0]):
        if c >= 0:
            tokens[int(c)] = np.array(copies.outputs)[y].tolist()
    assert len(tokens) == len(copies.grades) == 14
    for a, b in itertools.product(tokens, repeat=2):
        same = sum(s == t for s, t in zip(tokens[a], tokens[b], strict=True)) / 3
        assert abs(float(copies.grades[a, b]) - same) < 1e-15
    for c, row in tokens.items():
        assert np.array(copies.items)[c].tolist() == [bool(t >> j & 1) for t in row for j in range(2)]


def test_letters_after_an_end_are_junk(copies):
    for y, row in enumerate(np.array(copies.outputs).tolist()):
        word = row[: row.index(2)] if 2 in row else row
        good = bool(word) and row == word + [2] * (3 - len(word))
        assert (int(copies.classes[0, y]) >= 0) == good


@pytest.mark.full
def test_forms_stand_before_the_answer():
    world = string_world(KEY, letters=2, longest=2, forms=1, tasks=0, accepted="other forms")
    for q, domain in enumerate(np.array(world.domain)):
        assert [row[0] for row in right_strings(world, 1, q)] == [domain]
    two = string_world(KEY, letters=2, longest=2, forms=2, tasks=0)
    assert [row[0] for row in right_strings(two, 1, 0)] == [0, 1]


@pytest.mark.slow
@pytest.mark.parametrize(("surface", "tokens"), [("same symbols", 3), ("other symbols", 6)])
def test_domains_differ_in_their_own_token_or_in_the_letters_too(surface, tokens):
    prompts = np.array(string_world(KEY, letters=2, longest=2, tasks=0, surface=surface).prompts)
    assert len(set(prompts[:, 2:].ravel().tolist())) == tokens


@pytest.mark.full
def test_a_world_whose_reference_channel_is_too_large_names_its_arguments():
    world = string_world(KEY, letters=2, longest=6)
    with pytest.raises(ValueError, match=r"1008 questions, 729 outputs .*longest.*letters.*tasks or domains") as caught:
        reference_channel(world)
    assert "\n" not in str(caught.value)


def test_in_the_null_world_each_domain_has_a_rule_of_its_own():
    world = string_world(KEY, letters=2, longest=2, tasks=0, shared=False)
    right, domain = np.array(world.right_class), np.array(world.domain)
    assert len({(tuple(r[domain == 0]), tuple(r[domain == 1])) for r in right}) == 16


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"longest": 7}, "longest is 7: give at most 6"),
        (
            {"letters": 6, "longest": 6},
            "6 letters and longest 6 make 117649 outputs, more than 65536: lower letters or",
        ),
        ({"letters": 4, "longest": 5}, "lower tasks, domains, or letters or longest"),
        (
            {"letters": 7, "longest": 1, "shared": False},
            "101606400 rules, .*: lower letters or longest, or domains if",
        ),
        ({"forms": 4}, "4 forms are accepted and there are 3: lower forms or domains, or give more letters"),
        ({"kind": "copy"}, "kind"),
        ({"accepted": "any"}, "accepted"),
        ({"letters": 0}, "letters"),
    ],
)
def test_what_is_no_world_is_refused_in_one_line(wrong, message):
    with pytest.raises(ValueError, match=message) as caught:
        string_world(KEY, **wrong)
    assert "\n" not in str(caught.value)
