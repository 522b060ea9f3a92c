"""Chapter 6, verifiers: what keeping only the answers that pass gains, for one question and for several (S56)."""

from collections.abc import Mapping, Sequence
from typing import Any

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.noisy_verdicts import ERRING, judged
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.learning.noisy_verifiers import NoisyVerifier, filtering_gap, observed_rate
from infoloop.probability.distributions import Joint, condition
from infoloop.statements.cases import Family, exact_law, random_probabilities
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

SOME_PASS = "some answer passes"
ONE_QUESTION = "one question"
_EIGHTHS = [fmpq(k, 8) for k in range(9)]
_QUARTERS = _EIGHTHS[::2]


def _gap(case):
    p, rho0, rho1 = case
    kept = condition(Joint(jnp.array(judged(p, rho0, rho1)), ("right", "passed")), passed=1).table[1]
    return kept - p, filtering_gap(NoisyVerifier(false_positive=rho0, false_negative=rho1), p)


def gained(right: fmpq, rho0: fmpq, rho1: fmpq, kept: fmpq | None = None) -> fmpq:
    """Return pqJ over what passes, or over another share of answers.

    >>> gained(fmpq(1, 2), fmpq(0), fmpq(1, 2))
    1/2
    """
    passed = right * (1 - rho1) + (1 - right) * rho0
    return right * (1 - right) * (1 - rho0 - rho1) / (passed if kept is None else kept)


def _gap_exactly(case, formula=gained):
    """Return the gain of the kept answers, by the law, and the formula; `second` is a question of another kind."""
    rates = case["p"], case["rho0"], case["rho1"]
    table = exact_law({"right,passed": judged(*case.get("truth", rates))}).table
    p = rates[0]
    if "second" in case:
        table = (table + exact_law({"right,passed": judged(*case["second"])}).table) / 2
        p = table[1].sum()
        passed = table[:, 1].sum()
        rates = (p, table[0, 1] / (1 - p), 1 - table[1, 1] / p)
        mean = (gained(case["p"], case["rho0"], case["rho1"]) + gained(*case["second"])) / 2
        return table[1, 1] / passed - p, mean
    return table[1, 1] / table[:, 1].sum() - p, formula(*rates)


_easy, _hard = (fmpq(9, 10), fmpq(0), fmpq(9, 10)), (fmpq(1, 10), fmpq(9, 10), fmpq(0))
_easy_and_hard = {"p": _easy[0], "rho0": _easy[1], "rho1": _easy[2], "second": _hard}
_kept = {"p": fmpq(1, 2), "rho0": fmpq(1, 4), "rho1": fmpq(1, 4)}
filtered_share = equality(
    "thm:filtered-share",
    (ERRING, SOME_PASS, ONE_QUESTION),
    _gap,
    random_probabilities(3),
    exact=_gap_exactly,
    family=Family(
        "p, rho0 and rho1 from 0 to 1 in quarters and p in eighths, J of both signs and 0, if some answer passes",
        lambda: (
            case
            for case in parameter_grid(p=_EIGHTHS, rho0=_QUARTERS, rho1=_QUARTERS)
            if case["p"] * (1 - case["rho1"]) + (1 - case["p"]) * case["rho0"] > 0
        ),
    ),
    edges=(_kept,),
    neighbours=(
        without(ERRING, {**_kept, "truth": (fmpq(1, 2), fmpq(1, 8), fmpq(1, 4))}),
        unrefuted(SOME_PASS, "where none passes there is no share of right answers among those that do"),
        without(ONE_QUESTION, _easy_and_hard),
        changed("pqJ alone", lambda case: _gap_exactly(case, lambda p, a, b: gained(p, a, b, fmpq(1))), _kept),
    ),
    wrong=lambda case: (_gap(case)[0], _gap((case[0], case[2], case[1]))[1]),
)


