"""Sweeps as data: the measure of one point, and the grid it is taken on, in shards that any device computes."""

from __future__ import annotations

import hashlib
import itertools
import math
import os
from collections import deque
from collections.abc import Callable, Generator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import jax
import numpy as np
from jax import lax
from jax.sharding import AxisType, Mesh, NamedSharding, PartitionSpec
from jaxtyping import Array, Key, UInt32

if TYPE_CHECKING:
    import xarray

POINTS = "points"  # the axis of the device mesh
_COMPILERS = 8  # at most so many programs are compiled side by side, and wait, compiled, to be run


class Quantity(NamedTuple):
    """What a measure returns under one name: its meaning, its unit, and the names of its own axes."""

    meaning: str
    unit: str
    axes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Sweep:
    """One table of an experiment: a measure at every point of a grid, and what its numbers mean.

    A point has a value of every name in `static_grid` and `traced_grid`.

    Attributes:
        measure: `measure(key, **point, **shared)` -> numbers or arrays by name, pure and traceable.
        quantities: What these are, by the same names.
        static_grid: Values that are static (sizes, schedules): one compilation for each combination.
        traced_grid: Numbers that are traced, shared out over the devices.
        axes: Coordinates of the measure's own axes.
        shared_inputs: `shared_inputs(**static)` -> further keyword arguments that all points of a combination have in
            common, such as a kernel.
        shard_size: How many points make a shard, the unit that is stored.
        batch_size: How many of them are computed at once on a device.
    """

    measure: Callable[..., Mapping[str, Any]]
    quantities: Mapping[str, Quantity]
    static_grid: Mapping[str, Sequence] = field(default_factory=dict)
    traced_grid: Mapping[str, Sequence] = field(default_factory=dict)
    axes: Mapping[str, Sequence] = field(default_factory=dict)
    shared_inputs: Callable[..., Mapping[str, Any]] = lambda **each: {}
    shard_size: int = 64
    batch_size: int = 1


class Shard(NamedTuple):
    """Some points of one table.

    Attributes:
        table: The table's name.
        each: The static values that the points have in common.
        over: Their traced values, one entry a point.
        first: The place of the first point in the traced grid.
    """

    table: str
    each: dict[str, Any]
    over: dict[str, np.ndarray]
    first: int

    @property
    def name(self) -> str:
        """The name of the shard in a store."""
        return f"{self.table} {_described(self.each)} from {self.first}"


class _Points(NamedTuple):
    """Points along the leading axis: two words that make the key of each its own, and its traced values."""

    key_words: UInt32[np.ndarray, "points 2"]
    values: dict[str, np.ndarray]


def shards(sweeps: Mapping[str, Sweep]) -> tuple[Shard, ...]:
    """Return the shards of all tables, in order; the same for any number of devices.

    >>> def square(key, x):
    ...     return {"y": x**2}
    >>> squares = Sweep(square, {"y": Quantity("the square", "1")}, traced_grid={"x": (1.0, 2.0, 3.0)}, shard_size=2)
    >>> [shard.name for shard in shards({"squares": squares})]
    ['squares {} from 0', 'squares {} from 2']
    """
    found = []
    for table, sweep in sweeps.items():
        grid = list(itertools.product(*sweep.traced_grid.values()))
        for each in itertools.product(*sweep.static_grid.values()):
            for first in range(0, len(grid), sweep.shard_size):
                columns = zip(*grid[first : first + sweep.shard_size], strict=True)
                over = {name: np.array(column) for name, column in zip(sweep.traced_grid, columns, strict=False)}
                found.append(Shard(table, dict(zip(sweep.static_grid, each, strict=True)), over, first))
    return tuple(found)


def mesh() -> Mesh:
    """Return the mesh of all devices of all processes, along one axis."""
    return jax.make_mesh((jax.device_count(),), (POINTS,), axis_types=(AxisType.Auto,))


