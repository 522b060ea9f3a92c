"""Chapter 7: what pulls on a feature of the form, and how a house style locks in (S72)."""

from collections.abc import Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import equality, inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

FORM_FEATURE = "a parameter that is added to the logits of all outputs of one form, and to no others"
EXACT = "the exact gradient of the mean log-probability of references, or of the mean verdict"
# laws over two classes and two forms, and verdicts on them
TABLES = ((("1/8", "3/8"), ("1/4", "1/4")), (("1/10", "1/5"), ("3/10", "2/5")), (("1/2", "1/6"), ("1/12", "1/4")))
VERDICTS = (((1, 1), (0, 0)), ((1, 0), (0, 0)), ((1, 0), (0, 1)))
REFERENCES = (((1, 0), (0, 0)), (("1/2", "1/2"), (0, 0)), (("1/4", "1/4"), ("1/3", "1/6")))


def _rows(table):
    return [[rational(x) for x in row] for row in table]


def form_push(case: Mapping[str, Any]) -> fmpq:
    """Return the gradient by the parameter of the first form, draw by draw: its feature less the mean of it.

    >>> form_push({"law": TABLES[0], "references": REFERENCES[0]})
    5/8
    """
    law, extra = _rows(case["law"]), rational(case.get("on one output", 0))
    feature = [[fmpq(int(f == 0)) + extra * int(c + f == 0) for f in (0, 1)] for c in (0, 1)]
    mean = sum((p * x for r, v in zip(law, feature, strict=True) for p, x in zip(r, v, strict=True)), fmpq(0))
    if "references" in case:
        weights = _rows(case["references"])
    else:
        accepted = _rows(case["verdict"])
        weights = [[p * r for p, r in zip(a, b, strict=True)] for a, b in zip(law, accepted, strict=True)]
    if "drawn" in case:
        weights = [[fmpq(int((c, f) == case["drawn"])) for f in (0, 1)] for c in (0, 1)]
    return sum(
        (w * (x - mean) for r, v in zip(weights, feature, strict=True) for w, x in zip(r, v, strict=True)), fmpq(0)
    )


def _form_formula(case):
    r"""Return $q(f)-\pi(f)$, or $\pi(f)(p_f-p)$."""
    law = _rows(case["law"])
    share = law[0][0] + law[1][0]
    if "references" in case:
        return sum((row[0] for row in _rows(case["references"])), fmpq(0)) - share
    accepted = _rows(case["verdict"])
    passed = sum((p * r for a, b in zip(law, accepted, strict=True) for p, r in zip(a, b, strict=True)), fmpq(0))
    given = sum((law[c][0] * accepted[c][0] for c in (0, 1)), fmpq(0)) / share
    return share * (given - passed)


def _form_floats(x):
    """Return both pushes by derivatives, and by the formulas, for a law, references and graded verdicts at will."""
    logits, law, verdict = (
        x[:4].reshape(2, 2),
        jax.nn.softmax(x[4:8]).reshape(2, 2),
        jax.nn.sigmoid(x[8:]).reshape(2, 2),
    )

    def policy(theta):
        return jax.nn.softmax((logits + theta * jnp.array([1.0, 0.0])).ravel()).reshape(2, 2)

    found = [
        jax.grad(lambda theta: (law * jnp.log(policy(theta))).sum())(0.0),
        jax.grad(lambda theta: (verdict * policy(theta)).sum())(0.0),
    ]
    now = policy(0.0)
    share, passed = now[:, 0].sum(), (now * verdict).sum()
    given = (now * verdict)[:, 0].sum() / share
    return jnp.stack(found), jnp.stack([law[:, 0].sum() - share, share * (given - passed)])


def _pulled() -> Iterator[dict[str, Any]]:
    for table in TABLES:
        yield from ({"law": table, "references": q} for q in REFERENCES)
        yield from ({"law": table, "verdict": r} for r in VERDICTS)


_styled = {"law": TABLES[1], "references": REFERENCES[0]}
_judged = {"law": TABLES[1], "verdict": VERDICTS[1]}
form_force = equality(
    "thm:form-force",
    (FORM_FEATURE, EXACT),
    _form_floats,
    random_numbers(12, lambda x: x),
    exact=lambda case: (form_push(case), _form_formula(case)),
    family=Family(
        "three laws over two classes and two forms; three laws of references, three verdicts, two of which depend on "
        "the form",
        _pulled,
    ),
    edges=(_styled, _judged),
    neighbours=(
        without(FORM_FEATURE, {**_styled, "on one output": 1}),
        without(EXACT, {**_judged, "drawn": (0, 0)}),
        changed("without the pass rate's own mean", lambda case: (form_push(case), _without_mean(case)), _judged),
    ),
    wrong=lambda x: (_form_floats(x)[0], 1.1 * _form_floats(x)[1]),
)


