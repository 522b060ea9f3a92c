"""Diagrams of pipelines drawn by matplotlib: shapes and tints by role, dashes for signals, weight for what enters."""

from __future__ import annotations

from typing import Any

from infoloop.diagrams import HEIGHT, Curve, Diagram, Place
from infoloop.figures import COLOURS, as_svg
from infoloop.folding import Link

INK, MUTED = "#1b1b1b", "#5a5a5a"
TINTS = {"task": "#FBE7BF", "judge": "#F3DBE9", "signal": "#D3E6F4", "noise": "#FFFFFF", "query": "#E6F4FC",
         "data": "#ECECEA", "state": "#CFEBE1"}  # fmt: skip
_LEFT, _FOOT, _EDGE = 0.75, 0.42, 0.05  # inches: names of the lanes, the legend, around all
_DASHES = (0, (4.2, 1.8))
_KINDS = {
    (False, False): "an edge",
    (True, False): "signal: into or out of it",
    (False, True): "task information may enter here",
    (True, True): "signal edge by which task information may enter",
}


def diagram_svg(diagram: Diagram, name: str = "graph") -> str:
    """The drawing as SVG whose labels are text: it can be searched, and has the reader's own letters for every script.

    The same bytes for the same diagram.
    """
    import matplotlib as mpl  # here: who audits without a page need not wait for it

    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "DejaVu Sans", "font.size": 9}):
        return as_svg(drawn(diagram))


def drawn(diagram: Diagram):
    """The diagram as matplotlib's figure, in inches of the diagram, with the style that is current."""
    from matplotlib.figure import Figure

    width, height = diagram.width + _LEFT + _EDGE, diagram.height + _FOOT + _EDGE
    figure = Figure(figsize=(width, height))
    axes = figure.add_axes((0, 0, 1, 1), xlim=(-_LEFT, diagram.width + _EDGE), ylim=(diagram.height + _FOOT, -_EDGE))
    axes.set_axis_off()
    _draw_frame(axes, diagram)
    for curve in sorted(diagram.curves, key=lambda curve: (curve.link.entering, curve.link.signal)):
        axes.add_patch(_arrow(curve))
    for place in diagram.places:
        _draw_node(axes, place)
    _draw_legend(figure, {(curve.link.signal, curve.link.entering) for curve in diagram.curves})
    return figure


def _draw_frame(axes, diagram: Diagram) -> None:
    for k, block in enumerate(diagram.blocks):
        if len(diagram.blocks) > 1:
            shade = "#F6F6F4" if k % 2 else "#FFFFFF"
            axes.axvspan(block.start, block.end, 0, 1, color=shade, lw=0, zorder=0, clip_on=True)
            axes.text((block.start + block.end) / 2, 0.13, block.caption, ha="center", va="center", color=MUTED, size=8)
    for lane in diagram.lanes:
        axes.text(-_LEFT + 0.05, (lane.start + lane.end) / 2, lane.caption, va="center", color=MUTED, size=9)


def _arrow(curve: Curve):
    from matplotlib.patches import FancyArrowPatch
    from matplotlib.path import Path

    codes = [Path.MOVETO] + [Path.CURVE4] * (len(curve.points) - 1)
    look = _look(curve.link)
    return FancyArrowPatch(path=Path(curve.points, codes), arrowstyle="-|>,head_length=4,head_width=1.8",
                           mutation_scale=1, joinstyle="miter", capstyle="butt", zorder=2, **look)  # fmt: skip


def _look(link: Link) -> dict[str, Any]:
    colour = COLOURS[1] if link.entering else COLOURS[0] if link.signal else "#6E6E6E"
    return {"color": colour, "linewidth": 2.2 if link.entering else 1.1, "linestyle": _DASHES if link.signal else "-"}


def _draw_node(axes, place: Place) -> None:
    if not place.vertex.folded:
        axes.add_patch(_shape(place))
    axes.text(place.x, place.y, place.label, ha="center", va="center", color=INK, size=9, zorder=4, parse_math=False)


def _shape(place: Place):
    from matplotlib.patches import Ellipse, FancyBboxPatch, Polygon

    role, w, h = place.vertex.role, place.width / 2, HEIGHT / 2
    look: dict[str, Any] = {"facecolor": TINTS[role], "edgecolor": INK, "zorder": 3}
    look |= {"linewidth": 1.6 if role == "state" else 0.8, "linestyle": ":" if role == "noise" else "-"}
    if role == "task":
        return Ellipse((place.x, place.y), 2 * w, 2 * h, **look)
    if role in ("state", "noise"):
        box = f"round,pad=0,rounding_size={0.08 if role == 'state' else h}"
        return FancyBboxPatch((place.x - w, place.y - h), 2 * w, 2 * h, boxstyle=box, **look)
    cut = 0.09
    corners = {
        "data": [(-w, -h), (w, -h), (w, h), (-w, h)],
        "query": [(cut - w, -h), (w, -h), (w - cut, h), (-w, h)],
        "signal": [(-w, 0), (cut - w, -h), (w - cut, -h), (w, 0), (w - cut, h), (cut - w, h)],
        "judge": [(-w, cut - h), (cut - w, -h), (w - cut, -h), (w, cut - h), (w, h - cut), (w - cut, h), (cut - w, h),
                  (-w, h - cut)],
    }[role]  # fmt: skip
    return Polygon([(place.x + x, place.y + y) for x, y in corners], **look)


def _draw_legend(figure, kinds: set[tuple[bool, bool]]) -> None:
    from matplotlib.lines import Line2D

    shown = [kind for kind in _KINDS if kind in kinds]
    lines = [Line2D([], [], **_look(Link("", "", *kind))) for kind in shown]
    figure.legend(lines, [_KINDS[kind] for kind in shown], loc="lower left", ncols=len(shown), frameon=False,
                  fontsize=8, handlelength=3.2, borderaxespad=0.2)  # fmt: skip
