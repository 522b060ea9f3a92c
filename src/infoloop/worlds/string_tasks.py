r"""String tasks, a process with steps: copy or reverse a short string, or close its brackets, under a rule of symbols.

A prompt is (task, domain, string), filled up with blanks. An answer is one string of letters, written with ends after
it; each such string is a class of its own, so that step verdicts speak of the letters one by one. A rule says by which
letter each is answered, and to copy or reverse also which of the two.
"""

import itertools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Key

from infoloop.probability.validation import check_choice, check_int
from infoloop.worlds.coded_worlds import (
    OutputCode,
    accepted_forms,
    binary_digits,
    check_world_size,
    coded_world,
)
from infoloop.worlds.finite_worlds import World
from infoloop.worlds.strings import MOST_STRINGS, all_strings

KINDS = ("copy or reverse", "brackets")


def string_world(
    key: Key[Array, ""],
    letters: int = 2,
    longest: int = 3,
    kind: str = "copy or reverse",
    forms: int = 1,
    tasks: int = 3,
    domains: int = 2,
    surface: str = "other symbols",
    accepted: str = "same forms",
    shared: bool = True,
) -> World:
    r"""Return a world of string tasks; the rules of the known tasks are drawn.

    Outputs are of `longest` tokens over the letters and an end, and, where there is more than one form, of a token
    before them that is the form. A grade is the share of these tokens that agree, and an item of the rubric is one
    binary digit of one of them.

    Args:
        key: A key of `jax.random`.
        letters: k.
        longest: The most letters of an answer, at most 6.
        kind: "copy or reverse": any string of 1 to `longest` letters; the answer is it, or its reverse, with each
            letter replaced by its partner in a permutation: $2\,k!$ rules. "brackets": any string of so many openings,
            of k kinds, and closings of the last that is open, that leaves some open; the answer closes them, the last
            first, and a permutation says by which letter each kind: $k!$ rules.
        forms: M, accepted surface forms of an answer in a domain.
        tasks: K, known tasks beside the new one.
        domains: D; all share the rule, and domain 0 is trained.
        surface: "same symbols": a domain shows in its own token only; "other symbols": in the letters' tokens as well.
        accepted: "same forms" in all domains, or "other forms": each domain accepts forms of its own.
        shared: Whether the domains share the rule; else each has its own, the null world.

    Raises:
        ValueError: A number is below 1 (`tasks`: 0), `longest` is above 6, more forms are accepted than there are
            tokens, or the world is too large to enumerate; or a word is none of these.

    >>> world = string_world(jax.random.key(0))
    >>> world.right_class.shape, world.outputs.shape, world.grades.shape
    ((4, 112), (27, 3), (14, 14))
    """
    k, longest, forms, domains = (
        check_int(value, what)
        for value, what in ((letters, "letters"), (longest, "longest"), (forms, "forms"), (domains, "domains"))
    )
    tasks, own = check_int(tasks, "tasks", 0), 1 if shared else domains
    closing = check_choice(kind, "kind", KINDS) == "brackets"
    led = forms * (1 if accepted == "same forms" else domains) > 1
    _check_strings(k, longest, led)
    answers = [s for n in range(1, longest + 1) for s in itertools.product(range(k), repeat=n)]
    asked = [s for n in range(1, longest + 1) for s in itertools.product(range(k + closing), repeat=n)]
    asked = [s for s in asked if not closing or _left_open(s, k)]
    family_size = math.factorial(k) * (1 if closing else 2)
    questions, outputs = (tasks + 1) * domains * len(asked), (k + 1) ** (longest + led)
    check_world_size(family_size**own, questions, outputs, "letters or longest")
    family = _family(asked, answers, k, closing)
    rule_of = np.arange(family_size**own)[:, None] // family_size ** np.arange(own)[::-1] % family_size
    new = np.broadcast_to(family[rule_of], (len(rule_of), domains, len(asked)))
    blank = k + closing
    tokens = np.array([answer + (k,) * (longest - len(answer)) for answer in answers])
    code = _string_code(answers, k, longest, led)
    return coded_world(
        np.array([s + (blank,) * (longest - len(s)) for s in asked]),
        new=jnp.asarray(new),
        known=jnp.asarray(family)[jax.random.randint(key, (tasks,), 0, family_size)],
        code=code,
        accepted=accepted_forms(accepted, forms, domains, code.forms, "more letters"),
        grades=jnp.asarray((tokens[:, None] == tokens).mean(axis=2)),
        items=binary_digits(tokens, k + 1).reshape(len(tokens), -1),
        surface=surface,
    )


def _left_open(string, closer):
    """Return the openings of a string that are not closed, in order; nothing if one is closed that is not open."""
    still = []
    for symbol in string:
        if symbol != closer:
            still.append(symbol)
        elif not still:
            return []
        else:
            still.pop()
    return still


def _family(asked, answers, letters, closing):
    """Return the class that each rule answers each string with: by permutations in order, first to copy."""
    number = {answer: c for c, answer in enumerate(answers)}
    rows = []
    for partner in itertools.permutations(range(letters)):
        for backward in (True,) if closing else (False, True):
            strings = [_left_open(s, letters) if closing else list(s) for s in asked]
            rows.append([number[tuple(partner[x] for x in (s[::-1] if backward else s))] for s in strings])
    return np.array(rows)


def _string_code(answers, letters, longest, led):
    """Return the code of all strings: a form's token if there is one, letters, and ends to the end."""
    outputs = all_strings(letters + 1, longest + led)
    number = {answer + (letters,) * (longest - len(answer)): c for c, answer in enumerate(answers)}
    meaning = jnp.asarray([number.get(tuple(row), -1) for row in outputs[:, led:].tolist()])
    form = outputs[:, 0] if led else np.zeros(len(outputs), int)
    return OutputCode(jnp.asarray(outputs), jnp.asarray(form), meaning, letters + 1, letters + 1 if led else 1)


def _check_strings(letters, longest, led):
    if longest > 6:
        raise ValueError(f"longest is {longest}: give at most 6")
    strings = (letters + 1) ** (longest + led)
    if strings > MOST_STRINGS:
        raise ValueError(
            f"{letters} letters and longest {longest} make {strings} outputs, more than {MOST_STRINGS}: "
            "lower letters or longest"
        )
