"""Chapter 7: a verdict, a label of the class and references from the learner's own law pull alike (S67, S68)."""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import LogSum, entropy_of_masses, log2, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

EQUAL_RATES = "all questions have the same pass rate"
SAME_CLASS = "the verdict accepts the outputs of the label's class, and no others"
EXACT = "the exact gradients of the mean pass rate and of its mean logarithm"
RIGHT = (1, 1, 0, 0)
# two questions of four outputs, of which two are right; both right 3/10, 3/10 and 1/2, 1/2 of the time
PAIRS = (
    (("1/10", "1/5", "3/10", "2/5"), ("1/4", "1/20", "1/10", "3/5")),
    (("1/4", "1/4", "1/4", "1/4"), ("1/8", "3/8", "1/10", "2/5")),
    (("1/100", "1/25", "1/20", "9/10"), ("1/40", "1/40", "19/40", "19/40")),
)
UNEQUAL = (PAIRS[0][0], PAIRS[1][1])
# of each question and output, three features that may be shared
FEATURES = (
    (((1, 0, 2), (0, 1, 1), (1, 1, 0), (0, 0, 3)), ((1, 0, 0), (2, 1, 0), (0, -1, 1), (0, 0, 1))),
    (((1, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)), ((1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1))),
)


def weighted_score(policy: Sequence[fmpq], weights: Sequence[fmpq], feature: Sequence[int]) -> fmpq:
    """Return the sum over outputs of a weight times the output's feature less its mean under the policy.

    >>> weighted_score([fmpq(1, 4), fmpq(3, 4)], [fmpq(1), fmpq(0)], [1, 0])
    3/4
    """
    mean = sum((p * x for p, x in zip(policy, feature, strict=True)), fmpq(0))
    return sum((w * (x - mean) for w, x in zip(weights, feature, strict=True)), fmpq(0))


def _policies(case):
    return [[rational(p) for p in policy] for policy in case["policies"]]


def _pull(case, weigh):
    """Return the gradient by one parameter, the mean over the questions."""
    policies, k = _policies(case), case["parameter"]
    pulls = [
        weighted_score(policy, weigh(policy), [row[k] for row in table])
        for policy, table in zip(policies, case["features"], strict=True)
    ]
    return sum(pulls, fmpq(0)) / len(pulls)


def _mass(policy, right):
    return sum((p * r for p, r in zip(policy, right, strict=True)), fmpq(0))


def _by_verdict(case):
    accepted = [rational(r) for r in case.get("accepted", RIGHT)]
    if "drawn" in case:
        return _pull(case, lambda policy: [r * int(y == case["drawn"]) for y, r in enumerate(accepted)])
    return _pull(case, lambda policy: [p * r for p, r in zip(policy, accepted, strict=True)])


def _by_label(case):
    return _pull(case, lambda policy: [p * r / _mass(policy, RIGHT) for p, r in zip(policy, RIGHT, strict=True)])


def _two_pulls(case):
    return _by_verdict(case), _by_label(case) * _mass(_policies(case)[0], RIGHT)


def _equal_rates(x):
    """Return logits of two questions with one pass rate, and features."""
    inner = jax.nn.log_softmax(x[:8].reshape(2, 2, 2), axis=-1)
    rate = jax.nn.log_sigmoid(jnp.stack([x[8], -x[8]]))
    return (inner + rate[None, :, None]).reshape(2, 4), x[9:].reshape(2, 4, 3)


def _float_pulls(case):
    logits, features = case

    def rates(parameters):
        return jax.nn.softmax(logits + features @ parameters)[:, :2].sum(-1)

    start = jnp.zeros(3)
    verdict = jax.grad(lambda parameters: rates(parameters).mean())(start)
    return verdict, rates(start)[0] * jax.grad(lambda parameters: jnp.log(rates(parameters)).mean())(start)


_plain = {"policies": PAIRS[0], "features": FEATURES[0], "parameter": 0}
verdict_pull = equality(
    "thm:verdict-pull",
    (EQUAL_RATES, SAME_CLASS, EXACT),
    _float_pulls,
    random_numbers(33, _equal_rates),
    exact=_two_pulls,
    family=Family(
        "three pairs of policies over four outputs, both right 3/10, 1/2 or 1/20 of the time; two tables of three "
        "features of the outputs; each parameter",
        lambda: parameter_grid(policies=PAIRS, features=FEATURES, parameter=range(3)),
    ),
    edges=(_plain, {**_plain, "parameter": 2}),
    neighbours=(
        without(EQUAL_RATES, {**_plain, "policies": UNEQUAL}),
        without(SAME_CLASS, {**_plain, "accepted": (1, "1/2", 0, 0)}, {**_plain, "accepted": (1, 1, 1, 0)}),
        without(EXACT, {**_plain, "drawn": 0}),
        changed("without the factor p", lambda case: (_by_verdict(case), _by_label(case)), _plain),
    ),
    wrong=lambda case: (_float_pulls(case)[0], _float_pulls(case)[0] * 0 + _float_pulls(case)[1].sum()),
)


