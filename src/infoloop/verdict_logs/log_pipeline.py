r"""A pipeline file made from a log: estimated tables, their box, and what a verdict tells at the ends of it.

The task X says for each class of problems whether the student's answer to one of them is right; a question Y draws a
class as often as the log has it, and the verdict S errs at the verifier's rates. What the audit of that pipeline finds
for its round, $I(X;S\mid Z_0,Y)=\sum_cw_cI(R_c;\tilde r)$, is what the audit of the log calls bits a verdict: the two
meet. A step of n rollouts tells n times that at most. One round stands in the file, for a log says nothing of what the
student keeps; rounds, states and judges of one's own go beside it.

*Classes* may be given; else they go by what a problem passed in the first half of its groups, and rates are taken from
the second half alone: classes made of the same verdicts would have rates that the choice has bent. *The box* is of
exact intervals that hold together. Over it the bits are least at the end next to J = 0, for each class at one of the
ends of its pass rate, and greatest at one of the two far ends, each class at the channel's best input or next to it
(`learning.verifier_audits`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text
from infoloop.verdict_logs.estimators import check_confidence, verdict_entropy
from infoloop.verdict_logs.groups.group_table import GroupTable
from infoloop.verdict_logs.groups.verifier_errors import bits_range, count_verdict_patterns, exact_share
from infoloop.verdict_logs.groups.within_groups import (
    IntervalEstimate,
    measured_names,
    measured_place,
    whole_groups,
)

MOST_CLASSES = 8  # the task of the pipeline has 2^classes values
BY_PASSES = ("tried once", "passed never", "passed less than half", "passed half or more", "passed always")


class ProblemClass(NamedTuple):
    """A class of problems: its share of the rollouts that are counted, and of these the share that is right."""

    name: str
    problems: int
    share: float
    right: IntervalEstimate


class LogPipeline(NamedTuple):
    """A pipeline made from a log.

    Attributes:
        classes: The classes of problems.
        verifier: Whose verdicts they are.
        trusted: Whose word is the truth; empty where the verifier is taken to be without errors.
        false_positive, false_negative: The verifier's rates.
        confidence: That all rates are in their intervals.
        bits: What a verdict tells, in bits: with the estimates, and least and greatest over the box.
        text: The pipeline file with the estimates.
        least_text, greatest_text: The same where the bits are least, and greatest.
    """

    classes: tuple[ProblemClass, ...]
    verifier: str
    trusted: str
    false_positive: IntervalEstimate
    false_negative: IntervalEstimate
    confidence: float
    bits: IntervalEstimate
    text: str
    least_text: str
    greatest_text: str

    def row(self) -> dict[str, Any]:
        """Return it as plain data."""
        classes = [{**one._asdict(), "right": one.right._asdict()} for one in self.classes]
        plain = {name: getattr(self, name)._asdict() for name in ("false_positive", "false_negative", "bits")}
        return {**self._asdict(), **plain, "classes": classes}


class _Point(NamedTuple):
    """Rates inside the box: of right answers, one a class, FPR and TPR."""

    right: tuple[float, ...]
    false_positive: float
    true_positive: float


@host_only
def pipeline_from_log(
    table: GroupTable,
    title: str,
    trusted: str = "",
    classes: Mapping[str, str] | None = None,
    confidence: float = 0.95,
) -> LogPipeline:
    """Return a pipeline whose tables are the rates of a log, for `infoloop audit FILE.toml`.

    Args:
        table: Groups of rollouts.
        title: Of the pipeline.
        trusted: The verifier whose word is the truth: the first other one errs by it; left out, the first verifier of
            the log is taken at its word.
        classes: The class of each problem by name; left out, they go by what a problem passed in its first groups.
        confidence: That all rates are in the box; above 0 and below 1.

    Raises:
        ValueError: The log has no such verifier, no group has all verdicts, or there are too many classes or a problem
            without one.

    >>> from infoloop.verdict_logs.groups.group_table import collect_groups
    >>> from infoloop.verdict_logs.rollouts import Rollouts
    >>> log = Rollouts(np.array(["a"] * 4), np.arange(4), verdicts={"tests": np.array([1.0, 0, 0, 1])})
    >>> made = pipeline_from_log(collect_groups([log]), "My run")
    >>> round(made.bits.value, 6), made.text.splitlines()[0]
    (1.0, 'title = "My run"')
    """
    delta = check_confidence(confidence)
    truth = measured_place(table, "verdict", trusted)
    verifiers = measured_names(table, "verdict")
    verifier = next((name for name in verifiers if name != trusted), verifiers[0])
    groups = whole_groups(table, [truth])
    if not groups.any():
        raise ValueError(f"no group has a verdict of {trusted or verifier} on every rollout: there are no rates")
    names, label = _labels(table, groups, truth, classes)
    each = 1 - delta / (len(names) + 2)
    rates = _error_rates(table, trusted, verifier, each)
    counted = [label == k for k in range(len(names))]
    sizes = [float(table.size[inside].sum()) for inside in counted]
    found = tuple(
        ProblemClass(
            name,
            len(np.unique(table.problem[inside])),
            size / sum(sizes),
            exact_share(int(table.total[inside, truth].sum()), int(size), each),
        )
        for name, inside, size in zip(names, counted, sizes, strict=True)
    )
    least, greatest = _ends(found, *rates)
    made = LogPipeline(found, verifier, trusted, *rates, confidence, _bits(found, *rates, least, greatest), "", "", "")
    point = _Point(tuple(one.right.value for one in found), rates[0].value, 1 - rates[1].value)
    return made._replace(
        text=_text(made, title, point, "with the rates as estimated"),
        least_text=_text(made, title, least, "where the bits are least"),
        greatest_text=_text(made, title, greatest, "where the bits are greatest"),
    )


def _labels(
    table: GroupTable, groups: np.ndarray, truth: int, classes: Mapping[str, str] | None
) -> tuple[list[str], np.ndarray]:
    """Return the names of classes, and of each group the number of its class, -1 for one that is not counted."""
    if classes is None:
        label = np.where(groups, passes_before(table, groups, truth)[table.problem], -1)
        label = np.where(_early(table, groups), -1, label)
        names = list(BY_PASSES)
    else:
        missing = [name for name in table.problems.tolist() if name not in classes]
        if missing:
            raise ValueError(f"classes: problem {cut_text(str(missing[0]))} has none; give one for each problem")
        names = sorted({str(classes[name]) for name in table.problems.tolist()})
        label = np.array([names.index(str(classes[name])) for name in table.problems.tolist()])[table.problem]
        label = np.where(groups, label, -1)
    used = [k for k in range(len(names)) if (label == k).any()]
    if len(used) > MOST_CLASSES:
        raise ValueError(f"classes: there are {len(used)}, and at most {MOST_CLASSES} make a pipeline: join some")
    place = np.full(len(names) + 1, -1)  # the last one is for groups that are not counted
    place[used] = np.arange(len(used))
    return [names[k] for k in used], place[label]


def _early(table: GroupTable, groups: np.ndarray) -> np.ndarray:
    """Return which of these groups are in the first half of their problem's, which is none of a single one."""
    places = np.flatnonzero(groups)
    problem = table.problem[places]
    order = np.argsort(problem, kind="stable")
    many = np.bincount(problem, minlength=len(table.problems))
    rank = np.empty(len(places), int)
    rank[order] = np.arange(len(places)) - np.repeat(np.cumsum(many) - many, many)
    early = np.zeros(len(groups), bool)
    early[places] = rank < many[problem] // 2
    return early


