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

from infoloop.interop.numpyro_sites import EnumerationHandler, Site
from infoloop.probability.distributions import Joint, as_names, joint
from infoloop.probability.host_functions import host_only
from infoloop.probability.numerics import rounding
from infoloop.probability.validation import check_int, require_float64
from infoloop.reporting.suggestions import list_names

_BLOCK = 2**16  # cells at once: bounds the memory of what the program computes on its way
SiteTable = tuple[dict[str, tuple[Hashable, ...]], np.ndarray]


@host_only
def from_numpyro(
    model: Callable, max_cells: int = 2**24, deterministic: str | Iterable[str] | None = None
) -> Callable[..., Joint]:
    r"""Return the exact law of a numpyro program's sites, as a function of the program's arguments.

    $P(x)=\prod_sP(x_s\mid x_{\text{before }s})$ over the latent sites, no unit; given the observed sites (`obs`,
    `handlers.condition`) it is divided by their exact probability. A site with several elements (a plate, `to_event`)
    has one axis an element: `x[0]`, `x[1]`, and `x[0,1]` in two dimensions; so have the counts of a Multinomial. Every
    deterministic site is a further axis over the values that it takes, told apart exactly.

    Any distribution with a finite law is read: mixtures, transformed and zero-inflated ones, and classes of your own
    with `enumerate_support`. Missing observations (`obs_mask`, `mask`) are summed out: a masked element that is
    observed says nothing, one that is not is drawn by its law and has no axis. Ask by `deterministic="X"` for what
    `obs_mask` completes.

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
        raises ValueError, naming the site, for continuous and unbounded sites, factors, scales, subsampled plates,
        sites inside scan, cond or jit, masses that do not sum to 1, float32 parameters, observations of
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
        plain = all(symbols == tuple(range(len(symbols))) for symbols in axes.values())
        found = joint(table, *axes)
        return found if plain else replace(found, alphabets=tuple(axes.values()))

    return law


def _by_cells(program: Callable, max_cells: int, wanted: tuple[str, ...] | None) -> SiteTable:
    """Evaluate all cells at once; the first run, of one cell, only finds the sites.

    A cell is a choice of a symbol for each free element of each latent site. What has an axis but is no such choice
    (deterministic sites, elements of symbols that are arrays) is an axis after them; other choices are summed out.
    """
    sites = _sites_of(program)
    latent = {name: site for name, site in sites.items() if site.kind == "latent"}
    sizes = {axis: len(s.support) for name, s in latent.items() for axis in _elements(name, s.shape, s.free)}
    _check_size(sizes, max_cells)
    found = _visited(program, sites, tuple(sizes.values()))
    weights = _weights(found["mantissa"], found["exponent"], found["alive"])
    live, kept = np.flatnonzero(weights), _kept(sites, wanted)
    symbols: dict[str, tuple[Hashable, ...]] = {}  # of the axes, in program order
    codes, further = [live], {}
    for name, site in sites.items():
        columns: Iterable[tuple[str, np.ndarray]] = ()
        if name in latent and site.support.ndim == 1:
            symbols |= dict.fromkeys(_elements(name, site.shape, site.shown), tuple(site.support.tolist()))
        elif name in latent:
            columns = _columns_of_arrays(name, site, live, sizes)
        elif name in kept:
            values = found["values"][name].reshape(len(weights), -1)[live]
            columns = zip(_elements(name, site.shape), values.T, strict=True)
        for axis, column in columns:
            seen, code = np.unique(_numbers(name, column), return_inverse=True)
            symbols[axis] = tuple(seen.tolist())
            further[axis] = len(seen)
            _check_size(sizes | further, max_cells)
            codes.append(code)
    _check_any(symbols, sites)
    table = np.zeros([len(weights), *further.values()])
    table[tuple(codes)] = weights[live]
    axes = [*sizes, *further]
    table = table.reshape([*sizes.values(), *further.values()])
    hidden = tuple(k for k, axis in enumerate(axes) if axis not in symbols)
    left = [axis for axis in axes if axis in symbols]
    return symbols, (table.sum(axis=hidden) if hidden else table).transpose([left.index(axis) for axis in symbols])


def _columns_of_arrays(name: str, site: Site, live: np.ndarray, sizes: dict[str, int]) -> Iterator:
    """Yield each axis of a site whose symbols are arrays, with what it shows in each live cell."""
    names, counts = list(sizes), list(sizes.values())
    for place in np.ndindex(*site.shape):
        if site.shown[place]:
            k = names.index(_axis(name, place))
            chosen = live // math.prod(counts[k + 1 :]) % counts[k]
            for inner in np.ndindex(site.support.shape[1:]):
                yield _axis(name, (*place, *inner)), site.support[(chosen, *inner)]


def _sites_of(program: Callable) -> dict:
    seen = []

    def first(cell):
        seen.append(EnumerationHandler(lambda _, name, law, free: jnp.zeros(free.shape, int) + cell))
        seen[-1].run(program)

    try:
        jax.eval_shape(jax.vmap(first), jnp.zeros(1, int))
    except jax.errors.JAXTypeError:
        jax.vmap(first)(jnp.zeros(1, int))
    return seen[-1].sites


def _visited(program: Callable, sites: dict, sizes: tuple[int, ...]) -> dict:
    """Return what every cell's run weighs and computes, the cells in the order of the table."""
    latent = {name: int(site.free.sum()) for name, site in sites.items() if site.kind == "latent"}
    ends = dict(zip(latent, np.cumsum(list(latent.values())).tolist(), strict=True))

    def one(cell):
        digits = jnp.stack(jnp.unravel_index(cell, sizes)) if sizes else jnp.zeros(0, int)

        def choose(_, name, law, free):
            own = digits[ends[name] - latent[name] : ends[name]]
            return jnp.zeros(free.size, int).at[np.flatnonzero(free)].set(own).reshape(free.shape)

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
        kept = _kept(visit.sites, wanted, check=False)
        for name, values in visit.values.items():
            if name in kept:
                numbers = _numbers(name, np.ravel(values)).tolist()
                row |= dict(zip(_elements(name, values.shape), numbers, strict=True))
        for name, site in visit.sites.items():
            for place in np.ndindex(*site.shape, *site.support.shape[1:]):
                axis, inner = _axis(name, place), place[len(site.shape) :]
                if axis in row:
                    seen = site.support[(slice(None), *inner)].tolist() if site.kind == "latent" else [row[axis]]
                    symbols.setdefault(axis, set()).update(seen)
        _check_size({axis: len(seen) for axis, seen in symbols.items()}, max_cells)
        rows.append(row)
        mantissas.append(visit.mantissa)
        exponents.append(visit.exponent)
    _kept(sites, wanted)
    weights = _weights(np.asarray(mantissas), np.asarray(exponents), alive)
    _check_any(symbols, sites)
    axes = {axis: (*sorted(seen), *_absent(axis, rows)) for axis, seen in symbols.items()}
    _check_size({axis: len(alphabet) for axis, alphabet in axes.items()}, max_cells)
    table = np.zeros([len(alphabet) for alphabet in axes.values()])
    for row, weight in zip(rows, weights, strict=True):
        table[tuple(alphabet.index(row.get(axis)) for axis, alphabet in axes.items())] += weight
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

    def choose(visit, name, law, free):
        if isinstance(law.probs, Tracer):
            raise ValueError(f"site {name!r} is inside a JAX transformation: write a Python loop or a plate instead")
        chosen, shown = np.zeros(free.shape, int), visit.sites[name].shown
        for place in map(tuple, np.argwhere(free).tolist()):
            options, k = np.flatnonzero(np.asarray(law.probs[place]) > 0).tolist() or [0], len(picks)
            picks.append(script[k] if k < len(script) else options[0])
            others.append(options[1:] if k >= len(script) and visit.mantissa > 0 else [])
            chosen[place] = picks[k]
            for inner in np.ndindex(law.support.shape[1:]) if shown[place] else ():
                row[_axis(name, (*place, *inner))] = law.support[(picks[k], *inner)].item()
        return jnp.asarray(chosen)

    return EnumerationHandler(choose).run(program), row, picks, others


