"""What a signal says about the task, and what it says besides: precision and recall of signals, in bits."""

import math
from collections.abc import Iterable
from typing import NamedTuple, TypeGuard

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer
from jaxtyping import Array, Bool, Float, Int

from infoloop.information.measures import check_joint, entropy, mutual_information
from infoloop.information.partition_lattice import labelling
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Numbers
from infoloop.probability.channels import Channel, extend
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.law_measures import Law
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import check_known

Labels = Names | Int[Numbers, "*outputs"]


class Efficiency(NamedTuple):
    r"""How the information of a signal on the output splits against a task; the fields may be arrays.

    Attributes:
        gain: Bits about the task, $I([Y]_\pi;S\mid Q)$.
        waste: Bits besides it, $I(Y;S\mid[Y]_\pi,Q)$.
        miss: Bits of the task that are lacking, $H([Y]_\pi\mid S,Q)$.
        eta: Precision $\frac{\mathrm{gain}}{\mathrm{gain}+\mathrm{waste}}$, from 0 to 1; NaN, undefined, where the
            signal says nothing.
        recall: $\frac{\mathrm{gain}}{H([Y]_\pi\mid Q)}$, from 0 to 1; NaN, undefined, where the task is constant.

    As text an undefined number is `undefined`; `eta_defined` and `recall_defined` tell.
    """

    gain: Float[Array, "..."]
    waste: Float[Array, "..."]
    miss: Float[Array, "..."]
    eta: Float[Array, "..."]
    recall: Float[Array, "..."]

    @property
    def eta_defined(self) -> Bool[Array, "..."]:
        """Where the signal carries information, so that `eta` is a number."""
        return ~jnp.isnan(self.eta)

    @property
    def recall_defined(self) -> Bool[Array, "..."]:
        """Where the task is not constant, so that `recall` is a number."""
        return ~jnp.isnan(self.recall)

    def __str__(self) -> str:
        units = (" bits", " bits", " bits", "", "")
        return ", ".join(f"{name} {_spoken(v)}{u}" for (name, v), u in zip(self._asdict().items(), units, strict=True))


def _spoken(values: Float[Array, "..."]) -> str:
    return np.array2string(np.asarray(values), formatter={"float_kind": _word}, separator=" ")


def _word(value: np.floating) -> str:
    return "undefined" if math.isnan(value) else f"{value if value else 0:.6g}"  # -0 is spoken 0


@kinds_checked
def efficiency(p: Law, signal: Labels, output: Names, task: Labels, given: Names = ()) -> Efficiency:
    r"""Return how the bits of a signal on the output split: about the task, besides it, and lacking.

    $I(Y;S\mid Q)$ is gain $I([Y]_\pi;S\mid Q)$ plus waste $I(Y;S\mid[Y]_\pi,Q)$; miss is $H([Y]_\pi\mid S,Q)$. Li, Sun
    & Deng 2026, section on meta-level signals.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        signal: Names of variables of `p`, any random ones; or labels, one whole number from 0 on for each value of
            `output` (a table of them for several outputs): the blocks of a partition.
        output: One name or several, $Y$: what the signal judges.
        task: Labels as for `signal`, the partition $\pi$; or names of variables that are functions of the output (and
            of `given`).
        given: One name or several, $Q$, known beforehand.

    Returns:
        An `Efficiency` of scalars: three in bits, at least 0, and `eta` and `recall`. A signal worth less than rounding
        could be mistaken for, `rounding(cells)**2` bits, says nothing: its `eta` is NaN. Traced labels, which cannot be
        refused, give NaN if one is negative.

    Raises:
        ValueError: For a variable that the law does not have, labels of another shape or that are no whole numbers from
            0 on, a named task that is no function of the output, no output, and a law without a table of floats.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([0.25] * 4, "Y")
    >>> print(efficiency(p, signal=[0, 0, 1, 2], output="Y", task=[0, 0, 1, 1]))
    gain 1 bits, waste 0.5 bits, miss 0 bits, eta 0.666667, recall 1
    >>> print(efficiency(p, signal=[0, 0, 0, 0], output="Y", task=[0, 0, 1, 1]))
    gain 0 bits, waste 0 bits, miss 1 bits, eta undefined, recall 0
    """
    output, given = as_names(output), as_names(given)
    names = output + given + tuple(name for part in (signal, task) if _is_names(part) for name in as_names(part))
    law = check_joint(marginal(p, *dict.fromkeys(check_known(p.names, *names))))
    if not output:
        raise ValueError("output names no variable: name what the signal judges")
    law, signal = _named(law, signal, output, "signal")
    law, task = _named(law, task, output, "task")
    _refuse_free_task(law, task, output + given)
    gain = mutual_information(law, task, signal, given=given)
    waste = mutual_information(law, output, signal, given=given + task)
    miss = entropy(law, *task, given=given + signal) if _beyond(task, given + signal) else jnp.zeros_like(gain)
    asked = entropy(law, *task, given=given) if _beyond(task, given) else jnp.zeros_like(gain)
    eta = quotient(gain, gain + waste, rounding(law.table.size, law.table.dtype) ** 2)
    recall = jnp.where(asked > 0, quotient(gain, gain + miss), jnp.nan)  # by the sum, so that rounding leaves it <= 1
    return Efficiency(gain, waste, miss, eta, recall)


def quotient(part: Float[Array, "..."], total: Float[Array, "..."], nothing: float = 0.0) -> Float[Array, "..."]:
    """Return `part / total`, or NaN, undefined, where the total is at most `nothing`; NaN in, NaN out.

    >>> float(quotient(jnp.array(1.0), jnp.array(4.0))), float(quotient(jnp.array(0.0), jnp.array(0.0)))
    (0.25, nan)
    """
    some = total > nothing
    return jnp.where(some, part / jnp.where(some, total, 1.0), jnp.nan)


