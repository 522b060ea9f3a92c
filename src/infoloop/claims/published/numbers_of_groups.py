"""Chapter 8, published numbers of groups of verdicts, each beside the exact side of a claim (C02, C03)."""

from functools import cache

from infoloop.claims.verdict_training.dead_groups import binomial_mean, dead_groups, deviation_ball
from infoloop.claims.verdict_training.live_groups import BIASES, live_biases
from infoloop.exact.log_sums import LogSum
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall
from infoloop.statements.claim import Claim
from infoloop.statements.published_numbers import PublishedNumber


def _side(claim: Claim, **case: object) -> LogSum | RealBall:
    """Return what the claim finds for a case by summing over groups, its left exact side."""
    assert claim.exact is not None
    return claim.exact(case)[0]


@cache
def _dead(size: int, rate: fmpq) -> LogSum | RealBall:
    return _side(dead_groups, size=size, rate=rate, part="dead")


@cache
def _bias(size: int, rate: fmpq) -> LogSum | RealBall:
    return _side(live_biases, size=size, rate=rate, part=BIASES[0])


TENTH = fmpq(1, 10)
SHARES = (
    PublishedNumber("dead groups of 8 at p = .05", ".6634", lambda: _dead(8, TENTH / 2)),
    PublishedNumber("dead groups of 8 at p = .1", ".4305", lambda: _dead(8, TENTH)),
    PublishedNumber("dead groups of 8 at p = .3", ".0577", lambda: _dead(8, 3 * TENTH)),
    PublishedNumber("dead groups of 16 at p = .1", ".1853", binomial_mean([1, *[0] * 15, 1], TENTH)),
    PublishedNumber("mean deviation of groups of 8 at p = .1", ".2095", deviation_ball(TENTH, 8)),
)
LIVE_BIASES = (
    PublishedNumber("bias in live groups of 8 at p = .1", "-.0756", lambda: _bias(8, TENTH)),
    PublishedNumber("bias in live groups of 8 at p = .9", "+.0756", lambda: _bias(8, 9 * TENTH)),
    PublishedNumber("bias in live groups of 8 at p = .5", "0", lambda: _bias(8, fmpq(1, 2))),
    PublishedNumber("bias in live groups of 4 at p = .1", "-.1906", lambda: _bias(4, TENTH)),
)
