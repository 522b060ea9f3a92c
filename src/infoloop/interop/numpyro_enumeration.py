r"""Programs as tables: the exact law of the sites of a numpyro program, by enumeration."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.core import Tracer

from infoloop.interop.numpyro_sites import EnumerationHandler
from infoloop.probability.distributions import Joint, as_names, joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import check_int, require_float64

_BLOCK = 2**16  # cells at once: bounds the memory of what the program computes on its way
SiteTable = tuple[dict[str, tuple[Hashable, ...]], np.ndarray]


@host_only
def from_numpyro(
    model: Callable, max_cells: int = 2**24, deterministic: str | Iterable[str] | None = None
) -> Callable[..., Joint]:
    r"""Return the exact law of a numpyro program's sites, as a function of the program's arguments.

    $P(x)=\prod_sP(x_s\mid x_{\text{before }s})$ over the latent sites, no unit; given the observed sites (`obs`,
    `handlers.condition`) it is divided by their exact probability. A site with several elements (a plate, `to_event`)
    has one axis an element: `x[0]`, `x[1]`, and `x[0,1]` in two dimensions. Every deterministic site is a further axis
    over the values that it takes, told apart exactly.

    A program whose sites are always the same is run for all cells at once. One that branches in Python on a site
    (`if x == 1`, `range(n)`) or whose supports depend on a site is run once for each path of positive probability, a
    millisecond or so a site; a site that some path misses has the symbol None there, the last of its alphabet.

    Source: Goodman & Stuhlmueller, The Design and Implementation of Probabilistic Programming Languages, chapter 3.

    Args:
        model: a numpyro program, a function that calls `numpyro.sample`.
        max_cells: the most cells that the table may have.
        deterministic: the deterministic sites that become axes too; all of them if None.

    Returns:
        A function of the arguments of `model` that returns a Joint, its axes in program order; it needs float64, and
        raises ValueError, naming the site, for continuous and unbounded sites, factors, scales, masks, subsampled
        plates, sites inside scan, cond or jit, masses that do not sum to 1, float32 parameters, observations of
        probability 0, and a table of more than `max_cells` cells.

    Raises:
        ValueError: for a `model` that is no function, and for `max_cells` below 1.

    >>> import numpyro
    >>> from numpyro import distributions as dist
    >>> def noisy_copy(crossover):
    ...     x = numpyro.sample("X", dist.Bernoulli(0.5))
    ...     numpyro.sample("D", dist.Bernoulli(jnp.where(x == 1, 1 - crossover, crossover)))
    >>> from_numpyro(noisy_copy)(0.25).table.tolist()
    [[0.375, 0.125], [0.125, 0.375]]
    """
    if not callable(model):
        raise ValueError(f"model is {model!r}: give a numpyro program, a function that calls numpyro.sample")
    check_int(max_cells, "max_cells")
    wanted = None if deterministic is None else as_names(deterministic)

    @functools.wraps(model)
    def law(*args: Any, **kwargs: Any) -> Joint:
        require_float64(None, "from_numpyro")
        program = functools.partial(model, *args, **kwargs)
        try:
            axes, table = _by_cells(program, max_cells, wanted)
        except jax.errors.JAXTypeError:  # the program looks at the value of a site: it branches
            axes, table = _by_paths(program, max_cells, wanted)
        if not axes:
            raise ValueError("the program has no latent discrete site: a law needs at least one variable")
        plain = all(symbols == tuple(range(len(symbols))) for symbols in axes.values())
        found = joint(table, *axes)
        return found if plain else replace(found, alphabets=tuple(axes.values()))

    return law


def _by_cells(program: Callable, max_cells: int, wanted: tuple[str, ...] | None) -> SiteTable:
    """Evaluate all cells at once; the first run, of one cell, only finds the sites."""
    sites = _sites_of(program)
    latent = {name: site for name, site in sites.items() if site.kind == "latent"}
    symbols = {axis: tuple(s.support.tolist()) for name, s in latent.items() for axis in _elements(name, s.shape)}
    _check_size(symbols, max_cells)
    sizes = tuple(len(alphabet) for alphabet in symbols.values())
    found = _visited(program, sites, sizes)
    weights = _weights(found["mantissa"], found["exponent"], found["alive"])
    live = np.flatnonzero(weights)
    kept, codes, places = _kept(sites, wanted), [live], [len(weights)]
    for name in kept:
        columns = found["values"][name].reshape(len(weights), -1)[live]
        for axis, column in zip(_elements(name, sites[name].shape), columns.T, strict=True):
            seen, code = np.unique(_numbers(name, column), return_inverse=True)
            symbols[axis] = tuple(seen.tolist())
            _check_size(symbols, max_cells)
            codes.append(code)
            places.append(len(seen))
    table = np.zeros(places)
    table[tuple(codes)] = weights[live]
    order = [axis for name, s in sites.items() if name in latent or name in kept for axis in _elements(name, s.shape)]
    table = table.reshape([*sizes, *places[1:]]).transpose([list(symbols).index(axis) for axis in order])
    return {axis: symbols[axis] for axis in order}, table


def _sites_of(program: Callable) -> dict:
    seen = []

    def first(cell):
        seen.append(EnumerationHandler(lambda _, name, law: jnp.zeros(law.probs.shape[:-1], int) + cell))
        seen[-1].run(program)

    try:
        jax.eval_shape(jax.vmap(first), jnp.zeros(1, int))
    except jax.errors.JAXTypeError:
        jax.vmap(first)(jnp.zeros(1, int))
    return seen[-1].sites


def _visited(program: Callable, sites: dict, sizes: tuple[int, ...]) -> dict:
    """Return what every cell's run weighs and computes, the cells in the order of the table."""
    latent = {name: math.prod(site.shape) for name, site in sites.items() if site.kind == "latent"}
    ends = dict(zip(latent, np.cumsum(list(latent.values())).tolist(), strict=True))

    def one(cell):
        digits = jnp.stack(jnp.unravel_index(cell, sizes)) if sizes else jnp.zeros(0, int)

        def choose(_, name, law):
            shape = law.probs.shape[:-1]
            return digits[ends[name] - math.prod(shape) : ends[name]].reshape(shape)

        visit = EnumerationHandler(choose).run(program)
        facts = ("mantissa", "exponent", "totals", "alive", "values")
        return {fact: getattr(visit, fact) for fact in facts}

    blocks, cells = [], math.prod(sizes)
    for first in range(0, cells, _BLOCK):
        facts = _all_at_once(one, jnp.arange(first, min(first + _BLOCK, cells)))
        _check_masses(sites, facts.pop("totals"))
        facts["alive"] = {name: np.any(lives, keepdims=True) for name, lives in facts["alive"].items()}
        blocks.append(jax.tree.map(np.asarray, facts))
    return jax.tree.map(lambda *parts: np.concatenate(parts), *blocks)


