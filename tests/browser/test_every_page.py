"""Every kind of page in a browser: quiet, no wider than its window, readable in the dark, and true to its formulas."""

import collections
from pathlib import Path

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

from infoloop.statements.findings_page import render_findings_page
from infoloop.statements.theory_files import VerifiableStatement, pair_with_claims, read_blocks
from infoloop.statements.verification import StatementResult
from tests.support.browser import DESK, PHONE
from tests.support.command_line import run
from tests.support.paths import LOGS, PIPELINES, PLANTED, ROOT

pytestmark = pytest.mark.full

KINDS = ("run", "pipeline", "log", "verify", "theory")
ENTRIES = pair_with_claims(read_blocks(ROOT / "theory"))
CONTRAST = 4.5  # WCAG 2.2, level AA
# The least contrast of a text with what is behind it, and the worst text. A transparent ground shows the one below.
LEAST_CONTRAST = """() => {
  const parse = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const linear = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((c, k) => a * c + (1 - a) * under[k]);
  const ground = (element) => {
    if (!element) return [255, 255, 255];
    const own = element.localName === "svg" ? "rgba(0, 0, 0, 0)" : getComputedStyle(element).backgroundColor;
    return over(parse(own), ground(element.parentElement));
  };
  const behind = (element) => {  // in a figure, the shapes that are drawn before the text and lie under its middle
    const svg = element.closest("svg"), box = element.getBoundingClientRect();
    if (!svg) return ground(element);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    let colour = ground(svg);
    for (const shape of svg.querySelectorAll("path, text")) {
      if (shape === element) break;
      const fill = getComputedStyle(shape), place = shape.getBoundingClientRect();
      if (shape.localName !== "path" || fill.fill === "none" || shape.closest("defs, clipPath")) continue;
      if (place.left <= x && x <= place.right && place.top <= y && y <= place.bottom)
        colour = over([...parse(fill.fill).slice(0, 3), Number(fill.fillOpacity)], colour);
    }
    return colour;
  };
  let worst = [Infinity, ""];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent).join("").trim();
    if (!own || !element.checkVisibility() || element.closest("script, style, metadata, noscript, defs")) continue;
    const style = getComputedStyle(element), svg = element.closest("svg");
    const under = behind(element), ink = over(parse(svg ? style.fill : style.color), under);
    const [light, dark] = [luminance(ink), luminance(under)].sort((a, b) => b - a);
    const contrast = (light + 0.05) / (dark + 0.05);
    if (contrast < worst[0]) worst = [contrast, `${element.localName}: ${own.slice(0, 60)}`];
  }
  return worst;
}"""
LOST_SIGNS = """() => [...document.querySelectorAll("math mo, math mi, math mn, math msqrt")].filter((sign) => {
  const box = sign.getBoundingClientRect();
  return sign.checkVisibility() && sign.textContent.trim() && !/^[\\u2061-\\u2064\\s]*$/.test(sign.textContent)
    && !(box.width > 0 && box.height > 0);
}).map((sign) => sign.closest("math").getAttribute("alttext") + ": " + sign.textContent)"""


def planted_result(entry: VerifiableStatement) -> StatementResult:
    """What was found about a statement, made up: the page is looked at, not the finding."""
    fields = entry.block.fields
    return StatementResult(
        label=entry.block.label, ref=fields["ref"], title=entry.block.title, cls=fields["class"], statement="",
        proof="written", evidence="refuted" if fields["class"] == "F" else "certified", cases=120, strict=100, equal=20,
        void=0, samples=2000, starts=64, slack=1e-16, ratio=1.0, worst="edge 1", sharp=True, neighbours=(),
        counterexample=None, problems=(), seconds=1.0, certificate=None,
    )  # fmt: skip


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    """A page of each kind, written by the commands; and one of all statements."""
    folder = tmp_path_factory.mktemp("pages")
    found = {kind: folder / f"{kind}.html" for kind in KINDS}
    found["run"], found["verify"] = folder / "run" / "report.html", folder / "verify" / "report.html"
    said = [
        run("run", PLANTED, "--out", str(folder / "run")),
        run("audit", str(PIPELINES / "rlvr_unit_tests.toml"), "--out", str(found["pipeline"])),
        run("audit", str(LOGS / "trl"), "--out", str(found["log"])),
        run("verify", "fol:always-hidden", "pub:C02", "hyp:finer-helps", "--out", str(folder / "verify")),
    ]
    assert [shown.exit_code for shown in said] == [0, 0, 0, 0], [shown.output for shown in said]
    found["theory"].write_text(render_findings_page(ENTRIES, tuple(map(planted_result, ENTRIES)), "0"))
    return found


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [PHONE, DESK])
@pytest.mark.parametrize("kind", KINDS)
def test_a_page_is_quiet_fits_its_window_and_can_be_read(chromium, pages, kind, width, dark):
    with chromium.visit(pages[kind], width, dark) as seen:
        assert seen.overflow() == 0
        contrast, text = seen.page.evaluate(LEAST_CONTRAST)
        assert contrast >= CONTRAST, text
        assert (seen.complaints, seen.asked_for) == ([], [])
        paper = seen.value("getComputedStyle(document.body).backgroundColor")
        assert (paper != "rgb(255, 255, 255)") == dark


