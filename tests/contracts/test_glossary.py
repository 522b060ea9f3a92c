"""The glossary: its names of the code exist, and the names that it proposes are not taken."""

import inspect
import pkgutil
import re
from collections.abc import Iterator

import pytest

from tests.support.paths import ROOT

GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
NAME = re.compile(r"(?P<owner>infoloop(\.\w+)*)\.(?P<last>\w+)(\((?P<parameter>\w+)\))?")


def rows(text: str) -> Iterator[dict[str, str]]:
    """Every row of every table, by its headers."""
    headers: list[str] = []
    for line in text.splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if not cells:
            headers = []
        elif not headers:
            headers = cells
        elif not re.fullmatch(r"[|:-]+", line):
            yield dict(zip(headers, cells, strict=True))


def exists(name: str) -> bool:
    """Whether `il.a.b`, a dataclass's field `il.a.B.c` or a parameter `il.a.f(x)` is there."""
    found = NAME.fullmatch(re.sub(r"^il\.", "infoloop.", name))
    if not found:
        return False
    try:
        owner = pkgutil.resolve_name(found["owner"])
        if not found["parameter"] and found["last"] in getattr(owner, "__dataclass_fields__", {}):
            return True  # a field without a default is no attribute of its class
        value = pkgutil.resolve_name(f"{found['owner']}.{found['last']}")
    except (AttributeError, ImportError):
        return False
    return not found["parameter"] or found["parameter"] in inspect.signature(value).parameters


def unknown_names(text: str) -> list[str]:
    """What stands in backticks in the columns `code` and `today` and is not there; a cell without any is one too."""
    cells = [row.get("code") or row.get("today") or "" for row in rows(text)]
    return [name for cell in cells for name in re.findall(r"`(.+?)`", cell) or [cell] if not exists(name)]


def test_every_name_of_the_code_exists():
    assert len(list(rows(GLOSSARY))) > 100
    assert unknown_names(GLOSSARY) == []


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("il.entropy", "il.entropi"),
        ("infoloop.information.measures.entropy", "infoloop.information.measure.entropy"),
        ("il.bsc(flip)", "il.bsc(crossover)"),
        ("il.pipelines.information_flow.Round.before", "il.pipelines.information_flow.Round.previous_state"),
        ("il.claims.components.sharpening", "claims.components.sharpening"),
    ],
)
def test_a_wrong_name_is_noticed(right, wrong):
    table = "| code | meaning |\n|---|---|\n| `{}` | a word |\n"
    assert unknown_names(table.format(right)) == []
    assert unknown_names(table.format(wrong)) == [wrong]


def test_no_word_stands_twice():
    words = [row["code"] for row in rows(GLOSSARY) if "code" in row]
    assert sorted(set(words)) == sorted(words)


def test_proposed_names_are_not_taken():
    proposals = [(row["today"].strip("`"), row["proposed"].strip("`")) for row in rows(GLOSSARY) if "today" in row]
    names = {re.sub(r"\w+(?=\)?$)", proposed, today) for today, proposed in proposals}
    assert len(names) == len(proposals)
    assert [name for name in sorted(names) if exists(name)] == []
