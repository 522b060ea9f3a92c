r"""`audit_log`: what a log of verdicts can have told about the task, and what as many verdicts more can tell, at most.

Two questions with different ceilings. *This log*, to one who knew no pass rate: the length of the log in bits under a
code fixed beforehand (`code_lengths`). *As many verdicts again*, on the same problems by the same student, to one who
knows the pass rates: $\sum n_ih(p_i)$ (`estimators`). Both count the noise of the verifier and what the student knew
already, so that the task information $I(X;S\mid Z,Y)$ can be far less, even 0.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs import estimators
from infoloop.verdict_logs.code_lengths import code_by_histogram, code_by_problem, code_by_rate
from infoloop.verdict_logs.estimators import Tally, check_confidence
from infoloop.verdict_logs.pass_at_intervals import PassEstimate, pass_estimates
from infoloop.verdict_logs.reader import read_log


@dataclass(frozen=True)
class LogBound:
    """At most `bits` in all, by which `name`, and what that `assumes`; some hold for the mean over logs only."""

    name: str
    bits: float
    assumes: str
    mean: bool = False


@dataclass(frozen=True, eq=False)
class LogAudit:
    r"""What a verdict log says. `told` are ceilings on what it told, `again` on what as many verdicts more can tell.

    In bits; each holds with `confidence`, the least of `told` (or of `again`) too: `told` for this very log, whatever
    the mean over logs is, except for the bound that says so. `rate` is the pass rate of all
    verdicts with the ends of its interval, `estimates` are two of $\sum n_ih(p_i)$: plug-in and Miller-Madow, the least
    ceiling of `again` instead of one that lies above it.
    """

    file: str
    confidence: float
    tally: Tally
    rate: tuple[float, float, float]
    estimates: tuple[float, float]
    told: tuple[LogBound, ...]
    again: tuple[LogBound, ...]

    @property
    def verdicts(self) -> int:
        """How many verdicts the log has."""
        return int(self.tally.attempts.sum())

    @property
    def most_told(self) -> LogBound:
        """The least ceiling on what this very log told; it may have more bits than verdicts, the mean has not."""
        return min((bound for bound in self.told if not bound.mean), key=lambda bound: bound.bits)

    @property
    def most_again(self) -> LogBound:
        """The least ceiling on what as many verdicts more can tell one who knows the pass rates."""
        return min(self.again, key=lambda bound: bound.bits)

    @property
    def cut_estimates(self) -> tuple[bool, bool]:
        """Which of the estimates would lie above the least ceiling, which then stands in its place."""
        raw = estimators.entropy_estimates(self.tally.passes, self.tally.attempts)
        return raw[0] > self.most_again.bits, raw[1] > self.most_again.bits

    @property
    def unanimous(self) -> tuple[int, int]:
        """How many problems failed, and how many passed, at every attempt."""
        return int((self.tally.passes == 0).sum()), int((self.tally.passes == self.tally.attempts).sum())

    @property
    def tried_once(self) -> int:
        """How many problems were tried once only: unanimous of necessity, at a rate that nothing is known of."""
        return int((self.tally.attempts == 1).sum())

    @cached_property
    def intervals(self) -> tuple[np.ndarray, np.ndarray]:
        """The ends of the interval of each problem's pass rate."""
        return estimators.pass_interval(self.tally.passes, self.tally.attempts, self.confidence)

    @property
    def bits(self) -> np.ndarray:
        """h(k/n) of each problem, bits a verdict."""
        return estimators.verdict_entropy(self.tally.passes / self.tally.attempts)

    @property
    def most_bits(self) -> np.ndarray:
        """The largest h over the interval of each problem's pass rate, bits a verdict."""
        return estimators.largest_entropy(*self.intervals)

    @cached_property
    def pass_at(self) -> tuple[PassEstimate, ...]:
        """Estimates of pass@k of these problems, with intervals, for k up to the least number of attempts."""
        return pass_estimates(self.tally.passes, self.tally.attempts, self.confidence)

    def row(self) -> dict[str, Any]:
        """Return the audit as JSON; `problems` holds a list for each quantity, one entry a problem."""
        (failed, passed), (names, attempts, passes), (low, high) = self.unanimous, self.tally, self.intervals
        problems = {
            "problem": names, "attempts": attempts, "passes": passes, "pass_rate": passes / attempts, "low": low,
            "high": high, "bits_per_verdict": self.bits, "most_bits_per_verdict": self.most_bits,
        }  # fmt: skip
        return {
            "file": self.file,
            "confidence": self.confidence,
            "verdicts": self.verdicts,
            "pass_rate": dict(zip(("estimate", "low", "high"), self.rate, strict=True)),
            "pass_at": [found._asdict() for found in self.pass_at],
            "all_failed": failed,
            "all_passed": passed,
            "tried_once": self.tried_once,
            "unanimous_share": (failed + passed) / len(names),
            "half_of_bits_from_share_of_problems": half_from(self),
            "entropy": dict(zip(("plug_in", "miller_madow"), self.estimates, strict=True)),
            "entropy_cut_at_ceiling": dict(zip(("plug_in", "miller_madow"), self.cut_estimates, strict=True)),
            "told": [self._bound(bound) for bound in self.told],
            "again": [self._bound(bound) for bound in self.again],
            "upper_bounds_only": True,
            "problems": {name: values.tolist() for name, values in problems.items()},
        }

    def _bound(self, bound: LogBound) -> dict[str, Any]:
        least = bound in (self.most_told, self.most_again)
        return {**dataclasses.asdict(bound), "bits_per_verdict": bound.bits / self.verdicts, "least": least}


