"""Chapter 8, the published number of bits that the rewards of a training run tell at most (C11)."""

from functools import cache

from infoloop.claims.signals.bits_per_episode import reward_bits
from infoloop.exact.log_sums import LogSum
from infoloop.exact.real_balls import RealBall
from infoloop.statements.cases import exact_law
from infoloop.statements.published_numbers import PublishedNumber

PROBLEMS, ANSWERS = 10_000, 32


@cache
def _at_most() -> LogSum | RealBall:
    """Return what the rewards of all answers bring at most, H(S) each, where half of them pass."""
    fair = exact_law({"X": ["1/2", "1/2"], "Y": [1], "S|X": [[1, 0], [0, 1]]})
    assert reward_bits.exact is not None
    return reward_bits.exact(fair)[1] * (PROBLEMS * ANSWERS)


MATH = (PublishedNumber("bits of 32 rewards for each of 10 000 problems", "320000", _at_most),)
