"""The site as it is built: no warning, no dead link, and in a real browser no error, no request, no overflow.

The site lies in `build/docs`, as the full lane leaves it; only what has changed since is made again.
"""

import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

import infoloop
from infoloop.statements.theory_files import default_folder, read_blocks
from tests.support.browser import DESK, PHONE
from tests.support.paths import ROOT

pytestmark = pytest.mark.full

SITE = ROOT / "build" / "docs"
CHAPTERS = sorted((ROOT / "theory").glob("*.md"))
WIDTHS = (PHONE, DESK)
SIGNS = {
    "\\le": "≤", "\\ge": "≥", "\\to": "→", "\\mid": "∣", "\\sum": "∑", "\\infty": "∞", "\\in": "∈",
    "\\log": "log", "\\cdot": "·", "\\frac": "<mfrac>", "\\sqrt": "<msqrt>", "-": "−", "+": "+", "=": "=", "<": "<",
}  # fmt: skip


@pytest.fixture(scope="module")
def site() -> Path:
    """The folder of pages, made with warnings as errors."""
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "--keep-going", "-n", "-b", "html", "docs", str(SITE)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return SITE


@pytest.fixture(scope="module")
def pages(site) -> list[Path]:
    """Every page, the pages of source among them."""
    found = sorted(site.rglob("*.html"))
    assert len(found) > 300
    return found


class Links(HTMLParser):
    """The ids of a page, and the addresses to which it leads or from which it loads."""

    def __init__(self, path: Path):
        super().__init__()
        self.ids: set[str] = set()
        self.addresses: set[str] = set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        """Note what a tag has."""
        held = dict(attrs)
        self.ids |= {value for key in ("id", "name") if (value := held.get(key))}
        self.addresses |= {value for key in ("href", "src") if (value := held.get(key))}


def dead_links(pages: dict[Path, Links]) -> list[str]:
    """The addresses within the site at which there is no file, or no such place in it."""
    dead = []
    for path, links in pages.items():
        for address in links.addresses:
            parts = urlsplit(address)
            if parts.scheme or parts.netloc:
                continue
            goal = Path(os.path.normpath(path.parent / unquote(parts.path))) if parts.path else path
            there = goal.is_file() and (not parts.fragment or goal not in pages or
                                        unquote(parts.fragment) in pages[goal].ids)  # fmt: skip
            dead += [] if there else [f"{path.name}: {address}"]
    return dead


def test_every_link_within_the_site_leads_somewhere(pages):
    assert dead_links({path: Links(path) for path in pages}) == []


def test_a_dead_link_is_noticed(tmp_path):
    (tmp_path / "a.html").write_text('<a id="here" href="#here"></a><a href="b.html"></a><a href="#there"></a>')
    assert sorted(dead_links({tmp_path / "a.html": Links(tmp_path / "a.html")})) == ["a.html: #there", "a.html: b.html"]


def test_each_statement_and_its_claim_lead_to_each_other(site):
    held, missing = {}, []
    for block in read_blocks(default_folder()):
        if block.is_measured:
            continue
        claim, chapter = block.fields["claim"], f"theory/{block.place.partition('.md')[0]}.html"
        module, _, name = claim.rpartition(".")
        source = f"_modules/{module.replace('.', '/')}.html"
        for page in (chapter, source):
            held.setdefault(page, Links(site / page))
        up = "../" * source.count("/")
        missing += [claim] * (f"../{source}#{name}" not in held[chapter].addresses)
        missing += [block.label] * (f"{up}{chapter}#{claim}" not in held[source].addresses)
        missing += [block.label] * (block.label not in held[chapter].ids)
    assert missing == []


def test_every_public_name_has_its_place_in_the_api(site):
    ids = set().union(*(Links(path).ids for path in (site / "api").glob("*.html")))
    public = {name: getattr(infoloop, name) for name in dir(infoloop)}
    wanted = {f"{found.__module__}.{found.__name__}" for found in public.values() if hasattr(found, "__qualname__")}
    assert len(wanted) > 150
    assert wanted - ids == set()


def faults(chromium, paths: list[Path], width: int) -> dict[str, list[str]]:
    """What is wrong with pages, one after the other in a tab of this width."""
    found = {}
    with chromium.visit(paths[0], width) as visit:
        for path in paths:
            visit.open(path)
            wide = visit.overflow()
            asked = [address for address in visit.asked_for if not address.startswith("file:")]
            found[str(path)] = [*visit.complaints, *asked, *([f"{wide} pixels too wide"] if wide > 0 else [])]
    return {path: wrong for path, wrong in found.items() if wrong}


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_has_an_error_a_request_or_an_overflow(chromium, pages, width):
    assert faults(chromium, pages, width) == {}


@pytest.mark.parametrize(
    "body",
    ["<script>nothing()</script>", "<script>console.error(1)</script>", "<img src='http://127.0.0.1:9/x.png'>",
     "<div style='width: 3000px'>wide</div>"],
)  # fmt: skip
def test_a_fault_of_a_page_is_noticed(chromium, tmp_path, body):
    (tmp_path / "page.html").write_text(f"<!doctype html><meta name=viewport content='width=device-width'>{body}")
    (tmp_path / "good.html").write_text("<!doctype html><meta name=viewport content='width=device-width'>good")
    good, bad = tmp_path / "good.html", tmp_path / "page.html"
    assert list(faults(chromium, [good, bad, good], 1280)) == [str(bad)]


def formulas(text: str) -> list[str]:
    """The formulas of a chapter without its lists of fields, by the rules of Markdown alone, in order."""
    text = re.sub(r"(?m)^- [a-z]+:.*$", "", text)
    markdown = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)
    tokens = [inner for token in markdown.parse(text) for inner in (token, *(token.children or ()))]
    return [" ".join(token.content.split()) for token in tokens if token.type.startswith("math")]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda path: path.stem)
def test_the_formulas_of_a_chapter_are_those_of_its_source(chromium, site, chapter):
    with chromium.visit(site / "theory" / f"{chapter.stem}.html") as visit:
        shown = visit.value(
            "[...document.querySelectorAll('article math')].filter((f) => !f.closest('dl.myst, dl.py'))"
            ".map((f) => [f.getAttribute('alttext'), f.textContent, f.innerHTML, f.getBoundingClientRect().width])"
        )
    assert [source for source, *_ in shown] == formulas(chapter.read_text(encoding="utf-8"))
    lost = [(tex, text) for tex, text, html, _ in shown if missing_signs(tex, text, html)]
    assert lost == []
    assert [tex for tex, *_, width in shown if not width] == []


def missing_signs(tex: str, text: str, html: str) -> list[str]:
    """The signs of a formula's source that its MathML has less often."""
    tex = re.sub(r"\\(?:text|mathrm|operatorname)\{[^}]*\}|\\-", "", tex)
    counts = Counter(re.findall(r"\\[A-Za-z]+|[-+=<]", tex))
    signs = {name: html.count(sign) if sign.startswith("<m") else text.count(sign) for name, sign in SIGNS.items()}
    return [name for name, sign in SIGNS.items() if signs[name] < counts[name]]


def test_a_lost_sign_is_noticed():
    assert missing_signs(r"a-b\le c", "a−b≤c", "") == []
    assert missing_signs(r"a-b\le c", "ab≤c", "") == ["-"]
    assert missing_signs(r"\sqrt{x}", "x", "<mi>x</mi>") == ["\\sqrt"]
