"""One navigation for all pages of source: to make it anew for each of hundreds takes minutes."""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx

SOURCES = "_modules/"


def share_navigation(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document) -> None:
    """Keep the navigation of a page of source for the others at its depth, from which all links are the same."""
    if not page.startswith(SOURCES):
        return
    made, make, depth = app.env.temp_data.setdefault("navigation", {}), context["toctree"], page.count("/")

    def toctree(**options: Any) -> str:
        key = (depth, *sorted(options.items()))
        if key not in made:
            made[key] = make(**options)
        return made[key]

    context["toctree"] = toctree


def setup(app: Sphinx) -> dict[str, bool]:
    """Act before the theme does."""
    app.connect("html-page-context", share_navigation, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
