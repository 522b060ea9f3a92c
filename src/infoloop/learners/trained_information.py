r"""What trained learners know of a random rule, as exact sums over the rules and over all data sets.

A world with few rules X has few data sets D, whose laws given the rule are known. Training from fixed initial weights
is a map from data sets to policies, so that all of them are trained once and $I(X;Z)$ is a sum: of a readout Z of the
policy (its greedy table, its logits on a grid), or of answers drawn from it. Answers that are trained on next make a
Markov chain of data sets. Initial weights that are drawn are common randomness: take the mean of the informations.
"""

import jax.numpy as jnp
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Float, Int, Num

from infoloop.information.measures import mutual_information
from infoloop.probability.array_types import Number
from infoloop.probability.distributions import Joint
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_int, check_unit_interval
from infoloop.worlds.strings import all_strings


def label_sets(questions: int, classes: int) -> Int[Array, "sets questions"]:
    """Return all data sets of at most one label a question, in lexicographic order; the label C stands for none.

    Args:
        questions: n.
        classes: C, so that there are $(C+1)^n$ data sets.

    Raises:
        ValueError: A number is below 1, or there are more than 65 536 data sets.

    >>> label_sets(2, 1).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    return jnp.asarray(all_strings(check_int(classes, "classes") + 1, questions))


def label_laws(
    right: Int[Array, "*rules questions"], classes: int, wrong: Number, missing: Number
) -> Float[Array, "*rules questions labels"]:
    r"""Return the law of each question's label: none at a rate, else the right class or, at a rate, one of the others.

    Args:
        right: The right class of each question.
        classes: C, at least 2; the label C stands for none.
        wrong: How often a label that is given is another class, each as likely.
        missing: How often none is given.

    Raises:
        ValueError: A rate is outside [0, 1], or there are fewer than 2 classes.

    >>> label_laws(jnp.array([1]), 3, wrong=0.5, missing=0.5).tolist()
    [[0.125, 0.25, 0.125, 0.5]]
    """
    classes = check_int(classes, "classes", 2)
    wrong, missing = check_unit_interval(wrong, "wrong"), check_unit_interval(missing, "missing")
    label = jnp.arange(classes + 1)
    given = jnp.where(label == right[..., None], 1 - wrong, wrong / (classes - 1))
    return jnp.where(label == classes, missing, (1 - missing) * given)


def set_laws(laws: Float[Array, "*cases questions labels"]) -> Float[Array, "*cases sets"]:
    r"""Return the law of all questions' labels at once, $\prod_q\ell_q(y_q)$, in lexicographic order.

    Args:
        laws: The law of each question's label, independent of the others'; the answers of a policy, for instance.

    >>> set_laws(jnp.array([[0.5, 0.5], [0.25, 0.75]])).tolist()
    [0.125, 0.375, 0.125, 0.375]
    """
    product = laws[..., 0, :]
    for question in range(1, laws.shape[-2]):
        product = (product[..., :, None] * laws[..., question, None, :]).reshape(*product.shape[:-1], -1)
    return product


def quantised(values: Float[Array, "*shape"], grid: Number) -> Float[Array, "*shape"]:
    r"""Return the nearest multiple of a grid, as its number, $\mathrm{round}(v/g)$: what is kept of real numbers.

    Args:
        values: Logits, or what else a policy is made of.
        grid: g, above 0; NaN for a traced one that is not.

    Raises:
        ValueError: The grid is not above 0.

    >>> quantised(jnp.array([0.1, 0.3, -0.3]), 0.25).tolist()
    [0.0, 1.0, -1.0]
    """
    grid = jnp.asarray(grid, float)
    if not isinstance(grid, Tracer) and not grid > 0:
        raise ValueError(f"grid is {float(grid):g}: give a number above 0")
    return jnp.round(values / nan_unless(grid > 0, grid))


def state_codes(states: Num[Array, "cases *shape"]) -> Int[Array, "cases"]:
    """Return a code of each state, the number of the first that is equal to it.

    Args:
        states: States, along the leading axis; two are the same if all of their numbers are.

    >>> state_codes(jnp.array([[5, 5], [0, 1], [5, 5]])).tolist()
    [0, 1, 0]
    """
    flat = states.reshape(len(states), -1)
    return jnp.argmax((flat[:, None] == flat).all(axis=-1), axis=1)


def state_law(cases: Float[Array, "rules sets"], codes: Int[Array, "rules sets"] | Int[Array, "sets"]) -> Joint:
    r"""Return the law of the rule and of a state that is a function of the data, "X" and "Z".

    $P(x,z)=\sum_{d:z(x,d)=z}P(x,d)$. A state that is a function of the data set alone cannot know more of the rule
    than the data set; where it hangs on the rule as well, something else has entered.

    Args:
        cases: $P(x,d)$.
        codes: $z(d)$, or $z(x,d)$, from 0 to below their number; as many as there are make the alphabet of Z.

    >>> state_law(jnp.array([[0.25, 0.25, 0.0], [0.0, 0.25, 0.25]]), jnp.array([0, 1, 0])).table.tolist()
    [[0.25, 0.25, 0.0], [0.25, 0.25, 0.0]]
    """
    empty = jnp.zeros((len(cases), codes.size), cases.dtype)
    rows = jnp.arange(len(cases))[:, None]
    return Joint(empty.at[rows, jnp.broadcast_to(codes, cases.shape)].add(cases), ("X", "Z"))


def cases_by_round(
    start: Float[Array, "rules sets"], link: Float[Array, "#rules sets sets"], rounds: int
) -> Float[Array, "rounds rules sets"]:
    r"""Return $P(x,d_t)$ of a chain of data sets, $P(x,d_{t+1})=\sum_dP(x,d_t)K(d_{t+1}\mid x,d_t)$, t = 0, ..., T.

    Args:
        start: $P(x,d_0)$.
        link: $K(d'\mid x,d)$; its first axis is 1 where it does not hang on the rule: the loop is closed.
        rounds: T.

    Raises:
        ValueError: `rounds` is below 1.

    >>> swap = jnp.array([[[0.0, 1.0], [1.0, 0.0]]])
    >>> cases_by_round(jnp.array([[0.5, 0.25], [0.0, 0.25]]), swap, 1)[1].tolist()
    [[0.25, 0.5], [0.25, 0.0]]
    """
    link = jnp.broadcast_to(link, (len(start), *link.shape[1:]))

    def step(cases, _):
        later = jnp.einsum("xd,xde->xe", cases, link, precision=lax.Precision.HIGHEST)
        return later, later

    return jnp.concatenate([start[None], lax.scan(step, start, None, length=check_int(rounds, "rounds"))[1]])


def verdicts_information(
    cases: Float[Array, "rules sets"],
    answers: Float[Array, "sets answers"],
    verdicts: Float[Array, "rules answers verdicts"],
) -> Float[Array, ""]:
    r"""Return what verdicts on own answers tell of the rule beyond the data, $I(X;S\mid D,Y)$ in bits.

    $D\to Y$ and $(X,Y)\to S$: the answer is drawn by a learner that knows the data alone.

    Args:
        cases: $P(x,d)$.
        answers: $P(y\mid d)$.
        verdicts: $P(s\mid x,y)$, of all verdicts on an answer at once.

    >>> right = jnp.array([[[0.0, 1.0], [1.0, 0.0]], [[1.0, 0.0], [0.0, 1.0]]])
    >>> round(float(verdicts_information(jnp.array([[0.5], [0.5]]), jnp.array([[1.0, 0.0]]), right)), 12)
    1.0
    """
    table = cases[:, :, None, None] * answers[None, :, :, None] * verdicts[:, None]
    return mutual_information(Joint(table, ("X", "D", "Y", "S")), "X", "S", given=("D", "Y"))