def passes_before(table: GroupTable, groups: np.ndarray, truth: int) -> np.ndarray:
    """Return of each problem the place in `BY_PASSES`, from the first half of its groups.

    Args:
        table: Groups of rollouts.
        groups: Which groups are looked at.
        truth: The place of the verdict in `measured`.
    """
    early, many = _early(table, groups), len(table.problems)
    right = np.bincount(table.problem[early], table.total[early, truth], many)
    tried = np.bincount(table.problem[early], table.size[early], many)
    return np.select([tried == 0, right == 0, 2 * right < tried, right < tried], [0, 1, 2, 3], 4)


def _error_rates(
    table: GroupTable, trusted: str, verifier: str, confidence: float
) -> tuple[IntervalEstimate, IntervalEstimate]:
    if not trusted or trusted == verifier:
        return IntervalEstimate(0.0, 0.0, 0.0), IntervalEstimate(0.0, 0.0, 0.0)
    counts = count_verdict_patterns(table, (trusted, verifier)).sum(axis=0)[:2, :2]
    found = [exact_share(int(counts[r, 1 - r]), int(counts[r].sum()), confidence) for r in (0, 1)]
    positive, negative = (one if math.isfinite(one.value) else one._replace(value=0.0) for one in found)
    return positive, negative


def _ends(
    classes: tuple[ProblemClass, ...], positive: IntervalEstimate, negative: IntervalEstimate
) -> tuple[_Point, _Point]:
    """Return where in the box the bits are least, and greatest."""
    f_low, f_high, t_low, t_high = positive.low, positive.high, 1 - negative.high, 1 - negative.low
    ends = [(one.right.low, one.right.high) for one in classes]
    if t_low <= f_high and f_low <= t_high:
        near = (max(f_low, t_low),) * 2
    else:
        near = (f_high, t_low) if t_low > f_high else (f_low, t_high)
    lowest = [min(pair, key=lambda p: _bits_at(p, *near)) for pair in ends]
    far = [_Point(tuple(max(low, min(best_share(f, t), high)) for low, high in ends), f, t)
           for f, t in ((f_low, t_high), (f_high, t_low))]  # fmt: skip
    return _Point(tuple(lowest), *near), max(far, key=lambda at: _total(classes, at))