def compute(sweep: Sweep, shard: Shard, key: Key[Array, ""], over: Mesh | None = None) -> dict[str, np.ndarray]:
    """Return the quantities of one shard, points along the leading axis; see `compute_shards`, which compiles it.

    Args:
        sweep: The table's sweep.
        shard: The points.
        key: Randomness of the whole run.
        over: The devices; a mesh of all unless given.

    Raises:
        ValueError: The measure's names are not those of `sweep.quantities`.
    """
    ((_, values),) = compute_shards({shard.table: sweep}, [shard], key, over)
    return values


def compute_shards(
    sweeps: Mapping[str, Sweep], wanted: Sequence[Shard], key: Key[Array, ""], over: Mesh | None = None
) -> Generator[tuple[Shard, dict[str, np.ndarray]], None, None]:
    """Yield each shard with its quantities, points along the leading axis, in the order in which they are given.

    A point's key depends on the table's name and the point's own values, so that it draws the same whatever else is
    swept. A device takes its points one after the other (`batch_size` at a time), so that no number depends on how many
    devices there are. The shards of one combination of static values should follow each other: they share a program.
    The next programs are compiled beside the one that runs, on as many threads as there are cores; what goes wrong in
    one is raised when its first shard is due.

    Args:
        sweeps: The sweeps of all tables.
        wanted: The points.
        key: Randomness of the whole run.
        over: The devices; a mesh of all unless given.

    Raises:
        ValueError: A measure's names are not those of its sweep's `quantities`.

    >>> def square(key, x):
    ...     return {"y": x**2}
    >>> squares = Sweep(square, {"y": Quantity("the square", "1")}, traced_grid={"x": (1.0, 2.0, 3.0)}, shard_size=2)
    >>> found = compute_shards({"squares": squares}, shards({"squares": squares}), jax.random.key(0))
    >>> [(shard.first, values["y"].tolist()) for shard, values in found]
    [(0, [1.0, 4.0]), (2, [9.0])]
    """
    devices, seed = mesh() if over is None else over, np.asarray(jax.random.key_data(key))
    groups = [list(group) for _, group in itertools.groupby(wanted, _program)]
    compilers = min(len(groups), os.cpu_count() or 1, _COMPILERS)
    pool, ahead = ThreadPoolExecutor(max(compilers, 1)), deque()
    try:
        for group in [*groups, *[None] * compilers]:
            if group is not None:
                ahead.append((group, _compiled(pool, sweeps[group[0].table], group[0], seed, devices)))
            if group is None or len(ahead) > compilers:
                due, program = ahead.popleft()
                for shard in due:
                    yield shard, _run(program, sweeps[shard.table], shard, seed, devices)
    finally:
        pool.shutdown(wait=False, cancel_futures=True)  # what is being compiled ends by itself


def dataset(sweep: Sweep, table: str, values: Mapping[str, Mapping[str, np.ndarray]]) -> xarray.Dataset:
    """Return the labelled arrays of a table.

    Args:
        sweep: The table's sweep.
        table: Its name.
        values: The quantities of all its shards, by the shards' names.
    """
    import xarray  # here: it takes half a second to import

    parts = [values[shard.name] for shard in shards({table: sweep})]
    grid = {**sweep.static_grid, **sweep.traced_grid}
    sizes = tuple(len(v) for v in grid.values())
    arrays = {}
    for name, quantity in sweep.quantities.items():
        flat = np.concatenate([np.asarray(part[name]) for part in parts])
        attributes = {"long_name": quantity.meaning, "units": quantity.unit}
        arrays[name] = ((*grid, *quantity.axes), flat.reshape((*sizes, *flat.shape[1:])), attributes)
    return xarray.Dataset(arrays, {name: list(v) for name, v in {**grid, **sweep.axes}.items()})


