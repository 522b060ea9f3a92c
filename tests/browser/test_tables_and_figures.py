"""Pages in a real browser: tables sort, filter and download, figures tell their values, and nothing else happens."""

import contextlib
import csv
import io
from pathlib import Path

import numpy as np
import pytest

from infoloop.pipelines.drawing.geometry import lay_out
from infoloop.pipelines.drawing.svg import diagram_svg
from infoloop.reporting.audit_page import AuditPage, render_audit_page
from infoloop.reporting.figures import Figure, Line, Map, Panel, ShadedBand, Whiskers, figure_svg
from infoloop.reporting.page_tables import PageTable
from infoloop.statements.findings_page import render_findings_page
from infoloop.studies.page import RunPage, run_page
from infoloop.studies.runner import Headline
from tests.support.browser import PHONE
from tests.support.sketches import SKETCHES

pytestmark = pytest.mark.full

HOSTILE = "</script></metadata><script>window.hit=1</script><img src=http://a.invalid/x onerror=window.hit=1>"
LABEL = "</metadata><img src=x onerror=hit=1>"  # a longer one leaves no room to draw
KINDS = ("=1+1", "@SUM(A1)", "-cmd|' /C'!A0", "+x", 'say "a", b;c', "plain")
ROWS = tuple(
    (KINDS[k % 6] if k < 60 else f"p{k}", k % 64 - 20, None if k % 5 == 0 else (k * 7919 % 3000) / 1e4, HOSTILE)
    for k in range(3000)
)
SMALL = (("b10", "1,200", "12 %"), ("b9", "3", "–"), ("a", "40 of 64", "-5e-1 %"), ("I(X;S1|Z0)", "inf", "< 7"))
X = np.arange(11.0)
TREND = Panel("Trend", "step", "share", (ShadedBand(X, X / 20, X / 10, "interval"), Line(X, X**2 / 200, "dead")))
LOGS = Panel("Log", "k", "", (Line(10.0 ** X[:4], 10.0 ** -X[:4], "bits"),), x_scale="log", y_scale="log")
NAMED = Panel(
    "Named", "cell", "gain", (Whiskers([0, 1], [0.2, 0.5], [0.1, 0.25], [0.4, 0.75], LABEL),), x_names=("a", LABEL)
)
GRID = Panel("Map", "p", "q", (Map(X[:3], X[:2], [[1, 2, 3], [4, 5, 6.5]], "depth"),))
FIRST, MANY = "h2#table-1 + .tools + .scroll", "h2#table-2 + .tools + .scroll"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def path(folder) -> Path:
    """A page with a short table, a long one, and four kinds of panels."""
    tables = (
        PageTable("few", ("name", "count", "share"), SMALL),
        PageTable("problems", ("problem", "rollouts", "rate", HOSTILE), ROWS, HOSTILE, "problems.csv"),
    )
    svg = figure_svg(Figure((TREND, LOGS, NAMED, GRID), "", columns=2), "planted")
    page = AuditPage(HOSTILE, HOSTILE, HOSTILE, tables=tables, figures=((HOSTILE, svg),), source=HOSTILE, version="0")
    (folder / "page.html").write_text(render_audit_page(page), encoding="utf-8")
    return folder / "page.html"


@contextlib.contextmanager
def quiet(chromium, path: Path, width: int = 1200):
    """A page that complains of nothing, asks for nothing, and runs nothing of what others wrote."""
    with chromium.visit(path, width) as seen:
        yield seen
        assert seen.value("window.hit") is None
        assert (seen.complaints, seen.asked_for) == ([], [])


@pytest.fixture
def page(chromium, path):
    with quiet(chromium, path) as seen:
        yield seen


@pytest.fixture
def telephone(chromium, path):
    with quiet(chromium, path, PHONE) as seen:
        yield seen


def column(page, table: str, number: int) -> list[str]:
    return page.texts(f"{table} tbody td:nth-child({number})")


def sort(page, table: str, number: int) -> str:
    page.page.click(f"{table} th:nth-child({number}) button")
    return page.value(f"document.querySelector('{table} th:nth-child({number})').ariaSort")


@pytest.mark.parametrize(
    ("number", "upwards"),
    [(1, ["a", "b9", "b10", "I"]), (2, ["3", "40 of 64", "1,200", "inf"]), (3, ["-5e-1 %", "< 7", "12 %", "–"])],
)
def test_a_click_on_a_header_sorts_numbers_as_numbers_and_what_is_missing_last(page, number, upwards):
    table, before = FIRST, column(page, FIRST, number)
    assert sort(page, table, number) == "ascending"
    assert [text[: len(want)] for text, want in zip(column(page, table, number), upwards, strict=True)] == upwards
    assert sort(page, table, number) == "descending"
    present = [text for text in upwards if text != "–"]
    down = present[::-1] + ["–"] * (len(upwards) - len(present))
    assert [text[: len(want)] for text, want in zip(column(page, table, number), down, strict=True)] == down
    assert sort(page, table, number) == "none"
    assert column(page, table, number) == before


