"""The page docs/performance.md with its figures, measured here and now. Run: python tests/benchmarks/performance_page.py

With --repeats N there are as many turns, or fewer for what takes long. A page and figures are written when all is done.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import cost_curves
import floors
import matplotlib as mpl
import regressions
import speed
from cost_models import CURVES
from machine import machine_line, yardsticks

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.figures import Figure, Line, Panel, draw_figure, svg_text

DOCS = Path(__file__).parents[2] / "docs"
_STYLE = {
    "axes.grid": True, "axes.spines.right": False, "axes.spines.top": False, "axes.titlelocation": "left",
    "axes.titlesize": 10, "font.family": "sans-serif", "font.size": 9, "grid.alpha": 0.25, "legend.fontsize": 9,
    "legend.frameon": False, "svg.fonttype": "none", "svg.hashsalt": "performance",
}  # fmt: skip
_PAGE = """# Performance

This page is made by `python tests/benchmarks/performance_page.py`, which measures everything anew. All numbers are float64.
Other machines give other times; `python tests/benchmarks/regressions.py` compares ratios instead, and names what takes more
than {slower:g} times its stored ratio (`tests/benchmarks/ratios.json`).

## How far from the machine

A row has to read and write so many bytes, and to take so many logarithms or to multiply so often. Its floor is the longest
of these at the rates of the simplest programs, which take turns with the row. *Times* is the time here over the floor.
{rates}. `python tests/benchmarks/floors.py` shows this table alone.

{floors}
({machine})

## Against what one writes by hand

{about}. The ratio is here over by hand, turn by turn. `python tests/benchmarks/speed.py` shows this table alone.

{speed}
({machine})

## Cost as the work grows

The cost as stated says to which power of what grows the time and the memory go. The exponents beside it are fitted to the
upper half of the sizes, with intervals of 95 %; *(more)* marks one that is above what is stated. Memory is that of the
compiled program, arguments and results included, or the peak of the process above what it held before. Works of Python
and the sweep show the time of all processors together. `python tests/benchmarks/cost_curves.py` shows this table alone,
with `--only NAME` a part of it.

{curves}
({machine})

In the figures the points are medians of turns, the dashed lines have the exponent as stated and go through the last point.

{figures}
"""


def figure_of(part: str, found: Sequence[cost_curves.Measured]) -> Figure:
    """Return the figure of a part: a panel for each curve."""
    return Figure(tuple(map(_panel, found)), f"Time of {part} as they grow", columns=2)


def _panel(found: cost_curves.Measured) -> Panel:
    x, y, curve = found.amounts, found.times[1], found.curve
    stated = y[-1] * (x / x[-1]) ** curve.time
    clock = "ms of all processors" if curve.by_processors else "ms"
    marks = Line(x, y, "measured", "points", 0), Line(x, stated, "as stated", "dashed", 1)
    return Panel(curve.name, curve.along, clock, marks, "log", "log")


def svg_of(figure: Figure) -> str:
    """Return a figure as SVG whose texts are texts."""
    with mpl.rc_context(_STYLE):
        return svg_text(draw_figure(figure))


def parts() -> tuple[str, ...]:
    """Return the parts of the curves, a figure each."""
    return tuple(dict.fromkeys(curve.part for curve in CURVES))


def figure_file(part: str) -> str:
    """Return the name of a part's file."""
    return f"cost of {part}.svg".replace(",", "").replace(" ", "_")


def page(rows: Sequence[floors.Measured], curves: Sequence[cost_curves.Measured], repeats: int) -> str:
    """Return the text of the page."""
    by_hand = "".join(speed.line(found.row, found.turns) + "\n" for found in rows)
    shown = (f"![Time of {part} as they grow](figures/{figure_file(part)})\n\n({machine_line()})" for part in parts())
    return _PAGE.format(
        slower=regressions.SLOWER,
        rates=floors.rates_line(rows),
        floors=floors.HEAD + "".join(floors.line(found) + "\n" for found in rows),
        about=speed.about(repeats),
        speed=speed.HEAD + by_hand,
        curves=cost_curves.HEAD + "".join(cost_curves.line(found) + "\n" for found in curves),
        figures="\n\n".join(shown),
        machine=machine_line(),
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=15, help="turns of a row; a third of them for a curve")
    repeats, sticks, rows, curves = parser.parse_args().repeats, yardsticks(), [], []
    for row in speed.rows():
        rows.append(floors.measured(row, sticks, repeats))
        _say(floors.line(rows[-1]))
    for curve in CURVES:
        curves.append(cost_curves.measure(curve, max(2, repeats // 3)))
        _say(cost_curves.line(curves[-1]))
    (DOCS / "figures").mkdir(exist_ok=True)
    for part in parts():
        drawn = svg_of(figure_of(part, [found for found in curves if found.curve.part == part]))
        atomic_write_text(DOCS / "figures" / figure_file(part), drawn)
    atomic_write_text(DOCS / "performance.md", page(rows, curves, repeats))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
