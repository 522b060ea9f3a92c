"""Where the time of a verification goes: parts of the work, and what JAX tells of its compiling."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Generator
from typing import Any, NamedTuple

import jax

PARTS = {
    "trace": "JAX traces the sides of a claim",
    "lower": "JAX writes what it traced as a program",
    "compile": "XLA compiles the program",
    "load": "a program that was kept is read",
    "floats": "random cases are drawn, evaluated and attacked",
    "exact": "exact cases and their sides are made of rational numbers",
    "balls": "exact sides are compared by ball arithmetic or factoring",
    "proofs": "machine proofs, and counterexamples of neighbours",
    "rest": "all else",
}
_OF_JAX = {
    "/jax/core/compile/jaxpr_trace_duration": "trace",
    "/jax/core/compile/jaxpr_to_mlir_module_duration": "lower",
    "/jax/core/compile/backend_compile_duration": "compile",
    "/jax/compilation_cache/cache_retrieval_time_sec": "load",
}


class SpentTime(NamedTuple):
    """What a piece of work took.

    `seconds` on the clock are by part (`PARTS`), `cpu` are those of all processors. `programs` counts the programs that
    were compiled or loaded, `loaded` those that were not compiled.
    """

    seconds: dict[str, float]
    cpu: float
    programs: int
    loaded: int

    def row(self) -> dict[str, Any]:
        """Return it as JSON."""
        return self._asdict()


class Stopwatch:
    """Seconds by part, of the work of one thread; a part inside another one is taken out of that one."""

    def __init__(self) -> None:
        self._began, self._cpu = time.perf_counter(), time.process_time()
        self._seconds = dict.fromkeys(PARTS, 0.0)
        self._counts: Counter[str] = Counter()
        self._over: list[tuple[float, float]] = []

    def add(self, name: str, began: float, ended: float) -> None:
        """Count a part that has just ended, after those that ended inside it."""
        inner = 0.0
        while self._over and sum(self._over[-1]) > 2 * began:  # its middle: JAX reads another clock
            start, end = self._over.pop()
            inner += end - start
        self._over.append((began, ended))
        self._seconds[name] += ended - began - inner
        self._counts[name] += 1

    def hear(self, event: str, duration_secs: float, **_: str | int) -> None:
        """Count what JAX tells of."""
        if event in _OF_JAX:
            now = time.perf_counter()
            self.add(_OF_JAX[event], now - duration_secs, now)
            self._counts["in vain"] += _OF_JAX[event] == "load"  # it tells of compiling then too

    def spent(self) -> SpentTime:
        """Return what was spent since it was made."""
        seconds = self._seconds | {"rest": time.perf_counter() - self._began - sum(self._seconds.values())}
        programs = self._counts["compile"] - self._counts["in vain"] + self._counts["load"]
        return SpentTime(seconds, time.process_time() - self._cpu, programs, self._counts["load"])


_watches: list[Stopwatch] = []  # the one that runs, if any


@contextlib.contextmanager
def watched() -> Generator[Stopwatch]:
    """Have a new stopwatch run through the `with` block, in which one thread alone does the work.

    >>> with watched() as watch, part("proofs"):
    ...     pass
    >>> watch.spent().seconds["trace"]
    0.0
    """
    watch = Stopwatch()
    _watches.append(watch)
    jax.monitoring.register_event_duration_secs_listener(watch.hear)
    try:
        yield watch
    finally:
        jax.monitoring.unregister_event_duration_listener(watch.hear)
        _watches.remove(watch)


@contextlib.contextmanager
def part(name: str) -> Generator[None]:
    """Count the `with` block as this part of the work; nothing is counted unless a stopwatch runs.

    >>> with part("proofs"):
    ...     pass
    """
    if not _watches:
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        _watches[-1].add(name, began, time.perf_counter())
