"""To and from the distributions of dit (extra `bridges`), which is imported when a bridge is crossed."""

from __future__ import annotations

import importlib
from types import ModuleType
from typing import Any, cast

import numpy as np

from infoloop.probability.distributions import Joint, joint
from infoloop.probability.host_functions import host_only


@host_only
def to_dit(p: Joint) -> Any:
    """Return the same law as a `dit.Distribution` with the same names (dit: James, Ellison & Crutchfield 2018).

    Its symbols stand in dit's order, the sorted one; symbols without mass stay in the alphabets.

    Args:
        p: the law.

    Raises:
        ValueError: without dit, and for an alphabet that cannot be sorted.

    >>> from infoloop.probability.distributions import joint
    >>> to_dit(joint([0.25, 0.75], "X")).pmf.tolist()
    [0.25, 0.75]
    """
    dit = _dit()
    alphabets = [p.symbols(name) for name in p.names]
    for name, alphabet in zip(p.names, alphabets, strict=True):
        try:
            sorted(cast(tuple[Any, ...], alphabet))
        except TypeError:
            raise ValueError(f"{name} has the symbols {alphabet}, which dit cannot sort: rename some") from None
    masses, space = p.outcomes(), dit.samplespace.CartesianProduct(alphabets)
    return dit.Distribution(list(masses), list(masses.values()), rv_names=list(p.names), sample_space=space)


@host_only
def from_dit(d: Any) -> Joint:
    """Return the law of a `dit.Distribution`; log bases are undone.

    Args:
        d: anything with dit's `outcomes`, `pmf`, `alphabet`, `get_rv_names()` and `get_base()`; dit is not imported.

    Returns:
        The law under the same names; unnamed variables are called X0, X1, ... as in dit.

    Raises:
        ValueError: where the masses do not sum to 1, as those of a conditional distribution.

    >>> from types import SimpleNamespace
    >>> facts = dict(outcomes=("h", "t"), pmf=[0.25, 0.75], alphabet=(("h", "t"),))
    >>> from_dit(SimpleNamespace(**facts, get_rv_names=lambda: ("X",), get_base=lambda: "linear")).outcomes()
    {('h',): 0.25, ('t',): 0.75}
    """
    alphabets = tuple(tuple(symbols) for symbols in d.alphabet)
    names = d.get_rv_names() or [f"X{k}" for k in range(len(alphabets))]
    places = [{symbol: k for k, symbol in enumerate(symbols)} for symbols in alphabets]
    table = np.zeros([len(symbols) for symbols in alphabets])
    for outcome, mass in zip(d.outcomes, _linear(d), strict=True):
        symbols = outcome if len(alphabets) > 1 or isinstance(outcome, tuple) else (outcome,)
        table[tuple(at[symbol] for at, symbol in zip(places, symbols, strict=True))] = mass
    plain = all(symbols == tuple(range(len(symbols))) for symbols in alphabets)
    return Joint(joint(table, *names).table, tuple(names), None if plain else alphabets)


def _linear(d: Any) -> np.ndarray:
    base = d.get_base()
    masses = np.asarray(d.pmf, float)
    return masses if base == "linear" else np.power(np.e if base == "e" else float(base), masses)


def _dit() -> ModuleType:
    try:
        importlib.import_module("dit.samplespace")
        return importlib.import_module("dit")
    except ImportError as error:
        raise ValueError("to_dit needs dit, an optional extra: pip install 'infoloop[bridges]'") from error
