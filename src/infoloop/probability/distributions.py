"""Exact laws of finitely many variables, each with finitely many values, as labelled tables."""

from __future__ import annotations

import functools
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import Array, lax
from jax.core import Tracer
from jax.typing import DTypeLike
from jaxtyping import Float

from infoloop.probability.array_types import Number, Numbers
from infoloop.probability.numerics import nan_unless
from infoloop.probability.validation import check_distinct, check_floats, check_kind, check_known, check_probabilities

Names = str | Iterable[str]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Joint:
    """A law on a finite product: `table[i, j, ...] = P(X=i, Y=j, ...)`, where axis k is the variable `names[k]`.

    `alphabets[k]` holds the symbols along axis k; None says that they are 0, 1, 2, ... The class checks nothing, traced
    or not, and what is computed from a table that is no law means nothing; `joint` and `from_outcomes` check.
    """

    table: Float[Array, ...]
    names: tuple[str, ...] = field(metadata={"static": True})
    alphabets: tuple[tuple[Hashable, ...], ...] | None = field(default=None, metadata={"static": True})

    def symbols(self, name: str) -> tuple[Hashable, ...]:
        """Return the values that a variable can take, in the order of its axis; ValueError for an unknown name."""
        axis = self.names.index(check_known(self.names, name)[0])
        return tuple(range(self.table.shape[axis])) if self.alphabets is None else self.alphabets[axis]

    def outcomes(self) -> dict[tuple[Hashable, ...], float]:
        """Return the outcomes that have mass, as `{(x, y, ...): P(x, y, ...)}`: the inverse of `from_outcomes`."""
        table, alphabets = np.asarray(self.table), [self.symbols(name) for name in self.names]
        cells = zip(*np.nonzero(table), strict=True)
        return {tuple(a[i] for a, i in zip(alphabets, cell, strict=True)): float(table[cell]) for cell in cells}


def as_names(names: Names) -> tuple[str, ...]:
    """Return one name or several as a tuple without repetitions, in the order given; TypeError for what is neither.

    >>> as_names("X"), as_names(("X", "Y", "X"))
    (('X',), ('X', 'Y'))
    """
    if not isinstance(names, Iterable):
        raise TypeError(f"a {type(names).__name__} is given as a name: give a name or several, as texts")
    return (names,) if isinstance(names, str) else tuple(dict.fromkeys(names))


def joint(table: Float[Numbers, ...], *names: str, dtype: DTypeLike | None = None) -> Joint:
    """Return the law of named variables with this table of probabilities.

    Args:
        table: the probabilities, an axis for each variable; `table[i, j, ...]` is P(X=i, Y=j, ...).
        names: the variables, one for each axis.
        dtype: float type of the table; float64 if None. JAX's default, float32, keeps 7 digits, so that it is taken
            only where this asks for it, and not because a table happens to be of it. JAX does not tell entries below
            the least normal float (2.2e-308 in float64) from 0.

    Returns:
        The law. Where JAX traces the table (`jit`, `vmap`, `grad`, `scan`), no error can be raised for its numbers: one
        that is no law, by the same rule, has NaN in every cell, and so has all that is computed from it.

    Raises:
        ValueError: For a negative entry, a sum that is not 1 within rounding, no cell, names that are not as many as
            the axes, empty or equal; for complex, masked and text entries; and where float64 is off, or the table is of
            fewer digits, without a dtype.
        TypeError: For what holds no numbers, such as None or another law.

    >>> p = joint([[0.4, 0.1], [0.1, 0.4]], "X", "D")
    >>> p.names, p.table.shape
    (('X', 'D'), (2, 2))
    """
    names = check_distinct(names, "joint table")
    table = check_floats(table, "joint table", dtype)
    if table.ndim != len(names):
        raise ValueError(
            f"joint table has {table.ndim} axes of sizes {table.shape}, but {len(names)} names {names}: "
            "give one name for each axis"
        )
    return Joint(check_probabilities(table, "joint table", dtype=dtype), names)


