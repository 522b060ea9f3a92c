r"""How a verifier errs, from a second one that is trusted: rates, bits, and the sign of the update.

The verdicts of one verifier are set against those of the trusted one, which says what is right. *False positives*: of
the answers that are wrong, the share that passes (FPR); *false negatives*: of those that are right, the share that
fails. Each rate is a share of a number that is fixed once the truth is known, so that its interval is Clopper &
Pearson's, exact if verdicts err independently of each other given the truth, at whatever rates (`pooled_interval`).
Equal wrong answers of one group err together: for that there is a second interval, over groups, approximate.

A step on the verdict moves the pass rate of a problem by $J\kappa(\rho_0+Jp)\nabla p$ (`learning.noisy_verifiers`), so
that the sign of Youden's $J=\mathrm{TPR}-\mathrm{FPR}$ is the sign of the update. As updates compare answers to one
problem, the J that counts is that *within* groups, $\sum_gS(v,r)/\sum_gS(r,r)$: the mean of each group's J, weighted by
$n_gp_gq_g$, as advantages weigh it that are not divided by a deviation. Pooled over problems of different difficulty J
can have the other sign.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import jax
import numpy as np

from infoloop.learning.verifier_audits import bits_over_box
from infoloop.probability.host_functions import host_only
from infoloop.verdict_logs.estimators import check_confidence, pooled_interval, verdict_entropy
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.within_groups import (
    UNKNOWN,
    IntervalEstimate,
    centred_products,
    jackknife_interval,
    measured_names,
    measured_place,
    ratio_interval,
    whole_groups,
)

KEEPS, REVERSES, UNDECIDED = "keeps", "reverses", "undecided"


class ErrorRate(NamedTuple):
    """A rate of errors.

    Attributes:
        errors: How many answers of the kind were judged wrongly.
        judged: How many of the kind there are.
        value: The share; NaN where there is none.
        low, high: Exact interval for errors that are independent given the truth.
        low_over_groups, high_over_groups: Approximate interval over groups, whose answers may err together.
    """

    errors: int
    judged: int
    value: float
    low: float
    high: float
    low_over_groups: float
    high_over_groups: float


class VerifierErrors(NamedTuple):
    """How one verifier errs by another's word.

    Attributes:
        verifier: The one that is looked at.
        trusted: The one whose word is the truth.
        judged: How many rollouts have both verdicts.
        left_out: How many have not.
        agreement: Share of equal verdicts, with an exact interval.
        right: Share of right answers.
        false_positive: FPR.
        false_negative: 1 - TPR.
        youden: J over all rollouts; its interval is a box of both rates, exact.
        youden_within: J within groups, with an approximate interval.
        update: "keeps", "reverses" or "undecided": what errors do to its sign, by the interval of `youden_within`, or
            of `youden` where no group has right and wrong answers.
        bits: I(verdict; right) in bits a rollout, least and greatest over the box of all three rates.
        ideal_bits: h(p), what a verifier without errors would tell.
        error_and_length: Correlation of verdict minus truth with the length of answers, within groups.
    """

    verifier: str
    trusted: str
    judged: int
    left_out: int
    agreement: IntervalEstimate
    right: IntervalEstimate
    false_positive: ErrorRate
    false_negative: ErrorRate
    youden: IntervalEstimate
    youden_within: IntervalEstimate
    update: str
    bits: IntervalEstimate
    ideal_bits: float
    error_and_length: IntervalEstimate

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {key: part._asdict() if hasattr(part, "_asdict") else part for key, part in self._asdict().items()}


def counted_verifiers(table: GroupTable) -> tuple[str, ...]:
    """Return the verifiers of which patterns of verdicts are counted: the first ones of the log, `MOST_JUDGES` at most.

    Args:
        table: Groups of rollouts.
    """
    return tuple(name for k, name in enumerate(measured_names(table, "verdict")) if 3**k < table.judged.shape[1])


def count_verdict_patterns(table: GroupTable, verifiers: tuple[str, ...]) -> np.ndarray:
    """Return how many rollouts these verifiers judged in each way, of shape (steps, 3, ..., 3): wrong, right, none.

    Args:
        table: Groups of rollouts.
        verifiers: Names, each once; their axes are in this order.

    Raises:
        ValueError: There is no such verifier, or one is named twice.
    """
    names = counted_verifiers(table)
    for name in verifiers:
        measured_place(table, "verdict", name)
        if name not in names:
            raise ValueError(f"verdicts of {name} are not counted beside others: only those of {', '.join(names)} are")
    axes = [1 + names.index(name) for name in verifiers]
    if len(set(axes)) < len(axes):
        raise ValueError(f"{', '.join(verifiers)}: a verifier is named twice; name different ones")
    counts = table.judged.reshape(-1, *(3 for _ in names))
    others = tuple(axis for axis in range(1, counts.ndim) if axis not in axes)
    kept = sorted(axes)
    return counts.sum(axis=others).transpose(0, *(1 + kept.index(axis) for axis in axes))


@host_only
def errors_against(table: GroupTable, trusted: str, verifier: str = "", confidence: float = 0.95) -> VerifierErrors:
    """Return how a verifier errs by the word of a trusted one.

    Args:
        table: Groups of rollouts.
        trusted: The verifier whose word is the truth.
        verifier: The one that is looked at; the first of the log if it is left out.
        confidence: Of each interval; above 0 and below 1. Boxes of several rates hold with it as a whole.

    Raises:
        ValueError: There is no such verifier, both are the same, or no rollout has both verdicts.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> verdicts = {"tests": np.array([1.0, 1, 0, 0, 1, 0]), "proof": np.array([1.0, 0, 0, 0, 1, 1])}
    >>> table = collect_groups([Rollouts(np.array(["a"] * 6), np.arange(6), verdicts=verdicts)])
    >>> found = errors_against(table, "proof")
    >>> found.false_positive[:3], round(found.false_negative.value, 4), round(found.bits.value, 4)
    ((1, 3, 0.3333333333333333), 0.3333, 0.0817)
    """
    delta = check_confidence(confidence)
    verifier = verifier or next(iter(measured_names(table, "verdict")), "")
    all_counts = count_verdict_patterns(table, (trusted, verifier)).sum(axis=0)
    counts = all_counts[:2, :2]  # [truth, verdict]
    if not counts.sum():
        raise ValueError(f"no rollout was judged by both {verifier} and {trusted}: name verifiers that judged the same")
    judged, right = int(counts.sum()), int(counts[1].sum())
    places = [measured_place(table, "verdict", name) for name in (trusted, verifier)]
    groups = whole_groups(table, places)
    rates = [_rate(table, places, groups, counts, truth, confidence) for truth in (0, 1)]
    box = [exact_share(int(counts[truth, 1 - truth]), int(counts[truth].sum()), 1 - delta / 3) for truth in (0, 1)]
    share = exact_share(right, judged, 1 - delta / 3)
    both = [exact_share(int(counts[truth, 1 - truth]), int(counts[truth].sum()), 1 - delta / 2) for truth in (0, 1)]
    youden = IntervalEstimate(1 - both[0].value - both[1].value, 1 - both[0].high - both[1].high,
                              1 - both[0].low - both[1].low)  # fmt: skip
    s = centred_products(table, places, groups)
    within = ratio_interval(s[:, 0, 1], s[:, 0, 0], confidence) if s[:, 0, 0].any() else UNKNOWN
    return VerifierErrors(
        verifier, trusted, judged, int(all_counts.sum()) - judged,
        exact_share(int(np.trace(counts)), judged, confidence), exact_share(right, judged, confidence), *rates,
        youden, within, update_sign(within if math.isfinite(within.low) else youden),
        _bits(share, *box), float(verdict_entropy(right / judged)),
        _correlation(table, places, np.array([-1.0, 1.0]), confidence),
    )  # fmt: skip


def exact_share(count: int, among: int, confidence: float) -> IntervalEstimate:
    """Return a share with its exact interval (`pooled_interval`); of nothing it is NaN, anywhere in [0, 1].

    >>> exact_share(0, 0, 0.95)
    IntervalEstimate(value=nan, low=0.0, high=1.0)
    """
    if not among:
        return IntervalEstimate(math.nan, 0.0, 1.0)
    return IntervalEstimate(count / among, *pooled_interval([count], [among], confidence))


def update_sign(youden: IntervalEstimate) -> str:
    """Return whether a J in this interval "keeps" the sign of the update, "reverses" it, or is "undecided".

    >>> update_sign(IntervalEstimate(0.3, 0.1, 0.5)), update_sign(IntervalEstimate(0.0, 0.0, 0.5))
    ('keeps', 'undecided')
    """
    return KEEPS if youden.low > 0 else REVERSES if youden.high < 0 else UNDECIDED


def length_association(table: GroupTable, verifier: str, confidence: float = 0.95) -> IntervalEstimate:
    """Return the correlation of a verdict with the length of answers within groups, approximate; NaN without lengths.

    Args:
        table: Groups of rollouts.
        verifier: The verifier.
        confidence: Of the interval; above 0 and below 1.

    Raises:
        ValueError: There is no such verifier.
    """
    place = measured_place(table, "verdict", verifier)
    return _correlation(table, [place], np.array([1.0]), confidence)


def _rate(
    table: GroupTable, places: list[int], groups: np.ndarray, counts: np.ndarray, truth: int, confidence: float
) -> ErrorRate:
    errors, judged = int(counts[truth, 1 - truth]), int(counts[truth].sum())
    right, both = table.total[groups, places[0]], table.products[places[0]][places[1]][groups]
    passes, size = table.total[groups, places[1]], table.size[groups]
    sums = (right - both, right) if truth else (passes - both, size - right)
    return ErrorRate(errors, judged, *exact_share(errors, judged, confidence), *ratio_interval(*sums, confidence)[1:])


def _bits(right: IntervalEstimate, wrong_passes: IntervalEstimate, right_fails: IntervalEstimate) -> IntervalEstimate:
    rates = (right.value, wrong_passes.value, right_fails.value)
    known = not any(map(math.isnan, rates))  # else all answers are right, or all wrong, and nothing is to be told
    value = bits_range(*((rate, rate) for rate in rates))[1] if known else 0.0
    return IntervalEstimate(value, *bits_range(*((ends.low, ends.high) for ends in (right, wrong_passes, right_fails))))


def bits_range(
    right: tuple[float, float], false_positive: tuple[float, float], false_negative: tuple[float, float]
) -> tuple[float, float]:
    """Return the least and the greatest I(verdict; right) over a box of rates, in bits (`bits_over_box`).

    Args:
        right: Least and greatest share of right answers.
        false_positive: Least and greatest FPR.
        false_negative: Least and greatest 1 - TPR.

    >>> [round(bits, 4) for bits in bits_range((0.5, 0.5), (0.0, 0.125), (0.0, 0.25))]
    [0.3113, 1.0]
    """
    low, high = false_negative
    with jax.enable_x64(True):
        found = _compiled_range(np.array(right), np.array(false_positive), np.array([1 - high, 1 - low]))
        return float(found.lower), float(found.upper)


@jax.jit
def _compiled_range(right, false_positive, true_positive):
    return bits_over_box(right, false_positive=false_positive, true_positive=true_positive)


def _correlation(table: GroupTable, places: list[int], signs: np.ndarray, confidence: float) -> IntervalEstimate:
    """Return the correlation within groups of a signed sum of numbers with the length."""
    if not measured_names(table, "length"):
        return UNKNOWN
    places = [*places, measured_place(table, "length")]
    groups = whole_groups(table, places)
    s = centred_products(table, places, groups)
    with_length = s[:, :-1, -1] @ signs
    squares = np.einsum("gij,i,j->g", s[:, :-1, :-1], signs, signs)
    sums = np.stack([with_length, squares, s[:, -1, -1]], axis=1)
    if not squares.any() or not s[:, -1, -1].any():
        return UNKNOWN
    return jackknife_interval(sums, lambda t: t[..., 0] / np.sqrt(t[..., 1] * t[..., 2]), confidence)