def _curve_point(case):
    """Return gap and held-out accuracy where the odds of training have grown by the square of a number, rho = 1/2."""
    base, root = rational(case["base odds"]), rational(case["root"])
    a, b = base * root**2, base * root
    return a / (1 + a) - b / (1 + b), b / (1 + b)


def _gaps(case):
    """Return the held-out accuracies of the learner with the larger gap, and with the smaller one."""
    found = sorted((_curve_point({**case, "root": root}) for root in case["roots"]), reverse=True)
    return tuple(b for _, b in found)


def _gap_floats(x):
    base, early, late = x[0], 1 + jnp.exp(x[1]), 1 + jnp.exp(x[1]) + jnp.exp(x[2])
    odds = jnp.stack([late, early]) * jnp.exp(base)
    return odds[0] / (1 + odds[0]), odds[1] / (1 + odds[1])


smaller_gap = inequality(
    "fol:smaller-gap-transfers",
    ("both learners are on one curve of held-out against training accuracy",),
    _gap_floats,
    random_numbers(3, lambda x: x),
    exact=_gaps,
    family=Family(
        "base 1/4, rho = 1/2: the accuracies of training 4/7 and 3/4, 3/4 and 12/13",
        lambda: parameter_grid(**{"base odds": ("1/3",), "roots": ((2, 3), (3, 6))}),
    ),
)

OWN_LAW = "references of each question have the learner's own law, given that it is right"
FRESH = "the exact mean gradient over all references"


def _by_references(case):
    if "references" in case:
        laws = [[rational(x) for x in law] for law in case["references"]]
    else:
        laws = [
            [p * r / _mass(policy, RIGHT) for p, r in zip(policy, RIGHT, strict=True)] for policy in _policies(case)
        ]
    k = case["parameter"]
    pulls = []
    for policy, table, law in zip(_policies(case), case["features"], laws, strict=True):
        # one reference after another: the gradient of its log-probability
        for y, mass in enumerate(law):
            one = [fmpq(int(i == y)) for i in range(len(law))]
            pulls.append(mass * weighted_score(policy, one, [row[k] for row in table]))
    return sum(pulls, fmpq(0)) / len(laws)


def _by_class_slope(case):
    """Return the gradient of ln p: that of p, by each output's own slope, divided by p."""
    k, pulls = case["parameter"], []
    for policy, table in zip(_policies(case), case["features"], strict=True):
        mean = sum((p * row[k] for p, row in zip(policy, table, strict=True)), fmpq(0))
        slope = sum((p * (row[k] - mean) * r for p, row, r in zip(policy, table, RIGHT, strict=True)), fmpq(0))
        pulls.append(slope / _mass(policy, RIGHT))
    return sum(pulls, fmpq(0)) / len(pulls)


def _reference_pulls(case):
    logits, features = case

    def log_policy(parameters):
        return jax.nn.log_softmax(logits + features @ parameters)

    start = jnp.zeros(3)
    own = jax.nn.softmax(logits[:, :2])
    sft = jax.grad(lambda parameters: (own * log_policy(parameters)[:, :2]).sum(-1).mean())(start)
    label = jax.grad(lambda parameters: jax.nn.logsumexp(log_policy(parameters)[:, :2], axis=-1).mean())(start)
    return sft, label


_ONE_EACH = (((1, 0, 0, 0), (0, 1, 0, 0)),)  # one reference a question
_own = {**_plain, "policies": UNEQUAL}
own_references = equality(
    "thm:own-references",
    (OWN_LAW, FRESH),
    _reference_pulls,
    random_numbers(32, lambda x: (x[:8].reshape(2, 4), x[8:].reshape(2, 4, 3))),
    exact=lambda case: (_by_references(case), _by_class_slope(case)),
    family=Family(
        "four pairs of policies over four outputs, with equal and unequal pass rates; two tables of three features; "
        "each parameter",
        lambda: parameter_grid(policies=(*PAIRS, UNEQUAL), features=FEATURES, parameter=range(3)),
    ),
    edges=(_own, {**_own, "parameter": 1}),
    neighbours=(
        # the average of both questions' references is their average law, and the law of neither
        without(
            OWN_LAW,
            {
                **_own,
                "policies": (PAIRS[1][0], PAIRS[1][0]),
                "references": _ONE_EACH[0],
                "features": FEATURES[0],
            },
        ),
        without(FRESH, {**_own, "references": ((1, 0, 0, 0), (1, 0, 0, 0))}),
        changed(
            "as if all right outputs were equally likely",
            lambda case: (
                _by_references({**case, "references": [[fmpq(1, 2), fmpq(1, 2), 0, 0]] * 2}),
                _by_class_slope(case),
            ),
            _own,
        ),
    ),
    wrong=lambda case: (_reference_pulls(case)[0], 1.1 * _reference_pulls(case)[1]),
)