def from_outcomes(masses: Mapping[Any, Number], names: Names, dtype: DTypeLike | None = None) -> Joint:
    """Return the law in which these outcomes have these probabilities.

    Args:
        masses: `{("a", "b"): p, ...}`, a symbol for each name; with a single name the keys may be bare symbols. The
            probabilities may be traced.
        names: the variables, in the order of the symbols.
        dtype: float type of the table; float64 if None.

    Returns:
        The law; the alphabet of a variable is the symbols that occur, sorted where they can be. NaN in every cell if
        traced probabilities are none, as `joint` says.

    Raises:
        ValueError: For no outcomes, an outcome that does not have one symbol for each name or that stands twice, and as
            `joint` does.
        TypeError: For what is no mapping to numbers.

    >>> p = from_outcomes({("rain", "wet"): 0.25, ("sun", "dry"): 0.75}, ("sky", "grass"))
    >>> p.outcomes()
    {('rain', 'wet'): 0.25, ('sun', 'dry'): 0.75}
    """
    names = check_distinct((names,) if isinstance(names, str) else names, "outcomes")
    keys = _outcomes(masses, names)
    values = check_floats(list(masses.values()), "masses", dtype)
    if values.ndim != 1:
        raise ValueError(f"masses are arrays of shape {values.shape[1:]}: give one number for each outcome")
    alphabets = tuple(_in_order({key[k] for key in keys}) for k in range(len(names)))
    place = [{symbol: i for i, symbol in enumerate(alphabet)} for alphabet in alphabets]
    cells = tuple(np.array([[at[symbol] for at, symbol in zip(place, key, strict=True)] for key in keys]).T)
    shape = [len(alphabet) for alphabet in alphabets]
    if isinstance(values, Tracer):
        table = jnp.zeros(shape, values.dtype).at[cells].set(values)
    else:
        table = np.zeros(shape, values.dtype)
        table[cells] = values
    return replace(joint(table, *names, dtype=dtype), alphabets=alphabets)


def _outcomes(masses, names):
    if not isinstance(masses, Mapping):
        raise TypeError(f"masses is a {type(masses).__name__}: give the outcomes as {{outcome: probability, ...}}")
    if not masses:
        raise ValueError("outcomes are empty: a law needs at least one outcome")
    keys = [key if isinstance(key, tuple) or len(names) > 1 else (key,) for key in masses]
    seen = set()
    for key in keys:
        if not isinstance(key, tuple) or len(key) != len(names):
            raise ValueError(f"outcome {key!r} does not have one symbol for each of {', '.join(names)}")
        if key in seen:
            raise ValueError(f"outcome {key!r} stands twice, bare and as a tuple: give it once")
        seen.add(key)
    return keys


def _in_order(symbols: set) -> tuple:
    try:
        return tuple(sorted(symbols))
    except TypeError:
        return tuple(sorted(symbols, key=lambda symbol: (type(symbol).__name__, repr(symbol))))


@functools.singledispatch
def marginal(p: Any, *names: str) -> Any:
    r"""Return the law of some of the variables, $P(x)=\sum_yP(x,y)$.

    Args:
        p: a `Joint`, a `BayesNet`, which is never multiplied out, a `Gaussian` or a rational law.
        names: the variables to keep.

    Returns:
        The law of `names` in that order: of the kind of `p`, of a network a `Joint`. Without names it is the law of
        no variable, whose table is the number 1.

    Raises:
        ValueError: For a name that is unknown or stands twice, and for a network (`TooLargeError`) whose answer or an
            intermediate table has more cells than `bayes_nets.BUDGET`.
        TypeError: For what is no law.

    >>> marginal(joint([[0.4, 0.1], [0.1, 0.4]], "X", "D"), "D").table.tolist()
    [0.5, 0.5]
    """
    raise TypeError(f"marginal of a {type(p).__name__}: give a Joint, a BayesNet, a Gaussian or a rational law")


@marginal.register
def _(p: Joint, *names: str) -> Joint:
    names = check_known(p.names, *check_distinct(names, "marginal"))
    kept = [k for k, name in enumerate(p.names) if name in names]
    table = p.table.sum(axis=tuple(k for k in range(len(p.names)) if k not in kept))
    order = [[p.names[k] for k in kept].index(name) for name in names]
    alphabets = p.alphabets and tuple(p.alphabets[p.names.index(name)] for name in names)
    return Joint(table.transpose(order), names, alphabets)


