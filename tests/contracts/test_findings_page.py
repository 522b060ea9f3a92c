"""The numbers of measured theses in docs/findings.md are those that follow from the kept outcomes."""

import re
from functools import cache

import pytest

from infoloop.statements.measured_ledger import MeasuredResult, examine_measurement
from infoloop.statements.measured_theses import read_measured
from infoloop.statements.theory_files import read_blocks
from infoloop.studies.configuration import as_dict
from infoloop.studies.measurement import load_measured
from tests.support.paths import ROOT

THESES = {thesis.label: thesis for thesis in read_measured(ROOT / "theory", read_blocks(ROOT / "theory"))}
PAGE = " ".join((ROOT / "docs" / "findings.md").read_text(encoding="utf-8").split())
WORDS = ("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven")


@cache
def result(label: str) -> MeasuredResult:
    thesis = THESES[f"hyp:{label}"]
    return examine_measurement(thesis, ROOT / "theory", as_dict(load_measured(thesis)[1]))


def count(label: str, says: str = "") -> int:
    counts = result(label).counts()
    return counts[says] if says else sum(counts[word] for word in ("for", "against", "null"))


def middles(label: str, says: str, *inside: str) -> list[float]:
    """Medians of the cells that say so and have all of these words in their names, in order of size."""
    cells = [c for c in result(label).cells if c.says == says and all(word in c.cell for word in inside)]
    return sorted(c.interval.median for c in cells)


def number(x: float, digits: int = 2) -> str:
    return re.sub(r"^(-?)0\.", r"\1.", f"{x:.{digits}f}")


def span(values: list[float], digits: int = 2) -> str:
    return f"{number(values[0], digits)} to {number(values[-1], digits)}"


def interval(label: str, says: str, middle: float, digits: int) -> str:
    found = next(c.interval for c in result(label).cells if c.says == says and c.interval.median == middle)
    return f"{number(middle, digits)} [{number(found.lower, digits)}, {number(found.upper, digits)}]"


def granularity() -> list[str]:
    one, two = middles("label-transfers", "for")
    other_symbols = middles("label-transfers-transformer", "for", "surface=other symbols")
    worst = middles("label-transfers", "against")[0]
    verdicts = [*middles("verdict-transfers", "for"), *middles("verdict-transfers-transformer", "for", "J=0.8")]
    steep = middles("verdict-transfers-transformer", "for", "J=0,")
    flat = count("verdict-transfers", "null") + count("verdict-transfers-transformer", "null")
    thrifty = middles("reference-thrift", "for")
    forms, of_map = middles("reference-forgets", "for"), middles("reference-forgets-transformer", "for")
    return [
        f"{count('label-transfers', 'null')} of {count('label-transfers')} decided cells are null",
        f"two are for it ({number(one, 3)} and {number(two, 3)}, gradient descent",
        f"one is against it ({interval('label-transfers', 'against', worst, 3)}, gradient descent",
        f"transformer {WORDS[count('label-transfers-transformer', 'for')]} cells are for it, "
        f"{WORDS[len(other_symbols)]} of them where the symbols of the domains differ and their correspondence has to "
        f"be learned ({interval('label-transfers-transformer', 'for', other_symbols[-1], 3)} at best)",
        f"{WORDS[count('label-transfers-transformer', 'against')]} is against it, "
        f"{WORDS[count('label-transfers-transformer', 'null')]} are null, all where the symbols are the same, "
        f"and {count('label-transfers-transformer', 'undecided')} are undecided",
        f"better by {span(sorted(verdicts), 3)} where the base seldom passes",
        f"by {span(steep, 3)} for the transformer under gradient descent, within .01 in {flat} more decided cells",
        f"references win by {span(thrifty)} in {len(thrifty)} of {count('reference-thrift')} decided cells",
        f"leaves {span(forms)} bits more of the base behind on questions of other tasks in {len(forms)} of "
        f"{count('reference-forgets')} decided cells",
        f"{span(of_map)} bits in all {len(of_map)} decided cells of the transformer's map",
        f"helped in none of ten cells ({WORDS[count('finer-helps', 'against')]} against, "
        f"{WORDS[count('finer-helps', 'null')]} null",
        f"beats a unique identifier in {WORDS[count('class-beats-identifier', 'for')]} cells "
        f"({span(middles('class-beats-identifier', 'for'), 3)}), ties in "
        f"{WORDS[count('class-beats-identifier', 'null')]}",
    ]


def components_and_loops() -> list[str]:
    fast, gold = "efficient-over-fast", "cures-raise-gold"
    costly = middles(gold, "against")[0]
    raised = middles(gold, "for", "perceptron", "cure=comparisons") + middles(gold, "for", "perceptron", "cure=gate")
    second = [middles(gold, "for", model, "strength=-0.8")[0] for model in ("perceptron", "linear")]
    closed = sorted(c.interval.median for c in result("self-training-improves").cells)
    return [
        f"the more efficient one leads in all {WORDS[count('efficient-first', 'for')]}",
        f"second in {WORDS[count(fast, 'against')]} of {WORDS[count(fast)]} decided learners and first in "
        f"{WORDS[count(fast, 'for')]}",
        f"({WORDS[count('efficient-over-informative', 'for')]} learners for it, one undecided)",
        f"({WORDS[count('efficient-over-informative', 'against')]} against it, two undecided)",
        f"the more informative one, in all {WORDS[count('informative-stays', 'for')]}",
        f"supported, {count('marker-first', 'for')} cells against {count('marker-first', 'against')}",
        f"stays at {number(middles('marker-stays', 'for')[0], 3)} or more",
        f"changes it by {interval(gold, 'against', costly, 2)}",
        f"perceptron ({span(sorted(raised))})",
        f"helps both ({number(second[0])} and {number(second[1])})",
        f"differ more often by {span(middles('accumulating-keeps-diversity', 'for'))}",
        f"refuted, {span(closed)}), a verifier's filter raises it by {span(middles('filter-raises-pass-rate', 'for'))}",
        f"self-play by {span(middles('self-play-raises-pass-rate', 'for'))}",
    ]


@pytest.mark.slow
@pytest.mark.parametrize("findings", [granularity, components_and_loops])
def test_the_page_says_what_was_measured(findings):
    assert [said for said in findings() if said not in PAGE] == []


@pytest.mark.slow
def test_verdicts_on_the_page_are_those_of_the_ledger():
    for label, verdict in (
        ("label-transfers", "is *mixed*"), ("verdict-transfers", "is *undecided*"), ("finer-helps", "refuted"),
        ("coarser-leaves-open", "supported"), ("efficient-over-fast", "refuted"), ("marker-first", "supported"),
        ("self-training-improves", "refuted"),
    ):  # fmt: skip
        assert f"`hyp:{label}` {verdict}" in PAGE
        assert result(label).verdict in verdict
