"""The contract of every claim: it holds, it cannot be 1 % stronger, and a wrong implementation of it is caught."""

import importlib
import pkgutil
from dataclasses import replace
from fractions import Fraction

import jax
import pytest

from infoloop import claims
from infoloop.exact.comparison import UNDECIDED
from infoloop.statements.cases import Family
from infoloop.statements.certification import certify, refuted_when_stronger
from infoloop.statements.claim import attack, stronger, weigh

MODULES = [
    importlib.import_module(found.name)
    for found in pkgutil.walk_packages(claims.__path__, "infoloop.claims.")
    if not found.ispkg
]
CLAIMS = tuple(claim for module in MODULES for claim in module.CLAIMS)
FOLKLORE = tuple(claim for claim in CLAIMS if claim.label.startswith("fol:"))
TRUE = tuple(claim for claim in CLAIMS if claim not in FOLKLORE)
KEY = jax.random.key(7)
SAMPLES = 2000


def label(claim):
    return claim.label


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_it_holds_on_random_cases(claim):
    assert weigh(claim, KEY, SAMPLES).slack >= -UNDECIDED


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_a_wrong_implementation_is_caught_on_random_cases(claim):
    assert claim.wrong is not None
    assert weigh(replace(claim, sides=claim.wrong), KEY, SAMPLES).slack < -UNDECIDED


@pytest.mark.parametrize("claim", [c for c in TRUE if c.family], ids=label)
def test_its_family_is_certified(claim):
    found = certify(claim)
    assert found.counterexample is None
    assert found.cases > 10


@pytest.mark.parametrize("claim", FOLKLORE, ids=label)
def test_folklore_is_refuted_with_exact_entries(claim):
    found = certify(claim).counterexample
    assert found is not None
    laws = [value for value in found.case.values() if isinstance(value, dict)]
    assert [sum(map(Fraction, law.values())) for law in laws] == [1] * len(laws)


@pytest.mark.parametrize("claim", TRUE, ids=label)
def test_one_percent_more_is_refuted(claim):
    if claim.edges:
        assert refuted_when_stronger(claim)
        return
    assert claim.loose
    if claim.relation != "=":
        assert attack(stronger(claim), KEY, starts=32, steps=400).ratio < 1


def test_a_family_says_what_it_is():
    assert all(isinstance(claim.family, Family) and claim.family.description for claim in CLAIMS if claim.family)
