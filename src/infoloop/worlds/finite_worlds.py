r"""A world: finitely many questions, all strings as outputs, a task partition, and a rule X drawn from a prior.

A question asks for a class of outputs, and the rule says for which: output y is right for question q under rule x if
its class $T_q(y)$ is $t_x(q)$. All outputs of one class are surface forms of one answer. The new task is number 0; its
questions in domain 0 are trained, those in other domains are held out. Tasks from 1 on have known answers, the same
under every rule: a base learns them beforehand.
"""

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_unit_interval

JUNK = -1  # the class of an output that is right for no rule


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class World:
    r"""A finite language with a random rule.

    Attributes:
        prompts: Tokens of each question.
        task: Number of each question's task; 0 is the new one, about which the rule speaks.
        domain: Number of each question's domain; 0 is trained.
        content: Number of what is asked, the same for the questions of all domains that share an answer.
        outputs: All strings, in lexicographic order.
        form: Number of each output's surface form.
        classes: $T_q(y)$, the class of each output as an answer to each question; -1 for junk.
        accepted: Whether an output has a surface form that the question's domain accepts; all others are junk.
        right_class: $t_x(q)$, the class that is right, for each rule and question.
        prior: P(X = x).
        grades: How close a class is to the right one, from 0 to 1, and 1 if it is that one.
        items: What a rubric looks at, yes or no for each class: an item is met if it agrees with the right class.
        contents: How many values `content` has.
        domains: How many domains there are.
        forms: How many surface forms there are.
        prompt_tokens: How many tokens prompts are made of.
        alphabet: How many tokens outputs are made of.
    """

    prompts: Int[Array, "*batch questions positions"]
    task: Int[Array, "*batch questions"]
    domain: Int[Array, "*batch questions"]
    content: Int[Array, "*batch questions"]
    outputs: Int[Array, "*batch outputs length"]
    form: Int[Array, "*batch outputs"]
    classes: Int[Array, "*batch questions outputs"]
    accepted: Bool[Array, "*batch questions outputs"]
    right_class: Int[Array, "*batch rules questions"]
    prior: Float[Array, "*batch rules"]
    grades: Float[Array, "*batch classes classes"]
    items: Bool[Array, "*batch classes items"]
    contents: int = jax.tree.static()
    domains: int = jax.tree.static()
    forms: int = jax.tree.static()
    prompt_tokens: int = jax.tree.static()
    alphabet: int = jax.tree.static()

    @property
    def trained(self) -> Bool[Array, "*batch questions"]:
        """Which questions are trained: the new task's in domain 0."""
        return (self.task == 0) & (self.domain == 0)

    @property
    def held_out(self) -> Bool[Array, "*batch questions"]:
        """Which questions are held out: the new task's in the other domains."""
        return (self.task == 0) & (self.domain > 0)

    @property
    def known(self) -> Bool[Array, "*batch questions"]:
        """Which questions belong to tasks that a base knows."""
        return self.task > 0


def right_outputs(world: World, rule: Int[Array, ""] | int) -> Bool[Array, "questions outputs"]:
    """Return which outputs are right for each question under a rule.

    Args:
        world: A world.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> right_outputs(lookup_world(jax.random.key(0), symbols=2), 0).sum(axis=1)[:2].tolist()
    [3, 3]
    """
    return world.classes == world.right_class[rule][:, None]


def draw_rule(key: jax.Array, world: World) -> Int[Array, ""]:
    """Return the number of a rule drawn from the prior.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> int(draw_rule(jax.random.key(0), lookup_world(jax.random.key(1), symbols=2))) < 16
    True
    """
    return jax.random.categorical(key, jnp.log(world.prior))


def under_rule(world: World, rule: Int[Array, ""] | int) -> World:
    """Return the world in which this rule, then number 0, is the only one: smaller, for trainings on one rule.

    Args:
        world: A world.
        rule: Number of the rule.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = lookup_world(jax.random.key(0), symbols=2)
    >>> alone = under_rule(world, 3)
    >>> alone.right_class.shape, bool((right_outputs(alone, 0) == right_outputs(world, 3)).all())
    ((1, 20), True)
    """
    return replace(world, right_class=world.right_class[rule][None], prior=jnp.ones(1))


def fewer_contents(world: World, count: Int[Array, ""] | int) -> World:
    """Return the world in which the new task asks for its first contents alone; no shape changes.

    Questions of the new task about other contents are neither trained nor held out: their task is -1.

    Args:
        world: A world.
        count: How many contents are asked for; may be traced.

    >>> from infoloop.worlds.lookup import lookup_world
    >>> world = fewer_contents(lookup_world(jax.random.key(0), symbols=3), 2)
    >>> int(world.trained.sum()), int(world.held_out.sum()), len(world.task)
    (2, 2, 30)
    """
    first = jnp.min(jnp.where(world.task == 0, world.content, world.contents))
    left_out = (world.task == 0) & (world.content - first >= count)
    return replace(world, task=jnp.where(left_out, -1, world.task))


def base_targets(world: World, junk: Number) -> Float[Array, "questions outputs"]:
    r"""Return what a base is trained towards: tasks that it knows, and outputs of the right kind for the new one.

    For a known task the law is uniform over right outputs; for the new one it is $1-J$ uniform over outputs of any
    class and J uniform over junk, so that nothing in it hangs on the rule, and the base's pass rate is at most
    $(1-J)$ over the number of classes.

    Args:
        world: A world.
        junk: J, in [0, 1]; all of the mass is on outputs of a class where a question has no junk.

    Raises:
        ValueError: J is outside [0, 1].

    >>> from infoloop.worlds.lookup import lookup_world
    >>> law = base_targets(lookup_world(jax.random.key(0), symbols=2), 0.25)[0]
    >>> sorted(set(law.round(6).tolist()))
    [0.010417, 0.0625]
    """
    junk = check_unit_interval(junk, "junk")
    some_class = world.classes >= 0
    right = uniform_members(right_outputs(world, 0))
    rubbish = ~some_class
    share = jnp.where(rubbish.any(axis=1, keepdims=True), junk, 0.0)
    new = (1 - share) * uniform_members(some_class) + share * uniform_members(rubbish)
    return jnp.where(world.known[:, None], right, new)


def uniform_members(members: Bool[Array, "... outputs"]) -> Float[Array, "... outputs"]:
    """Return the uniform law over the members of each row; zeros for a row without any.

    Args:
        members: Which outputs are members.

    >>> uniform_members(jnp.array([[True, False, True], [False, False, False]])).tolist()
    [[0.5, 0.0, 0.5], [0.0, 0.0, 0.0]]
    """
    count = members.sum(axis=-1, keepdims=True)
    return jnp.where(members, 1.0 / jnp.where(count > 0, count, 1), 0.0)
