"""What `infoloop verify`, which certifies and attacks every claim, does not say: that it would notice a wrong one."""

import importlib
import json
import pkgutil
from dataclasses import replace
from fractions import Fraction

import jax
import pytest

from infoloop import claims
from infoloop.exact.comparison import UNDECIDED
from infoloop.statements.cases import Family
from infoloop.statements.claim import Claim, attack, evaluate_on_samples, stronger
from tests.support.paths import ROOT

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(claims.__path__, "infoloop.claims.")
    if not found.ispkg
]
CLAIMS = tuple(found for module in MODULES for found in vars(module).values() if isinstance(found, Claim))
TRUE = tuple(claim for claim in CLAIMS if not claim.label.startswith("fol:"))
_GROUPS = [
    [found for found in vars(module).values() if isinstance(found, Claim) and found in TRUE] for module in MODULES
]
IN_THE_GATE = {group[0].label for group in _GROUPS if group}  # one claim of each module; each is compiled for a second
CERTIFICATES = [json.loads(path.read_text()) for path in sorted((ROOT / "theory" / "certificates").glob("*.json"))]
KEY = jax.random.key(7)
SAMPLES = 2000


def in_lanes(chosen):
    marks = {False: pytest.mark.full, True: ()}
    return [pytest.param(claim, marks=marks[claim.label in IN_THE_GATE], id=claim.label) for claim in chosen]


@pytest.mark.slow
@pytest.mark.parametrize("claim", in_lanes(TRUE))
def test_a_wrong_implementation_is_caught_on_random_cases(claim):
    assert claim.wrong is not None
    assert evaluate_on_samples(replace(claim, sides=claim.wrong), KEY, SAMPLES).slack < -UNDECIDED


@pytest.mark.slow
@pytest.mark.parametrize("claim", in_lanes(c for c in TRUE if not c.edges and c.relation != "="))
def test_one_percent_more_is_refuted_by_an_attack_where_no_edge_case_is_named(claim):
    assert attack(stronger(claim), KEY, starts=32, steps=400).ratio < 1


def test_a_claim_names_its_edge_cases_or_says_why_it_is_not_sharp():
    assert [claim.label for claim in TRUE if not (claim.edges or claim.loose)] == []


def test_a_family_says_what_it_is():
    assert all(isinstance(claim.family, Family) and claim.family.description for claim in CLAIMS if claim.family)


def test_certified_families_have_more_than_ten_cases():
    certified = {c["label"]: c["cases"] for c in CERTIFICATES if c["verdict"] == "certified"}
    assert len(certified) > 100
    assert {name: cases for name, cases in certified.items() if cases <= 10} == {}


def test_laws_of_counterexamples_have_mass_one():
    """`verify` refuses a certificate that is not what it finds, so that the committed ones may be read here."""
    cases = {c["label"]: c["counterexample"]["case"] for c in CERTIFICATES if c["verdict"] == "refuted"}
    laws = [(name, law) for name, case in cases.items() for law in case.values() if isinstance(law, dict)]
    assert len(laws) > 10
    assert [name for name, law in laws if sum(map(Fraction, law.values())) != 1] == []