def kept_share(questions: Sequence[tuple[Number, Number, Number]]) -> tuple[Number, Number]:
    """Return the share of right answers before filtering and after, of equally many answers to each question.

    >>> easy, hard = (fmpq(9, 10), fmpq(0), fmpq(9, 10)), (fmpq(1, 10), fmpq(9, 10), fmpq(0))
    >>> kept_share([easy, hard])
    (1/2, 19/100)
    """
    right = sum(p * (1 - rho1) for p, _, rho1 in questions)
    passed = sum(p * (1 - rho1) + (1 - p) * rho0 for p, rho0, rho1 in questions)
    return sum(p for p, _, _ in questions) / len(questions), right / passed


def _pooled(case):
    """Return the gain over three questions, by the answers kept and by the covariance."""
    p, rho0, rho1 = case[:3], case[3:6], case[6:]
    before, after = kept_share(list(zip(p, rho0, rho1, strict=True)))
    verifier = NoisyVerifier(false_positive=rho0, false_negative=rho1)
    passes = observed_rate(verifier, p)
    covariance = (p * passes).mean() - p.mean() * passes.mean()
    return after - before, (covariance + (p * (1 - p) * verifier.youden).mean()) / passes.mean()


def _pooled_exactly(case, weight=1):
    questions = case["questions"]
    before, after = kept_share(questions)
    if "weights" in case:
        total = sum(case["weights"])
        table = sum(
            (exact_law({"right,passed": judged(*q)}).table * w for q, w in zip(questions, case["weights"], strict=True))
        )
        before, after = table[1].sum() / total, table[1, 1] / table[:, 1].sum()
    count = len(questions)
    passes = [p * (1 - rho1) + (1 - p) * rho0 for p, rho0, rho1 in questions]
    mean_passes, mean_right = sum(passes) / count, sum(q[0] for q in questions) / count
    together = sum(q[0] * m for q, m in zip(questions, passes, strict=True)) / count
    inside = sum(p * (1 - p) * (1 - rho0 - rho1) for p, rho0, rho1 in questions) / count
    return after - before, ((together - mean_right * mean_passes) * weight + inside) / mean_passes


_tenths = [fmpq(1, 10), fmpq(1, 2), fmpq(9, 10)]
_kinds = [tuple(case.values()) for case in parameter_grid(p=_tenths, rho0=(fmpq(0), fmpq(9, 10)), rho1=_tenths[::2])]
_pairs = [{"questions": (one, other)} for one in _kinds for other in _kinds]
EQUALLY_MANY = "equally many answers to each question"
pooled_share = equality(
    "thm:pooled-share",
    (SOME_PASS, EQUALLY_MANY),
    _pooled,
    random_probabilities(9),
    exact=_pooled_exactly,
    family=Family(
        "two questions, each with p 1/10, 1/2 or 9/10, rho0 0 or 9/10, rho1 1/10 or 9/10; and three questions",
        lambda: iter((*_pairs, {"questions": (_easy, _hard, (fmpq(1, 2), fmpq(1, 4), fmpq(1, 4)))})),
    ),
    edges=({"questions": (_easy, _hard)},),
    neighbours=(
        unrefuted(SOME_PASS, "where none passes there is no share of right answers among those that do"),
        without(EQUALLY_MANY, {"questions": (_easy, _hard), "weights": (fmpq(3), fmpq(1))}),
        changed("without the covariance, as if each question's gain added up", lambda case: _pooled_exactly(case, 0)),
    ),
    wrong=lambda case: (_pooled(case)[0], _pooled(jnp.concatenate([case[:3], case[6:], case[3:6]]))[1]),
)


def _two(case):
    """Return shares before and after, of two questions with J > 0."""
    p, rho0, rho1 = case[:2], case[2:4], case[4:]
    return kept_share(list(zip(p, rho0, rho1 * (1 - rho0), strict=True)))


pooled_gain = inequality(
    "fol:pooled-gain",
    (SOME_PASS, EQUALLY_MANY, "J > 0 on each question"),
    _two,
    random_probabilities(6),
    exact=lambda case: kept_share(case["questions"]),
    family=Family(
        "an easy question, p 9/10, of which a tenth or half of the right answers pass, and a hard one, p 1/10, of "
        "which all right ones do and 9/10 or 1/2 of the others",
        lambda: (
            {"questions": ((fmpq(9, 10), fmpq(0), missed), (fmpq(1, 10), fooled, fmpq(0)))}
            for missed in (fmpq(9, 10), fmpq(1, 2))
            for fooled in (fmpq(9, 10), fmpq(1, 2))
        ),
    ),
)

