"""Published claims are read with their place, name statements that are there, and say why where they name none."""

import json

import pytest

from infoloop.statements import published_claims as published
from infoloop.statements.court import Ground, make_verdict
from infoloop.statements.theory_files import TheoryError, pair_with_claims, read_blocks, select_statements
from infoloop.statements.verification import certificate_path
from tests.support.paths import ROOT

ENTRIES = pair_with_claims(read_blocks(ROOT / "theory"))
BLOCK = """# A chapter

## A closed loop must lose {#pub:X01}

- source: nobody
- said: Whatever a closed loop does, it loses.
- by: fol:closed-loop-must-lose; not thm:dpi
- verdict: refuted
- read: all of it

**Formalised.** Strictly.

**Finding.** It need not.
"""
NOT_FORMALISED = """
## A model feels {#pub:X02}

- source: nobody
- said: A model feels what it has lost.
- verdict: not formalised
- because: nothing says what it means
- read: the title

**Finding.** None.
"""
OURS = published.read_published(ROOT / "theory", ENTRIES)


@pytest.fixture
def read(tmp_path):
    def chapter(text):
        (tmp_path / "1_test.md").write_text(text, encoding="utf-8")
        return published.read_published(tmp_path, ENTRIES)

    return chapter


def test_a_claim_is_read_with_what_decides_it(read):
    first, second = read(BLOCK + NOT_FORMALISED)
    assert (first.label, first.ref, first.by) == ("pub:X01", "X01", ("fol:closed-loop-must-lose", "thm:dpi"))
    assert first.denied == ("thm:dpi",)
    assert first.block.part("Finding") == "It need not."
    assert (second.by, second.recomputed) == ((), ())


def test_numbers_are_found_by_their_dotted_name(read):
    path = "tests.support.planted_numbers.NUMBERS"
    (claim,) = read(BLOCK.replace("- by:", f"- recomputed: {path}\n- by:"))
    assert [number.agrees() for number in claim.recomputed] == [True, False]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("thm:dpi", "thm:dpy", r"1_test\.md:3: pub:X01 is decided by 'thm:dpy', .*: did you mean thm:dpi"),
        ("not thm:dpi", "not cnd:bisecting", "decided by 'not cnd:bisecting', but what holds under a condition says"),
        ("- said: ", "- sed: ", "has a field 'sed': did you mean said"),
        ("- read: all of it\n", "", "lacks the field '- read: ...'"),
        ("- source: nobody\n", "- source:\n", "lacks the field '- source: ...'"),
        ("verdict: refuted", "verdict: false", "has the verdict 'false': it is one of reproduced, proved, needs"),
        ("verdict: refuted", "verdict: needs a condition", "'- condition: ...' goes with the verdict 'needs a"),
        ("- read:", "- because: of it\n- read:", "the field '- because: ...' goes with the verdict 'not formalised'"),
        ("**Formalised.**", "Formalised:", r"has no paragraph '\*\*Formalised\.\*\*"),
        ("**Finding.**", "Finding:", r"has no paragraph '\*\*Finding\.\*\*"),
        ("- by:", "- recomputed: nowhere.NUMBERS\n- by:", "names the numbers nowhere.NUMBERS, which are missing"),
        ("- by:", "- recomputed: tests.support.paths.ROOT\n- by:", "not a tuple of PublishedNumber"),
        ("- by:", "- recomputed: tests.support.planted_numbers.UNREADABLE\n- by:", "'one in 3' is no number"),
    ],
)  # fmt: skip
def test_what_is_malformed_is_refused_with_its_place(read, old, new, message):
    assert old in BLOCK
    with pytest.raises(TheoryError, match=message):
        read(BLOCK.replace(old, new))


def test_what_is_not_formalised_is_decided_by_nothing(read):
    with pytest.raises(TheoryError, match="says why it is not formalised, and what decides it"):
        read(NOT_FORMALISED.replace("- read:", "- by: thm:dpi\n- read:"))


def test_published_claims_are_no_statements(tmp_path):
    (tmp_path / "1_test.md").write_text(BLOCK, encoding="utf-8")
    with pytest.raises(TheoryError, match="no chapter with a labelled block"):
        read_blocks(tmp_path)


def test_a_label_twice_is_refused(read):
    with pytest.raises(TheoryError, match="label pub:X01 is taken"):
        read(BLOCK + BLOCK)


def test_a_claim_selects_the_statements_that_decide_it(read):
    claims = read(BLOCK + NOT_FORMALISED)
    deciding = published.deciding_statements(claims)
    for name in ("pub:X01", "X01"):
        chosen = select_statements(ENTRIES, (name,), deciding)
        assert [entry.block.label for entry in chosen] == ["thm:dpi", "fol:closed-loop-must-lose"]
        assert [claim.label for claim in published.select_published(claims, (name,))] == ["pub:X01"]
    assert select_statements(ENTRIES, ("pub:X02",), deciding) == ()
    assert published.select_published(claims, ()) == claims
    assert published.select_published(claims, ("thm:dpi",)) == ()
    with pytest.raises(TheoryError, match="'pub:X03': did you mean pub:X0"):
        select_statements(ENTRIES, ("pub:X03",), deciding)


def test_every_claim_of_the_list_has_its_block():
    assert {claim.ref for claim in OURS} >= {f"C{k:02}" for k in range(1, 31)}


def test_at_least_twenty_are_executed():
    assert sum(bool(claim.by or claim.recomputed) for claim in OURS) >= 20


def test_no_claim_rests_on_statements_that_say_nothing():
    """Each statement that decides a claim says something in exact cases that its committed certificate counts."""
    folder = ROOT / "theory" / "certificates"
    certificates = {label: certificate_path(folder, label) for claim in OURS for label in claim.by}
    kept = {label: json.loads(path.read_text(encoding="utf-8")) for label, path in certificates.items()}
    assert {label for label, found in kept.items() if not found["strict"] + found["equal"]} == set()


@pytest.mark.parametrize("claim", OURS, ids=lambda claim: claim.ref)
def test_the_verdict_is_that_of_the_classes_of_what_decides_it(claim):
    """Which `infoloop verify` makes of what it finds; here the statements are taken to be as their blocks say."""
    finding = {"T": "holds", "C": "holds with a condition", "F": "refuted"}
    opposite = {"T": "refuted", "F": "holds"}
    classes = {entry.block.label: entry.block.fields["class"] for entry in ENTRIES}
    found = [(opposite if label in claim.denied else finding)[classes[label]] for label in claim.by]
    grounds = tuple(Ground("", "", "", "", 1, False, kind) for kind in found)
    assert make_verdict(grounds, claim.recomputed) == claim.block.fields["verdict"]
