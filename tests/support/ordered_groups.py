"""Updates of a question by brute force: every ordered group of outputs, one by one, in fractions.

Only square roots are not exact: they are fractions within 1e-60. Nothing of the package is used.
"""

import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

DIGITS = 10**60


class Output(NamedTuple):
    """What a rule sees of one output."""

    outcome: Fraction
    shaping: Fraction
    right: int
    length: Fraction


@dataclass(frozen=True)
class Options:
    """A rule in words; `subtract` is a number, "others" or "group"; `divide` by nothing, or which deviation."""

    subtract: Fraction | str = "group"
    divide: str = "none"
    epsilon: Fraction = Fraction(0)
    dose: Fraction = Fraction(0)
    redraw: str = "never"
    gate: str = "open"
    lengths: str = "ignored"


def root(x: Fraction) -> Fraction:
    return Fraction(math.isqrt(x.numerator * DIGITS * DIGITS // x.denominator), DIGITS)


def kind_of_group(group: Sequence[Output]) -> str:
    right = sum(y.right for y in group)
    return "all wrong" if right == 0 else "all right" if right == len(group) else "mixed"


def group_weights(options: Options, group: Sequence[Output]) -> list[Fraction] | None:
    """Weights of the scores of the members, before the division by G; None for a group that is drawn again."""
    size, verdicts = len(group), kind_of_group(group)
    gate = {"open": True, "some right": verdicts != "all wrong", "mixed": verdicts == "mixed"}[options.gate]
    rewards = [y.outcome + (options.dose * y.shaping if gate else 0) for y in group]
    if options.redraw == "equal rewards" and len(set(rewards)) == 1:
        return None
    if options.redraw == "equal verdicts" and verdicts != "mixed":
        return None
    found = []
    for i, r in enumerate(rewards):
        if options.subtract == "others":
            found.append(r - sum(rewards[:i] + rewards[i + 1 :]) / Fraction(size - 1))
        elif options.subtract == "group":
            found.append(r - sum(rewards) / Fraction(size))
        else:
            found.append(r - Fraction(options.subtract))
    if options.divide != "none":
        mean = sum(rewards) / Fraction(size)
        variance = sum((r - mean) ** 2 for r in rewards) / Fraction(size - (options.divide == "sample"))
        deviation = root(variance) + options.epsilon
        found = [a / deviation if deviation else Fraction(0) for a in found]
    if options.lengths == "own":
        found = [a / y.length for a, y in zip(found, group, strict=True)]
    if options.lengths == "group total":
        found = [a * size / sum(y.length for y in group) for a in found]
    return found


def all_updates(
    options: Options,
    law: Sequence[Fraction],
    outputs: Sequence[Output],
    scores: Sequence[Sequence[Fraction]],
    size: int,
    among: str = "all",
) -> Iterator[tuple[Fraction, list[Fraction]]]:
    """Every ordered group that is kept: its probability, and its update; 0 outside the part that is asked for."""
    for members in itertools.product(range(len(law)), repeat=size):
        group = [outputs[y] for y in members]
        weights = group_weights(options, group)
        if weights is None:
            continue
        seen = among in ("all", kind_of_group(group))
        update = [
            sum(a * scores[y][p] for a, y in zip(weights, members, strict=True)) / Fraction(size)
            if seen
            else Fraction(0)
            for p in range(len(scores[0]))
        ]
        yield math.prod((law[y] for y in members), start=Fraction(1)), update


def moments(
    options: Options,
    law: Sequence[Fraction],
    outputs: Sequence[Output],
    scores: Sequence[Sequence[Fraction]],
    size: int,
    among: str = "all",
) -> tuple[list[Fraction], list[list[Fraction]]]:
    """Mean and covariance of the update, given that a group is kept."""
    found = list(all_updates(options, law, outputs, scores, size, among))
    kept = _sum(chance for chance, _ in found)
    places = range(len(scores[0]))
    mean = [_sum(chance * u[p] for chance, u in found) / kept for p in places]
    second = [[_sum(chance * u[p] * u[q] for chance, u in found) / kept for q in places] for p in places]
    return mean, [[second[p][q] - mean[p] * mean[q] for q in places] for p in places]


def _sum(terms: Iterable[Fraction]) -> Fraction:
    return sum(terms, Fraction(0))


def softmax_scores(law: Sequence[Fraction], features: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """Scores of logits that are linear in the parameters, with these rows of features."""
    places = range(len(features[0]))
    mean = [sum(p * row[k] for p, row in zip(law, features, strict=True)) for k in places]
    return [[row[k] - mean[k] for k in places] for row in features]