def best_share(false_positive: float, true_positive: float) -> float:
    r"""Return the share of right answers at which a verdict tells most: $\frac{m-F}{T-F}$, 1/2 where T = F.

    There $D(T\|m)=D(F\|m)$ (both rows are as far from the output law), so that
    $\log_2\frac{1-m}m=\frac{h(T)-h(F)}{T-F}$.

    Args:
        false_positive: F.
        true_positive: T.

    >>> best_share(0.0, 1.0), round(best_share(0.0, 0.5), 4)
    (0.5, 0.4)
    """
    gap = true_positive - false_positive
    if gap == 0:
        return 0.5
    slope = float(verdict_entropy(true_positive) - verdict_entropy(false_positive)) / gap
    return (1 / (1 + 2**slope) - false_positive) / gap


def _bits_at(right: float, false_positive: float, true_positive: float) -> float:
    miss = 1 - true_positive
    return bits_range((right, right), (false_positive, false_positive), (miss, miss))[1]


def _total(classes: tuple[ProblemClass, ...], at: _Point) -> float:
    return sum(
        one.share * _bits_at(p, at.false_positive, at.true_positive) for one, p in zip(classes, at.right, strict=True)
    )


def _bits(
    classes: tuple[ProblemClass, ...],
    positive: IntervalEstimate,
    negative: IntervalEstimate,
    least: _Point,
    greatest: _Point,
) -> IntervalEstimate:
    point = _Point(tuple(one.right.value for one in classes), positive.value, 1 - negative.value)
    return IntervalEstimate(*(_total(classes, at) for at in (point, least, greatest)))


def _text(made: LogPipeline, title: str, at: _Point, where: str) -> str:
    prior = np.ones(1)
    for p in at.right:  # the first class is the last digit
        prior = np.concatenate([prior * (1 - p), prior * p])
    likeliest = int(prior.argmax())
    says = "state % 2" if at.true_positive >= at.false_positive else "1 - state % 2"
    truth = cut_text(made.trusted) if made.trusted else f"{cut_text(made.verifier)}, taken to be without errors"
    rows = [
        f"# {k}: {cut_text(one.name)}, {one.problems} problems, right {_shown(one.right)}"
        for k, one in enumerate(made.classes)
    ]
    shares = ", ".join(repr(one.share) for one in made.classes)
    verdict = ", ".join(f"[{1 - passes!r}, {passes!r}]" for passes in (at.false_positive, at.true_positive))
    return "\n".join([
        f"title = {_quoted(title)}",
        f"about = {_quoted(f'Made from a log, {where}: whether answers are right, and one verdict on one of them.')}",
        f"# What is right is said by {truth}.",
        f"# Classes of problems, with intervals that hold together with {made.confidence:.0%}:",
        *rows,
        f"# False positives of {cut_text(made.verifier)} {_shown(made.false_positive)}, "
        f"false negatives {_shown(made.false_negative)}.",
        f"# A verdict tells {made.bits.value:.6g} bits with the estimates, over the box from {made.bits.low:.6g} to "
        f"{made.bits.high:.6g}.",
        "# Each rollout of a log is a new answer: n of them tell n times the bits of the round at most.",
        "rounds = 1",
        f'answer = "{likeliest} + ({says} - {likeliest} // 2 ** (state // 2) % 2) * 2 ** (state // 2)"',
        "",
        "[nodes]",
        f"X = {{ role = \"task\", table = [{', '.join(map(repr, prior.tolist()))}] }}  # bit k: right in class k",
        'Z0 = { role = "state", table = [1.0] }',
        "",
        "[round]",
        f'Y = {{ role = "query", table = [{shares}] }}  # the class of the question',
        'S = { role = "signal", parents = ["X", "Y"], cost = 1.0, formula = "X // 2 ** Y % 2", '
        f"table = [{verdict}] }}",
        'Z = { role = "state", parents = ["Z@-1", "Y", "S"], formula = "Z@-1 * 0 + 2 * Y + S" }',
        "",
    ])  # fmt: skip


def _shown(found: IntervalEstimate) -> str:
    return f"{found.value:.4g} ({found.low:.4g} to {found.high:.4g})"


def _quoted(text: str) -> str:
    return '"' + cut_text(text, 200).replace("\\", "\\\\").replace('"', '\\"') + '"'
