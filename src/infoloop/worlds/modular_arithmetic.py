r"""Arithmetic modulo m in several notations: a rule is three coefficients, and $ua+vb+w\bmod m$ is asked for.

A prompt is (task, domain, a, b); a notation is a domain, and may write numbers in tokens of its own. The result is
written in one of several forms, as in the lookup world. Unlike a table, a rule is known from a few questions.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from infoloop.probability.validation import check_int
from infoloop.worlds.coded_worlds import (
    accepted_forms,
    binary_digits,
    check_world_size,
    coded_world,
    ring_grades,
    shifted_code,
)
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.strings import all_strings


def modular_world(
    key: Key[Array, ""],
    modulus: int = 5,
    forms: int = 3,
    tasks: int = 4,
    domains: int = 2,
    alphabet: int = 6,
    length: int = 2,
    surface: str = "other symbols",
    accepted: str = "same forms",
    entangled: bool = True,
    shared: bool = True,
) -> World:
    r"""Return a world of arithmetic; what is random in it is drawn: the known tasks' coefficients, and the code.

    Rule number $um^2+vm+w$ has the coefficients (u, v, w), all $m^3$ being equally likely.

    Args:
        key: A key of `jax.random`.
        modulus: m, at most `alphabet`; results are the classes.
        forms: M, accepted surface forms of a result in a domain.
        tasks: K, known tasks beside the new one.
        domains: D, notations; all share the rule, and domain 0 is trained.
        alphabet: V, output tokens.
        length: L, tokens of an output, so that there are $V^{L-1}$ forms.
        surface: "same symbols": a notation shows in its own token only; "other symbols": in those of numbers as well,
            so that which of them mean the same must be learned from the known tasks.
        accepted: "same forms" in all domains, or "other forms": each domain accepts forms of its own.
        entangled: Whether a form shifts what the last token means; else that token is the result.
        shared: Whether the domains share the coefficients; else each has its own, the null world: $m^{3D}$ rules.

    Raises:
        ValueError: A number is below 1 (`tasks`: 0), the modulus is above `alphabet`, more forms are accepted than
            there are, or the world is too large to enumerate; or a word is none of these.

    >>> world = modular_world(jax.random.key(0), modulus=3)
    >>> world.right_class.shape, world.right_class[3 * 3 + 1, :9].tolist()
    ((27, 90), [1, 1, 1, 2, 2, 2, 0, 0, 0])
    """
    m, forms, domains = check_int(modulus, "modulus"), check_int(forms, "forms"), check_int(domains, "domains")
    tasks, own = check_int(tasks, "tasks", 0), 1 if shared else domains
    outputs = jnp.asarray(all_strings(alphabet, length))
    if m > alphabet:
        raise ValueError(f"modulus is {m} for {alphabet} output tokens: give at most {alphabet}")
    check_world_size(m ** (3 * own), (tasks + 1) * domains * m**2, len(outputs), "modulus")
    key_code, key_tasks = jax.random.split(key)
    code = shifted_code(key_code if entangled else None, outputs, alphabet)
    a, b = (x.reshape(-1) for x in np.indices((m, m)))
    terms = np.stack([a, b, np.ones_like(a)])
    coefficients = np.arange(m ** (3 * own))[:, None] // m ** np.arange(3 * own)[::-1] % m
    new = coefficients.reshape(-1, own, 3) @ terms % m
    known = (jax.random.randint(key_tasks, (tasks, 3), 0, m)[:, :, None] * terms).sum(axis=1) % m
    return coded_world(
        np.stack([a, b], axis=1),
        new=jnp.broadcast_to(jnp.asarray(new), (len(new), domains, m**2)),
        known=known,
        code=code,
        accepted=accepted_forms(accepted, forms, domains, code.forms),
        grades=ring_grades(m),
        items=binary_digits(np.arange(m), m),
        surface=surface,
    )
