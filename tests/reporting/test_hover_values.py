"""The values in a figure's SVG: where matplotlib drew them, with what was given, and little else."""

import json
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from infoloop.reporting import hover_values
from infoloop.reporting.figures import Figure, Line, Map, Panel, ShadedBand, Whiskers, figure_svg, svg_text

X = np.arange(1.0, 6.0)
LINE = Line(X, X**2 / 7, "square")
NAMES = ("perceptron, other symbols, M=3, adam", "perceptron, no shared rule, M=3, sgd", "c", "d", "e")


def drawing(*panels: Panel) -> str:
    return figure_svg(Figure(panels, "", columns=2), "planted")


def values(svg: str) -> list[dict]:
    """The values as a page's script reads them: the text of an element of a well-formed file."""
    (found,) = [e for e in ElementTree.fromstring(svg).iter() if e.get("class") == "values"]
    assert found.text is not None
    return json.loads(found.text)


def drawn_lines(svg: str) -> list[np.ndarray]:
    """Where matplotlib drew the corners of each line inside axes, out of its paths."""
    paths = re.findall(r'<path d="([^"]*)" clip-path="[^"]*" style="fill: none; stroke', svg)
    return [np.array(re.findall(r"[ML] (\S+) (\S+)", path), float) for path in paths]


@pytest.mark.slow
@pytest.mark.parametrize(
    "panel",
    [
        Panel("", "x", "y", (LINE,)),
        Panel("", "x", "y", (LINE,), x_scale="log", y_scale="log"),
        Panel("", "x", "y", (Line(X, (X - 3.5) ** 3, "signs"),), y_scale="symlog"),
        Panel("", "x", "y", (Line(X - 1, X**2, "down"),), x_names=NAMES),
        Panel("", "x", "y", (LINE, Line(X, X**0.5, "other", "dashed")), y_limits=(-1.0, 9.0)),
    ],
    ids=["linear", "log", "symlog", "downward", "limits"],
)
def test_a_value_is_told_where_it_is_drawn(panel):
    svg = drawing(panel, Panel("", "", "", (Map(X, X, np.outer(X, X), "z"),)))
    marks = values(svg)[0]["marks"]
    lines = drawn_lines(svg)
    for mark, given in zip(marks, panel.marks, strict=True):
        assert mark["x"] == list(given.x)
        np.testing.assert_allclose(mark["y"], given.y, rtol=0.5 * 10.0**-5)  # half a unit of the sixth digit
        assert (
            min(np.abs(np.reshape(mark["at"], (-1, 2)) - line).max() for line in lines if line.shape == (5, 2)) < 0.06
        )


@pytest.mark.slow
def test_every_kind_of_mark_tells_what_it_has():
    marks = (
        ShadedBand(X, X - 1, X + 1, "around"),
        Whiskers(X, X, X - 0.5, X + 2, "gain"),
        Line(X, X, "points", "points"),
    )
    grid = Map(X[:2], X[:3], [[1, 2], [3, 4], [5, 6]], "depth")
    left, right = values(drawing(Panel("", "step", "share", marks), Panel("", "p", "q", (grid,))))
    assert (left["x_label"], left["y_label"], left["names"]) == ("step", "share", [])
    assert [mark["name"] for mark in left["marks"]] == ["gain", "points", "around"]
    assert [set(mark) - {"name", "at"} for mark in left["marks"]] == [
        {"x", "y", "low", "high"},
        {"x", "y"},
        {"x", "low", "high"},
    ]
    assert left["marks"][0]["high"] == list(X + 2)
    (cells,) = right["marks"]
    told = dict(zip(zip(cells["x"], cells["y"], strict=True), cells["z"], strict=True))
    assert told == {(1, 1): 1, (2, 1): 2, (1, 2): 3, (2, 2): 4, (1, 3): 5, (2, 3): 6}


@pytest.mark.slow
def test_what_is_not_seen_is_not_told():
    limited = Panel("", "x", "y", (LINE, Line(X, X + 100, "above")), y_limits=(0.0, 2.0))
    logs = Panel("", "x", "y", (Line([0.0, 1.0, 10.0], [1.0, 0.0, 2.0], "zeros"),), x_scale="log", y_scale="log")
    first, second = values(drawing(limited, logs))
    assert [(mark["name"], mark["x"]) for mark in first["marks"]] == [("square", [1, 2, 3])]
    assert [(mark["x"], mark["y"]) for mark in second["marks"]] == [([10], [2])]


@pytest.mark.slow
def test_long_lines_are_thinned_to_their_ends_and_digits_are_few(monkeypatch):
    monkeypatch.setattr(hover_values, "MOST_POINTS", 100)
    x = np.linspace(0.0, 1.0, 5000)
    panel = Panel("", "x", "y", (Line(x, x / 3, "long"), Line(x[:10], x[:10], "short")))
    long, short = values(drawing(panel))[0]["marks"]
    assert (len(long["x"]), long["x"][0], long["x"][-1]) == (50, 0, 1)
    assert len(short["x"]) == 10
    assert all(len(str(value)) <= 12 for value in long["y"])


@pytest.mark.slow
def test_a_hostile_name_ends_no_element_and_the_file_stays_well_formed():
    name = '</metadata></svg><script>hit=1</script> & ]]> "quoted" \u202e'
    panel = Panel("", name, name, (Line([0, 1], [0, 1], name),), x_names=("a", name))
    svg = drawing(panel)
    (told,) = values(svg)
    shown = name.replace("\u202e", "\\u202e")
    assert (told["x_label"], told["names"][1], told["marks"][0]["name"]) == (shown, shown, shown)
    assert "<script" not in re.sub(r"<!--.*?-->", "", svg, flags=re.DOTALL)


@pytest.mark.slow
def test_the_same_figure_has_the_same_values():
    panel = Panel("", "x", "y", (LINE,))
    assert drawing(panel) == drawing(panel)


def test_a_place_tells_its_own_text_where_it_is_drawn_and_keeps_what_others_wrote_inert():
    from matplotlib.figure import Figure as Drawing

    drawn = Drawing(figsize=(4, 2))
    axes = drawn.add_axes((0, 0, 1, 1), xlim=(0, 8), ylim=(4, 0))  # inches times two, from the upper left corner
    said = ["a\nb", "</metadata><script>"]
    (panel,) = values(hover_values.add_hover_texts(svg_text(drawn), axes, [(1, 1), (6, 3)], said))
    assert panel["box"] == [0, 0, 288, 144]
    (mark,) = panel["marks"]
    assert (mark["told"], mark["at"], mark["x"]) == (said, [36, 36, 216, 108], [0, 1])
