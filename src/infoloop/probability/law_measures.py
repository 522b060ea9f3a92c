"""Entropy and information by kind of law: each kind of law registers its own here, beside its class.

Call `information.measures` instead: it checks names, takes marginals and splits overlapping groups. Here a law is over
just the variables that are named, groups are disjoint, and two laws have the same variables in the same order.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable
from fractions import Fraction
from typing import Any, Protocol

import jax

Bits = Any  # a scalar `Float[Array, ""]` of a float law; of a rational law an exact number, a `LogSum` or `RealBall`
Group = tuple[str, ...]


class Law(Protocol):
    """A law of named variables, of any kind for which `marginal` and the functions below are registered."""

    @property
    def names(self) -> tuple[str, ...]:
        """The variables, in the order of the law."""
        ...


@functools.singledispatch
def entropy_of_law(law: Law, names: Group, given: Group) -> Bits:
    """Return the entropy of `names` given `given`, in bits."""
    raise _unserved("entropy", law)


@functools.singledispatch
def self_information_of_law(law: Law, names: Group, given: Group) -> Bits:
    """Return the information of `names` with themselves given `given`, in bits: their entropy, where it is finite."""
    return entropy_of_law(law, names, given)


@functools.singledispatch
def information_of_law(law: Law, x: Group, y: Group, given: Group) -> Bits:
    """Return the mutual information of `x` and `y` given `given`, in bits."""
    raise _unserved("mutual information", law)


@functools.singledispatch
def divergence_of_laws(p: Law, q: Law) -> Bits:
    """Return the relative entropy of `p` from `q`, in bits."""
    raise _unserved("divergence", p)


@functools.singledispatch
def total_variation_of_laws(p: Law, q: Law) -> Bits:
    """Return the total variation distance of `p` and `q`."""
    raise _unserved("total variation", p)


@functools.singledispatch
def jensen_shannon_of_laws(p: Law, q: Law) -> Bits:
    """Return the Jensen-Shannon divergence of `p` and `q`, in bits."""
    raise _unserved("Jensen-Shannon divergence", p)


@functools.singledispatch
def alphabet_of_law(law: Law, name: str) -> Hashable:
    """Return the values that the variable `name` can take, in a form that two laws can be compared by."""
    raise _unserved("alphabet", law)


@functools.singledispatch
def one_bit(law: Law) -> Bits:
    """Return one bit, as the measures of this law are given: a float, unless the law registers an exact number."""
    return 1.0


def scale(factor: Fraction | int, value: Any) -> Bits:
    """Return `factor * value`: in floats for a float or an array, and exactly for an exact value."""
    return (float(factor) if isinstance(value, float | jax.Array) else factor) * value


def _unserved(what: str, law: Law) -> TypeError:
    return TypeError(f"no {what} of a {type(law).__name__} is computed: give a law with a table, such as a Joint")
