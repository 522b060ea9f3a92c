r"""The lookup world: a random table from symbols to classes, asked for in several domains, under random accepted forms.

A prompt is (task, domain, symbol). An output is a string of $L-1$ form tokens and a last token u; it stands for the
class $(u+k_{form})\bmod V$, and for none if this is no class or the form is not accepted in the domain. Task 0 asks for
the rule, uniform over all tables; the other tasks ask for tables that are known.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Int, Key

from infoloop.probability.validation import check_int
from infoloop.worlds.coded_worlds import (
    MOST_RULES,
    accepted_forms,
    binary_digits,
    check_world_size,
    coded_world,
    ring_grades,
    shifted_code,
)
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.strings import all_strings


def lookup_world(
    key: Key[Array, ""],
    symbols: int = 6,
    classes: int = 4,
    forms: int = 3,
    tasks: int = 4,
    domains: int = 2,
    alphabet: int = 6,
    length: int = 2,
    surface: str = "same symbols",
    accepted: str = "same forms",
    entangled: bool = True,
    shared: bool = True,
) -> World:
    r"""Return a lookup world; what is random in it is drawn: the known tables, and how each form codes a class.

    Args:
        key: A key of `jax.random`.
        symbols: n, so that there are $C^n$ rules.
        classes: C, at most `alphabet`.
        forms: M, accepted surface forms of a class in a domain.
        tasks: K, known tasks beside the new one.
        domains: D; all share the rule, and domain 0 is trained.
        alphabet: V, output tokens.
        length: L, tokens of an output, so that there are $V^{L-1}$ forms.
        surface: "same symbols": a domain shows in its own token only; "other symbols": in the symbols' tokens as well,
            so that which of them mean the same must be learned from the known tasks.
        accepted: "same forms" in all domains, or "other forms": each domain accepts forms of its own.
        entangled: Whether $k_{form}$ is random; else it is 0, and the last token tells the class.
        shared: Whether the domains share the rule; else each has a table of its own, the null world, in which no signal
            of domain 0 can help elsewhere.

    Raises:
        ValueError: A number is below 1 (`tasks`: 0), there are more classes than tokens or more accepted forms than
            there are, or more than 65 536 rules or strings; or a word is none of these.

    >>> world = lookup_world(jax.random.key(0), symbols=3, forms=6)
    >>> world.right_class.shape, world.classes.shape, int((world.classes[0] == 2).sum())
    ((64, 30), (30, 36), 6)
    """
    symbols, classes, domains, forms = (
        check_int(value, what)
        for value, what in ((symbols, "symbols"), (classes, "classes"), (domains, "domains"), (forms, "forms"))
    )
    tasks = check_int(tasks, "tasks", 0)
    outputs = jnp.asarray(all_strings(alphabet, length))
    if classes > alphabet:
        raise ValueError(f"classes are {classes} for {alphabet} output tokens: give at most {alphabet}")
    key_code, key_tables = jax.random.split(key)
    code = shifted_code(key_code if entangled else None, outputs, alphabet)
    rules = all_tables(classes, symbols * (1 if shared else domains)).reshape(-1, 1 if shared else domains, symbols)
    check_world_size(len(rules), (tasks + 1) * domains * symbols, len(outputs), "symbols")
    return coded_world(
        np.arange(symbols)[:, None],
        new=jnp.broadcast_to(rules, (len(rules), domains, symbols)),
        known=jax.random.randint(key_tables, (tasks + 1, symbols), 0, classes)[1:],
        code=code,
        accepted=accepted_forms(accepted, forms, domains, code.forms),
        grades=ring_grades(classes),
        items=binary_digits(np.arange(classes), classes),
        surface=surface,
    )


def all_tables(classes: int, questions: int, what: str = "symbols") -> Int[Array, "tables questions"]:
    """Return every table from questions to classes, one a row.

    Args:
        classes: C.
        questions: n, so that there are $C^n$ tables.
        what: The argument that questions come from.

    Raises:
        ValueError: There are more than 65 536.

    >>> all_tables(2, 2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    if classes > MOST_RULES or classes ** min(questions, 64) > MOST_RULES:
        raise ValueError(
            f"{classes} classes for {questions} free answers make {classes}^{questions} rules, more than {MOST_RULES}: "
            f"lower {what} or classes"
        )
    return jnp.arange(classes**questions)[:, None] // jnp.asarray(classes ** np.arange(questions)[::-1]) % classes
