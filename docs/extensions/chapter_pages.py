"""Write the pages of the site's part Theory from the chapters of `theory/`, with what is computed of each statement."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sphinx.application import Sphinx
from statement_status import Status, statuses

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.statements.theory_files import PUBLISHED, default_folder

_HEADING = re.compile(r"^#+\s+(?P<title>.*?)\s*\{#(?P<label>[^}]+)\}\s*$")
_FIELD = re.compile(r"^- [a-z]+:")
_LINK = re.compile(r"\]\(#(?P<label>[a-z]+:[\w-]+)\)")
_FORMULA = re.compile(r"[<>=|\\^]|->|\w\(")
_MARKS = re.compile(r"([\\*_\[\]<>$`|#~])")
_FORMAL = ("assumes", "criterion", "config")
_SHOWN = ("said", "numbers", "because", "condition", "assumes", "criterion", "config", "source", "cites", "read")


def chapter_page(text: str, found: dict[str, Status]) -> str:
    """Return a chapter as a page: each list of fields gives way to badges, links and sentences."""
    page: list[str] = []
    in_fields, level = False, "##"
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            page += _statement_head(level, heading, found[heading["label"]])
            in_fields = True
        elif page and line.startswith("# "):  # a part of the chapter, which is no page of its own
            page.append(f"#{line}")
            level = "###"
        elif not (in_fields and (_FIELD.match(line) or not line.strip())):
            in_fields = False
            page.append(_linked(line))
    return "\n".join(page) + "\n"


def target(label: str) -> str:
    """Return the name of a label's target: Sphinx makes all lower case."""
    return label.lower()


def _linked(line: str) -> str:
    return _LINK.sub(lambda m: f"](#{target(m['label'])})", line)


def _statement_head(level: str, heading: re.Match, status: Status) -> Iterator[str]:
    label, fields = heading["label"], status.block.fields
    yield f"({target(label)})="
    yield f"{level} {heading['title']}"
    yield ""
    badges = " ".join(f"[{badge.text}]{{.badge .{badge.style.replace(' ', ' .')}}}" for badge in status.badges)
    number = fields.get("ref", "")
    place = f"{PUBLISHED}{number}" if number.startswith("C") else number  # a published claim has its own block
    ref = f"{{ref}}`{number} <{target(place)}>` " if number else ""
    yield f'<a id="{label}"></a>{ref}`{label}` {badges}'
    yield ""
    for name in _SHOWN:
        if fields.get(name):
            yield from (name, f": {_code(fields[name]) if name in _FORMAL else _plain(fields[name])}", "")
    for name in ("uses", "by"):
        if fields.get(name):
            yield from (name, f": {_references(status, name)}", "")
    if status.details:
        yield from ("decided" if "claim" in fields else "found", f": {_plain(' '.join(status.details))}", "")
    if fields.get("claim"):
        module, _, name = fields["claim"].rpartition(".")
        yield from (f"```{{py:data}} {name}", f":module: {module}", ":no-index-entry:", "```", "")
    if fields.get("experiment"):
        yield from ("experiment", f": {{ref}}`{fields['experiment']} <experiment-{fields['experiment']}>`", "")


def _references(status: Status, name: str) -> str:
    parts = []
    for entry in status.block.listed(name):
        denied, label = "not " * entry.startswith("not "), entry.removeprefix("not ")
        parts.append(f"{denied}[{statuses()[label].block.title}](#{target(label)})")
    return "; ".join(parts)


def _plain(text: str) -> str:
    """Return text in which no sign is one of Markdown."""
    return _MARKS.sub(r"\\\1", text)


def _code(text: str) -> str:
    """Return the entries of a field, those that are formulas of plain signs as code."""
    return "; ".join(f"`{part}`" if _FORMULA.search(part) else _plain(part) for part in re.split(r";\s+", text))


def write_chapters(app: Sphinx) -> None:
    """Write `theory/*.md` into the folder of sources, whence git ignores them; a page that is as it was is left."""
    folder = Path(app.srcdir) / "theory"
    folder.mkdir(exist_ok=True)
    pages = {
        path.name: chapter_page(path.read_text(encoding="utf-8"), statuses())
        for path in sorted(default_folder().glob("*.md"))
    }
    for old in folder.glob("*.md"):
        if old.name not in pages:
            old.unlink()
    for name, text in pages.items():
        if not (folder / name).exists() or (folder / name).read_text(encoding="utf-8") != text:
            atomic_write_text(folder / name, text)


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the chapters before Sphinx looks for sources."""
    app.connect("builder-inited", write_chapters)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