def test_the_keyboard_sorts_and_one_column_says_so(page):
    page.value(f"document.querySelector('{FIRST} th:nth-child(1) button').focus()")
    page.page.keyboard.press("Tab")
    page.page.keyboard.press("Enter")
    states = page.value(f"[...document.querySelectorAll('{FIRST} th')].map((head) => head.ariaSort)")
    assert states == ["none", "ascending", "none"]
    assert column(page, FIRST, 2)[0] == "3"


def test_a_long_table_shows_more_rows_at_each_click_and_sorts_all(page):
    assert column(page, MANY, 1) == [row[0] for row in ROWS[:100]]
    assert page.texts(".more") == ["Show more: 2,900 rows left"]
    page.page.click(".more:not([hidden])")
    assert column(page, MANY, 1) == [row[0] for row in ROWS[:200]]
    sort(page, MANY, 3)
    assert column(page, MANY, 3)[:50] == [f"{v:.6g}" for v in sorted(r[2] for r in ROWS if r[2] is not None)[:50]]
    sort(page, MANY, 3)
    assert column(page, MANY, 3)[0] == f"{max(r[2] for r in ROWS if r[2] is not None):.6g}"
    assert page.value(f"document.querySelector('{MANY} tbody tr:last-child td:nth-child(2)').className") == "n"


def test_a_filter_finds_rows_with_every_word_and_counts_them(page):
    assert page.texts(".tools input") == [""]  # the short table has none
    assert page.texts(".count") == ["3,000 rows"]
    page.page.fill("h2#table-2 + .tools input", "P123")
    found = [row[0] for row in ROWS if "p123" in row[0]]
    assert (page.texts(".count"), column(page, MANY, 1)) == ([f"{len(found)} of 3,000 rows"], found)
    page.page.fill("h2#table-2 + .tools input", "p123 no-such-word")
    assert (page.texts(".count"), column(page, MANY, 1), page.texts(".more")) == (["0 of 3,000 rows"], [], [])


def downloaded(page, button: str) -> list[list[str]]:
    """What a click on the button leaves in the folder of downloads, as Python's own reader has it."""
    with page.page.expect_download() as waiting:
        page.page.click(button)
    content = Path(waiting.value.path()).read_bytes()
    assert content.count(b"\r\n") == content.count(b"\n")
    return list(csv.reader(io.StringIO(content.decode(), newline=""), strict=True))


SAVE = "h2#table-2 + .tools button"


def test_the_download_has_every_row_and_no_formula(page):
    heads, *rows = downloaded(page, SAVE)
    assert heads == ["problem", "rollouts", "rate", HOSTILE]
    safe = {text: f"'{text}" for text in KINDS[:4]}
    assert rows == [
        [safe.get(name, name), str(n), "" if rate is None else f"{rate:.6g}", text] for name, n, rate, text in ROWS
    ]


def test_the_download_has_what_is_filtered_as_it_is_sorted(page):
    page.page.fill("h2#table-2 + .tools input", "p12")
    sort(page, MANY, 2)
    found = sorted(row[1] for row in ROWS if "p12" in row[0])
    assert page.texts(SAVE) == [f"Download CSV ({len(found)} rows)"]
    assert [int(row[1]) for row in downloaded(page, SAVE)[1:]] == found


def panel_places(page, panel: int) -> list[list[float]]:
    """Where the corners of the first line of a panel are in the window, as the browser draws it."""
    path = f"#axes_{panel} path[style*=\\'fill: none\\'][clip-path]"
    page.value("document.querySelector('figure svg').scrollIntoView({block: 'center', behavior: 'instant'})")
    return page.value(
        f"(path => [0, path.getTotalLength()].map((at) => {{ const p = path.getPointAtLength(at)"
        ".matrixTransform(path.getScreenCTM()); return [p.x, p.y]; }))"
        f"([...document.querySelectorAll('{path}')].at(-1))"
    )


