r"""What a rule sees of an output: outputs with the same reward, shaping, verdict and length are of one kind.

Groups are enumerated over kinds, of which there are few, whatever the number of outputs.
"""

import math
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_finite, check_positive, check_scores


class Kinds(NamedTuple):
    """What a rule sees of outputs, one entry a kind (or a member of a group); made by `kinds`.

    Attributes:
        outcome: Outcome reward.
        shaping: Shaping, in the same unit.
        right: Whether the output is right, 0 or 1.
        length: Its length, above 0.
    """

    outcome: Float[Array, "*batch kinds"]
    shaping: Float[Array, "*batch kinds"]
    right: Float[Array, "*batch kinds"]
    length: Float[Array, "*batch kinds"]


class OutputKinds(NamedTuple):
    """The outputs of a question, sorted by kind; made by `output_kinds`.

    Attributes:
        kind_of: Which kind each output is of.
        kinds: What the kinds are.
    """

    kind_of: Int[Array, "*batch outputs"]
    kinds: Kinds


def kinds(
    outcome: Float[Numbers, "*batch kinds"],
    shaping: Float[Numbers, "*batch kinds"] = 0.0,
    right: Float[Numbers, "*batch kinds"] | None = None,
    length: Float[Numbers, "*batch kinds"] = 1.0,
) -> Kinds:
    """Return kinds of outputs by their features, which broadcast.

    Args:
        outcome: Outcome reward of each kind, finite.
        shaping: Shaping of each, finite.
        right: Whether it is right, 0 or 1; unless given, whether its outcome is above 0.
        length: Its length, above 0.

    Raises:
        ValueError: One of them is none of these; traced ones become NaN.

    >>> kinds([1.0, 0.0], [0.5, 0.25]).right.tolist()
    [1.0, 0.0]
    """
    outcome = check_scores(outcome, "outcome (a reward)")
    shaping, length = check_finite(shaping, "shaping (a reward)"), check_positive(length, "length")
    right = _verdicts(right) if right is not None else jnp.where(outcome > 0, 1.0, 0.0)
    return Kinds(*jnp.broadcast_arrays(outcome, shaping, right, length))


def _verdicts(right):
    right = check_finite(right, "right", 0.0)
    known = (right == 0) | (right == 1)
    if isinstance(right, Tracer):
        return nan_unless(known, right)
    if not known.all():
        raise ValueError(f"right is {right}: give 1 where an output is right, else 0")
    return right


@host_only
@kinds_checked
def output_kinds(
    outcome: Float[Numbers, "*questions outputs"],
    shaping: Float[Numbers, "*questions outputs"] = 0.0,
    right: Float[Numbers, "*questions outputs"] | None = None,
    length: Float[Numbers, "*questions outputs"] = 1.0,
) -> OutputKinds:
    """Return outputs sorted by kind: those of equal features are of one. On the host.

    Args:
        outcome: Outcome reward of each output, finite.
        shaping: Shaping of each, finite.
        right: Whether it is right, 0 or 1; unless given, whether its outcome is above 0.
        length: Its length, above 0.

    Returns:
        Outputs and their kinds, numbered within each question of the leading axes, which `vmap` can take: a question of
        fewer kinds than another has its last one again in their places, without outputs.

    Raises:
        ValueError: One of them is none of these.

    >>> output_kinds([1.0, 0.0, 1.0, 0.0], length=[2.0, 3.0, 2.0, 4.0]).kind_of.tolist()
    [2, 0, 2, 1]
    """
    with jax.ensure_compile_time_eval():  # known rewards stay known where others are traced
        of_outputs = np.stack(kinds(outcome, shaping, right, length))
    *batch, length_of_list = of_outputs.shape[1:]
    question = np.repeat(np.arange(math.prod(batch)), length_of_list)
    table, place = np.unique(np.vstack([question, of_outputs.reshape(4, -1)]), axis=1, return_inverse=True)
    number = np.bincount(table[0].astype(int))  # of kinds, by question
    first = np.cumsum(number) - number
    rows = first[:, None] + np.minimum(np.arange(number.max()), number[:, None] - 1)
    features = table[1:, rows].reshape(4, *batch, -1)
    kind_of = (place.reshape(-1) - first[question]).reshape(of_outputs.shape[1:])
    return OutputKinds(jnp.asarray(kind_of), Kinds(*map(jnp.asarray, features)))


def check_outputs(outputs: OutputKinds, number: int) -> OutputKinds:
    """Return the outputs, of one question, which are as many as its policy has.

    Args:
        outputs: The outputs and their kinds.
        number: How many outputs the policy has.

    Raises:
        ValueError: They are more or fewer, or of several questions.

    >>> check_outputs(output_kinds([1.0, 0.0]), 3)
    Traceback (most recent call last):
    ValueError: outputs has kinds of shape (2,) where the policy has 3 outputs: give each output of the...
    """
    if outputs.kind_of.shape != (number,):
        raise ValueError(
            f"outputs has kinds of shape {outputs.kind_of.shape} where the policy has {number:,} outputs: give each "
            "output of the policy its reward; jax.vmap takes several questions"
        )
    return outputs


def mass_by_kind(policy: Float[Array, "outputs"], outputs: OutputKinds) -> Float[Array, "kinds"]:
    r"""Return the mass $m_k=\sum_{y\in k}\pi_y$ of each kind.

    Args:
        policy: The law $\pi$ of the outputs.
        outputs: The outputs and their kinds.

    Raises:
        ValueError: The outputs are not those of the policy.

    >>> mass_by_kind(jnp.array([0.5, 0.25, 0.25]), output_kinds([1.0, 0.0, 1.0])).tolist()
    [0.25, 0.75]
    """
    return _mass_by_kind(policy, check_outputs(outputs, policy.size))


@jax.jit
def _mass_by_kind(policy, outputs):
    return jax.ops.segment_sum(policy, outputs.kind_of, outputs.kinds.outcome.shape[-1])
