"""Time and memory as the work grows, with the exponents that fit, beside those of the stated cost model.

Run: python tests/benchmarks/cost_curves.py [--only NAME] [--repeats N]. A curve has a process of its own, in which its
sizes take turns. Time is the median of turns after a first one: by the clock, but that of all processors together where
the work is Python or is shared out over devices, since others may use the machine meanwhile. Memory is that of the
compiled program, or the peak of the process above what it held before. An exponent is the slope of least squares of
logarithms over the upper half of the sizes, with Student's interval of 95 %.
"""

import argparse
import ctypes
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from cost_models import CURVES, Curve, fitted_part
from machine import machine_line, yardsticks
from scipy import stats
from turns import Ratio, ratio, take_turns, three_digits

_SECONDS = 6.0  # a curve's turns, about
_CONFIDENCE = 0.95
_SEEN = 2**20  # bytes: a process takes and frees some hundred kilobytes for itself
_MORE = 0.1  # of an exponent, beyond its interval, is told


class Fit(NamedTuple):
    """An exponent with the ends of its interval."""

    low: float
    exponent: float
    high: float


class Measured(NamedTuple):
    """A curve with its amounts, milliseconds (the middle half of the turns), bytes, and the last time by a yardstick.

    Bytes of a work that is no one program are those of whole pages, so that few of them tell nothing.
    """

    curve: Curve
    amounts: np.ndarray
    times: np.ndarray
    bytes: np.ndarray
    exact: bool
    by_yardstick: Ratio

    @property
    def time_fit(self) -> Fit:
        return fit(self.amounts, self.times[1])

    @property
    def memory_fit(self) -> Fit | None:
        """None where the memory of fewer than three sizes can be seen beside that of the process."""
        seen = np.full(len(self.bytes), True) if self.exact else self.bytes > _SEEN
        return fit(self.amounts[seen], self.bytes[seen]) if seen.sum() > 2 else None


def fit(amounts: np.ndarray, values: np.ndarray) -> Fit:
    """Return the exponent of the upper part."""
    part = fitted_part(len(amounts))
    if np.ptp(values[part]) == 0:
        return Fit(0.0, 0.0, 0.0)
    line = stats.linregress(np.log(amounts[part]), np.log(values[part]))
    reach = stats.t.ppf((1 + _CONFIDENCE) / 2, len(amounts[part]) - 2) * line.stderr
    return Fit(line.slope - reach, line.slope, line.slope + reach)


def peak_bytes(work: Any) -> int:
    """Return by how much the resident memory rose at most while the work ran; 0 where the system does not tell."""
    status, reset = Path("/proc/self/status"), Path("/proc/self/clear_refs")
    if not reset.exists():
        return 0
    ctypes.CDLL(None).malloc_trim(0)  # what was freed before may not hide what is taken now
    reset.write_text("5")
    held = _kilobytes(status, "VmRSS")
    work()
    return 1024 * max(_kilobytes(status, "VmHWM") - held, 0)


def _kilobytes(status: Path, field: str) -> int:
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith(field))


def follow(curve: Curve, sizes: Sequence[int], repeats: int) -> dict[str, Any]:
    """Measure some sizes of a curve in this process, as JSON."""
    works = [curve.work(size) for size in sizes]
    every = (*(work.run for work in works), yardsticks()[curve.yardstick].work)
    clock = time.process_time if curve.by_processors else time.perf_counter
    turns = take_turns(every, 1, clock)
    more = min(repeats, int(1e3 * _SECONDS / turns.sum()))
    turns = take_turns(every, more, clock) if more > 1 else turns
    return {
        "times": np.quantile(turns[:-1], (0.25, 0.5, 0.75), axis=1).tolist(),
        "bytes": [work.bytes or peak_bytes(work.run) for work in works],
        "exact": works[-1].bytes is not None,
        "by_yardstick": ratio(turns[-2], turns[-1]),
    }


def _apart(curve: Curve, repeats: int, *options: str) -> dict[str, Any]:
    """Measure a curve in a process of its own."""
    command = [sys.executable, __file__, "--child", "--only", curve.name, "--repeats", str(repeats), *options]
    flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={curve.devices}"
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=os.environ | {"XLA_FLAGS": flags})
    return json.loads(done.stdout)


def measure(curve: Curve, repeats: int) -> Measured:
    """Measure a whole curve."""
    found, amounts = _apart(curve, repeats), np.array([curve.amount(size) for size in curve.sizes])
    times, sizes, by_yardstick = np.array(found["times"]), np.array(found["bytes"]), Ratio(*found["by_yardstick"])
    return Measured(curve, amounts, times, sizes, found["exact"], by_yardstick)


def last_ratio(curve: Curve, repeats: int) -> Ratio:
    """Return how many times as long as its yardstick the largest work takes."""
    return Ratio(*_apart(curve, repeats, "--last")["by_yardstick"])


COLUMNS = (
    "curve", "grows", "cost as stated", "time, stated", "fitted", "memory, stated", "fitted", "up to", "time", "memory",
)  # fmt: skip
HEAD = f"| {' | '.join(COLUMNS)} |\n" + "|---" * len(COLUMNS) + "|\n"


def line(found: Measured) -> str:
    """Return the row of the table."""
    curve, memory, last = found.curve, found.memory_fit, found.amounts[-1]
    seen = found.exact or found.bytes[-1] > _SEEN
    cells = (
        curve.name, curve.along, curve.model,
        f"{curve.time:g}", _shown(found.time_fit, curve.time),
        f"{curve.memory:g}", "not seen" if memory is None else _shown(memory, curve.memory),
        f"{last:,.0f}",
        f"{three_digits(found.times[1, -1])} ms", f"{three_digits(found.bytes[-1] / 2**20)} MiB" if seen else "< 1 MiB",
    )  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _shown(fit: Fit, stated: float) -> str:
    text = f"{fit.exponent:.2f} [{fit.low:.2f}, {fit.high:.2f}]"
    return f"{text} (more)" if fit.low > stated + _MORE else text


def chosen(only: str | None) -> Sequence[Curve]:
    """Return the curves whose name has the text, or all; end with the names where there is none."""
    found = [curve for curve in CURVES if only is None or only == curve.name]
    found = found or [curve for curve in CURVES if only is not None and only in curve.name]
    if not found:
        raise SystemExit(f"no curve has {only!r} in its name; there are: {'; '.join(curve.name for curve in CURVES)}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", metavar="NAME", help="curves whose name has this in it")
    parser.add_argument("--repeats", type=int, default=5, help="turns, at most; fewer for what takes long")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--last", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    curves = chosen(given.only)
    if given.child:
        sizes = curves[0].sizes[-1:] if given.last else curves[0].sizes
        sys.stdout.write(json.dumps(follow(curves[0], sizes, given.repeats)))
        return
    start = time.perf_counter()
    sys.stdout.write(HEAD)
    for curve in curves:
        sys.stdout.write(line(measure(curve, given.repeats)) + "\n")
        sys.stdout.flush()
    sys.stdout.write(f"\n({machine_line()}; {time.perf_counter() - start:.0f} s in all)\n")


if __name__ == "__main__":
    main()