def tables(sweeps: Mapping[str, Sweep], key: Key[Array, ""]) -> dict[str, xarray.Dataset]:
    """Return every table at once, without a store: what an experiment's `run` returns.

    >>> def square(key, x):
    ...     return {"y": x**2}
    >>> squares = Sweep(square, {"y": Quantity("the square", "1")}, traced_grid={"x": (1.0, 2.0, 3.0)})
    >>> tables({"squares": squares}, jax.random.key(0))["squares"].y.values.tolist()
    [1.0, 4.0, 9.0]
    """
    values = {shard.name: found for shard, found in compute_shards(sweeps, shards(sweeps), key)}
    return {table: dataset(sweep, table, values) for table, sweep in sweeps.items()}


def _blocks(sweep: Sweep) -> int:
    return math.ceil(math.prod(len(v) for v in sweep.traced_grid.values()) / sweep.shard_size)


def _points(shard: Shard) -> _Points:
    count = len(next(iter(shard.over.values()))) if shard.over else 1
    names = [{**shard.each, **{k: v[i].item() for k, v in shard.over.items()}} for i in range(count)]
    digests = [hashlib.sha256(f"{shard.table} {_described(point)}".encode()).digest()[:8] for point in names]
    words = np.frombuffer(b"".join(digests), ">u4").astype(np.uint32)
    return _Points(words.reshape(count, 2), shard.over)


def _described(point: Mapping[str, Any]) -> str:
    return repr(dict(sorted(point.items())))


def _padded(sweep: Sweep, shard: Shard, devices: Mesh) -> _Points:
    """Return the points of a shard, the last one repeated, so that all shards of a program have one size."""
    points, step = _points(shard), sweep.batch_size * devices.size
    count = len(points.key_words)
    size = math.ceil((sweep.shard_size if _blocks(sweep) > 1 else count) / step) * step
    return jax.tree.map(lambda x: np.concatenate([x, np.repeat(x[-1:], size - count, axis=0)]), points)


def _program(shard: Shard) -> tuple:
    """Return what shards of one program have in common: static values, and the types of traced ones."""
    return shard.table, shard.each, [(name, x.dtype) for name, x in shard.over.items()]


def _compiled(pool: ThreadPoolExecutor, sweep: Sweep, shard: Shard, seed: np.ndarray, devices: Mesh) -> Future:
    """Return the future program of a shard, with what its points have in common; it is traced here and now.

    Tracing is Python, of which one thread runs at a time, and compiling is not. An error waits in the future.
    """
    everywhere, split = PartitionSpec(), PartitionSpec(POINTS)
    by_device = jax.shard_map(
        partial(_measure_points, sweep, shard.each),
        mesh=devices,
        in_specs=(everywhere, everywhere, split),
        out_specs=split,
        check_vma=False,
    )
    measured = jax.jit(by_device, out_shardings=NamedSharding(devices, everywhere))
    try:
        shared = jax.tree.map(np.asarray, dict(sweep.shared_inputs(**shard.each)))
        traced = measured.lower(seed, shared, _padded(sweep, shard, devices))
    except Exception as error:  # whatever it is: raised when the shard is due, after those before it
        failed: Future = Future()
        failed.set_exception(error)
        return failed
    return pool.submit(lambda: (traced.compile(), shared))


def _run(program: Future, sweep: Sweep, shard: Shard, seed: np.ndarray, devices: Mesh) -> dict[str, np.ndarray]:
    measured, shared = program.result()
    found = measured(seed, shared, _padded(sweep, shard, devices))
    if set(found) != set(sweep.quantities):
        raise ValueError(f"the measure of {shard.table} gives {sorted(found)}: describe exactly these in quantities")
    return {name: np.asarray(x)[: len(_points(shard).key_words)] for name, x in found.items()}


def _measure_points(sweep, each, key_data, shared, points):
    one = partial(_measure_point, sweep, each, jax.random.wrap_key_data(key_data), shared)
    return lax.map(one, points, batch_size=sweep.batch_size if sweep.batch_size > 1 else None)


def _measure_point(sweep, each, key, shared, point):
    """Return the measure at one point, with a key that hangs on the point's words."""
    own, _ = lax.scan(lambda key, word: (jax.random.fold_in(key, word), None), key, point.key_words)
    return dict(sweep.measure(own, **each, **point.values, **shared))