def _all_at_once(one: Callable, cells: jax.Array) -> dict:
    """Return `one` of every cell, compiled as a whole: a fraction of the time of its operations one by one.

    A program that looks at the value of a constant of its own is run operation by operation.
    """
    try:
        return jax.jit(jax.vmap(one))(cells)
    except jax.errors.JAXTypeError:
        return jax.vmap(one)(cells)


def _by_paths(program: Callable, max_cells: int, wanted: tuple[str, ...] | None) -> SiteTable:
    """Evaluate path by path, each a run of its own; the axes stand in the order in which the paths meet them."""
    rows, mantissas, exponents, symbols, sites, alive = [], [], [], {}, {}, {}
    for visit, row in _paths(program):
        _check_masses(visit.sites, visit.totals)
        sites |= visit.sites
        alive = {name: alive.get(name, False) | visit.alive.get(name, False) for name in alive | visit.alive}
        if not visit.mantissa > 0:
            continue
        for name, values in visit.values.items():
            if wanted is None or name in wanted:
                numbers = _numbers(name, np.ravel(values)).tolist()
                row |= dict(zip(_elements(name, values.shape), numbers, strict=True))
        for name, site in visit.sites.items():
            for axis in _elements(name, site.shape):
                if axis in row:
                    symbols.setdefault(axis, set()).update(site.support.tolist() or [row[axis]])
        _check_size(symbols, max_cells)
        rows.append(row)
        mantissas.append(visit.mantissa)
        exponents.append(visit.exponent)
    _kept(sites, wanted)
    weights = _weights(np.asarray(mantissas), np.asarray(exponents), alive)
    axes = {axis: (*sorted(seen), *_absent(axis, rows)) for axis, seen in symbols.items()}
    _check_size(axes, max_cells)
    table = np.zeros([len(alphabet) for alphabet in axes.values()])
    for row, weight in zip(rows, weights, strict=True):
        table[tuple(alphabet.index(row.get(axis)) for axis, alphabet in axes.items())] = weight
    return axes, table


