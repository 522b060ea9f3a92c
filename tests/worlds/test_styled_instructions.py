"""Styled instructions: what is accepted, and how far the marker goes with right answers, by loops over outputs."""

import math

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.worlds.finite_worlds import right_outputs
from infoloop.worlds.styled_instructions import MARKER, styled_responses, styled_world
from tests.support.even_draws import uneven_pairs

KEY, RULE = jax.random.key(6), 5


@pytest.fixture(scope="module")
def world():
    return styled_world(KEY, instructions=2, classes=4, lengths=3, formats=2, tasks=1)


@pytest.mark.full
def test_any_style_will_do_and_only_a_style(world):
    for y, (length, form, marker, _) in enumerate(np.array(world.outputs).tolist()):
        good = length < 3 and form < 2 and marker < 2
        assert np.array(world.accepted)[:, y].tolist() == [good] * len(world.task)
        assert (int(world.classes[0, y]) >= 0) == good
    assert all((np.array(world.classes)[0] == c).sum() == 3 * 2 * 2 for c in range(4))


@pytest.mark.full
def test_each_style_codes_each_class_by_one_token(world):
    for entangled in (world, styled_world(KEY, instructions=1, classes=3, tasks=0, entangled=False)):
        meant = {}
        for row, c in zip(np.array(entangled.outputs).tolist(), np.array(entangled.classes)[0], strict=True):
            if c >= 0:
                meant.setdefault(tuple(row[:3]), []).append((row[3], int(c)))
        assert all(len({c for _, c in pairs}) == len(pairs) == len(entangled.grades) for pairs in meant.values())
    assert all(token == c for pairs in meant.values() for token, c in pairs)


@pytest.mark.slow
def test_known_tables_and_what_styles_mean_are_drawn_evenly_and_apart():
    def drawn(key):
        world = styled_world(key, instructions=2, classes=3, lengths=1, formats=1, tasks=2, domains=1)
        return jnp.concatenate([world.right_class[0, 2:], world.classes[0, :6:3]])  # last token 0 of both markers

    assert uneven_pairs(np.array(jax.jit(jax.vmap(drawn))(jax.random.split(KEY, 900))), 3) == []


@pytest.mark.slow
@pytest.mark.parametrize(("surface", "tokens"), [("same symbols", 3), ("other symbols", 6)])
def test_domains_differ_in_their_own_token_or_in_the_instructions_too(surface, tokens):
    prompts = np.array(styled_world(KEY, instructions=3, classes=2, tasks=0, surface=surface).prompts)
    assert len(set(prompts[:, 2].tolist())) == tokens


@pytest.mark.full
def test_rules_are_all_tables_shared_or_each_domain_its_own():
    shared = np.array(styled_world(KEY, instructions=2, classes=2, tasks=0).right_class)
    assert sorted(map(tuple, shared.tolist())) == [(a, b, a, b) for a in (0, 1) for b in (0, 1)]
    null = np.array(styled_world(KEY, instructions=1, classes=2, tasks=0, shared=False).right_class)
    assert sorted(map(tuple, null.tolist())) == [(a, b) for a in (0, 1) for b in (0, 1)]


@pytest.mark.parametrize(("trained", "held_out", "p"), [(0.8, -0.5, 0.5), (-1.0, 0.0, 0.25), (1.0, 1.0, 0.75)])
def test_the_marker_goes_with_right_answers_as_said(world, trained, held_out, p):
    law, right = np.array(styled_responses(world, RULE, trained, held_out, p)), np.array(right_outputs(world, RULE))
    marked, classes = np.array(world.outputs)[:, MARKER] == 1, np.array(world.classes)
    for q, domain in enumerate(np.array(world.domain)):
        rho = trained if domain == 0 else held_out
        for y in range(256):
            c = classes[q, y]
            rate = (1 + rho * (1 if right[q, y] else -1) * (1 if marked[y] else -1)) / 2
            content = p if right[q, y] else (1 - p) / 3
            assert abs(law[q, y] - (content * rate / 6 if c >= 0 else 0)) <= rounding(16)
        assert abs(law[q].sum() - 1) <= rounding(256)
        mean_marked, both = law[q, marked].sum(), law[q, marked & right[q]].sum()
        spread = p * (1 - p) * mean_marked * (1 - mean_marked)
        said = 2 * rho * math.sqrt(p * (1 - p)) / math.sqrt(1 - rho**2 * (2 * p - 1) ** 2)
        assert abs((both - p * mean_marked) / math.sqrt(spread) - said) <= rounding(256)


@pytest.mark.slow
def test_with_one_class_all_responses_are_right():
    world = styled_world(KEY, instructions=1, classes=1, tasks=0)
    law = np.array(styled_responses(world, 0, 0.5))
    assert np.abs(law.sum(axis=1) - 1).max() <= rounding(16)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda w: styled_world(KEY, instructions=9, classes=4), r"make 4\^9 rules, .*: lower instructions or classes"),
        (lambda w: styled_world(KEY, classes=17), r"make 17\^4 rules"),
        (lambda w: styled_world(KEY, instructions=1, classes=17), r"17 tokens and length 4 make 17\^4 strings"),
        (lambda w: styled_world(KEY, formats=0), "formats"),
        (lambda w: styled_responses(w, RULE, 1.5), "trained"),
        (lambda w: styled_responses(w, RULE, 0.5, -1.5), "held_out"),
        (lambda w: styled_responses(w, RULE, 0.5, pass_rate=2.0), "pass_rate"),
    ],
)
def test_what_is_out_of_range_is_refused(world, call, message):
    with pytest.raises(ValueError, match=message):
        call(world)