def test_a_figure_tells_the_values_where_the_mouse_is(page):
    start, end = panel_places(page, 1)
    page.page.mouse.move(end[0] - 2, end[1] + 1)
    assert page.texts(".tip") == ["share\nstep: 10\ndead: 0.5\ninterval: 0.5 to 1"]
    page.page.mouse.move(start[0] + 1, start[1] - 1)
    assert page.texts(".tip") == ["share\nstep: 0\ndead: 0\ninterval: 0 to 0"]
    page.page.mouse.move(2, 2)
    assert page.texts(".tip") == page.texts(".ring") == []


def test_a_figure_with_logarithms_tells_their_numbers(page):
    start, end = panel_places(page, 2)
    page.page.mouse.move(*start)
    assert page.texts(".tip") == ["k: 1\nbits: 1"]
    page.page.mouse.move((start[0] + 2 * end[0]) / 3 + 2, (start[1] + 2 * end[1]) / 3)
    assert page.texts(".tip") == ["k: 100\nbits: 0.01"]


def test_the_arrow_keys_go_from_value_to_value_and_from_mark_to_mark(page):
    page.value("document.querySelector('.more:not([hidden])').focus()")
    page.page.keyboard.press("Tab")
    assert page.texts(".tip") == ["share\nstep: 0\ndead: 0\ninterval: 0 to 0"]
    told = []
    for key in ("ArrowRight", "ArrowLeft", "ArrowLeft", "ArrowDown", "ArrowDown", "ArrowRight", "ArrowDown", "ArrowUp"):
        page.page.keyboard.press(key)
        told += page.texts(".tip")
    assert told[0].startswith("share\nstep: 1\ndead: 0.005")
    assert told[1] == told[2] == "share\nstep: 0\ndead: 0\ninterval: 0 to 0"
    assert told[3].startswith("share\nstep: 0\ninterval: 0 to 0")
    assert told[4:6] == ["k: 1\nbits: 1", "k: 10\nbits: 0.1"]
    assert told[6] == f"gain\ncell: a\n{LABEL}: 0.2 (0.1 to 0.4)"
    assert told[7] == "k: 1\nbits: 1"
    page.page.keyboard.press("Escape")
    assert page.texts(".tip") == []


def test_names_and_cells_of_a_map_are_told_as_text(page):
    page.value("document.querySelector('figure svg').focus()")
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):
        page.page.keyboard.press(key)
    assert page.texts(".tip") == [f"gain\ncell: {LABEL}\n{LABEL}: 0.5 (0.25 to 0.75)"]
    for key in ("ArrowDown", *["ArrowRight"] * 7):
        page.page.keyboard.press(key)
    assert page.texts(".tip") == ["p: 2\nq: 1\ndepth: 6.5"]


def inside(page) -> bool:
    corners = "(({left, right, top, bottom}) => [left, right, top, bottom])"
    box = page.value(f"{corners}(document.querySelector('.tip').getBoundingClientRect())")
    width, height = page.value("[document.documentElement.clientWidth, innerHeight]")
    return box[0] >= 0 and box[2] >= 0 and box[1] <= width and box[3] <= height


def test_on_a_telephone_a_finger_asks_and_nothing_is_wider_than_the_page(telephone):
    page = telephone
    assert page.overflow() == 0
    start, _ = panel_places(page, 1)
    page.page.touchscreen.tap(start[0] + 1, start[1] - 1)
    assert page.texts(".tip") == ["share\nstep: 0\ndead: 0\ninterval: 0 to 0"]
    assert inside(page)
    page.page.touchscreen.tap(20, 20)
    assert page.texts(".tip") == []


@pytest.mark.parametrize("name", ["follows a_component_whose_name_is_long", "x" * 300])
def test_on_a_telephone_facts_stand_below_their_names(chromium, folder, name):
    (folder / "facts.html").write_text(
        render_audit_page(AuditPage("log", "dead", "why", lines=((name, "a fact " * 9),)))
    )
    with quiet(chromium, folder / "facts.html", PHONE) as seen:
        assert seen.overflow() == 0
        assert seen.value("document.querySelector('dd').getBoundingClientRect().width") > PHONE / 2


@pytest.mark.parametrize("width", [PHONE, 1200])
def test_the_tip_stays_in_the_window(chromium, path, width):
    with quiet(chromium, path, width) as seen:
        seen.value("document.querySelector('figure svg').focus()")
        for _ in range(32):
            seen.page.keyboard.press("ArrowRight")
            assert inside(seen), seen.texts(".tip")


def test_what_others_wrote_is_shown_as_they_wrote_it(page):
    assert HOSTILE in page.value("document.title")
    assert page.texts("h1")[0].endswith(HOSTILE)
    assert set(column(page, MANY, 4)) == {HOSTILE}
    page.page.click(".more:not([hidden])")
    assert set(column(page, MANY, 4)) == {HOSTILE}
    assert page.texts("figcaption") == [HOSTILE]


