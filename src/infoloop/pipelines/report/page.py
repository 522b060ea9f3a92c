"""An audit of a pipeline as one HTML page: verdict, drawn graph, tables, warnings, and certificates to re-check."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

import infoloop
from infoloop.pipelines import limits
from infoloop.pipelines.bounds import InformationBound
from infoloop.pipelines.drawing.collapsed_rounds import CollapsedGraph, collapse_rounds
from infoloop.pipelines.drawing.geometry import lay_out
from infoloop.pipelines.drawing.merged_nodes import quotient_graph
from infoloop.pipelines.drawing.svg import diagram_svg
from infoloop.pipelines.information_flow import Edge
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_audit import Audit
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.report.figures import rounds_figure, sensitivity_figure
from infoloop.pipelines.report.numeric_text import HEADS, bits_lines, bits_rows, bound_in_bits, most_beyond_base
from infoloop.pipelines.report.text import group_similar_rounds, shorten_bound
from infoloop.pipelines.signal_quality import sensitivity
from infoloop.reporting.audit_page import AuditPage, CertificateLink, PageTable
from infoloop.reporting.figures import figure_svg
from infoloop.reporting.text import count_noun, join_names


def pipeline_audit_page(p: Pipeline, found: Audit, file: str = "", source: str = "") -> AuditPage:
    """Return what the page of a pipeline's audit shows; `dataclasses.replace` adds tables, figures and lines to it.

    >>> from infoloop.pipelines.pipeline_audit import audit
    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> p = pipeline([Node("X", "task"), Node("D", "data", ("X",)), Node("Z", "state", ("D",))], title="Once")
    >>> page = pipeline_audit_page(p, audit(p))
    >>> page.verdict, [table.title for table in page.tables], [proof.name for proof in page.proofs]
    ('closed', ['relative to', 'rounds', 'bounds'], ['proof-1'])
    """
    proofs = _proofs(found)
    graph = collapse_rounds(p, found)
    graph = graph if len(graph.vertices) <= limits.MOST_DRAWN_NODES else quotient_graph(graph)
    layout = lay_out(graph)
    return AuditPage(
        title=found.title or file or "pipeline",
        verdict=found.verdict,
        reason=found.reason,
        about=p.about,
        lines=tuple(_lines(p, found, len(proofs), graph if layout is None else None)),
        drawing=(_legend(graph), diagram_svg(layout)) if layout else None,
        figures=tuple(_figures(p, found, found.numbers)) if found.numbers else (),
        tables=(*_bits(found.numbers), _bases(found), _rounds(found), _bounds(found, proofs)),
        cautions=tuple((c.code, f"{join_names(c.nodes)}{': ' if c.nodes else ''}{c.text}") for c in found.cautions),
        proofs=tuple(proof.link(k) for k, proof in enumerate(proofs, start=1)),
        file=file,
        source=source,
        version=infoloop.__version__,
    )


def _lines(p: Pipeline, found: Audit, proofs: int, too_large: CollapsedGraph | None) -> Iterable[tuple[str, str]]:
    ceiling = found.ceilings[0]
    yield "bound", shorten_bound(ceiling.bound)
    if ceiling.terms and ceiling.most is not None:
        yield "at most", most_beyond_base(ceiling)
    yield "proved", f"by {count_noun(proofs, 'certificate')}, re-checked in fractions"
    yield from bits_lines(found.numbers, found.ceilings) if found.numbers else [("bits", f"none: {found.unmeasured}")]
    edges = sum(len(node.parents) for node in p.nodes)
    yield "graph", ", ".join(map(count_noun, (len(p.nodes), edges, p.rounds), ("node", "edge", "round")))
    if too_large:
        yield (
            "not drawn",
            f"{len(too_large.vertices)} nodes differ, and more than {limits.MOST_DRAWN_NODES} could not be read",
        )


def _legend(graph: CollapsedGraph) -> str:
    folded = dict.fromkeys(graph.blocks[v.block] for v in graph.vertices if v.folded)
    many = any(v.count > 1 for v in graph.vertices)
    alike_nodes = " A node with ×n stands for n of them that have the same causes and effects." if many else ""
    left_out = f" Folded, because each is like the rounds beside it: {', '.join(folded)}." if folded else ""
    return (
        "Each node in the lane of its role, each edge from left to right. Dashed edges go into or out of a signal. By "
        f"thick edges task information may enter that the state before does not hold.{left_out}{alike_nodes}"
    )


def _figures(p: Pipeline, found: Audit, numbers: Numbers) -> Iterable[tuple[str, str]]:
    """Return what is known by round, and by the quality of the signals if there are any, as (caption, SVG)."""
    figures = {"rounds": rounds_figure(numbers)}
    worse = sensitivity(p, read=found.rounds)
    if worse is not None:
        figures["quality"] = sensitivity_figure(worse, numbers)
    return ((figure.caption, figure_svg(figure, name)) for name, figure in figures.items())


def _bits(numbers: Numbers | None) -> tuple[PageTable, ...]:
    if numbers is None:
        return ()
    note = (
        "with the tables of the file: a term's bits an episode, their share of what is observed, and for one unit of "
        "cost; I(X;Z) after the round and its bound, the least of terms and contraction (eta), H(X), and what a base "
        "that closes the pipeline knows; how often the state's own answer is right, and whether the update raised or "
        "lowered that"
    )
    return (PageTable("bits", HEADS, tuple(bits_rows(numbers.rounds)), note),)


def _arrows(edges: Iterable[Edge]) -> str:
    return join_names(f"{a} → {b}" for a, b in edges) or "–"


def _bases(found: Audit) -> PageTable:
    bits = {names: (bits,) for names, bits in found.numbers.bases} if found.numbers else {}
    rows = []
    for base in found.bases:
        verdict, names = "closed" if base.closed else "open", ", ".join(base.names) or "–"
        rows.append((verdict, names, base.meaning, *bits.get(base.names, ()), _arrows(base.cut)))
    headers = ("verdict", "base", "which is", *(("has bits",) if bits else ()), "edges around it")
    note = "closed: the last state depends on the task only through the base, whatever the channels are"
    return PageTable("relative to", headers, tuple(rows), note)


def _rounds(found: Audit) -> PageTable:
    rows = []
    for first, *more in group_similar_rounds(found.rounds):
        span = f"{first.t} to {more[-1].t}" if more else str(first.t)
        terms = " + ".join(term.text for term in first.terms) or "none"
        verdict, read = "open" if first.open else "closed", join_names(first.entering) or "–"
        rows.append((verdict, span, read, terms, _arrows(first.edges)))
    headers = ("verdict", "round", "reads", "terms that may be positive", "task information enters by")
    note = "beyond the state before the round; of rounds that differ only in their number the first is shown"
    return PageTable("rounds", headers, tuple(rows), note)


def _bounds(found: Audit, proofs: list[_Proof]) -> PageTable:
    worth = [bound_in_bits(found.numbers, bound) if found.numbers else () for bound in found.ceilings]
    rows = tuple(
        (bound.bound, "–" if bound.most is None or not bound.terms else bound.most, *bits, _numbers_of(bound, proofs))
        for bound, bits in zip(found.ceilings, worth, strict=True)
    )
    headers = ("bound", "at most, in bits", *(("with these tables", "set by") if found.numbers else ()), "proofs")
    note = (
        "at most: what the terms beyond the base can add, where the sizes of their nodes are known, or log2 of the "
        "number of tasks where that is less; with these tables: the sum of the bound, or H(X) where that is less"
    )
    return PageTable("bounds", headers, rows, note)


class _Proof(NamedTuple):
    """A certificate, and the steps that it shows."""

    certificate: dict[str, Any]
    statements: list[str]

    def link(self, number: int) -> CertificateLink:
        first, *others = self.statements
        more = f", and {len(others)} steps that differ only in names" if others else ""
        return CertificateLink(f"proof-{number}", first + more, self.certificate)


def _proofs(found: Audit) -> list[_Proof]:
    """Return the different certificates of all bounds in the order of their steps."""
    proofs: dict[str, _Proof] = {}
    for bound in found.ceilings:
        for step in bound.steps:
            certificate = bound.proofs[step.proof]
            shown = proofs.setdefault(_proved(certificate), _Proof(certificate, [])).statements
            if step.statement not in shown:
                shown.append(step.statement)
    return list(proofs.values())


def _proved(certificate: dict[str, Any]) -> str:
    """Return what a certificate proves, equal for certificates of one statement under the same assumptions."""
    return json.dumps([certificate["statement"], certificate["given"]])


def _numbers_of(bound: InformationBound, proofs: list[_Proof]) -> str:
    proved = {_proved(certificate) for certificate in bound.proofs}
    return ", ".join(str(k) for k, proof in enumerate(proofs, start=1) if _proved(proof.certificate) in proved)
