r"""Instructions whose answers have a style beside their content: a length, a format, and a marker that means nothing.

An output is four tokens: length, format, marker (0 or 1) and the content, which stands for a class as in the lookup
world; the style is its form, and any style will do. What a reward model can be led astray by is not in the world but in
the responses that it is trained on: there the marker goes with right answers, to a degree that may differ by domain.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, Key

from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_finite, check_int, check_unit_interval
from infoloop.worlds.coded_worlds import (
    binary_digits,
    check_world_size,
    coded_world,
    ring_grades,
    shifted_code,
)
from infoloop.worlds.finite_worlds import World, right_outputs, uniform_members
from infoloop.worlds.lookup import all_tables
from infoloop.worlds.strings import all_strings

MARKER = 2  # where in an output the marker stands


def styled_world(
    key: Key[Array, ""],
    instructions: int = 4,
    classes: int = 3,
    lengths: int = 2,
    formats: int = 2,
    tasks: int = 3,
    domains: int = 2,
    surface: str = "same symbols",
    entangled: bool = True,
    shared: bool = True,
) -> World:
    r"""Return a world of styled instructions; what is random in it is drawn: the known tables, and the code.

    There are as many output tokens as the largest component has values, and $C^n$ rules. Each class has
    2 `lengths` `formats` outputs; those with a style that there is not are junk.

    Args:
        key: A key of `jax.random`.
        instructions: n, what can be asked for.
        classes: C, contents of an answer.
        lengths: Values of the length.
        formats: Values of the format.
        tasks: K, known tasks beside the new one.
        domains: D; all share the rule, and domain 0 is trained.
        surface: "same symbols": a domain shows in its own token only; "other symbols": in the instructions' as well.
        entangled: Whether a style shifts what the last token means; else that token is the content.
        shared: Whether the domains share the rule; else each has a table of its own, the null world.

    Raises:
        ValueError: A number is below 1 (`tasks`: 0), the world is too large to enumerate, or a word is none of these.

    >>> world = styled_world(jax.random.key(0))
    >>> world.classes.shape, int((world.classes[0] == 1).sum())
    ((32, 81), 8)
    """
    n, classes, lengths, formats, domains = (
        check_int(value, what)
        for value, what in (
            (instructions, "instructions"),
            (classes, "classes"),
            (lengths, "lengths"),
            (formats, "formats"),
            (domains, "domains"),
        )
    )
    tasks, own = check_int(tasks, "tasks", 0), 1 if shared else domains
    alphabet = max(classes, lengths, formats, 2)
    rules = all_tables(classes, n * own, "instructions").reshape(-1, own, n)
    outputs = jnp.asarray(all_strings(alphabet, 4))
    check_world_size(len(rules), (tasks + 1) * domains * n, len(outputs), "instructions")
    key_code, key_tables = jax.random.split(key)
    style = np.indices((alphabet,) * 3).reshape(3, -1)
    there = np.all(style < np.array([lengths, formats, 2])[:, None], axis=0)
    return coded_world(
        np.arange(n)[:, None],
        new=jnp.broadcast_to(rules, (len(rules), domains, n)),
        known=jax.random.randint(key_tables, (tasks, n), 0, classes),
        code=shifted_code(key_code if entangled else None, outputs, alphabet),
        accepted=jnp.broadcast_to(jnp.asarray(there), (domains, alphabet**3)),
        grades=ring_grades(classes),
        items=binary_digits(np.arange(classes), classes),
        surface=surface,
    )


def styled_responses(
    world: World,
    rule: Int[Array, ""] | int,
    trained: Number,
    held_out: Number = 0.0,
    pass_rate: Number = 0.5,
) -> Float[Array, "questions outputs"]:
    r"""Return a law of responses in which the marker goes with right answers: right with probability p, else wrong.

    The content of a wrong one is even over the other classes, length and format are even, and
    $P(\text{marker}\mid\text{right})=\frac{1+\rho}2$, $P(\text{marker}\mid\text{wrong})=\frac{1-\rho}2$. The
    correlation of marker and rightness is $\frac{2\rho\sqrt{pq}}{\sqrt{1-\rho^2(2p-1)^2}}$, and
    $\rho$ itself at p = 1/2.

    Args:
        world: A `styled_world`.
        rule: Number of the rule.
        trained: $\rho$ in domain 0, in [-1, 1].
        held_out: $\rho$ in the other domains.
        pass_rate: p, in [0, 1]; 1 in a world with one class.

    Raises:
        ValueError: A number is outside its range; a traced one becomes NaN.

    >>> world = styled_world(jax.random.key(0))
    >>> law = styled_responses(world, 5, trained=0.5)
    >>> marked = world.outputs[:, MARKER] == 1
    >>> float((law * (right_outputs(world, 5) & marked)).sum(axis=1)[0]) / 0.5
    0.75
    """
    rho = jnp.where(
        world.domain == 0,
        check_finite(trained, "trained", -1.0, 1.0),
        check_finite(held_out, "held_out", -1.0, 1.0),
    )[:, None]
    right, marked = right_outputs(world, rule), world.outputs[:, MARKER] == 1
    wrong = (world.classes >= 0) & ~right
    p = jnp.where(wrong.any(axis=1, keepdims=True), check_unit_interval(pass_rate, "pass_rate"), 1.0)
    law = 0.0
    for members, mass, sign in ((right, p, 1), (wrong, 1 - p, -1)):
        law += mass * (1 + sign * rho) / 2 * uniform_members(members & marked)
        law += mass * (1 - sign * rho) / 2 * uniform_members(members & ~marked)
    return law
