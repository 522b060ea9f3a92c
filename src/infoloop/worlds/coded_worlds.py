r"""The frame of worlds: contents asked for by every task in every domain, and outputs that code classes in forms.

A prompt is (task, domain, tokens of the content). A world of one's own is a table of what each rule answers, and a
`coded_world` of it; see `lookup`.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, Key

from infoloop.probability.validation import check_choice
from infoloop.worlds.finite_worlds import JUNK, World

MOST_RULES, MOST_CELLS = 2**16, 2**24
SURFACES = ("same symbols", "other symbols")
FORMS = ("same forms", "other forms")


class OutputCode(NamedTuple):
    """All strings, and what they stand for where their form is accepted.

    Attributes:
        outputs: All strings, in lexicographic order.
        form: Number of each one's surface form.
        meaning: Its class; from C on, or below 0, none.
        alphabet: How many tokens they are made of.
        forms: How many surface forms there are.
    """

    outputs: Int[Array, "outputs length"]
    form: Int[Array, "outputs"]
    meaning: Int[Array, "outputs"]
    alphabet: int
    forms: int


def coded_world(
    contents: Int[np.ndarray, "contents positions"],
    new: Int[Array, "rules domains contents"],
    known: Int[Array, "tasks contents"],
    code: OutputCode,
    accepted: Bool[Array, "domains forms"],
    grades: Float[Array, "classes classes"],
    items: Bool[Array, "classes items"],
    surface: str = "same symbols",
) -> World:
    r"""Return the world that asks for every content in every domain, by the new task and by all known ones.

    Args:
        contents: Symbols of each content, from 0 on.
        new: The class that each rule, all equally likely, answers with, in each domain.
        known: The class that each known task answers with.
        code: The outputs.
        accepted: Which forms each domain accepts.
        grades: How close classes are.
        items: What a rubric sees of classes.
        surface: "same symbols": a domain shows in its own token only; "other symbols": in the symbols' tokens as well.

    Raises:
        ValueError: `surface` is none of these; a table has another shape than the others say; or the world has more
            than 2^24 pairs of question and output, or of rule and question.

    >>> code = OutputCode(jnp.array([[0], [1]]), jnp.zeros(2, int), jnp.arange(2), 2, 1)
    >>> rules = jnp.array([[[0], [0]], [[1], [1]]])
    >>> world = coded_world(np.array([[0]]), rules, jnp.zeros((0, 1), int), code, jnp.ones((2, 1), bool),
    ...                     jnp.eye(2), jnp.array([[False], [True]]))
    >>> world.prompts.tolist(), world.right_class.tolist()
    ([[0, 1, 3], [0, 2, 3]], [[0, 0], [1, 1]])
    """
    own_tokens = check_choice(surface, "surface", SURFACES) == "other symbols"
    rules, domains, count = _check_tables(contents, new, known, code, accepted, grades, items)
    tasks, symbols = len(known), int(contents.max()) + 1
    check_world_size(rules, (tasks + 1) * domains * count, len(code.outputs))
    task, domain, content = (x.reshape(-1) for x in np.indices((tasks + 1, domains, count)))
    tokens = tasks + 1 + domains + contents[content] + (domain * symbols * own_tokens)[:, None]
    accepts = accepted[domain][:, code.form]
    classes = len(grades)
    answers = jnp.concatenate([jnp.zeros((1, count), int), known])[task, content]
    return World(
        prompts=jnp.asarray(np.concatenate([task[:, None], tasks + 1 + domain[:, None], tokens], axis=1)),
        task=jnp.asarray(task),
        domain=jnp.asarray(domain),
        content=jnp.asarray(task * count + content),
        outputs=code.outputs,
        form=code.form,
        classes=jnp.where(accepts & (code.meaning >= 0) & (code.meaning < classes), code.meaning, JUNK),
        accepted=accepts,
        right_class=jnp.where(task == 0, new[:, domain, content], answers),
        prior=jnp.full(rules, 1 / rules),
        grades=grades,
        items=items,
        contents=(tasks + 1) * count,
        domains=domains,
        forms=code.forms,
        prompt_tokens=tasks + 1 + domains + symbols * (domains if own_tokens else 1),
        alphabet=code.alphabet,
    )


def _check_tables(contents, new, known, code, accepted, grades, items):
    """Return the numbers of rules, domains and contents, which the shapes of all tables agree on."""
    if np.ndim(new) != 3:
        raise ValueError(f"new has shape {np.shape(new)}: give [rules, domains, contents], the class of each answer")
    rules, domains, count = np.shape(new)
    classes = len(grades)
    for name, table, shape, axes in (
        ("contents", contents, (count, None), "contents, positions"),
        ("known", known, (None, count), "tasks, contents"),
        ("accepted", accepted, (domains, code.forms), "domains, forms"),
        ("grades", grades, (classes, classes), "classes, classes"),
        ("items", items, (classes, None), "classes, items"),
    ):
        found = np.shape(table)
        if len(found) != 2 or any(size not in (None, there) for size, there in zip(shape, found, strict=True)):
            wanted = ", ".join("any" if size is None else str(size) for size in shape)
            raise ValueError(f"{name} has shape {found}: give [{axes}], here ({wanted})")
    return rules, domains, count


def check_world_size(rules: int, questions: int, outputs: int, knob: str = "what contents are made of") -> None:
    """Check that a world can be enumerated.

    Args:
        rules: How many rules there are.
        questions: How many questions.
        outputs: How many outputs.
        knob: The argument that both rules and questions come from.

    Raises:
        ValueError: It has more than 65 536 rules, or 2^24 pairs of question and output, or of rule and question.

    >>> check_world_size(256, 30, 36)
    """
    if rules > MOST_RULES:
        raise ValueError(
            f"the world has {rules} rules, more than {MOST_RULES}: lower {knob}, or domains if each has its own rule"
        )
    if questions * max(outputs, rules) > MOST_CELLS:
        raise ValueError(
            f"the world has {questions} questions, {outputs} outputs and {rules} rules, more than {MOST_CELLS} pairs: "
            f"lower tasks, domains, or {knob}"
        )


def shifted_code(key: Key[Array, ""] | None, outputs: Int[Array, "outputs length"], alphabet: int) -> OutputCode:
    r"""Return the code whose last token u, after the form that all before it make, means $(u+k_{form})\bmod V$.

    Args:
        key: The key of the shifts $k_{form}$; without one they are 0.
        outputs: All strings, in lexicographic order.
        alphabet: V.

    >>> shifted_code(None, jnp.array([[0], [1], [2]]), 3).meaning.tolist()
    [0, 1, 2]
    """
    forms = len(outputs) // alphabet
    form = jnp.arange(len(outputs)) // alphabet
    shift = 0 if key is None else jax.random.randint(key, (forms,), 0, alphabet)[form]
    return OutputCode(outputs, form, (outputs[:, -1] + shift) % alphabet, alphabet, forms)


def accepted_forms(
    accepted: str, forms: int, domains: int, there: int, more: str = "a longer length"
) -> Bool[Array, "domains forms"]:
    """Return which forms each domain accepts: the first M, or the first M, the next M, and so on.

    Args:
        accepted: "same forms" in all domains, or "other forms": each domain accepts forms of its own.
        forms: M, accepted forms in a domain.
        domains: How many domains there are.
        there: How many forms there are.
        more: What would make more of them.

    Raises:
        ValueError: `accepted` is none of these, or more forms are accepted than there are.

    >>> accepted_forms("other forms", 1, 2, 3).tolist()
    [[True, False, False], [False, True, False]]
    """
    own = check_choice(accepted, "accepted", FORMS) == "other forms"
    many = forms * (domains if own else 1)
    if many > there:
        raise ValueError(f"{many} forms are accepted and there are {there}: lower forms or domains, or give {more}")
    first = (np.arange(domains) * forms * own)[:, None]
    return jnp.asarray((np.arange(there) >= first) & (np.arange(there) < first + forms))


def ring_grades(classes: int) -> Float[Array, "classes classes"]:
    """Return 1 less the share of the way to the opposite class, classes lying on a ring.

    Args:
        classes: How many there are.

    >>> ring_grades(4)[0].tolist()
    [1.0, 0.5, 0.0, 0.5]
    """
    apart = np.abs(np.arange(classes)[:, None] - np.arange(classes))
    return jnp.asarray(1 - np.minimum(apart, classes - apart) / max(classes // 2, 1))


def binary_digits(values: Int[np.ndarray, "*shape"], below: int) -> Bool[Array, "*shape digits"]:
    """Return the binary digits of numbers, lowest first.

    Args:
        values: Numbers from 0 on.
        below: What they are all below; there are as many digits as the greatest of them can have, and at least one.

    >>> binary_digits(np.array([0, 1, 2]), 3).astype(int).tolist()
    [[0, 0], [1, 0], [0, 1]]
    """
    return jnp.asarray(values[..., None] // 2 ** np.arange(max((below - 1).bit_length(), 1)) % 2 == 1)