@functools.singledispatch
def condition(p: Any, /, **event: Any) -> Any:
    r"""Return the law of the other variables given an event: $P(\cdot\mid X=0)$ is `condition(p, X=0)`.

    Args:
        p: a `Joint`, a `Gaussian` or a `RationalLaw`.
        event: a value for each variable that is observed: a symbol of its alphabet, for a Gaussian its vector.

    Returns:
        A law of the kind of `p`, over the other variables in their order.

    Raises:
        ValueError: For an unknown variable or symbol, a vector of the wrong length, and an event of mass 0. A traced
            event of mass 0 cannot raise: it gives NaN.
        TypeError: For another kind of law; take the `marginal` of a network first.

    >>> condition(joint([[0.4, 0.1], [0.1, 0.4]], "X", "D"), X=0).table.tolist()
    [0.8, 0.2]
    """
    raise TypeError(f"condition of a {type(p).__name__}: give a Joint, a Gaussian or a RationalLaw")


@condition.register
def _(p: Joint, /, **event: Hashable) -> Joint:
    check_known(p.names, *event)
    cell = tuple(find_symbol(event[name], name, p.symbols(name)) if name in event else slice(None) for name in p.names)
    part = p.table[cell]
    mass = part.sum()
    if not isinstance(mass, Tracer) and not mass > 0:
        raise ValueError(
            f"cannot condition on {event}: it has mass {float(mass):g}, so choose an event of positive mass"
        )
    kept = tuple(k for k, name in enumerate(p.names) if name not in event)
    alphabets = p.alphabets and tuple(p.alphabets[k] for k in kept)
    return Joint(nan_unless(mass > 0, part / mass), tuple(p.names[k] for k in kept), alphabets)


def find_symbol(symbol: Hashable, name: str, alphabet: tuple[Hashable, ...]) -> int:
    """Return the place of `symbol` in the alphabet of `name`; ValueError where it is not in it, TypeError if traced."""
    if isinstance(symbol, Tracer):
        raise TypeError(
            f"{name} is traced by JAX, and which part of the law remains depends on it: give a known symbol"
        )
    if symbol not in alphabet:
        raise ValueError(f"{name} never takes the value {symbol!r}: its alphabet is {alphabet}")
    return alphabet.index(symbol)


@functools.singledispatch
def product(p: Any, *others: Any) -> Any:
    r"""Return the law of independent groups of variables, $P\times Q\times\cdots$.

    Args:
        p: a `Joint`, a `Gaussian` or a rational law.
        others: laws of the same kind, over other variables.

    Returns:
        A law of that kind over all names together, in their order.

    Raises:
        ValueError: For a name that stands twice.
        TypeError: For another kind of law.

    >>> product(joint([0.5, 0.5], "X"), joint([0.1, 0.9], "Y")).table.tolist()
    [[0.05, 0.45], [0.05, 0.45]]
    """
    raise TypeError(f"product of a {type(p).__name__}: give Joint, Gaussian or rational laws")


@product.register
def _(p: Joint, *others: Joint) -> Joint:
    laws = (p, *(check_kind(law, Joint, "a factor of the product") for law in others))
    names = check_distinct((name for law in laws for name in law.names), "product")
    table = functools.reduce(_outer, [law.table for law in laws])
    plain = all(law.alphabets is None for law in laws)
    return Joint(table, names, None if plain else tuple(law.symbols(name) for law in laws for name in law.names))


def _outer(a, b):
    return jnp.tensordot(a, b, axes=0, precision=lax.Precision.HIGHEST)


@functools.singledispatch
def relabel(p: Any, /, **names: str) -> Any:
    """Return the same law with some variables renamed: `relabel(p, X="W")` calls the variable `X` `W`.

    Args:
        p: a `Joint`, a `BayesNet`, a `Gaussian` or a rational law.
        names: `old="new"` for each variable that gets another name; two may exchange theirs.

    Raises:
        ValueError: For an unknown variable, and where two variables would have one name.
        TypeError: For what is no law.

    >>> relabel(joint([0.5, 0.5], "X"), X="W").names
    ('W',)
    """
    raise TypeError(f"relabel of a {type(p).__name__}: give a Joint, a BayesNet, a Gaussian or a rational law")


@relabel.register
def _(p: Joint, /, **names: str) -> Joint:
    check_known(p.names, *names)
    return replace(p, names=check_distinct((names.get(name, name) for name in p.names), "relabelling"))