def _without_mean(case):
    law, accepted = _rows(case["law"]), _rows(case["verdict"])
    return sum((law[c][0] * accepted[c][0] for c in (0, 1)), fmpq(0))


def _both_forces(case):
    verdict = form_push({"law": case["law"], "verdict": case["verdict"]})
    return verdict, abs(form_push({"law": case["law"], "references": case["references"]}))


def _both_forces_floats(x):
    pushes = _form_floats(x)[0]
    return abs(pushes[1]), abs(pushes[0])


verdicts_leak_less = inequality(
    "fol:verdicts-leak-less",
    (FORM_FEATURE, "the references are right outputs, drawn in every step"),
    _both_forces_floats,
    random_numbers(12, lambda x: x),
    exact=_both_forces,
    family=Family(
        "two classes and two forms, all equally likely, references with either form; a verdict that asks for the first "
        "form as well, or not",
        lambda: parameter_grid(
            law=((("1/4", "1/4"), ("1/4", "1/4")),), references=(REFERENCES[1],), verdict=(VERDICTS[1], VERDICTS[0])
        ),
    ),
)

STYLE = "all references have one form"
PRODUCT = "the law is the product of a law of classes and one of M forms, equally likely at the base"
SHARED = "all questions share the parameters of the forms"


def _style_speed(case):
    r"""Return how fast $e^l-1+(M-1)l$ grows, by draws of references, and $M\gamma$."""
    m, odds, weight, n = case["forms"], rational(case["odds"]), rational(case["gamma"]), case.get("n", 1)
    first = odds / (odds + m - 1)
    law = [first, *[(1 - first) / (m - 1)] * (m - 1)]
    if "law of forms" in case:
        law = [rational(x) for x in case["law of forms"]]
    asked = [rational(x) for x in case.get("references", [1] + [0] * (m - 1))]
    push = [sum((q * (int(f == y) - law[f]) for y, q in enumerate(asked)), fmpq(0)) for f in range(m)]
    # each of n questions gives 1/n of the loss, and moves the parameters that it has
    moves = [weight * g * (fmpq(1, n) if case.get("own forms") else 1) for g in push]
    return (odds + m - 1) * (moves[0] - moves[1]), m * weight


def _style_floats(x):
    """Return the speed by the gradient of the loss on references of a product law, and the formula."""
    level, weight, classes = x[0], jax.nn.softplus(x[1]), x[2:6].reshape(2, 2)

    def loss(theta):
        forms = jnp.array([1.0, 0.0, 0.0]) * level + jnp.sqrt(weight) * theta
        logits = classes[:, :, None] + forms
        return jax.nn.log_softmax(logits.reshape(2, -1))[:, 0].mean()

    moves = jnp.sqrt(weight) * jax.grad(loss)(jnp.zeros(3))
    slope = jax.grad(lambda level: jnp.exp(level) - 1 + 2 * level)(level)
    return slope * (moves[0] - moves[1]), 3 * weight


_house = {"forms": 3, "odds": "2", "gamma": "1/2", "n": 6}
style_lock = equality(
    "thm:style-lock",
    (STYLE, PRODUCT, SHARED),
    _style_floats,
    random_numbers(6, lambda x: x),
    exact=_style_speed,
    family=Family(
        "M = 2, 3, 8; odds of the house's form 1, 2, 100 against each other; gamma = 1/2, 1; one question or six",
        lambda: parameter_grid(forms=(2, 3, 8), odds=("1", "2", "100"), gamma=("1/2", "1"), n=(1, 6)),
    ),
    edges=(_house,),
    neighbours=(
        without(STYLE, {**_house, "references": ("1/2", "1/2", 0)}),
        without(PRODUCT, {**_house, "law of forms": ("1/2", "3/8", "1/8")}),
        without(SHARED, {**_house, "own forms": True}),
        changed("gamma in place of M gamma", lambda case: (_style_speed(case)[0], rational(case["gamma"])), _house),
    ),
    wrong=lambda x: (_style_floats(x)[0], 1.1 * _style_floats(x)[1]),
)
