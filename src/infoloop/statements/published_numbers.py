"""Numbers that others have published, each beside an exact value: do they agree to the digits that were given?"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any, NamedTuple

from infoloop.exact.log_sums import Exact, LogSum, from_rational
from infoloop.exact.real_balls import RealBall
from infoloop.reporting.suggestions import quote

_NUMBER = re.compile(r"(?P<bound>[<>]=)?\s*(?P<digits>[+-]?\d*\.?\d+)")


class PublishedNumber(NamedTuple):
    """A number as it was printed, and what it is exactly.

    Attributes:
        what: what the number is of, such as "dead groups of 8 at p = .1".
        published: its digits as printed, such as "-.0756"; ">= 17.15" is a bound.
        value: the exact value, a rational or a `LogSum` or `RealBall`, best an exact side of a claim of the ledger; or
            a function of nothing that returns it, if it takes long.
    """

    what: str
    published: str
    value: Exact | LogSum | RealBall | Callable[[], Exact | LogSum | RealBall]

    def agrees(self) -> bool:
        """Return whether the exact value rounds to the printed digits, or keeps to the printed bound.

        Raises:
            ValueError: the printed number is none.

        >>> [PublishedNumber("a third", printed, "1/3").agrees() for printed in (".333", ".334")]
        [True, False]
        >>> PublishedNumber("a third", ">= .333", "1/3").agrees()
        True
        """
        bound, printed, unit = self.printed()
        value = self._exact()
        if bound:
            return (value - printed).sign() * (1 if bound == ">=" else -1) >= 0
        return (value - (printed - unit / 2)).sign() >= 0 >= (value - (printed + unit / 2)).sign()

    def row(self) -> dict[str, Any]:
        """Return the number as JSON."""
        return {
            "what": self.what,
            "published": self.published,
            "recomputed": self._exact().digits(8),
            "agrees": self.agrees(),
        }

    def _exact(self) -> LogSum | RealBall:
        value: Any = self.value() if callable(self.value) else self.value
        return value if isinstance(value, LogSum | RealBall) else from_rational(value)

    def printed(self) -> tuple[str | None, Fraction, Fraction]:
        """Return ">=" or "<=" for a bound, the number, and the unit of its last digit.

        Raises:
            ValueError: what is printed is no number.
        """
        found = _NUMBER.fullmatch(self.published.strip())
        if not found:
            raise ValueError(
                f"{self.what}: {quote(self.published)} is no number: give digits, as '.6634', or a bound, '>= 17.15'"
            )
        digits = found["digits"]
        return found["bound"], Fraction(digits), Fraction(1, 10 ** len(digits.partition(".")[2]))
