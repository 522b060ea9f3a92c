"""Ratios to peers and yardsticks of the same process, beside those that are stored: what has become slower is told.

Run: python tests/benchmarks/regressions.py [--only NAME] [--repeats N] [--store]

A row of `speed.py` is compared with its peer, or with its floor where it has none; the largest work of a curve with a
yardstick. Slower is what takes above 1.3 times the stored ratio while the middle halves of the turns, now and then, lie
apart, and does so again when measured anew. Exit status 1 if anything is. With --store the file is written anew.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

import floors
from cost_curves import Measured, last_ratio
from cost_models import CURVES, Curve
from machine import machine, machine_line, yardsticks
from speed import Row, rows
from turns import Ratio, ratio, three_digits

from infoloop.reporting.atomic_files import atomic_write_text

STORED = Path(__file__).with_name("ratios.json")
SLOWER = 1.3
_FEWEST = 3  # turns that a ratio of a row hangs on
Measure = Callable[[], Ratio]


def row_ratio(found: floors.Measured) -> Ratio:
    """Return the ratio of a row to its peer, or to its floor."""
    alone = found.row.peer is None
    return ratio(found.turns[0], floors.floor_of(found.row.work).milliseconds(found.rate) if alone else found.turns[1])


def name_of(part: Row | Curve) -> str:
    """Return under which name a ratio is stored."""
    return f"curve: {part.name}" if isinstance(part, Curve) else f"speed: {part.work}"


def measures(repeats: int) -> dict[str, Measure]:
    """Return how each ratio is measured, by its name."""
    sticks, often = yardsticks(), [row for row in rows() if row.most_turns >= _FEWEST]
    of_rows = {name_of(row): lambda row=row: row_ratio(floors.measured(row, sticks, repeats)) for row in often}
    return of_rows | {name_of(curve): partial(last_ratio, curve, repeats) for curve in CURVES}


def all_ratios(found: Sequence[floors.Measured], curves: Sequence[Measured]) -> dict[str, Ratio]:
    """Return the ratios of rows and curves that are measured already."""
    often = [each for each in found if each.row.most_turns >= _FEWEST]
    of_rows = {name_of(each.row): row_ratio(each) for each in often}
    return of_rows | {name_of(each.curve): each.by_yardstick for each in curves}


def is_slower(now: Ratio, then: Ratio) -> bool:
    """Return whether a ratio is above what is stored by more than its spread."""
    return now.median > SLOWER * then.median and now.low > then.high


def judged(take: Measure, then: Ratio | None) -> tuple[Ratio, str]:
    """Return a ratio, measured once more if it seems slower, and what is said of it."""
    now = take()
    if then is None:
        return now, "not stored yet"
    if is_slower(now, then):
        now = min(now, take(), key=lambda found: found.median)
    return now, "SLOWER" if is_slower(now, then) else ""


def read_stored(path: Path = STORED) -> tuple[dict[str, str], dict[str, Ratio]]:
    """Return the machine and the ratios of the file; nothing where there is none."""
    if not path.exists():
        return {}, {}
    stored = json.loads(path.read_text())
    return stored["machine"], {name: Ratio(*found) for name, found in stored["ratios"].items()}


def stored_text(ratios: Mapping[str, Ratio]) -> str:
    """Return the text of the file, each ratio with the ends of its middle half, to four digits."""
    rounded = {name: [float(f"{part:.4g}") for part in found] for name, found in sorted(ratios.items())}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(found)}" for name, found in rounded.items())
    return f'{{\n  "machine": {json.dumps(machine())},\n  "ratios": {{\n{lines}\n  }}\n}}\n'


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="", metavar="NAME", help="what has this in its name")
    parser.add_argument("--repeats", type=int, default=15, help="turns")
    parser.add_argument("--store", action="store_true", help="write the file anew; with --only, these ratios of it")
    given = parser.parse_args()
    about, then = read_stored()
    every = measures(given.repeats)
    wanted = {name: take for name, take in every.items() if given.only in name}
    if not wanted:
        raise SystemExit(f"nothing has {given.only!r} in its name; there are: {'; '.join(every)}")
    write, found, slower = sys.stdout.write, {}, []
    write(f"now: {machine_line()}\nstored: {machine_line(about) if about else 'nothing'}\n\n")
    write("| ratio of | now | stored | times | |\n|---|---|---|---|---|\n")
    for name, take in wanted.items():
        found[name], said = (take(), "") if given.store else judged(take, then.get(name))
        slower += [name] if said == "SLOWER" else []
        write(f"{line(name, found[name], then.get(name), said)}\n")
        sys.stdout.flush()
    for name in sorted(then.keys() - every.keys()):
        write(f"{name} is stored and no longer measured: store anew\n")
    if given.store:
        kept = {name: old for name, old in then.items() if name in every.keys() - wanted.keys()}
        atomic_write_text(STORED, stored_text(kept | found))
    write(f"\n{len(slower)} of {len(found)} above {SLOWER} times what is stored\n")
    sys.exit(bool(slower))


def line(name: str, now: Ratio, then: Ratio | None, said: str) -> str:
    """Return a row of what is shown."""
    low, middle, high = map(three_digits, now)
    old = "{1} [{0}, {2}]".format(*map(three_digits, then)) if then else "-"
    times = f"{now.median / then.median:.2f}" if then else "-"
    return f"| {name} | {middle} [{low}, {high}] | {old} | {times} | {said} |"


if __name__ == "__main__":
    main()
