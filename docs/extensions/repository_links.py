"""Links of a page to files of the repository, as they are in the site: to a page, a copy of the file, or nothing."""

from __future__ import annotations

import os
import re
from pathlib import Path

from sphinx.application import Sphinx

_LINK = re.compile(r"(?P<before>!?)\[(?P<text>[^\]]*)\]\((?P<path>[^)#:\s]+)(?P<anchor>#[^)\s]*)?\)")
_PAGES = {"CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md", "README.md": "index.md"}


def in_the_site(text: str, page: Path, sources: Path) -> str:
    """Return the text of a page whose links out of the folder of sources lead to pages of the site.

    A file that is no page is left to MyST, which offers a copy; of a folder the text alone stays.

    Args:
        text: Markdown.
        page: the file that has it.
        sources: the folder of sources, inside the repository.
    """
    root = sources.parent

    def changed(link: re.Match) -> str:
        goal = Path(os.path.normpath(page.parent / link["path"]))
        if goal.is_relative_to(sources) or not goal.is_relative_to(root):
            return link[0]
        name = goal.relative_to(root).as_posix()
        here = _PAGES.get(name) or (name if goal.parent == root / "theory" and goal.suffix == ".md" else None)
        if here:
            return f"[{link['text']}]({os.path.relpath(sources / here, page.parent)}{link['anchor'] or ''})"
        return link["text"] if goal.is_dir() else link[0]

    return _LINK.sub(changed, text)


def _read(app: Sphinx, name: str, source: list[str]) -> None:
    path = Path(app.env.doc2path(name))
    if path.suffix == ".md":
        source[0] = in_the_site(source[0], path, Path(app.srcdir))


def setup(app: Sphinx) -> dict[str, bool]:
    """Change the text of each page after it is read."""
    app.connect("source-read", _read)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
