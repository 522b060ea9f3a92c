"""Texts of figures break where they have no room, and nothing lies on anything else, in a page or in a column."""

import itertools
import warnings

import numpy as np
import pytest
from matplotlib.text import Text

from infoloop.reporting.figure_drawing import figure_style
from infoloop.reporting.figure_texts import break_lines, text_width
from infoloop.reporting.figures import Figure, Line, Map, Panel, Whiskers, draw_figure

X = np.arange(1.0, 9.0)
NAMES = ("perceptron, other symbols, M=3, adam", "perceptron, no shared rule, M=3, sgd", "c", "d", "e")
LONG = "a quantity whose name is longer than its axis, in bits a question"
PANELS = (
    Panel(LONG, LONG, LONG, tuple(Line(X, X / k, f"mark {k} {'long ' * k}") for k in range(1, 6)), "log", "log"),
    Panel("Names", "cell", LONG, (Whiskers(range(5), X[:5], X[:5] - 1, X[:5] + 1, "gain"),), x_names=NAMES),
    Panel("Few", "arm", "", (Whiskers(range(3), X[:3], X[:3], X[:3] + 1, "gain"),), x_names=("replace", "keep", "mix")),
    Panel("Map", "p", "q", (Map(X, X, np.outer(X, X), "depth"),)),
    Panel("I(theta;Z_t) of all", "round", "I(theta;Z_t), bits", (Line(X * 1e-7, X * 1e6, LONG),)),
)


def texts_of(canvas) -> list[tuple[str, tuple[float, ...]]]:
    """What is written when the figure is drawn, and in which box, in points."""
    drawn, draw = [], Text.draw

    def note(text, renderer, *args, **options):
        if text.get_visible() and text.get_text().strip():
            drawn.append(text)
        return draw(text, renderer, *args, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Text, "draw", note)
        canvas.draw_without_rendering()
    places = [tuple(side * 72 / canvas.dpi for side in text.get_window_extent().extents) for text in drawn]
    return list(zip([text.get_text() for text in drawn], places, strict=True))


def overlaps(canvas) -> list[tuple[str, str]]:
    """The texts that lie on each other by more than a point, or leave the figure by more than one."""
    texts = texts_of(canvas)
    width, height = canvas.get_size_inches() * 72
    outside = [(said, "edge") for said, (a, b, c, d) in texts if min(a, b, width - c, height - d) < -1]
    lies_on = [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(texts, 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[1], b[1]) > 1
    ]
    return outside + lies_on


@pytest.mark.full
@pytest.mark.parametrize(("panels", "width"), [(PANELS, None), (PANELS, 3.3), (PANELS, 6.8), (PANELS[:1], 3.3)])
def test_no_text_lies_on_another_or_leaves_the_figure(panels, width):
    with figure_style("texts", width), warnings.catch_warnings():
        warnings.simplefilter("error")
        canvas = draw_figure(Figure(panels, ""), width)
        assert overlaps(canvas) == []
        sizes = {float(text.get_fontsize()) for text in canvas.findobj(Text) if text.get_text().strip()}
        assert width is None or (min(sizes) >= 7 and max(sizes) <= 9)
        assert width is None or canvas.get_figwidth() == pytest.approx(width)


def test_an_overlap_would_be_noticed():
    canvas = draw_figure(Figure(PANELS[4:], ""))
    canvas.axes[0].text(0.5, 0.5, "one", transform=canvas.axes[0].transAxes)
    canvas.axes[0].text(0.5, 0.5, "two", transform=canvas.axes[0].transAxes)
    canvas.text(0.99, 0.5, "beyond the edge")
    assert {pair[0] for pair in overlaps(canvas)} >= {"one", "beyond the edge"}


def test_a_text_breaks_between_words_and_never_inside_a_formula():
    size = 8.0
    room = text_width("words and", size)
    assert break_lines("words and words", room, size) == "words and\nwords"
    assert break_lines("words", 1.0, size) == "words"
    assert "$I(X; Z_t)$" in break_lines(r"much of $I(X; Z_t)$ is lost", 1.0, size).split("\n")
    assert break_lines(r"costs \$1 or \$2", text_width("costs $1", size) + 1, size) == "costs \\$1\nor \\$2"