SELF_JUDGED = ("X is a fair bit, which the state Z has wrong at the rate e", "an answer is Z, or not at the rate d")
OWN_STATE = "the verdict is whether the answer is Z"


def _answered(error, noise):
    """Return P(X, Z, Y) for a fair bit X, a state Z that errs, and an answer Y drawn around it."""
    flip = lambda rate: jnp.stack([jnp.stack([1 - rate, rate]), jnp.stack([rate, 1 - rate])])  # noqa: E731
    return jnp.einsum("xz,zy->xzy", flip(error) / 2, flip(noise))


def _self_judged(case):
    law = _answered(*case)
    before = jnp.einsum("xzx->", law)
    kept = jnp.einsum("xzz->xz", law)
    return jnp.einsum("xx->", kept) / kept.sum() - before, case[1] * (1 - 2 * case[0])


def _self_judge(case: Mapping[str, Any]) -> RationalLaw:
    """Return P(X, Z, Y, S): the verdict S compares the answer Y with the state, or with X if the case says so."""
    e, d, one = case["e"], case["d"], case.get("one", fmpq(1, 2))
    around = [[1 - d, d], [case.get("noise of ones", d), 1 - case.get("noise of ones", d)]]
    wrong = [[1 - e, e], [case.get("errors of ones", e), 1 - case.get("errors of ones", e)]]
    tables = {"X": [1 - one, one], "Z|X": wrong, "Y|Z": around}
    other = "X" if case.get("judge") == "the truth" else "Z"
    return exact_law({**tables, f"S|{other},Y": [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]})


def _rise(law: RationalLaw) -> fmpq:
    table = law.table  # axes X, Z, Y, S
    right = lambda part: sum(part[x, :, x].sum() for x in (0, 1))  # noqa: E731
    before = right(table.sum(axis=3))
    return right(table[..., 1]) / table[..., 1].sum() - before


def _self_judged_exactly(case, formula=lambda e, d: d * (1 - 2 * e)):
    return _rise(_self_judge(case)), formula(case["e"], case["d"])


_self = {"e": fmpq(1, 8), "d": fmpq(1, 4)}
_selves = Family(
    "e from 0 to 1/2 and d from 0 to 7/8, in eighths",
    lambda: parameter_grid(e=_EIGHTHS[:5], d=_EIGHTHS[:8]),
)
self_judge = equality(
    "thm:self-judge",
    (*SELF_JUDGED, OWN_STATE),
    _self_judged,
    random_probabilities(2),
    exact=_self_judged_exactly,
    family=_selves,
    edges=(_self,),
    neighbours=(
        without(SELF_JUDGED[0], {**_self, "errors of ones": fmpq(1, 2)}),
        without(SELF_JUDGED[1], {**_self, "noise of ones": fmpq(1, 2)}),
        without(OWN_STATE, {**_self, "judge": "the truth"}),
        changed(
            "d in place of d(1-2e), as if the state were right",
            lambda case: _self_judged_exactly(case, lambda e, d: d),
            _self,
        ),
    ),
    wrong=lambda case: (_self_judged(case)[0], case[0] * (1 - 2 * case[1])),
)


def _opened(case):
    e, d = case / 2
    law = _answered(e, d)
    verdicts = jnp.stack([1 - jnp.eye(2), jnp.eye(2)], axis=-1)  # S read off Z and Y
    return d * (1 - 2 * e), evaluate("I(X;Y,S|Z)", Joint(law[..., None] * verdicts, ("X", "Z", "Y", "S")))


def _opened_exactly(case):
    law = _self_judge(case)
    return _rise(law), evaluate("I(X;Y,S|Z)", law)


gain_is_information = inequality(
    "fol:gain-is-information",
    (*SELF_JUDGED, OWN_STATE),
    _opened,
    random_probabilities(2),
    exact=_opened_exactly,
    family=Family(
        "e from 1/8 to 3/8 and d from 1/8 to 1/2, in eighths", lambda: parameter_grid(e=_EIGHTHS[1:4], d=_EIGHTHS[1:5])
    ),
)
