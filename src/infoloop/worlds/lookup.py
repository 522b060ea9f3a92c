r"""The lookup world: a random table from symbols to classes, asked for in several domains, under random accepted forms.

A prompt is (task, domain, symbol). An output is a string of $L-1$ form tokens and a last token u; it stands for the
class $(u+k_{form})\bmod V$, and for none if this is no class or the form is not accepted in the domain. Task 0 asks for
the rule, uniform over all tables; the other tasks ask for tables that are known.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from infoloop.probability.validation import check_choice, check_int
from infoloop.worlds.finite_worlds import JUNK, World
from infoloop.worlds.strings import all_strings

MOST_RULES = 2**16
SURFACES = ("same symbols", "other symbols")
FORMS = ("same forms", "other forms")


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
    own_tokens = check_choice(surface, "surface", SURFACES) == "other symbols"
    own_forms = check_choice(accepted, "accepted", FORMS) == "other forms"
    task, domain, symbol = (jnp.asarray(x.reshape(-1)) for x in np.indices((tasks + 1, domains, symbols)))
    key_code, key_tables = jax.random.split(key)
    token, there = symbol + domain * symbols * own_tokens, len(outputs) // alphabet
    _check_counts(classes, alphabet, forms * (domains if own_forms else 1), there)
    form, meaning = _coding(key_code if entangled else None, outputs, alphabet)
    first = (domain * forms if own_forms else jnp.zeros_like(domain))[:, None]
    accepted_form = (form >= first) & (form < first + forms)
    rules = _rules(classes, symbols * (1 if shared else domains))
    tables = jax.random.randint(key_tables, (tasks + 1, symbols), 0, classes)
    return World(
        prompts=jnp.stack([task, tasks + 1 + domain, tasks + 1 + domains + token], axis=1),
        task=task,
        domain=domain,
        content=task * symbols + symbol,
        outputs=outputs,
        form=form,
        classes=jnp.where(accepted_form & (meaning < classes), meaning, JUNK),
        accepted=accepted_form,
        right_class=jnp.where(task == 0, rules[:, symbol + domain * symbols * (not shared)], tables[task, symbol]),
        prior=jnp.full(len(rules), 1 / len(rules)),
        grades=_ring(classes),
        items=_digits(classes),
        contents=(tasks + 1) * symbols,
        domains=domains,
        forms=there,
        prompt_tokens=tasks + 1 + domains + symbols * (domains if own_tokens else 1),
        alphabet=alphabet,
    )


def _coding(key, outputs, alphabet):
    """Return the form of each output, and what its last token means after it: shifted by a random number each form."""
    form = jnp.arange(len(outputs)) // alphabet
    shift = 0 if key is None else jax.random.randint(key, (len(outputs) // alphabet,), 0, alphabet)[form]
    return form, (outputs[:, -1] + shift) % alphabet


def _check_counts(classes, alphabet, accepted, there):
    if classes > alphabet:
        raise ValueError(f"classes are {classes} for {alphabet} output tokens: give at most {alphabet}")
    if accepted > there:
        raise ValueError(
            f"{accepted} forms are accepted and there are {there}: lower forms or domains, or give a longer length"
        )


def _rules(classes, questions):
    """Return every table from questions to classes, one a row."""
    if classes**questions > MOST_RULES:
        raise ValueError(
            f"{classes} classes for {questions} free answers make {classes}^{questions} rules, more than {MOST_RULES}: "
            "lower symbols or classes"
        )
    return jnp.arange(classes**questions)[:, None] // jnp.asarray(classes ** np.arange(questions)[::-1]) % classes


def _ring(classes):
    """Return 1 less the share of the way to the opposite class, classes lying on a ring."""
    apart = np.abs(np.arange(classes)[:, None] - np.arange(classes))
    return jnp.asarray(1 - np.minimum(apart, classes - apart) / max(classes // 2, 1))


def _digits(classes):
    """Return the binary digits of each class."""
    return jnp.asarray(np.arange(classes)[:, None] // 2 ** np.arange(max((classes - 1).bit_length(), 1)) % 2 == 1)
