r"""What a rule sees of an output: outputs with the same reward, shaping, verdict and length are of one kind.

Groups are enumerated over kinds, of which there are few, whatever the number of outputs.
"""

from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.learning.policy_gradient.finite_numbers import check_finite
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_positive, check_scores


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
    if not isinstance(right, Tracer) and not np.isin(right, (0, 1)).all():
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
        Outputs and their kinds; questions along leading axes have the same table of kinds, so that `vmap` can take
        them.

    Raises:
        ValueError: One of them is none of these.

    >>> output_kinds([1.0, 0.0, 1.0, 0.0], length=[2.0, 3.0, 2.0, 4.0]).kind_of.tolist()
    [2, 0, 2, 1]
    """
    with jax.ensure_compile_time_eval():  # known rewards stay known where others are traced
        of_outputs = np.stack(kinds(outcome, shaping, right, length))
    table, kind_of = np.unique(of_outputs.reshape(4, -1), axis=1, return_inverse=True)
    batch = of_outputs.shape[1:-1]
    features = np.broadcast_to(table.reshape(4, *(1 for _ in batch), -1), (4, *batch, table.shape[1]))
    return OutputKinds(jnp.asarray(kind_of.reshape(of_outputs.shape[1:])), Kinds(*map(jnp.asarray, features)))


@jax.jit
def mass_by_kind(policy: Float[Array, "outputs"], outputs: OutputKinds) -> Float[Array, "kinds"]:
    r"""Return the mass $m_k=\sum_{y\in k}\pi_y$ of each kind.

    Args:
        policy: The law $\pi$ of the outputs.
        outputs: The outputs and their kinds.

    >>> mass_by_kind(jnp.array([0.5, 0.25, 0.25]), output_kinds([1.0, 0.0, 1.0])).tolist()
    [0.25, 0.75]
    """
    return jax.ops.segment_sum(policy, outputs.kind_of, outputs.kinds.outcome.shape[-1])
