"""Cascades that are not what the statement assumes, and the capacity of a Z-channel."""

import pytest
from flint import fmpq

from infoloop.claims.processing.channel_cascades import bsc_cascade, capacities, erasure_cascade, z_cascade
from infoloop.exact.log_sums import log2
from infoloop.statements.certification import certify


@pytest.mark.parametrize("claim", [bsc_cascade, erasure_cascade, z_cascade], ids=lambda claim: claim.label)
def test_a_link_of_another_noise_is_noticed_in_the_information_and_in_the_table(claim):
    for edge in claim.edges:
        assert certify(claim, [edge]).counterexample is None
        assert certify(claim, [{**edge, "noises": (*edge["noises"][:-1], fmpq(1, 4))}]).counterexample


def test_the_capacity_of_the_z_channel_of_one_half():
    assert capacities.exact
    reached, closed = capacities.exact({"channel": "z", "noise": fmpq(1, 2), "input symbols": 2})
    assert (reached - log2("5/4")).sign() == (closed - log2("5/4")).sign() == 0
