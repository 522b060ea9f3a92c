"""The page docs/performance.md with its figures, measured here and now.

Run: python tests/benchmarks/performance_page.py [--repeats N]. Page and figures are written when all is measured.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import cost_curves
import floors
import matplotlib as mpl
import numpy as np
import regressions
import speed
from cost_models import CURVES
from machine import machine_line, yardsticks
from matplotlib.ticker import NullFormatter

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.figures import Figure, Line, Panel, draw_figure, svg_text

DOCS = Path(__file__).parents[2] / "docs"
_STYLE: dict[Any, Any] = {
    "axes.grid": True, "axes.spines.right": False, "axes.spines.top": False, "axes.titlelocation": "left",
    "axes.titlesize": 10, "font.family": "sans-serif", "font.size": 9, "grid.alpha": 0.25, "legend.fontsize": 9,
    "legend.frameon": False, "svg.fonttype": "none", "svg.hashsalt": "performance",
}  # fmt: skip
_LONG = 1e5  # is named with a prefix
_PAGE = """# Performance

This page is made by `python tests/benchmarks/performance_page.py`, which measures everything anew, in float64. Other
machines take other times. `python tests/benchmarks/regressions.py` therefore compares ratios: it names what takes more
than {slower:g} times the ratio that is stored in `tests/benchmarks/ratios.json`.

## How far from the machine

A row has to read and write so many bytes, and to take so many logarithms or to multiply so often. Its floor is the
longest of these, at the rates of the simplest programs, which take turns with the row. *times* is the time here over
the floor; each column is a median over the turns, so that columns need not divide exactly. {rates}.
`python tests/benchmarks/floors.py` shows this table alone.

{floors}
({machine})

## Against what one writes by hand

{about}. The ratio is here over by hand, turn by turn.
`python tests/benchmarks/speed.py` shows this table alone.

{speed}
({machine})

## Cost as the work grows

The cost as stated says to which power of what grows the time and the memory go. The exponents beside it are fitted to
the upper half of the sizes, with intervals of 95 %; *(more)* marks one that is above what is stated. Memory is that of
the compiled program, arguments and results included, or the peak of the process above what it held before. Works of
Python and the sweep show the time of all processors together. `python tests/benchmarks/cost_curves.py` shows this table
alone, and with `--only NAME` a part of it.

{curves}
({machine})

In the figures points are medians of turns. Dashed lines have the exponent as stated, and go through the last point.

{figures}
"""


def _panel(found: cost_curves.Measured) -> Panel:
    x, y, curve = found.amounts, found.times[1], found.curve
    stated = y[-1] * (x / x[-1]) ** curve.time
    clock = "ms of all processors" if curve.by_processors else "ms"
    marks = Line(x, y, "measured", "points", 0), Line(x, stated, "as stated", "dashed", 1)
    low, high = np.log10([min(*y, *stated), max(*y, *stated)])
    decades = 10 ** np.floor(low), 10 ** np.ceil(high)
    return Panel(curve.name, curve.along, clock, marks, "log", "log", (float(decades[0]), float(decades[1])))


def figure_svg(part: str, every: Sequence[cost_curves.Measured]) -> str:
    """Return the figure of a part, a panel for each curve, as SVG whose texts are texts."""
    shown = [found for found in every if found.curve.part == part]
    with mpl.rc_context(_STYLE):
        drawn = draw_figure(Figure(tuple(map(_panel, shown)), f"Time of {part} as they grow", columns=2))
        for axes, found in zip(drawn.axes, shown, strict=False):  # places without a panel come last
            named = found.amounts[::-2]
            axes.set_xticks(named, [f"{x:,.0f}" if x < _LONG else floors.human(x) for x in named])
            axes.xaxis.set_minor_formatter(NullFormatter())
            axes.yaxis.set_minor_formatter(NullFormatter())
        return svg_text(drawn)


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
    parser.add_argument("--store", action="store_true", help="also store the ratios for `regressions.py`")
    given, sticks, rows, curves = parser.parse_args(), yardsticks(), [], []
    for row in speed.rows():
        rows.append(floors.measured(row, sticks, given.repeats))
        _say(floors.line(rows[-1]))
    for curve in CURVES:
        curves.append(cost_curves.measure(curve, max(2, given.repeats // 3)))
        _say(cost_curves.line(curves[-1]))
    (DOCS / "figures").mkdir(exist_ok=True)
    for part in parts():
        atomic_write_text(DOCS / "figures" / figure_file(part), figure_svg(part, curves))
    atomic_write_text(DOCS / "performance.md", page(rows, curves, given.repeats))
    if given.store:
        atomic_write_text(regressions.STORED, regressions.stored_text(regressions.all_ratios(rows, curves)))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