def _paths(program: Callable) -> Iterator[tuple[EnumerationHandler, dict[str, Hashable]]]:
    """Yield every path of positive probability, depth first and in the order of the symbols, with those it took."""
    scripts: list[tuple[int, ...]] = [()]
    while scripts:
        visit, row, picks, others = _run(program, scripts.pop())
        for k, untried in enumerate(others):
            scripts += [(*picks[:k], other) for other in reversed(untried)]
        yield visit, row


def _run(program: Callable, script: tuple[int, ...]):
    """Run once along `script`, then by the first symbol with mass; the other symbols are left to try."""
    row, picks, others = {}, [], []

    def choose(visit, name, law):
        if isinstance(law.probs, Tracer):
            raise ValueError(f"site {name!r} is inside a JAX transformation: write a Python loop or a plate instead")
        shape, start = law.probs.shape[:-1], len(picks)
        for axis, masses in zip(_elements(name, shape), law.probs.reshape(-1, len(law.support)), strict=True):
            options, k = np.flatnonzero(np.asarray(masses) > 0).tolist() or [0], len(picks)
            picks.append(script[k] if k < len(script) else options[0])
            others.append(options[1:] if k >= len(script) and visit.mantissa > 0 else [])
            row[axis] = law.support[picks[k]].item()
        return jnp.asarray(picks[start:], int).reshape(shape)

    return EnumerationHandler(choose).run(program), row, picks, others


def _absent(axis: str, rows: list[dict]) -> tuple[None, ...]:
    return () if all(axis in row for row in rows) else (None,)


def _elements(name: str, shape: tuple[int, ...]) -> tuple[str, ...]:
    return tuple(f"{name}[{','.join(map(str, k))}]" for k in np.ndindex(*shape)) if shape else (name,)


def _kept(sites: dict, wanted: tuple[str, ...] | None) -> tuple[str, ...]:
    found = tuple(name for name, site in sites.items() if site.kind == "deterministic")
    for name in wanted or ():
        if name not in found:
            raise ValueError(f"{name!r} is no deterministic site: the program has {', '.join(found) or 'none'}")
    return found if wanted is None else tuple(name for name in found if name in wanted)


def _numbers(name: str, values: np.ndarray) -> np.ndarray:
    if np.isnan(values).any():
        raise ValueError(f"deterministic site {name!r} is NaN with positive probability: a symbol equals itself")
    return values


def _check_size(sizes: dict, max_cells: int) -> None:
    cells = math.prod(len(alphabet) for alphabet in sizes.values())
    if cells > max_cells:
        names = ", ".join(sizes) if len(sizes) < 6 else f"{next(iter(sizes))} and {len(sizes) - 1} more"
        raise ValueError(
            f"the law of {names} has {_human(cells)} cells ({_gib(cells)} GiB of float64), more than "
            f"max_cells={max_cells:,}: drop sites, keep fewer deterministic ones (deterministic=()), or raise "
            "max_cells; marginals of a long program come from a bayes_net"
        )


def _gib(cells: int) -> str:
    return _human(cells // 2**27) if cells >= 2**34 else f"{cells / 2**27:.3g}"


def _human(n: int) -> str:
    """Return `n` in full where that is short, else as a power of ten; by logarithm, as `n` may be beyond any float."""
    return f"{n:,}" if n < 10**12 else f"10^{math.log10(n):.1f}"


def _check_masses(sites: dict, totals: dict) -> None:
    for name, total in totals.items():
        off = ~(np.abs(np.asarray(total) - 1) <= rounding(len(sites[name].support)))
        if off.any():
            raise ValueError(
                f"site {name!r} has masses that sum to {np.asarray(total)[off].flat[0]:.17g}, not 1 (nan: one of them "
                "is negative or no number): complete its law, or divide it by its sum"
            )


def _weights(mantissas: np.ndarray, exponents: np.ndarray, alive: dict) -> np.ndarray:
    """Return the probabilities of the runs; where sites are observed, divided by the probability of what they show."""
    for name, lives in alive.items():
        if not np.any(lives):
            raise ValueError(f"what is observed at {name!r} has probability 0: observe what the program can produce")
    if not alive:
        return np.ldexp(mantissas, exponents)
    weights = np.ldexp(mantissas, exponents - exponents[mantissas > 0].max())
    return weights / weights.sum()
