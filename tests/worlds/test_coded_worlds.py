"""The frame of worlds: a world of one's own from a table, and its parts."""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.worlds.coded_worlds import (
    OutputCode,
    accepted_forms,
    binary_digits,
    check_world_size,
    coded_world,
    ring_grades,
    shifted_code,
)
from infoloop.worlds.strings import all_strings
from tests.support.even_draws import uneven_pairs

CONTENTS = np.array([[0, 1], [1, 1], [1, 0]])
NEW = jnp.array([[[0, 1, 1], [1, 0, 0]], [[1, 1, 0], [0, 0, 1]]])
KNOWN = jnp.array([[1, 0, 1]])


def own_world(surface, **others):
    code = OutputCode(jnp.array([[0], [1], [2], [3]]), jnp.array([0, 0, 1, 1]), jnp.array([0, 1, 1, 2]), 4, 2)
    accepted = jnp.array([[True, False], [True, True]])
    given: dict[str, Any] = {"contents": CONTENTS, "new": NEW, "known": KNOWN, "accepted": accepted, "code": code}
    given |= {"grades": jnp.eye(2), "items": jnp.eye(2, dtype=bool), "surface": surface}
    return coded_world(**(given | others))


@pytest.mark.full
@pytest.mark.parametrize("own", [False, True])
def test_every_task_asks_for_every_content_in_every_domain(own):
    world, q = own_world("other symbols" if own else "same symbols"), 0
    for task in range(2):
        for domain in range(2):
            for content in range(3):
                symbols = [2 + 2 + int(s) + (2 * domain if own else 0) for s in CONTENTS[content]]
                assert world.prompts[q].tolist() == [task, 2 + domain, *symbols]
                assert [int(x[q]) for x in (world.task, world.domain, world.content)] == [
                    task,
                    domain,
                    3 * task + content,
                ]
                right = NEW[:, domain, content] if task == 0 else [KNOWN[0, content]] * 2
                assert world.right_class[:, q].tolist() == [int(c) for c in right]
                assert world.classes[q].tolist() == ([0, 1, -1, -1] if domain == 0 else [0, 1, 1, -1])
                q += 1
    assert len(world.task) == q
    assert world.prompt_tokens == 2 + 2 + (4 if own else 2)
    assert world.contents == 6
    assert world.prior.tolist() == [0.5, 0.5]


@pytest.mark.slow
def test_a_code_shifts_the_last_token_by_form():
    outputs = all_strings(3, 2)
    code, plain = shifted_code(jax.random.key(0), jnp.asarray(outputs), 3), shifted_code(None, jnp.asarray(outputs), 3)
    shift = (np.array(code.meaning) - outputs[:, 1]) % 3
    assert (np.array(plain.meaning) == outputs[:, 1]).all()
    assert (np.array(code.form) == outputs[:, 0]).all()
    assert all(len(set(shift[outputs[:, 0] == f].tolist())) == 1 for f in range(3))
    assert code.forms == 3


@pytest.mark.slow
def test_shifts_are_even_over_all_tokens_and_a_form_s_own():
    outputs = jnp.asarray(all_strings(3, 2))
    meanings = jax.jit(jax.vmap(lambda key: shifted_code(key, outputs, 3).meaning))
    found = np.array(meanings(jax.random.split(jax.random.key(1), 900)))
    assert uneven_pairs(found[:, ::3], 3) == []  # what each form's last token 0 means


def test_grades_and_digits_of_few_classes():
    assert ring_grades(1).tolist() == [[1.0]]
    assert ring_grades(5)[0].tolist() == [1, 0.5, 0, 0, 0.5]
    assert binary_digits(np.arange(4), 4).astype(int).tolist() == [[0, 0], [1, 0], [0, 1], [1, 1]]
    assert binary_digits(np.array([0]), 1).tolist() == [[False]]
    assert binary_digits(np.arange(5), 5).astype(int).tolist() == [[c & 1, c >> 1 & 1, c >> 2] for c in range(5)]


def test_sizes_and_words_are_checked():
    assert accepted_forms("same forms", 2, 2, 3).tolist() == [[True, True, False]] * 2
    assert accepted_forms("other forms", 2, 2, 5).astype(int).tolist() == [[1, 1, 0, 0, 0], [0, 0, 1, 1, 0]]
    with pytest.raises(ValueError, match=r"4 forms are accepted and there are 3: .* or give a longer length"):
        accepted_forms("other forms", 2, 2, 3)
    with pytest.raises(ValueError, match="accepted"):
        accepted_forms("forms", 2, 2, 3)
    with pytest.raises(ValueError, match="surface"):
        own_world("symbols")
    check_world_size(2**16, 2**8, 2**16)
    with pytest.raises(ValueError, match="the world has 65537 rules, more than 65536"):
        check_world_size(2**16 + 1, 1, 1)
    with pytest.raises(ValueError, match="the world has 257 questions, 65536 outputs and 1 rules, more than 16777216"):
        check_world_size(1, 2**8 + 1, 2**16)
    with pytest.raises(ValueError, match="lower tasks, domains, or what contents are made of"):
        check_world_size(2**16, 2**8 + 1, 1)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"new": NEW[0]}, r"new has shape \(2, 3\): give \[rules, domains, contents\]"),
        (
            {"contents": np.array([0, 1, 2])},
            r"contents has shape \(3,\): give \[contents, positions\], here",
        ),
        ({"known": KNOWN[:, :2]}, r"known has shape \(1, 2\): give \[tasks, contents\], here \(any, 3\)"),
        ({"accepted": jnp.ones((2, 3), bool)}, r"accepted has shape \(2, 3\): give \[domains, forms\], here \(2, 2\)"),
        ({"grades": jnp.ones((2, 3))}, r"grades has shape \(2, 3\): .*, here \(2, 2\)"),
        ({"items": jnp.ones((3, 1), bool)}, r"items has shape \(3, 1\): give \[classes, items\], here \(2, any\)"),
    ],
)
def test_a_table_of_another_shape_is_named_in_one_line(wrong, message):
    with pytest.raises(ValueError, match=message) as caught:
        own_world("same symbols", **wrong)
    assert "\n" not in str(caught.value)