def _beyond(names: tuple[str, ...], known_names: tuple[str, ...]) -> bool:
    return any(name not in known_names for name in names)


def _is_names(part: Labels) -> TypeGuard[Names]:
    if isinstance(part, str):
        return True
    listed = list(part) if isinstance(part, Iterable) and not hasattr(part, "dtype") else []
    return bool(listed) and all(isinstance(name, str) for name in listed)


def _named(law: Joint, part: Labels, output: tuple[str, ...], what: str) -> tuple[Joint, tuple[str, ...]]:
    """Return the law with `part` as variables: those it names, or one more that holds the labels of the outputs."""
    if _is_names(part):
        return law, as_names(part)
    shape = tuple(law.table.shape[law.names.index(name)] for name in output)
    rows, name = _memberships(part, shape, what, law.table.dtype), what
    while name in law.names:
        name += "'"
    return extend(law, Channel(rows, output, (name,))), (name,)


def _memberships(labels, shape, what, dtype):
    """Return `rows[y, block]`, 1 where output y is in the block; NaN for a negative label that is traced."""
    if not isinstance(labels, Tracer):
        blocks = labelling(labels, shape, what)
        return jax.nn.one_hot(blocks, int(blocks.max()) + 1, dtype=dtype)
    if labels.shape != shape:
        raise ValueError(f"{what} has labels of shape {labels.shape} for outputs of shape {shape}: give one for each")
    flat = labels.reshape(-1)
    first = (flat[:, None] == flat[None, :]).argmax(1)
    rows = jnp.where((flat >= 0)[:, None], jax.nn.one_hot(first, flat.size, dtype=dtype), jnp.nan)
    return rows.reshape(*shape, flat.size)


def _refuse_free_task(law: Joint, task: tuple[str, ...], known_names: tuple[str, ...]) -> None:
    free = tuple(name for name in task if name not in known_names)
    table = marginal(law, *dict.fromkeys(known_names), *free).table
    if free and not isinstance(table, Tracer):
        values = (np.asarray(table).reshape(*table.shape[: table.ndim - len(free)], -1) > 0).sum(-1)
        if (values > 1).any():
            raise ValueError(
                f"task {', '.join(free)} is no function of {', '.join(known_names)}: "
                "name outputs that decide it, or give labels of the outputs"
            )


class Component(NamedTuple):
    """The `Efficiency` of one component of a signal, alone and given all the others; neither determines the other."""

    alone: Efficiency
    given_others: Efficiency


@kinds_checked
def component_efficiencies(
    p: Law, components: Names, output: Names, task: Labels, given: Names = ()
) -> dict[str, Component]:
    r"""Return the `efficiency` of every component of a signal, alone and given the others, in bits.

    Given the others means $Q\cup S_{-j}$ in place of $Q$ for the component $S_j$. Components are not additive: of an
    exclusive or each says nothing alone and everything given the other; of two copies each says everything alone and
    nothing given the other.

    Args:
        p: A law with a table of floats, a `Joint` or `BayesNet`.
        components: The names of the components, variables of `p`.
        output: One name or several: what the signal judges.
        task: Labels of the outputs, or names of functions of them, as for `efficiency`.
        given: One name or several, $Q$, known beforehand.

    Returns:
        A `Component` (`alone`, `given_others`) by the name of the component, in the order given.

    Raises:
        ValueError: As `efficiency` does.

    >>> from infoloop.probability.distributions import joint
    >>> xor = joint([[[0.25, 0], [0, 0.25]], [[0, 0.25], [0.25, 0]]], "A", "B", "Y")
    >>> found = component_efficiencies(xor, ("A", "B"), "Y", [0, 1])["A"]
    >>> print(found.alone.gain, round(float(found.given_others.gain), 12))
    0.0 1.0
    """
    components = check_known(p.names, *as_names(components))
    others = {name: tuple(other for other in components if other != name) for name in components}
    return {
        name: Component(
            efficiency(p, name, output, task, given),
            efficiency(p, name, output, task, (*as_names(given), *others[name])),
        )
        for name in components
    }


class TaskBits(NamedTuple):
    """Bits about the task `per_episode`, and the same `per_bit` observed (no unit)."""

    per_episode: Float[Array, ""]
    per_bit: Float[Array, ""]


@kinds_checked
def task_bits(p: Law, task: Names, signal: Names, given: Names = ()) -> TaskBits:
    r"""Return the bits that a signal brings about the task, in an episode and for each bit observed.

    $I(X;S\mid Z,Y)$, and the same over $H(S\mid Z,Y)$. Unlike `efficiency` this needs no partition of outputs: the task
    X is a random variable of its own.

    Args:
        p: A law of floats: `Joint`, `BayesNet` or `Gaussian` (whose $H$ is the differential entropy).
        task: One name or several, $X$.
        signal: One name or several, $S$.
        given: One name or several, the state $Z$ and the query $Y$.

    Returns:
        A `TaskBits` of two scalars: `per_episode` in bits, 0 for a task with a single value; `per_bit` without unit,
        NaN where the signal is known beforehand.

    Raises:
        ValueError: For a variable that the law does not have.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([[[0.375, 0.125], [0.125, 0.375]]], "Z", "X", "S")
    >>> print(task_bits(p, "X", "S", given="Z"))
    TaskBits(per_episode=Array(0.18872188, dtype=float64), per_bit=Array(0.18872188, dtype=float64))
    """
    task, signal, given = as_names(task), as_names(signal), as_names(given)
    bits = mutual_information(p, task, signal, given=given)
    observed = entropy(p, *signal, given=given) if _beyond(signal, given) else jnp.zeros_like(bits)
    return TaskBits(bits, quotient(bits, observed))
