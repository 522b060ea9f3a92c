"""The lookup world against a reading of its definition, question by question and string by string."""

import itertools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.lookup import lookup_world
from tests.support.even_draws import uneven_pairs


@pytest.mark.full
def test_every_output_means_the_same_class_wherever_its_form_is_accepted():
    """Each accepted form codes each class by exactly one last token, so that a class has M outputs."""
    world = lookup_world(jax.random.key(3), symbols=2, classes=3, forms=2, tasks=1, alphabet=4, accepted="other forms")
    classes, outputs = np.array(world.classes), np.array(world.outputs)
    for q, domain in enumerate(np.array(world.domain)):
        meant = {}
        for y, (form, last) in enumerate(outputs):
            if form in range(2 * domain, 2 * domain + 2):
                meant.setdefault((form, classes[q, y]), []).append(last)
            else:
                assert classes[q, y] == -1
        assert {c for _, c in meant} == {-1, 0, 1, 2}
        assert all(len(tokens) == 1 for tokens in meant.values())


@pytest.mark.full
def test_rules_are_all_tables_and_the_known_tasks_do_not_hang_on_them():
    world = lookup_world(jax.random.key(0), symbols=2, classes=3, tasks=2)
    right, new = np.array(world.right_class), np.array(world.task) == 0
    tables = {tuple(row) for row in right[:, new & (np.array(world.domain) == 0)]}
    assert tables == set(itertools.product(range(3), repeat=2))
    assert (right[:, new & (np.array(world.domain) == 1)] == right[:, new & (np.array(world.domain) == 0)]).all()
    assert (right[:, ~new] == right[0, ~new]).all()
    assert abs(float(world.prior.sum()) - 1) < 1e-15


@pytest.mark.full
def test_known_tables_and_what_forms_mean_are_drawn_evenly_and_apart():
    def drawn(key):
        world = lookup_world(key, symbols=2, classes=3, forms=3, tasks=2, domains=1, alphabet=3)
        return jnp.concatenate([world.right_class[0, 2:], world.classes[0, ::3]])  # tables, meanings of last token 0

    assert uneven_pairs(np.array(jax.jit(jax.vmap(drawn))(jax.random.split(jax.random.key(2), 900))), 3) == []


@pytest.mark.full
def test_without_entanglement_the_last_token_tells_the_class():
    world = lookup_world(jax.random.key(3), symbols=1, classes=3, forms=2, tasks=0, alphabet=4, entangled=False)
    for (form, last), c in zip(np.array(world.outputs).tolist(), np.array(world.classes)[0].tolist(), strict=True):
        assert c == (last if form < 2 and last < 3 else -1)


@pytest.mark.full
def test_grades_and_items_are_of_the_classes():
    world = lookup_world(jax.random.key(0), symbols=5, classes=3, tasks=0)
    assert world.grades.tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    assert world.items.astype(int).tolist() == [[0, 0], [1, 0], [0, 1]]


@pytest.mark.slow
def test_in_the_null_world_a_rule_is_a_table_of_each_domain():
    world = lookup_world(jax.random.key(0), symbols=1, classes=3, tasks=0, shared=False)
    assert sorted(map(tuple, np.array(world.right_class).tolist())) == sorted(itertools.product(range(3), repeat=2))


@pytest.mark.slow
@pytest.mark.parametrize(("surface", "shared_tokens"), [("same symbols", 3), ("other symbols", 0)])
def test_domains_differ_in_their_own_token_or_in_the_symbols_too(surface, shared_tokens):
    world = lookup_world(jax.random.key(0), symbols=3, tasks=1, surface=surface)
    prompts, domain = np.array(world.prompts), np.array(world.domain)
    assert len(set(prompts[domain == 0, 2]) & set(prompts[domain == 1, 2])) == shared_tokens
    assert not set(prompts[domain == 0, 1]) & set(prompts[domain == 1, 1])
    assert prompts.max() + 1 == world.prompt_tokens
    assert len({tuple(prompt) for prompt in prompts}) == len(prompts)


@pytest.mark.full
def test_worlds_of_many_seeds_are_made_at_once():
    worlds = jax.jit(jax.vmap(lambda key: lookup_world(key, symbols=2, tasks=1)))(
        jax.random.split(jax.random.key(0), 3)
    )
    one = lookup_world(jax.random.split(jax.random.key(0), 3)[1], symbols=2, tasks=1)
    assert (worlds.classes[1] == one.classes).all()
    assert (worlds.right_class[1] == one.right_class).all()
    assert int(right_outputs(jax.tree.map(lambda x: x[1], worlds), 5).sum()) == 3 * len(one.task)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"classes": 7}, "classes are 7 for 6 output tokens: give at most 6"),
        ({"forms": 7}, "7 forms are accepted and there are 6: lower forms or domains, or give a longer length"),
        ({"symbols": 9}, r"make 4\^9 rules, more than 65536: lower symbols or classes"),
        ({"symbols": 8, "domains": 64, "tasks": 1}, "1024 questions, 36 outputs and 65536 rules, .* or symbols"),
        ({"surface": "same symbol"}, "surface"),
        ({"symbols": 0}, "symbols"),
    ],
)
def test_what_is_no_world_is_refused_in_one_line(wrong, message):
    with pytest.raises(ValueError, match=message) as caught:
        lookup_world(jax.random.key(0), **wrong)
    assert "\n" not in str(caught.value)