REFERENCED = "all references are right outputs"


def _loss_parts(case):
    """Return the mean loss, that of the label, the entropy of references and their divergence from right outputs."""
    policy, law, forms = ([rational(x) for x in case[name]] for name in ("policy", "references", "right"))
    p = _mass(policy, forms)
    loss = sum((log2(b) * -a for a, b in zip(law, policy, strict=True) if a), LogSum())
    given = [(a, b / p) for a, b, r in zip(law, policy, forms, strict=True) if a and r]
    gap = sum((log2(a / b) * a for a, b in given), LogSum())
    return loss, log2(p) * -1, entropy_of_masses(law), gap


def _loss_exactly(case):
    loss, *parts = _loss_parts(case)
    return loss, parts[0] + parts[1] + parts[2]


def k_references(forms: int, count: int) -> dict[str, Any]:
    """Return a question with M equally likely right forms, right a quarter of the time, and k references.

    >>> k_references(2, 1)["policy"]
    ['1/8', '1/8', '3/4']
    """
    return {
        "policy": [str(fmpq(1, 4 * forms))] * forms + ["3/4"],
        "references": [str(fmpq(int(m < count), count)) for m in range(forms)] + [0],
        "right": (1,) * forms + (0,),
    }


def reference_gap(case: Mapping[str, Any]) -> LogSum:
    r"""Return the divergence $D(q\|\pi(\cdot\mid A))$ of the references from the learner's right outputs, in bits.

    >>> reference_gap(k_references(16, 2)).digits(3)
    '3.00'
    """
    return _loss_parts(case)[3]


def _losses(case):
    policy, law = case
    inner = policy[:3] / policy[:3].sum()
    entropy = -(law * jnp.log2(law)).sum()
    return -(law * jnp.log2(policy[:3])).sum(), (
        -jnp.log2(policy[:3].sum()) + entropy + (law * jnp.log2(law / inner)).sum()
    )


_skewed = {"policy": ("1/10", "1/5", "3/10", "2/5"), "references": ("1/4", "1/4", "1/2", 0), "right": (1, 1, 1, 0)}
reference_loss = equality(
    "thm:reference-loss",
    (REFERENCED,),
    _losses,
    random_numbers(7, lambda x: (jax.nn.softmax(x[:4]), jax.nn.softmax(x[4:]))),
    exact=_loss_exactly,
    family=Family(
        "k = 1 to M references of M = 1, 2, 4, 16 equally likely right forms; and three laws of references of a policy "
        "that is even or uneven over three right outputs",
        lambda: itertools.chain(
            (k_references(m, k) for m in (1, 2, 4, 16) for k in (1, 2, 4, 8, 16) if k <= m),
            (
                {**_skewed, "references": law, "policy": policy}
                for law in (("1/4", "1/4", "1/2", 0), (1, 0, 0, 0), ("1/6", "1/3", "1/2", 0))
                for policy in (("1/10", "1/5", "3/10", "2/5"), ("1/4", "1/4", "1/4", "1/4"))
            ),
        ),
    ),
    edges=(_skewed, k_references(16, 4)),
    neighbours=(
        without(REFERENCED, {**_skewed, "references": ("1/4", "1/4", "1/4", "1/4")}),
        changed(
            "without the divergence",
            lambda case: (_loss_parts(case)[0], _loss_parts(case)[1] + _loss_parts(case)[2]),
            _skewed,
        ),
        changed(
            "without the entropy",
            lambda case: (_loss_parts(case)[0], _loss_parts(case)[1] + _loss_parts(case)[3]),
            _skewed,
        ),
    ),
    wrong=lambda case: (_losses(case)[0], _losses(case)[1] * 1.1),
)


def _wasteful(case):
    """Return the first parameter's gradient by one random reference for each question, and by fresh ones."""
    return _by_references(case), _by_references({key: x for key, x in case.items() if key != "references"})


def _wasteful_floats(case):
    logits, features = case
    log_policy = jax.nn.log_softmax(logits + 0 * features[..., 0], axis=-1)
    score = features[..., 0] - (jnp.exp(log_policy) * features[..., 0]).sum(-1, keepdims=True)
    own = jax.nn.softmax(logits[:, :2])
    return score[:, 0].mean(), (own * score[:, :2]).sum(-1).mean()


waste_decides = equality(
    "fol:waste-decides",
    ("one reference a question, drawn once for all or anew in every step: the same gain, waste and efficiency",),
    _wasteful_floats,
    random_numbers(32, lambda x: (x[:8].reshape(2, 4), x[8:].reshape(2, 4, 3))),
    exact=_wasteful,
    family=Family(
        "two questions of four equally likely outputs: the first reference drawn for one, the second for the other",
        lambda: parameter_grid(
            policies=((PAIRS[1][0], PAIRS[1][0]),), features=FEATURES, parameter=range(3), references=_ONE_EACH
        ),
    ),
)
