"""Rules are made, changed and named; what is no rule is refused in one line."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.learning.policy_gradient.advantage_rules import (
    RULES,
    dr_grpo,
    grpo,
    modified,
    named_rule,
    reinforce,
    rloo,
)


def same(one, other):
    return jax.tree.structure(one) == jax.tree.structure(other) and jax.tree.leaves(one) == jax.tree.leaves(other)


def test_a_name_gives_what_its_constructor_makes():
    assert list(RULES) == ["reinforce", "rloo", "grpo", "dr_grpo"]
    assert same(named_rule("grpo", epsilon=0.5, divisor="sample"), grpo(0.5, "sample"))
    assert not same(named_rule("grpo"), named_rule("dr_grpo"))


def test_which_rules_need_two_outputs():
    assert [rule().least_size for rule in (reinforce, rloo, grpo, dr_grpo)] == [1, 2, 2, 2]
    assert modified(reinforce(), redrawn="equal rewards").least_size == 2


def test_what_is_not_changed_stays():
    rule = modified(grpo(0.25), dose=0.5, redrawn="equal verdicts", gate="mixed", lengths="own")
    assert same(modified(rule), rule)
    assert same(modified(rule, dose=0.0, redrawn="never", gate="open", lengths="ignored"), grpo(0.25))


def test_numbers_may_be_traced():
    found = jax.jit(jax.vmap(lambda e, x: modified(grpo(e), dose=x).dose))(
        jnp.array([0.0, -1.0]), jnp.array([2.0, jnp.inf])
    )
    np.testing.assert_array_equal(found, [2.0, jnp.nan])
    assert jnp.isnan(jax.jit(grpo)(-1.0).epsilon)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: named_rule("grp0"), r"there is no rule 'grp0': did you mean grpo\? Rules are reinforce, .*"),
        (lambda: named_rule("GRPO"), r"there is no rule 'GRPO': did you mean grpo\? Rules are reinforce, .*"),
        (lambda: named_rule("grpo", epsilom=1.0), r"rule grpo has no setting 'epsilom': did you mean epsilon\? .*"),
        (lambda: named_rule("rloo", epsilon=1.0), r"rule rloo has no setting 'epsilon'\. It has none"),
        (lambda: named_rule("zzz"), r"there is no rule 'zzz'\. Rules are reinforce, rloo, grpo, dr_grpo"),
        (lambda: grpo(-1e-6), r"epsilon is -1e-06: give a finite number, at least 0"),
        (lambda: grpo(divisor="none"), r"divisor is 'none': choose one of 'population', 'sample'"),
        (lambda: reinforce(jnp.inf), r"baseline is inf: give a finite number"),
        (lambda: modified(grpo(), dose=jnp.nan), r"dose is nan: give a finite number"),
        (lambda: modified(grpo(), gate="shut"), r"gate is 'shut': choose one of 'open', 'some right', 'mixed'"),
        (lambda: modified(grpo(), redrawn="dead"), r"redrawn is 'dead': choose one of 'never', 'equal rewards', .*"),
        (lambda: modified(grpo(), lengths="mean"), r"lengths is 'mean': choose one of 'ignored', 'own', 'group total'"),
    ],
)  # fmt: skip
def test_what_is_no_rule_is_refused(call, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        call()