@host_only
def audit_log(path: str | Path, columns: Mapping[str, str] | None = None, confidence: float = 0.95) -> LogAudit:
    """Return the audit of a verdict log, a file with a row for each attempt.

    Args:
        path: a `.csv` or `.parquet` file with the columns problem, attempt and pass; further columns are ignored.
        columns: what these columns are called in the file, `{"pass": "reward"}`.
        confidence: of each interval and of the least ceiling of each kind; above 0 and below 1.

    Returns:
        Pass rates with intervals, and ceilings in bits on what this log and as many verdicts more can tell.

    Raises:
        LogFileError: a ValueError of one line, for a file that is no log.
        ValueError: for a confidence outside its range.

    >>> audit_log("verdicts.csv", confidence=95)
    Traceback (most recent call last):
    ValueError: confidence is 95: give a number above 0 and below 1, such as 0.95
    """
    check_confidence(confidence)
    return audit_tally(read_log(path, columns), confidence, Path(path).name)


@host_only
def audit_tally(tally: Tally, confidence: float = 0.95, file: str = "") -> LogAudit:
    """Return the audit of counts that are already there.

    Args:
        tally: the names of the problems in order, with the numbers of their attempts and passes.
        confidence: of each interval and of the least ceiling of each kind; above 0 and below 1.
        file: a name for the counts in texts.

    Raises:
        ValueError: for counts that are none, and for a confidence outside its range.

    >>> found = audit_tally(Tally(np.array(["a", "b"]), np.array([8, 8]), np.array([0, 4])))
    >>> found.most_again.bits, found.rate[0], found.unanimous
    (16.0, 0.25, (1, 0))
    """
    _, attempts, passes = tally
    again = _bounds_on_next_log(passes, attempts, confidence)
    least = min(bound.bits for bound in again)
    plug_in, corrected = (min(bits, least) for bits in estimators.entropy_estimates(passes, attempts))
    return LogAudit(
        file,
        confidence,
        tally,
        (float(passes.sum() / attempts.sum()), *estimators.pooled_interval(passes, attempts, confidence)),
        (plug_in, corrected),
        _bounds_on_this_log(passes, attempts, confidence),
        again,
    )


def _bounds_on_this_log(passes: np.ndarray, attempts: np.ndarray, confidence: float) -> tuple[LogBound, ...]:
    codes = (
        ("coded by the overall pass rate", code_by_rate, "nothing"),
        ("coded problem by problem", code_by_problem, "nothing"),
        ("coded by the histogram of passes", code_by_histogram, "attempts fixed before"),
    )
    price = math.log2(len(codes) / check_confidence(confidence))
    return (
        LogBound("one bit each, in the mean over logs", float(attempts.sum()), "nothing", mean=True),
        *(LogBound(name, code(passes, attempts) + price, assumes) for name, code, assumes in codes),
    )


def _bounds_on_next_log(passes: np.ndarray, attempts: np.ndarray, confidence: float) -> tuple[LogBound, ...]:
    each = 1 - check_confidence(confidence) / 2  # two bounds that may fail share the risk
    independent, one_bit_each = "fixed, independent attempts", float(attempts.sum())
    by_problem = estimators.ceiling_by_problem(passes, attempts, each)
    # Both hold, so the less of them does; the word says that it is not the sum which set the number.
    cut = ", cut at one bit each" if by_problem > one_bit_each else ""
    return (
        LogBound("one bit each", one_bit_each, "nothing"),
        LogBound("h of the overall pass rate", estimators.ceiling_by_rate(passes, attempts, each), independent),
        LogBound(f"sum over problems{cut}", min(by_problem, one_bit_each), independent),
    )


def information_curve(found: LogAudit) -> tuple[np.ndarray, np.ndarray]:
    r"""Return shares of problems, those with the largest $n_ih(k_i/n_i)$ first, and the shares of bits that they bring.

    Corners of a piecewise linear curve from (0, 0) to (1, 1); empty where no problem has both verdicts.

    >>> tally = Tally(np.array(["a", "b", "c", "d"]), np.array([2, 2, 2, 2]), np.array([0, 1, 1, 2]))
    >>> [share.tolist() for share in information_curve(audit_tally(tally))]
    [[0.0, 0.5, 1.0], [0.0, 1.0, 1.0]]
    """
    values, problems = np.unique(-found.tally.attempts * found.bits, return_counts=True)
    if not values.any():
        return np.array([]), np.array([])
    brought, ahead = np.cumsum(-values * problems), np.cumsum(problems)
    return np.append(0.0, ahead / ahead[-1]), np.append(0.0, brought / brought[-1])


def half_from(found: LogAudit) -> float | None:
    """Return the least share of problems that brings half of the bits, by the plug-in estimate; None without bits.

    >>> tally = Tally(np.array(["a", "b", "c", "d"]), np.array([2, 2, 2, 2]), np.array([0, 1, 1, 2]))
    >>> half_from(audit_tally(tally))
    0.25
    """
    shares, brought = information_curve(found)
    return float(np.interp(0.5, brought, shares)) if shares.size else None