def _absent(axis: str, rows: list[dict]) -> tuple[None, ...]:
    return () if all(axis in row for row in rows) else (None,)


def _axis(name: str, place: tuple[int, ...]) -> str:
    return f"{name}[{','.join(map(str, place))}]" if place else name


def _elements(name: str, shape: tuple[int, ...], which: np.ndarray | None = None) -> tuple[str, ...]:
    """Return the axes of the elements of a site, or of those of them that `which` marks."""
    return tuple(_axis(name, place) for place in np.ndindex(*shape) if which is None or which[place])


def _kept(sites: dict, wanted: tuple[str, ...] | None, check: bool = True) -> tuple[str, ...]:
    """Return the deterministic sites that become axes; what `obs_mask` completed only where it is asked for."""
    found = tuple(name for name, site in sites.items() if site.kind in ("deterministic", "completed"))
    for name in (wanted or ()) if check else ():
        if name not in found:
            raise ValueError(f"{name!r} is no deterministic site: the program has {list_names(found, name)}")
    return tuple(name for name in found if (sites[name].kind == "deterministic" if wanted is None else name in wanted))


def _numbers(name: str, values: np.ndarray) -> np.ndarray:
    if np.isnan(values).any():
        raise ValueError(f"deterministic site {name!r} is NaN with positive probability: a symbol equals itself")
    return values


def _check_any(symbols: dict, sites: dict) -> None:
    masked = next((name for name, site in sites.items() if site.kind == "latent" and not site.shown.any()), None)
    if not symbols:
        why = "" if masked is None else f": {masked!r} is masked or missing, which is summed out"
        raise ValueError(f"the program has no latent discrete site{why}; a law needs at least one variable")


def _check_size(sizes: dict[str, int], max_cells: int) -> None:
    cells = math.prod(sizes.values())
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
