"""The directive `statements`, which lists what is stated of a number such as S01, and links at each such number."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.util.docutils import SphinxDirective
from statement_status import Status, by_number

_HERE = {"map": [f"S{n:02}" for n in range(1, 74)] + [f"H{n}" for n in range(1, 7)],
         "theory/boundary": [f"B{n}" for n in range(1, 27) if n != 20]}  # fmt: skip
_NUMBER = re.compile(r"\b(?:S\d\d|B\d{1,2}|H[1-6])\b")
_LEFT = (nodes.literal, nodes.literal_block, nodes.reference, nodes.title, nodes.math, nodes.math_block, nodes.raw,
         addnodes.pending_xref, addnodes.download_reference, addnodes.desc_signature, nodes.Invisible)  # fmt: skip


def link_to(target: str, text: str) -> addnodes.pending_xref:
    """Return a link to a target of any page."""
    options = {"refdomain": "std", "reftype": "ref", "reftarget": target.lower(), "refexplicit": True, "refwarn": True}
    return addnodes.pending_xref("", nodes.inline("", text), **options)


class Statements(SphinxDirective):
    """`{statements} S01`: the statements of this number, or of several, each with its badges."""

    required_arguments, final_argument_whitespace = 1, True

    def run(self) -> list[nodes.Node]:
        """Return a list of links, after an anchor for each number that is asked for."""
        found: list[Status] = []
        anchors: list[nodes.Node] = []
        for name in self.arguments[0].split():
            anchors += self._anchor(name) if name in _HERE[self.env.current_document.docname] else []
            found += by_number().get(name, [])
        if not found and not anchors:
            raise self.error(f"nothing is stated of {self.arguments[0]}")
        items = [nodes.list_item("", _line(status)) for status in found]
        return [*anchors, *([nodes.bullet_list("", *items, classes=["statements"])] if items else [])]

    def _anchor(self, number: str) -> list[nodes.Node]:
        """Return a target by which texts refer to a number, and one for addresses, which keep capitals."""
        target = nodes.target("", "", names=[number.lower()])
        self.state.document.note_explicit_target(target)
        anchors = "".join(f'<a id="{name}"></a>' for name in (number, number.lower()))
        return [target, nodes.raw("", anchors, format="html")]  # to which the target gives its id, and raw shows none


def _line(status: Status) -> nodes.paragraph:
    line = nodes.paragraph("", "", link_to(status.block.label, re.sub(r"\$", "", status.block.title)))
    for badge in status.badges:
        line += [nodes.Text(" "), nodes.inline("", badge.text, classes=["badge", *badge.style.split()])]
    return line


class NumberLinks(SphinxTransform):
    """Each number of the theory map or of the boundary list in running text becomes a link to its line there."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        """Replace texts in place."""
        if self.env.current_document.docname.startswith("api/"):
            return
        for text in list(self.document.findall(nodes.Text)):
            if _NUMBER.search(text) and not _is_inside(text, _LEFT):
                text.parent.replace(text, list(_split(text)))


def _is_inside(node: nodes.Node, kinds: tuple[type, ...]) -> bool:
    while node is not None:
        if isinstance(node, kinds):
            return True
        node = node.parent
    return False


def _split(text: str) -> Any:
    at = 0
    for number in _NUMBER.finditer(text):
        yield nodes.Text(text[at : number.start()])
        yield link_to(number[0], number[0])
        at = number.end()
    yield nodes.Text(text[at:])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register the directive and the transform."""
    app.add_directive("statements", Statements)
    app.add_transform(NumberLinks)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