SCRIPT = "const s = document.createElement('script'); s.textContent = 'window.planted = 1'; "
PLANTED = SCRIPT + "document.body.append(s); window.planted"
IMAGE = "const i = document.createElement('img'); i.src = 'http://127.0.0.1:9/x.png'; document.body.append(i)"


def test_a_script_or_an_image_that_got_into_a_page_is_refused(chromium, path):
    with chromium.visit(path) as seen:
        assert seen.value(PLANTED) is None
        seen.value(IMAGE)
        seen.page.wait_for_timeout(100)
        assert sum("Content Security Policy" in complaint for complaint in seen.complaints) == 2


def test_without_the_policy_it_would_run(chromium, path, folder):
    bare = path.read_text(encoding="utf-8").replace("Content-Security-Policy", "none")
    (folder / "bare.html").write_text(bare, encoding="utf-8")
    with chromium.visit(folder / "bare.html") as seen:
        assert seen.value(PLANTED) == 1


def test_a_page_without_its_script_has_the_first_rows_and_says_so(chromium, path):
    with chromium.visit(path, script=False) as seen:
        assert seen.page.locator("h2#table-2 + .scroll tbody tr").count() == 100
        assert seen.page.locator("noscript").inner_text().startswith("These are the first 100 rows; the script of this")
        assert seen.page.locator(".tools, th button").count() == 0


def test_a_figure_is_saved_with_the_values_that_are_seen(page):
    heads, *rows = downloaded(page, "figure .tools button")
    assert page.texts("figure .tools button") == [f"Download CSV ({len(rows)} points)"]
    x, y = "step (Trend); k (Log); cell (Named); p (Map)", "share (Trend); gain (Named); q (Map)"
    assert heads == ["panel", "mark", f"x: {x}", f"y: {y}", "low", "high", "z: depth (Map)"]
    assert ["Trend", "dead", "10", "0.5", "", "", ""] in rows
    assert ["Trend", "interval", "10", "", "0.5", "1", ""] in rows
    assert ["Named", LABEL, LABEL, "0.5", "0.25", "0.75", ""] in rows
    assert ["Map", "depth", "2", "1", "", "", "6.5"] in rows


def test_the_pages_of_runs_and_of_findings_have_the_same_tables_and_figures(chromium, folder):
    headlines = tuple(Headline(f"number {k}", 10.0 - k, None, "bits", HOSTILE) for k in range(14))
    figures = (("decay", figure_svg(Figure((LOGS,), ""), "decay"), "Falls."),)
    files = ("decay.nc", "decay.svg", "decay.csv")
    run = run_page(RunPage(HOSTILE, "About.", headlines, figures, (), {"a": HOSTILE}, {}, {}, files))
    for name, text in (("run", run), ("findings", render_findings_page((), (), "0"))):
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    with quiet(chromium, folder / "run.html", PHONE) as seen:
        assert seen.texts(".count, .tools button") == ["14 rows", "Download CSV (14 rows)"]
        assert seen.texts("figure a") == ["decay.csv", "decay.svg"]
        assert sort(seen, ".scroll", 2) == "ascending"
        assert column(seen, ".scroll:has(.data)", 2)[:3] == ["-3", "-2", "-1"]
        seen.value("document.querySelector('figure svg').focus()")
        seen.page.keyboard.press("ArrowRight")
        assert seen.texts(".tip") == ["k: 10\nbits: 0.1"]
    with quiet(chromium, folder / "findings.html") as seen:
        assert seen.texts(".tools button, th button") == []


def test_a_graph_tells_of_the_node_under_the_mouse_and_has_no_values_to_save(chromium, folder):
    graph = lay_out(SKETCHES["rlvr_unit_tests"])
    assert graph is not None
    page = AuditPage("a", "open", "b", drawing=("Legend.", diagram_svg(graph)), version="0")
    (folder / "graph.html").write_text(render_audit_page(page), encoding="utf-8")
    with quiet(chromium, folder / "graph.html") as seen:
        assert seen.page.locator("figure .tools button").count() == 0
        seen.page.locator("svg text", has_text="S1").first.hover()
        told = "S1: signal, round 1\nfrom X, Y1\nto Z1\ntask information may enter from X"
        assert seen.texts(".tip") == [told]
        seen.page.keyboard.press("Tab")
        seen.value("document.querySelector('svg').focus()")
        seen.page.keyboard.press("ArrowRight")
        assert len(seen.texts(".tip")) == 1
        assert seen.texts(".tip") != [told]
