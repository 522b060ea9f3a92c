"""The texts of a drawn figure: legends below their panels, and lines that break where they have no room."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from matplotlib.figure import Figure as Drawing

_SAMPLE = 37  # points: the sample of a line in a legend, with its margins
_BESIDE = 50  # points: names and numbers of y beside axes
_NEAR = 0.85  # of the size of axes: what is left of it at least when they are moved to a common edge
_LEADING = 1.45  # the height of a line of a legend over that of its letters


class Sizes(NamedTuple):
    """How wide a panel is, in inches, and how many stand side by side."""

    wide: float
    columns: int

    def legend_columns(self, labels: list[str], panels: int = 1) -> int:
        """Return how many labels stand side by side below so many panels: two each, or fewer where they are long."""
        longest = max(text_width(label, size_of("legend.fontsize")) for label in labels)
        fit = 72 * self.wide * panels / (_SAMPLE + longest)
        return max(1, min(2 * panels, len(labels), int(fit)))

    def legend_height(self, labels: list[str]) -> float:
        """Return the height of a legend below one panel in inches."""
        if not labels:
            return 0.0
        shown = [break_lines(label, 72 * self.wide - _SAMPLE, size_of("legend.fontsize")) for label in labels]
        lines = -(-sum(1 + label.count("\n") for label in shown) // self.legend_columns(shown))
        return lines * _LEADING * size_of("legend.fontsize") / 72


def size_of(key: Literal["axes.labelsize", "axes.titlesize", "legend.fontsize", "ytick.labelsize"]) -> float:
    """Return the size of the letters of `key`, as `ytick.labelsize`, in points; `medium` is one, too."""
    import matplotlib as mpl
    from matplotlib.font_manager import FontProperties

    return float(FontProperties(size=mpl.rcParams[key]).get_size_in_points())


def text_width(text: str, size: float) -> float:
    """Return the width of a text in points, in the font that is current; formulas stand between dollars."""
    import matplotlib as mpl
    from matplotlib.cbook import is_math_text
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    font = FontProperties(family=mpl.rcParams["font.family"], size=size)
    widths = []
    for line in text.split("\n"):
        plain = line if is_math_text(line) else line.replace(r"\$", "$")
        widths.append(text_to_path.get_text_width_height_descent(plain, font, ismath=is_math_text(line))[0])
    return float(max(widths))


def break_lines(text: str, room: float, size: float) -> str:
    """Return a text in as few lines as fit into so many points; a formula or a word is not broken."""
    if text_width(text, size) <= room:
        return text
    lines: list[str] = []
    for word in _words(text):
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer, size) <= room:
            lines[-1] = longer
        else:
            lines.append(word)
    return "\n".join(lines)


def _words(text: str) -> list[str]:
    """Return the words of a text; a formula with its blanks is one."""
    words: list[str] = []
    for word in text.split(" "):
        if words and words[-1].replace(r"\$", "").count("$") % 2:
            words[-1] += f" {word}"
        else:
            words.append(word)
    return words


def explain_marks(canvas: Drawing, axes: Sequence[Any], sizes: Sizes) -> None:
    """Add legends below the axes, where they cover no data: one for all panels if these have the same marks."""
    legends = [axis.get_legend_handles_labels() for axis in axes]
    if all(labels == legends[0][1] for _, labels in legends):
        _explain(canvas, *legends[0], sizes, sizes.columns)
        return
    for axis, (handles, labels) in zip(axes, legends, strict=True):
        _explain(axis.figure, handles, labels, sizes, 1)


def _explain(cell: Any, handles: list[Any], labels: list[str], sizes: Sizes, panels: int) -> None:
    """Add one legend below a part of the figure that is so many panels wide."""
    if labels:
        size = size_of("legend.fontsize")
        shown = [break_lines(label, 72 * sizes.wide * panels - _SAMPLE, size) for label in labels]
        cell.legend(handles, shown, loc="outside lower center", ncols=sizes.legend_columns(shown, panels))


def fix_layout(canvas: Drawing, axes: Sequence[Any], columns: int) -> None:
    """Lay the figure out, for good, with titles and names of axes in lines no longer than the axes they belong to."""
    layout: Any = canvas.get_layout_engine()
    layout.execute(canvas)
    for _ in range(3):  # broken names leave the axes less room
        broken = [_fit(canvas, axis) for axis in axes]
        if not any(broken):
            break
        layout.execute(canvas)
    canvas.set_layout_engine("none")
    _align(axes, columns)


def _align(axes: Sequence[Any], columns: int) -> None:
    """Give the panels of a row the same edges above and below, those of a column the same on the left, where near."""
    for k in range(columns):
        column = axes[k::columns]
        edge = max(axis.get_position().x0 for axis in column)
        for axis in column:
            box = axis.get_position()
            if box.x1 - edge > _NEAR * box.width:
                _move(axis, edge, box.y0, box.x1, box.y1)
    for k in range(0, len(axes), columns):
        row = axes[k : k + columns]
        low, high = max(axis.get_position().y0 for axis in row), min(axis.get_position().y1 for axis in row)
        for axis in row:
            box = axis.get_position()
            if high - low > _NEAR * box.height:
                _move(axis, box.x0, low, box.x1, high)


def _move(axis: Any, x0: float, y0: float, x1: float, y1: float) -> None:
    """Move a pair of axes to the edges of a smaller box, with the bar beside it."""
    for beside in axis.figure.axes:
        if beside is not axis:
            box = beside.get_position()
            beside.set_position((box.x0, y0, box.width, y1 - y0))
    axis.set_position((x0, y0, x1 - x0, y1 - y0))


def _fit(canvas: Drawing, axis: Any) -> bool:
    """Break the texts of one pair of axes; return whether any was too long."""
    box, broken = axis.get_window_extent(), False
    wide, high = box.width * 72 / canvas.dpi, box.height * 72 / canvas.dpi
    for text, room in ((axis._left_title, wide), (axis.xaxis.label, wide), (axis.yaxis.label, high)):
        flat = text.get_text().replace("\n", " ")
        shown = break_lines(flat, room, text.get_fontsize())
        broken |= shown != text.get_text()
        text.set_text(shown)
    return _thin_out(axis.xaxis) | _thin_out(axis.yaxis) | broken


def _thin_out(axis: Any) -> bool:
    """Leave numbers out between the main ones of a logarithmic axis where they lie on each other; return whether so."""
    from matplotlib.ticker import NullFormatter

    labels = [tick.label1 for tick in axis._update_ticks() if tick.label1.get_visible() and tick.label1.get_text()]
    boxes = sorted((label.get_window_extent() for label in labels), key=lambda box: (box.x0, box.y0))
    crowded = any(one.overlaps(other) for one, other in itertools.pairwise(boxes))
    if not crowded or axis.get_scale() == "linear" or isinstance(axis.get_minor_formatter(), NullFormatter):
        return False
    axis.set_minor_formatter(NullFormatter())
    return True


def break_texts(title: str, x_label: str, wide: float) -> tuple[str, str]:
    """Return title and name of x in lines that fit below and above axes which are not yet laid out, by their panel."""
    room = 72 * wide - _BESIDE
    return break_lines(title, room, size_of("axes.titlesize")), break_lines(x_label, room, size_of("axes.labelsize"))
