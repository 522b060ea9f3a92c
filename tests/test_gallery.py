"""Every pipeline of the gallery with its verdict, its reason and the warnings that its graph decides."""

import functools
from pathlib import Path

import pytest

from infoloop.auditing import Audit, audit
from infoloop.check import check_certificate

FOLDER = Path(__file__).parents[1] / "experiments" / "pipelines"
ONLY_START = "Z10 depends on X only through Z0: no round adds to I(X;Z0)"
ALL_ROUNDS = "X reaches Z10 around Z0: 10 of 10 rounds may add task information"
GALLERY = {
    "pretraining_on_own_text": ("closed", ONLY_START, "B5"),
    "self_distillation": ("closed", ONLY_START, "B5"),
    "rejection_sampling": ("open", ALL_ROUNDS, "B1 B21"),
    "rlvr_unit_tests": ("open", ALL_ROUNDS, "B1"),
    "judge_frozen_copy": ("closed", ONLY_START, "B4 B5 B7 B8"),
    "judge_frozen": ("open", "J reaches Z10 around Z0, but nothing else does: closed relative to Z0,J", "B1 B22"),
    "judge_drifting": ("closed", ONLY_START, "B4 B5 B8"),
    "majority_vote": ("closed", ONLY_START, "B4 B5 B8"),
    "reward_model": ("open", "J reaches Z10 around Z0, but nothing else does: closed relative to Z0,J", "B1 B22"),
    "accumulate_first_data": (
        "closed",
        "Z10 depends on X only through D0,A0: no round adds to I(X;D0,A0); beyond Z0, what it lost of them may return",
        "B5 B7",
    ),
    "fresh_real_data": ("open", ALL_ROUNDS, "B1"),
    "teacher": ("open", "M reaches Z10 around Z0, but nothing else does: closed relative to Z0,M", "B1 B22"),
}


@functools.cache
def audited(name: str) -> Audit:
    return audit(FOLDER / f"{name}.toml")


def test_every_file_of_the_gallery_has_its_verdict():
    assert {path.stem for path in FOLDER.glob("*.toml")} == GALLERY.keys()


@pytest.mark.parametrize("name", GALLERY)
def test_the_verdict_the_reason_and_the_warnings_are_as_expected(name):
    found = audited(name)
    codes = " ".join(caution.code for caution in found.cautions)
    assert (found.verdict, found.reason, codes) == GALLERY[name]


@pytest.mark.parametrize("name", GALLERY)
def test_every_bound_has_certificates_that_the_checker_accepts(name):
    found = audited(name)
    assert found.ceilings
    for ceiling in found.ceilings:
        assert {step.proof for step in ceiling.steps} == set(range(len(ceiling.proofs)))
        for proof in ceiling.proofs:
            check_certificate(proof)
