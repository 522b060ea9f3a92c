"""The numbers of an audit as words and as tables of texts, for the terminal and for the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from infoloop.pipelines.bounds import InformationBound
from infoloop.pipelines.numeric_results import Fano, Numbers, RoundBits, TermBits
from infoloop.reporting.suggestions import list_names
from infoloop.reporting.text import count_noun

HEADS = ("round", "term", "bits", "of seen", "per cost", "I(X;Z)", "bound", "eta", "accuracy", "update")

_PLURAL = {"raises": "raise", "lowers": "lower", "leaves": "leave"}


def format_number(value: float | None) -> str:
    """Return a number with four digits; a dash for None, and a plain 0 for a negative one.

    >>> format_number(0.123456), format_number(-0.0), format_number(None)
    ('0.1235', '0', '-')
    """
    return "-" if value is None else f"{value + 0.0:.4g}"


def format_bits(value: float) -> str:
    """Return `value` with three digits and its unit.

    >>> format_bits(1.0), format_bits(1.58496)
    ('1 bit', '1.58 bits')
    """
    return f"{value:.3g} bit{'' if value == 1 else 's'}"


class BoundBits(NamedTuple):
    """A bound on what the last state knows: the least of several that hold, in bits, and which of them it is."""

    bits: float
    set_by: str


_SET_BY = {"terms": "terms and contraction", "task": "H(X)", "base": "what a base knows"}


def bound_in_bits(numbers: Numbers, ceiling: InformationBound) -> BoundBits:
    """Return the value of a proved bound, what its base knows and its terms bring, or H(X) where that is less."""
    terms = {term.id: term.bits for r in numbers.rounds for term in r.terms}
    base = dict(numbers.bases)[ceiling.base] if ceiling.base else 0.0
    known = f"what {list_names(ceiling.base, most=3)} knows" if ceiling.base else ""
    added = "its terms" if ceiling.terms else ""
    set_by = " and ".join(part for part in (known, added) if part) or "no base and no terms"
    total = BoundBits(base + sum(terms[term.id] for term in ceiling.terms), set_by)
    return min(total, BoundBits(numbers.task, "H(X)"), key=lambda bound: bound.bits)


def most_beyond_base(ceiling: InformationBound) -> str:
    """Return what the terms of a bound add at most; if the size of the task says it, that it does."""
    all_of_it = " (all of the task)" if ceiling.most_set_by == "task" else ""
    return f"{format_bits(ceiling.most or 0.0)}{all_of_it} beyond {','.join(ceiling.base) or 'nothing'}"


def bits_lines(numbers: Numbers, ceilings: Sequence[InformationBound]) -> list[tuple[str, str]]:
    """Return what is learned, its use, what it costs, and what a target error takes: (name, text) each."""
    last, opened = numbers.rounds[-1], len(numbers.informative)
    bounds = [*(bound_in_bits(numbers, c) for c in ceilings), BoundBits(last.ceiling, _SET_BY[last.ceiling_set_by])]
    bound = min(bounds, key=lambda bound: bound.bits)
    learned = f"I(X;{last.state}) = {format_number(last.after)} of H(X) = {format_number(numbers.task)}"
    brought = f"new bits in {opened} of {len(numbers.rounds)} rounds"
    lines = [("bits", f"{learned}, bounded by {format_number(bound.bits)} ({bound.set_by}); {brought}")]
    if last.accuracy is not None:
        lines.append(("use", _use(numbers.rounds)))
    if numbers.cost:
        gained = format_number((last.after - numbers.rounds[0].before) / numbers.cost)
        lines.append(("cost", f"{format_number(numbers.cost)} in all: {gained} bits gained for each unit"))
    if numbers.fano:
        lines.append(("error", _fano(numbers.fano)))
    undecided = sum(term.sign == "undecided" for r in numbers.rounds for term in r.terms)
    if undecided:
        lines.append(("undecided", f"{undecided} terms are within rounding of 0, and too large for fractions"))
    return lines


def _use(rounds: Sequence[RoundBits]) -> str:
    first, last = rounds[0], rounds[-1]
    kinds = Counter(r.effect for r in rounds if r.effect)
    counted = "".join(f"; {n} of {len(rounds)} updates {_PLURAL[word]} it" for word, n in kinds.items())
    known = first.accuracy is not None and first.use is not None
    start = f"from {format_number(first.accuracy - first.use)} to " if known else ""
    best = f"{format_number(last.best)} for the best decoder"
    return f"accuracy {start}{format_number(last.accuracy)}, {best}{counted}"


def _fano(fano: Fano) -> str:
    aim = f"{format_number(fano.error)} needs {format_number(fano.needed)} bits"
    if fano.needed <= 0:
        return f"{format_number(fano.error)} is no more than a blind guess may have: no bits are needed"
    if fano.rounds == 0:
        return f"{aim}: they are there before round 1"
    if fano.rounds is None:
        return f"{aim}: no number of such rounds suffices"
    met = f"the state has them after round {fano.informed_at}" if fano.informed_at else "these rounds do not reach them"
    reached = f", its answers err so seldom after round {fano.reached_at}" if fano.reached_at else ""
    least = f"a round brings at most {format_number(fano.most)}: at least {count_noun(fano.rounds, 'round')}"
    return f"{aim}, {least}; {met}{reached}"


def bits_rows(rounds: Iterable[RoundBits]) -> list[tuple[str | float, ...]]:
    """Return the rows under `HEADS`: one for each term, the numbers of its round beside the first."""
    found = []
    for r in rounds:
        own = (r.after, r.ceiling, _or_dash(r.contraction), _or_dash(r.accuracy), r.effect or "-")
        terms = [(t.text, _bits(t), _or_dash(t.per_bit), _or_dash(t.per_cost)) for t in r.terms]
        for k, term in enumerate(terms or [("nothing", 0.0, "-", "-")]):
            found.append((str(r.t) if k == 0 else "", *term, *(own if k == 0 else ("",) * len(own))))
    return found


def _or_dash(value: float | None) -> str | float:
    return "-" if value is None else value


def _bits(term: TermBits) -> str | float:
    return f"{format_number(term.bits)}?" if term.sign == "undecided" else term.bits
