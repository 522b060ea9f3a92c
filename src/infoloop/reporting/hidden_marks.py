"""What would be hidden in a drawn panel shows through: a line under another one in dashes, a point as a ring."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

_STEP = 2.0  # points between the places at which a line is compared with another one
_MOST_PLACES = 20_000  # of a line: a longer one, noise, is not compared
_STRIPE = 4.0  # points of a line that is seen before the next one's turn
_LEAST = 4 * _STRIPE  # points for which a line has to be hidden: a crossing is none
_RING = 3.0  # points by which a ring is wider than the point or the ring inside


class _Drawn(NamedTuple):
    """A line as it is drawn: its corners, and places along it, in points of the paper."""

    line: Any
    corners: np.ndarray
    places: np.ndarray


def show_hidden_marks(axis: Any) -> None:
    """Let each line that lies under others, and each point, show through.

    A line is hidden where its middle is nearer than half its width to the middle of a later one that leaves no gap.
    There its colour is drawn over the others in dashes, one after the other where several are hidden.

    Args:
        axis: drawn axes of matplotlib, laid out; their limits stay as they are.
    """
    axis.set_autoscale_on(False)
    drawn = [_as_drawn(axis, line) for line in axis.lines if np.size(line.get_xdata()) > 0]
    lines = [one for one in drawn if _is_line(one.line) and 1 < len(one.places) <= _MOST_PLACES]
    stripes = [stripe for k, one in enumerate(lines) for stripe in _stripes(axis, one, lines, k)]
    rings = _rings(axis, [one for one in drawn if one.line.get_marker() == "o"])
    for added in (*stripes, *rings):
        axis.add_line(added)


def _is_line(line: Any) -> bool:
    return line.get_linestyle() not in ("None", "none", "", " ")


def _as_drawn(axis: Any, line: Any) -> _Drawn:
    with np.errstate(all="ignore"):  # what a scale has no place for is not seen
        corners = line.get_transform().transform(np.asarray(line.get_xydata(), float)) * 72 / axis.figure.dpi
    box = axis.get_window_extent()
    edges = np.array([[box.x0, box.y0], [box.x1, box.y1]]) * 72 / axis.figure.dpi
    finite = corners[np.isfinite(corners).all(axis=1)]
    near = np.clip(finite, edges[0] - _STEP, edges[1] + _STEP)  # what is far outside needs no places
    if not _is_line(line) or len(near) < 2:
        return _Drawn(line, corners, near)
    steps = np.hypot(*np.diff(near, axis=0).T)
    along = np.append(0.0, np.cumsum(steps))
    count = int(along[-1] / _STEP) + 2
    if count > _MOST_PLACES:
        return _Drawn(line, near, np.zeros((count, 2)))
    at = np.linspace(0.0, along[-1], count)
    places = np.column_stack([np.interp(at, along, near[:, k]) for k in range(2)])
    inside = ((edges[0] - 1 <= places) & (places <= edges[1] + 1)).all(axis=1)
    return _Drawn(line, near, np.where(inside[:, None], places, np.nan))


def _stripes(axis: Any, one: _Drawn, lines: list[_Drawn], k: int) -> list[Any]:
    """Return the dashes of one line over the later ones that hide it."""
    from matplotlib.lines import Line2D

    near = 0.5 * one.line.get_linewidth()
    covered = [_lies_on(one, other, near) for other in lines[k + 1 :] if _leaves_no_gap(other, one)]
    hidden = np.any(covered, axis=0) if covered else np.zeros(len(one.places), bool)
    below = [_lies_on(one, other, near) for other in lines[:k]]
    found = []
    for start, end in _runs(hidden):
        under = sum(bool(mask[start:end].mean() > 0.5) for mask in below)  # lines that take their turn first
        over = sum(bool(mask[start:end].mean() > 0.5) for mask in covered)
        at = axis.transData.inverted().transform(one.places[start:end] * axis.figure.dpi / 72)
        width = one.line.get_linewidth()
        rest = _STRIPE * (under + over) / width
        dashes = (rest + _STRIPE * (1 - under) / width, (_STRIPE / width, rest))
        look: dict[str, Any] = {"color": one.line.get_color(), "lw": width, "zorder": 2.5, "dash_capstyle": "butt"}
        found.append(Line2D(*at.T, linestyle=dashes, gid="hidden", **look))
    return found


def _leaves_no_gap(upper: _Drawn, lower: _Drawn) -> bool:
    """Return whether a line hides another one that it lies on: it is solid, or has the same gaps at the same places."""
    style = upper.line._unscaled_dash_pattern  # the public getter has no word for a pattern of one's own
    return upper.line.is_dashed() is False or style == lower.line._unscaled_dash_pattern


def _lies_on(one: _Drawn, other: _Drawn, near: float) -> np.ndarray:
    """Return at which places one line is no further than `near` from the other."""
    from scipy.spatial import KDTree

    found = np.isfinite(other.places).all(axis=1)
    asked = np.isfinite(one.places).all(axis=1)
    lies = np.zeros(len(one.places), bool)
    if not found.any() or not asked.any():
        return lies
    tree = KDTree(other.places[found])
    _, index = tree.query(one.places[asked])
    index = np.flatnonzero(found)[index]
    lies[asked] = _distance(one.places[asked], other.places, index) <= near
    return lies


def _distance(points: np.ndarray, path: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Return how far points are from the two pieces of a path that meet at its places of these numbers."""
    least = np.full(len(points), np.inf)
    for ends in (np.maximum(index - 1, 0), np.minimum(index + 1, len(path) - 1)):
        a, b = path[index], np.where(np.isfinite(path[ends]), path[ends], path[index])
        length = np.sum((b - a) ** 2, axis=1)
        share = np.clip(np.sum((points - a) * (b - a), axis=1) / np.where(length > 0, length, 1.0), 0.0, 1.0)
        least = np.minimum(least, np.hypot(*(points - a - share[:, None] * (b - a)).T))
    return least


def _runs(hidden: np.ndarray) -> list[tuple[int, int]]:
    """Return where a line is hidden without a break, for as long as is worth a mark."""
    ends = np.flatnonzero(np.diff(np.concatenate([[False], hidden, [False]]).astype(int)))
    return [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if (b - a) * _STEP >= _LEAST]


def _rings(axis: Any, marks: list[_Drawn]) -> list[Any]:
    """Return rings around the points under which others lie, in the colours of these."""
    from matplotlib.lines import Line2D

    found = []
    for k, one in enumerate(marks):
        later = [other.places for other in marks[k + 1 :] if len(other.places)]
        if not later or not len(one.places) or len(one.places) > _MOST_PLACES:
            continue
        over = np.array([_same_place(one.places, other) for other in later]).sum(axis=0)
        for many in np.unique(over[over > 0]):
            at = axis.transData.inverted().transform(one.places[over == many] * axis.figure.dpi / 72)
            look: dict[str, Any] = {
                "mec": one.line.get_color(),
                "mfc": "none",
                "ms": one.line.get_markersize() + _RING * many,
            }
            found.append(Line2D(*at.T, linestyle="none", marker="o", gid="hidden", zorder=1.9, **look))
    return found


def _same_place(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    from scipy.spatial import KDTree

    return KDTree(others).query(points)[0] <= 1.0  # a point of the paper: less than half a mark
