"""One computation on two devices: how far apart the results are, beside a bound made of roundings and of conditioning.

A rounding, of a number given or of one on the way, moves a result by as much as the result hangs on it. How much that
is, is measured on the CPU: every number given is changed by the share `SHIFT`, up or down, and the result moves by
SHIFT times its condition. Two devices that sum and round in other orders may then differ by
`rounding(n) * (greatest entry + condition)`, with n the number of roundings that follow each other in the computation
(`rounding` allows 8 units in the last place for each). Whole numbers, truth values and keys have to be equal, NaN and
infinities have to stand in the same places.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

import infoloop as il

SHIFT = 2.0**-36  # far above the roundings of float64, far below the curvature of what is computed


class Case(NamedTuple):
    """A computation.

    Attributes:
        call: From what is given to a tree of arrays.
        given: A tree of arrays, or of numbers; floats are those that are moved.
        roundings: How many follow each other.
        slope: Whether the slope of a weighted sum of all that comes out is compared too.
        compiled: Whether `call` can be traced; else it is called as it is.
    """

    call: Callable[[Any], Any]
    given: Any
    roundings: int
    slope: bool = True
    compiled: bool = True


class Compared(NamedTuple):
    """The greatest difference as a share of its bound (above 1: not equal), and what is to be said of it."""

    name: str
    share: float
    said: str


def compare_all(cases: Mapping[str, Case], cpu: jax.Device, card: jax.Device) -> Iterator[Compared]:
    """Yield the comparison of each case as it is done, several at once: nearly all of the time is compilation."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for done in as_completed(pool.submit(compare, name, case, cpu, card) for name, case in cases.items()):
            yield done.result()


def compare(name: str, case: Case, cpu: jax.Device, card: jax.Device) -> Compared:
    """Compare a case; what cannot be computed on one of the devices is not equal."""
    try:
        work = jax.jit(with_slope(case)) if case.compiled else with_slope(case)
        reference, moved = run_on(cpu, work, case.given, shifted(case.given))
        (found,) = run_on(card, work, case.given)
    except Exception as error:  # whatever it is, the other cases are still to be compared
        return Compared(name, np.inf, f"{type(error).__name__}: {str(error)[:300]}")
    leaves = [jax.tree.leaves(tree) for tree in (found, reference, moved)]
    if not leaves[1]:
        return Compared(name, np.inf, "nothing came out")
    shares = [share_of_bound(*each, case.roundings) for each in zip(*leaves, strict=True)]
    worst, apart, bound = max(shares, key=lambda share: share[0])
    return Compared(name, worst, f"{apart:.1e} apart, bound {bound:.1e}")


def run_on(device: jax.Device, work: Callable[[Any], Any], *inputs: Any) -> list[Any]:
    """Return what comes out on a device for each of the inputs, as NumPy's arrays."""
    with jax.default_device(device):
        placed = [jax.device_put(given, device) for given in inputs]
        return [jax.tree.map(plain, work(given)) for given in placed]


def with_slope(case: Case) -> Callable[[Any], Any]:
    """Return the value alone, or with the slope of the weighted sum of its finite entries."""
    if not case.slope:
        return case.call

    def both(given):
        def split(given):
            found = case.call(given)
            return floats(found), found

        numbers, back, value = jax.vjp(split, given, has_aux=True)
        weights = [jnp.where(jnp.isfinite(x), 1 / (1 + jnp.arange(x.size)).reshape(x.shape), 0.0) for x in numbers]
        return value, back(weights)

    return both


def floats(tree: Any) -> list[jax.Array]:
    """Return the leaves of a tree that are floats."""
    leaves = [jnp.asarray(leaf) for leaf in jax.tree.leaves(tree)]
    return [leaf for leaf in leaves if jnp.issubdtype(leaf.dtype, jnp.floating)]


def plain(leaf: Any) -> np.ndarray:
    """Return a leaf as NumPy's array; keys as their words."""
    if isinstance(leaf, jax.Array) and jnp.issubdtype(leaf.dtype, jax.dtypes.prng_key):
        leaf = jax.random.key_data(leaf)
    return np.asarray(leaf)


def shifted(given: Any) -> Any:
    """Return the tree with every float changed by the share SHIFT, up or down by a fixed draw."""
    random = np.random.default_rng(0)

    def move(leaf):
        leaf = np.asarray(leaf)
        signs = random.choice((-1.0, 1.0), leaf.shape)
        return leaf * (1 + SHIFT * signs) if np.issubdtype(leaf.dtype, np.floating) else leaf

    return jax.tree.map(move, given)


def share_of_bound(found: np.ndarray, reference: np.ndarray, moved: np.ndarray, roundings: int) -> tuple:
    """Return the greatest difference over its bound, the difference and the bound."""
    if found.shape != reference.shape or found.dtype != reference.dtype:
        return np.inf, np.inf, 0.0
    if not np.issubdtype(found.dtype, np.floating):
        return (0.0 if np.array_equal(found, reference) else np.inf), 1.0 * (found != reference).sum(), 0.0
    finite = np.isfinite(reference)
    if not np.array_equal(found[~finite], reference[~finite], equal_nan=True) or not np.isfinite(found[finite]).all():
        return np.inf, np.inf, 0.0
    if not finite.any():
        return 0.0, 0.0, 0.0
    apart = float(np.abs(found[finite] - reference[finite]).max())
    both = finite & np.isfinite(moved)
    condition = float(np.abs(moved[both] - reference[both]).max(initial=0.0)) / SHIFT
    bound = float(il.rounding(roundings) * (np.abs(reference[finite]).max() + condition))
    return (apart / bound if bound else (np.inf if apart else 0.0)), apart, bound
