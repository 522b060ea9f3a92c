"""Each number that a text cites is on the theory map or the boundary list; the citation file is complete."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import infoloop
from tests.support.paths import ROOT

CITING = [ROOT / "README.md", *sorted((ROOT / "theory").glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
_LITERAL = re.compile(r"```.*?```|`[^`]*`|\$[^$]*\$|^- assumes:.*?$", re.DOTALL | re.MULTILINE)
_NUMBER = re.compile(r"\b(?:S\d\d|B\d{1,2}|H[1-6])\b")
MAP, BOUNDARY = ROOT / "docs" / "map.md", ROOT / "theory" / "boundary.md"
PAGES = {"S": MAP, "H": MAP, "B": BOUNDARY}


def anchored(page: Path) -> set[str]:
    """The numbers that have an anchor on a page: the first ones of the directives `statements`."""
    return set(re.findall(r"^:::\{statements\} (\w+)", page.read_text(encoding="utf-8"), re.MULTILINE))


def unresolved(text: str) -> set[str]:
    """The numbers that a text cites and no page has."""
    cited = set(_NUMBER.findall(_LITERAL.sub("", text))) | set(re.findall(r"^- ref: ([SBH]\d+)", text, re.MULTILINE))
    return {number for number in cited if number not in anchored(PAGES[number[0]])}


def test_every_number_that_is_cited_has_its_place():
    found = {path.name: numbers for path in CITING if (numbers := unresolved(path.read_text(encoding="utf-8")))}
    assert {name: numbers - {"B20"} for name, numbers in found.items() if numbers != {"B20"}} == {}


def test_the_pages_have_every_number_once():
    assert anchored(BOUNDARY) == {f"B{n}" for n in range(1, 27)} - {"B20"}  # which was never given
    assert anchored(MAP) == {f"S{n:02}" for n in range(1, 74)} | {f"H{n}" for n in range(1, 7)}


@pytest.mark.parametrize(
    ("text", "lost"), [("see S74", {"S74"}), ("boundary B27", {"B27"}), ("`S74` S73 $B_9$", set())]
)
def test_a_number_that_is_nowhere_is_noticed(text, lost):
    assert unresolved(text) == lost


def test_the_citation_file_says_what_is_cited():
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert cited["cff-version"] == "1.2.0"
    assert cited["message"]
    assert cited["authors"]
    assert cited["type"] == "software"
    assert cited["title"].startswith("infoloop")
    assert cited["version"] == project["version"] == infoloop.__version__
    assert cited["license"] == project["license"]
    (paper,) = cited["references"]
    assert paper["url"] == project["urls"]["Paper"]
    assert {person["family-names"] for person in paper["authors"]} == {"Li", "Sun", "Deng"}
    assert (paper["title"], paper["year"]) == ("An Information-Theoretic Criterion for Efficient Data Synthesis", 2026)
