"""Diagrams of pipelines drawn by matplotlib: shapes and tints by role, dashes for signals, weight for what enters."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING, Any

from infoloop.pipelines.drawing.collapsed_rounds import DrawnEdge
from infoloop.pipelines.drawing.geometry import HEIGHT, Diagram, EdgePath, PlacedNode
from infoloop.pipelines.drawing.node_texts import describe_nodes
from infoloop.reporting.figures import COLOURS, svg_text
from infoloop.reporting.hover_values import add_hover_texts

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, MUTED = "#1b1b1b", "#5a5a5a"
TINTS = {"task": "#FBE7BF", "judge": "#F3DBE9", "signal": "#D3E6F4", "noise": "#FFFFFF", "query": "#E6F4FC",
         "data": "#ECECEA", "state": "#CFEBE1"}  # fmt: skip
_LEFT, _EDGE = 0.75, 0.05  # inches: for the names of the lanes, and around all
_LINE, _SAMPLE, _CHARACTER = 0.2, 0.65, 0.065  # inches: the height of a line of the legend, its sample, a character
_DASHES = (0, (4.2, 1.8))
_KINDS = {
    (False, False): "an edge",
    (True, False): "signal: into or out of it",
    (False, True): "task information may enter here",
    (True, True): "signal edge by which task information may enter",
}


def diagram_svg(diagram: Diagram, name: str = "graph") -> str:
    """Return the drawing as SVG, the same bytes for the same diagram.

    Its labels are text: they can be searched, and have the reader's own letters for every script. A page tells more of
    a node where a reader points at it.
    """
    import matplotlib as mpl  # here: who audits without a page need not wait for it

    style: dict[Any, Any] = {"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "DejaVu Sans", "font.size": 9}
    with mpl.rc_context(style), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph .* missing")  # the reader's browser has letters of its own
        drawn = render(diagram)
        places = [(place.x, place.y) for place in diagram.places]
        return add_hover_texts(svg_text(drawn), drawn.axes[0], places, describe_nodes(diagram))


def render(diagram: Diagram) -> Figure:
    """Return the diagram as matplotlib's figure, in inches of the diagram, with the style that is current."""
    from matplotlib.figure import Figure

    kinds = [kind for kind in _KINDS if any(kind == (c.link.signal, c.link.entering) for c in diagram.curves)]
    lengths = [_SAMPLE + _CHARACTER * len(_KINDS[kind]) for kind in kinds]
    right = max([diagram.width + _EDGE, *(length - _LEFT for length in lengths)])
    columns = len(kinds) if sum(lengths) <= right + _LEFT else 1
    bottom = diagram.height + _EDGE + _LINE * (len(kinds) if columns == 1 else 1)
    figure = Figure(figsize=(_LEFT + right, bottom + _EDGE))
    figure.set_layout_engine("none")  # places are the diagram's, whatever style the process has
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-_LEFT, right), ylim=(bottom, -_EDGE))
    axes.set_axis_off()
    _draw_frame(axes, diagram)
    for curve in sorted(diagram.curves, key=lambda curve: (curve.link.entering, curve.link.signal)):
        axes.add_patch(_arrow(curve))
    for place in diagram.places:
        _draw_node(axes, place)
    _draw_legend(figure, kinds, columns)
    return figure


def _draw_frame(axes: Axes, diagram: Diagram) -> None:
    for k, block in enumerate(diagram.blocks):
        if len(diagram.blocks) > 1:
            shade = "#F6F6F4" if k % 2 else "#FFFFFF"
            axes.fill_between([block.start, block.end], 0, diagram.height, color=shade, lw=0, zorder=0)
            axes.text((block.start + block.end) / 2, 0.13, block.caption, ha="center", va="center", color=MUTED, size=8)
    for lane in diagram.lanes:
        axes.text(-_LEFT + 0.05, (lane.start + lane.end) / 2, lane.caption, va="center", color=MUTED, size=9)


def _arrow(curve: EdgePath):
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO] + [Path.CURVE4] * (len(curve.points) - 1)
    look = _look(curve.link)
    return FancyArrowPatch(path=Path(curve.points, codes), arrowstyle="-|>,head_length=4,head_width=1.8",
                           mutation_scale=1, joinstyle="miter", capstyle="butt", zorder=2, **look)  # fmt: skip


def _look(link: DrawnEdge) -> dict[str, Any]:
    colour = COLOURS[1] if link.entering else COLOURS[0] if link.signal else "#6E6E6E"
    return {"color": colour, "linewidth": 2.2 if link.entering else 1.1, "linestyle": _DASHES if link.signal else "-"}


def _draw_node(axes: Axes, place: PlacedNode) -> None:
    if not place.vertex.folded:
        axes.add_patch(_shape(place))
    axes.text(place.x, place.y, place.label, ha="center", va="center", color=INK, size=9, zorder=4, parse_math=False)


def _shape(place: PlacedNode):
    from matplotlib.patches import Ellipse, FancyBboxPatch, Polygon

    role, w, h = place.vertex.role, place.width / 2, HEIGHT / 2
    look: dict[str, Any] = {"facecolor": TINTS[role], "edgecolor": INK, "zorder": 3}
    look |= {"linewidth": 1.6 if role == "state" else 0.8, "linestyle": ":" if role == "noise" else "-"}
    if role == "task":
        return Ellipse((place.x, place.y), 2 * w, 2 * h, **look)
    if role in ("state", "noise"):
        box = f"round,pad=0,rounding_size={0.08 if role == 'state' else h}"
        return FancyBboxPatch((place.x - w, place.y - h), 2 * w, 2 * h, boxstyle=box, **look)
    cut = 0.07
    corners = {
        "data": [(-w, -h), (w, -h), (w, h), (-w, h)],
        "query": [(cut - w, -h), (w, -h), (w - cut, h), (-w, h)],
        "signal": [(-w, 0), (cut - w, -h), (w - cut, -h), (w, 0), (w - cut, h), (cut - w, h)],
        "judge": [(-w, cut - h), (cut - w, -h), (w - cut, -h), (w, cut - h), (w, h - cut), (w - cut, h), (cut - w, h),
                  (-w, h - cut)],
    }[role]  # fmt: skip
    return Polygon([(place.x + x, place.y + y) for x, y in corners], **look)


def _draw_legend(figure: Figure, kinds: list[tuple[bool, bool]], columns: int) -> None:
    from matplotlib.lines import Line2D

    if kinds:
        lines = [Line2D([], [], **_look(DrawnEdge("", "", *kind))) for kind in kinds]
        figure.legend(lines, [_KINDS[kind] for kind in kinds], loc="lower left", ncols=columns, frameon=False,
                      fontsize=8, handlelength=3.2, borderaxespad=0.1, borderpad=0.2)  # fmt: skip
