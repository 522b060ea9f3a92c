"""What a signal says about the task, and what it says besides: precision and recall of signals, in bits."""

import math
from collections.abc import Iterable
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.information.measures import entropy, mutual_information
from infoloop.information.partition_lattice import labelling
from infoloop.probability.channels import Channel, extend
from infoloop.probability.distributions import Joint, Names, as_names, marginal
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import check_known


class Efficiency(NamedTuple):
    r"""Bits about the task (`gain`), besides it (`waste`) and lacking (`miss`), with precision `eta` and `recall`.

    $\eta=\frac{\mathrm{gain}}{\mathrm{gain}+\mathrm{waste}}$ is undefined where the signal says nothing, and recall
    $\frac{\mathrm{gain}}{H([Y]_\pi\mid Q)}$ where the task is constant: both are NaN there (while `gain` is a number)
    and print as `undefined`; `eta_defined` and `recall_defined` tell.
    """

    gain: jax.Array
    waste: jax.Array
    miss: jax.Array
    eta: jax.Array
    recall: jax.Array

    @property
    def eta_defined(self):
        """Where the signal carries information, so that `eta` is a number."""
        return ~jnp.isnan(self.eta)

    @property
    def recall_defined(self):
        """Where the task is not constant, so that `recall` is a number."""
        return ~jnp.isnan(self.recall)

    def __str__(self) -> str:
        units = (" bits", " bits", " bits", "", "")
        return ", ".join(f"{name} {_spoken(v)}{u}" for (name, v), u in zip(self._asdict().items(), units, strict=True))


def _spoken(values) -> str:
    return np.array2string(np.asarray(values), formatter={"float_kind": _word}, separator=" ")


def _word(value) -> str:
    return "undefined" if math.isnan(value) else f"{value if value else 0:.6g}"  # -0 is spoken 0


def efficiency(p, signal, output: Names, task, given: Names = ()) -> Efficiency:
    r"""How $I(Y;S\mid Q)$ splits: gain $I([Y]_\pi;S\mid Q)$ and waste $I(Y;S\mid[Y]_\pi,Q)$; miss $H([Y]_\pi\mid S,Q)$.

    `signal` and `task` are variables of `p`, or labels, one for each value of `output` (a table of them for several
    outputs): block numbers of a partition. A named signal may be any random one; a named task must be a function of the
    output (and of `given`). A signal worth less than rounding could be mistaken for, `rounding(cells)**2` bits, says
    nothing: its `eta` is NaN. In bits; Li, Sun & Deng 2026, section on meta-level signals.

    Raises ValueError for unknown variables, for labels that are not a partition of the outputs, and for a named task
    that is no function of the output.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([0.25] * 4, "Y")
    >>> print(efficiency(p, signal=[0, 0, 1, 2], output="Y", task=[0, 0, 1, 1]))
    gain 1 bits, waste 0.5 bits, miss 0 bits, eta 0.666667, recall 1
    >>> print(efficiency(p, signal=[0, 0, 0, 0], output="Y", task=[0, 0, 1, 1]))
    gain 0 bits, waste 0 bits, miss 1 bits, eta undefined, recall 0
    """
    output, given = as_names(output), as_names(given)
    names = output + given + tuple(name for part in (signal, task) if _is_names(part) for name in as_names(part))
    law = marginal(p, *dict.fromkeys(check_known(p.names, *names)))
    if not isinstance(law, Joint):
        raise ValueError(f"efficiency of a {type(law).__name__}: partitions need finitely many outputs, give a Joint")
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


def quotient(part, total, nothing: float = 0.0):
    """`part / total`, or NaN, undefined, where the total is at most `nothing`; NaN in, NaN out.

    >>> float(quotient(jnp.array(1.0), jnp.array(4.0))), float(quotient(jnp.array(0.0), jnp.array(0.0)))
    (0.25, nan)
    """
    some = total > nothing
    return jnp.where(some, part / jnp.where(some, total, 1.0), jnp.nan)


def _beyond(names: tuple[str, ...], known_names: tuple[str, ...]) -> bool:
    return any(name not in known_names for name in names)


def _is_names(part) -> bool:
    if isinstance(part, str):
        return True
    listed = list(part) if isinstance(part, Iterable) and not hasattr(part, "dtype") else []
    return bool(listed) and all(isinstance(name, str) for name in listed)


def _named(law: Joint, part, output: tuple[str, ...], what: str) -> tuple[Joint, tuple[str, ...]]:
    """The law with `part` as variables: those it names, or one more that holds the labels of the outputs."""
    if _is_names(part):
        return law, as_names(part)
    shape = tuple(law.table.shape[law.names.index(name)] for name in output)
    rows, name = _memberships(part, shape, what, law.table.dtype), what
    while name in law.names:
        name += "'"
    return extend(law, Channel(rows, output, (name,))), (name,)


def _memberships(labels, shape: tuple[int, ...], what: str, dtype):
    """`rows[y, block]`, 1 where output y is in the block; traced labels, which cannot raise, are taken as they are."""
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
    """One component of a signal: by itself, and given all the others. Neither determines the other."""

    alone: Efficiency
    given_others: Efficiency


def component_efficiencies(p, components: Names, output: Names, task, given: Names = ()) -> dict[str, Component]:
    r"""`efficiency` of every component $S_j$ alone, and given the others, $Q\cup S_{-j}$, in bits.

    Components are not additive: of an exclusive or each says nothing alone and everything given the other; of two
    copies each says everything alone and nothing given the other. Raises ValueError as `efficiency` does.

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
    """Task bits `per_episode`, and the same `per_bit` observed (no unit; NaN where the signal is known beforehand)."""

    per_episode: jax.Array
    per_bit: jax.Array


def task_bits(p, task: Names, signal: Names, given: Names = ()) -> TaskBits:
    r"""$I(X;S\mid Z,Y)$ in bits, and the same over $H(S\mid Z,Y)$; `given` names the state and the query.

    Unlike `efficiency` this needs no partition of outputs: the task X is a random variable of its own. Raises
    ValueError for an unknown variable; for a fixed task, one with a single value, every information is 0.

    >>> from infoloop.probability.distributions import joint
    >>> p = joint([[[0.375, 0.125], [0.125, 0.375]]], "Z", "X", "S")
    >>> print(task_bits(p, "X", "S", given="Z"))
    TaskBits(per_episode=Array(0.18872188, dtype=float64), per_bit=Array(0.18872188, dtype=float64))
    """
    task, signal, given = as_names(task), as_names(signal), as_names(given)
    bits = mutual_information(p, task, signal, given=given)
    observed = entropy(p, *signal, given=given) if _beyond(signal, given) else jnp.zeros_like(bits)
    return TaskBits(bits, quotient(bits, observed))