@pytest.mark.parametrize("kind", KINDS)
def test_its_tables_sort_and_filter_and_its_figures_tell_their_values(chromium, pages, kind):
    with chromium.visit(pages[kind], DESK) as seen:
        seen.value("document.querySelector('table.data th button')?.click()")
        heads = seen.value("document.querySelectorAll('table.data th[aria-sort=ascending]').length")
        sortable = seen.value("[...document.querySelectorAll('table.data')].some((t) => t.tBodies[0].rows.length > 1)")
        assert heads == sortable
        for row in seen.page.locator(".tools input:visible").all():
            row.fill("no such words")
        assert all(text.startswith("0 of ") for text in seen.texts(".count"))
        for svg in seen.page.locator("figure svg:has(metadata.values)").all():
            svg.focus()
            seen.page.keyboard.press("ArrowRight")
            assert seen.texts(".tip") != [""]
        assert (seen.complaints, seen.asked_for) == ([], [])


def formulas_of(markdown: str) -> list[str]:
    """The LaTeX of a text in its order, as a reader of Markdown finds it."""
    parser = MarkdownIt("commonmark").use(dollarmath_plugin, double_inline=True)
    tokens = [child for token in parser.parse(markdown) for child in [token, *(token.children or ())]]
    return [" ".join(token.content.split()) for token in tokens if token.type.startswith("math")]


def test_the_formulas_of_a_page_are_those_of_the_theory_and_no_sign_is_lost(chromium, pages):
    with chromium.visit(pages["theory"], DESK) as seen:
        shown = seen.value("[...document.querySelectorAll('math')].map((formula) => formula.getAttribute('alttext'))")
        written = collections.Counter(latex for entry in ENTRIES for latex in formulas_of(entry.block.body))
        assert collections.Counter(shown) == written
        assert sum(written.values()) > 1000
        assert seen.page.evaluate(LOST_SIGNS) == []


PLANTED_PAGE = """<!doctype html><body style="background: #fff"><p>plain</p>%s</body>"""
PALE_IN_A_FIGURE = (
    '<svg width="100" height="30"><path d="M 0 0 L 100 0 L 100 30 L 0 30 z" style="fill: #333333"/>'
    '<text x="5" y="20" style="fill: #444444">dim</text></svg>'
)


@pytest.mark.parametrize(
    ("planted", "noticed"),
    [
        ("", []),
        ('<p style="color: #999">pale</p>', ["pale"]),
        ('<p style="color: #0003">thin</p>', ["pale"]),
        (PALE_IN_A_FIGURE, ["pale"]),
        ('<div style="width: 2000px">a</div>', ["wide"]),
        ('<math alttext="a-b"><mi>a</mi><mo style="font-size: 0">-</mo><mi>b</mi></math>', ["lost"]),
        ("<script>console.error('no')</script>", ["loud"]),
        ("<script>throw new Error('no')</script>", ["loud"]),
        ('<img src="http://127.0.0.1:9/x.png">', ["asks", "loud"]),
    ],
)
def test_what_would_be_wrong_with_a_page_is_noticed(chromium, tmp_path, planted, noticed):
    (tmp_path / "page.html").write_text(PLANTED_PAGE % planted)
    with chromium.visit(tmp_path / "page.html", PHONE) as seen:
        seen.page.wait_for_timeout(50)
        found = {
            "asks": seen.asked_for, "loud": seen.complaints, "lost": seen.page.evaluate(LOST_SIGNS),
            "pale": seen.page.evaluate(LEAST_CONTRAST)[0] < CONTRAST, "wide": seen.overflow(),
        }  # fmt: skip
        assert [name for name in sorted(found) if found[name]] == noticed
