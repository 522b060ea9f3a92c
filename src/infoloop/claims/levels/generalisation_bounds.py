"""Chapter 4, generalising: what a learner takes from its sample bounds how far it is misled by it (S31, S32)."""

import itertools
import math
from collections.abc import Sequence

import jax
import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import Exact, log2, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.exact.real_balls import real_ball
from infoloop.information.expressions import evaluate
from infoloop.information.measures import divergence, mutual_information
from infoloop.learning.generalisation import (
    empirical_risks,
    generalisation_gap,
    gibbs,
    gibbs_gap,
    learned_law,
    sample_law,
    xu_raginsky,
)
from infoloop.probability.channel_families import compositions
from infoloop.probability.distributions import marginal, product
from infoloop.statements.cases import Family, exact_law, random_bayes_nets, random_numbers
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

SIZE = 2
LOSSES = ((0, 1, 1), (1, 0, 1), (1, 1, 0), (0, 0, 1))
TABLES = (((0, 1), (1, 0)), ((0, 1, 1), (1, 0, 1), (0, 0, 1)))
INDEPENDENT = "independent samples of a finite law"
ENUMERABLE = ("a finite class", INDEPENDENT)
POSTERIOR = "W is drawn from the Gibbs posterior of inverse temperature gamma"
GIBBS = ("a finite class", "samples of one finite law", POSTERIOR)
BOUNDED = (*ENUMERABLE, "losses between 0 and 1")
_FINITE_CLASS = unrefuted("a finite class", "exact arithmetic has no infinite classes")


def _gibbs(normals):
    prior, law, gamma = jax.nn.softmax(normals[:4]), jax.nn.softmax(normals[4:7]), jnp.exp(normals[7])
    counts, probabilities = sample_law(law, SIZE)
    risks = empirical_risks(LOSSES, counts)
    return learned_law(probabilities, gibbs(prior, risks, gamma)), risks, gamma


def _gibbs_sides(case):
    p, risks, gamma = case
    return generalisation_gap(p, risks), gibbs_gap(p, gamma)


def samples_exactly(masses: Sequence[Exact], size: int, copies: bool = False) -> tuple[np.ndarray, np.ndarray]:
    """Return the counts of every sample, one a row, and their exact probabilities; `copies` are one draw each.

    >>> [str(p) for p in samples_exactly(["1/2", "1/2"], 2)[1]]
    ['1/4', '1/2', '1/4']
    """
    if copies:
        return size * np.eye(len(masses), dtype=int), np.array([rational(p) for p in masses], dtype=object)
    counts = compositions(size, len(masses))
    ways = [math.factorial(size) // math.prod(map(math.factorial, row)) for row in counts.tolist()]
    probabilities = [
        way * math.prod((rational(p) ** c for p, c in zip(masses, row, strict=True)), start=fmpq(1))
        for way, row in zip(ways, counts.tolist(), strict=True)
    ]
    return counts, np.array(probabilities, dtype=object)


def _divide(table: np.ndarray) -> np.ndarray:
    return np.array([[p / sum(row) for p in row] for row in table.tolist()], dtype=object)


def _halving_posterior(case):
    r"""Return the Gibbs learner with $\gamma=jn\ln2$, whose weights $2^{-jnL_s(w)}$ are rational, and $nL_s(w)$."""
    counts, probabilities = samples_exactly(case["law"], case["n"], case.get("copies", False))
    wrong = counts @ np.array(case["losses"]).T
    weights = [[fmpq(1, 2) ** (case["j"] * int(c)) * (w + 1) for w, c in enumerate(row)] for row in wrong]
    rows = _divide(np.array(weights, dtype=object))
    return RationalLaw(probabilities[:, None] * rows, ("S", "W")), wrong


def _gap_exactly(law: RationalLaw, wrong: np.ndarray, size: int) -> fmpq:
    split = product(marginal(law, "S"), marginal(law, "W")).table
    costs = np.array([[fmpq(int(c), size) for c in row] for row in wrong.tolist()], dtype=object)
    return ((split - law.table) * costs).sum()


def _gibbs_exactly(case, lautum=1):
    law, wrong = _halving_posterior(case)
    bits = evaluate("I(S;W)", law) + divergence(product(marginal(law, "S"), marginal(law, "W")), law) * lautum
    return _gap_exactly(law, wrong, case["n"]), bits / (case["j"] * case["n"])


def _drawn_at_random(case):
    """Return the gap of a learner that does not look at its sample, and what the identity says of the Gibbs learner."""
    return 0, _gibbs_exactly(case)[1]


def _from_elsewhere(case):
    """Return the gap where the risk is that of the first symbol alone, and what the identity says of it."""
    law, wrong = _halving_posterior(case)
    risk = (marginal(law, "W").table * np.array(case["losses"])[:, 0].tolist()).sum()
    return risk - (law.table * wrong.tolist()).sum() / case["n"], _gibbs_exactly(case)[1]


def _models():
    """Yield n from 1 to 3, gamma = n ln 2 and 2n ln 2, prior proportional to 1, 2, 3; two or three symbols."""
    for losses, laws in zip(TABLES, ((FAIR, SLANTED), (("1/2", "1/3", "1/6"), ("1/8", "1/8", "3/4"))), strict=True):
        yield from parameter_grid(losses=(losses,), law=laws, n=(1, 2, 3), j=(1, 2), copies=(False, True))


FAIR, SLANTED = ("1/2", "1/2"), ("1/4", "3/4")

_three_hypotheses = {"losses": TABLES[1], "law": ("1/2", "1/3", "1/6"), "n": 2, "j": 1}

gibbs_identity = equality(
    "thm:gibbs-generalisation",
    GIBBS,
    _gibbs_sides,
    random_numbers(8, _gibbs),
    exact=_gibbs_exactly,
    family=Family(
        "two hypotheses on two symbols and three on three, losses 0 and 1, two laws each, n from 1 to 3, gamma "
        "= n ln 2 and 2n ln 2; independent samples, or copies of one",
        _models,
    ),
    edges=(_three_hypotheses,),
    wrong=lambda case: (_gibbs_sides(case)[0], gibbs_gap(case[0], 2 * case[2])),
    neighbours=(
        _FINITE_CLASS,
        without("samples of one finite law", _three_hypotheses, exact=_from_elsewhere),
        without(POSTERIOR, _three_hypotheses, exact=_drawn_at_random),
        changed("without the lautum information", lambda case: _gibbs_exactly(case, lautum=0)),
    ),
)


def _bounded(net):
    """Return any learner W of the counts S of two symbols, uniform or not."""
    table = marginal(net, "S", "W").table
    law = table.sum(1)
    p_one = law[0] + law[1] / 2
    counts, probabilities = sample_law(jnp.stack([p_one, 1 - p_one]), SIZE)
    p = learned_law(probabilities, table / law[:, None])
    return p, empirical_risks(((0, 1), (1, 0), (0, 0)), counts)


def _misled(net):
    p, risks = _bounded(net)
    return jnp.abs(generalisation_gap(p, risks)), xu_raginsky(mutual_information(p, "W", "S"), SIZE, 0.5)


def _misled_exactly(case):
    """Return the gap and its bound, by the information or by the number of answers that the learner ever gives."""
    counts, probabilities = samples_exactly(case["law"], case["n"], case.get("copies", False))
    wrong = counts @ np.array(case["losses"]).T
    law = exact_law({"S": probabilities, "W|S": case["rows"]})
    answers = sum(p != 0 for p in marginal(law, "W").table)
    bits = log2(answers) if case.get("by") == "answers" else evaluate("I(S;W)", law)
    gap = abs(_gap_exactly(law, wrong, case["n"]))
    if bits.sign() == 0:
        return gap, 0
    squared = real_ball(lambda: arb(2).log()) * bits / (2 * case["n"])
    return gap, real_ball(lambda: squared.ball().sqrt())


def _learners():
    """Yield n = 1 and 2 samples of a bit; two hypotheses, every learner with rows (1/4, 3/4), (1, 0), (0, 1)."""
    for law, n in itertools.product((FAIR, SLANTED), (1, 2)):
        for rows in itertools.product((("1/4", "3/4"), (1, 0), (0, 1)), repeat=n + 1):
            for by in ("information", "answers"):
                yield {"losses": TABLES[0], "law": law, "n": n, "rows": rows, "by": by}


_HARDLY = (("51/100", "49/100"), ("49/100", "51/100"))
_hardly_looking = {"losses": TABLES[0], "law": FAIR, "n": 1, "rows": _HARDLY}


misled = inequality(
    "thm:xu-raginsky",
    BOUNDED,
    _misled,
    random_bayes_nets("S", "W|S", S=3, W=3),
    exact=_misled_exactly,
    family=Family(
        "a fair bit and one of mass 1/4, n = 1 and 2, losses [w != z], every learner with rows (1/4, 3/4), (1, 0), "
        "(0, 1); bounded by its information, or by the number of its answers",
        _learners,
    ),
    edges=(_hardly_looking,),
    wrong=lambda net: (_misled(net)[0], _misled(net)[1] / 2),
    neighbours=(
        _FINITE_CLASS,
        without(INDEPENDENT, {**_hardly_looking, "n": 2, "copies": True}),
        without("losses between 0 and 1", {**_hardly_looking, "losses": ((0, 2), (2, 0))}),
    ),
    ceiling=lambda case: 1,
)


def fooled(losses: Number, risks: Number, least: Number, counts: Number, probabilities: Number) -> Number:
    r"""Return $P(\exists h:R(h)\ge\varepsilon,\ L_S(h)=0)$: a bad hypothesis looks perfect on the sample.

    By `losses[h][z]`, `risks[h]` and `least` for epsilon, `counts[s][z]` of sample s and `probabilities[s]`.
    """
    seen = jnp.asarray(counts) @ jnp.asarray(losses, float).T
    return (((seen == 0) & (risks >= least)).any(1) * probabilities).sum()


def _fooled(case):
    law, least = case
    counts, probabilities = sample_law(law, SIZE)
    risks = jnp.asarray(LOSSES, float) @ law
    return fooled(LOSSES, risks, least, counts, probabilities), len(LOSSES) * (1 - least) ** SIZE


def _fooled_exactly(fine, coarse, case):
    """Return the probability that some h of risk >= epsilon by `fine` losses makes no error by `coarse` ones."""
    counts, probabilities = samples_exactly(case["law"], case["n"], case.get("copies", False))
    risks = [sum((rational(p) * e for p, e in zip(case["law"], row, strict=True)), fmpq(0)) for row in fine]
    bad = np.array([risk >= case["least"] for risk in risks])
    perfect = counts @ np.array(coarse).T == 0
    return sum(probabilities[(perfect & bad).any(1)].tolist(), fmpq(0))


def _occam_exactly(case):
    """Return the probability, and the bound; or delta, after the least n from which it is to be at most that."""
    if "delta" not in case:
        found = _fooled_exactly(case["losses"], case["losses"], case)
        return found, len(case["losses"]) * (1 - case["least"]) ** case["n"]
    least, size = case["least"], len(case["losses"])
    enough = math.ceil(math.log(size / float(case["delta"])) / float(least))  # no logarithm of a rational is rational
    return _fooled_exactly(case["losses"], case["losses"], {**case, "n": enough}), case["delta"]


_rates = random_numbers(4, lambda x: (jax.nn.softmax(2 * x[:3]), jax.nn.sigmoid(2 * x[3])))
_THIRDS = ("1/3", "1/3", "1/3")
_TWO_LAWS, _HALVES = (_THIRDS, ("1/2", "1/3", "1/6")), ((0, fmpq(1, 2), 1), (fmpq(1, 2), 0, 0))
_third_wrong = {"losses": LOSSES[3:], "law": _THIRDS, "n": 3, "least": fmpq(1, 3)}

occam = inequality(
    "thm:occam",
    BOUNDED,
    _fooled,
    _rates,
    exact=_occam_exactly,
    family=Family(
        "classes of 1 and 4 hypotheses on three symbols with losses 0 and 1, and one with losses 0, 1/2, 1; two laws; n"
        " from 1 to 4, epsilon = k/6; and delta = 1/2, 1/10, epsilon = 1/6, 1/3, with the n that are then enough",
        lambda: itertools.chain(
            parameter_grid(
                losses=(LOSSES[:1], LOSSES, _HALVES),
                law=_TWO_LAWS,
                n=range(1, 5),
                least=[fmpq(k, 6) for k in range(1, 7)],
            ),
            parameter_grid(
                losses=(LOSSES[:1], LOSSES),
                law=_TWO_LAWS,
                delta=(fmpq(1, 2), fmpq(1, 10)),
                least=(fmpq(1, 6), fmpq(1, 3)),
            ),
        ),
    ),
    edges=(_third_wrong,),
    wrong=lambda case: (_fooled(case)[0], _fooled(case)[1] / len(LOSSES)),
    neighbours=(
        _FINITE_CLASS,
        without(INDEPENDENT, {**_third_wrong, "copies": True}),
        without("losses between 0 and 1", {**_third_wrong, "losses": ((0, 0, 2),), "least": fmpq(2, 3)}),
    ),
    ceiling=lambda case: 1,
)

TARGET, BLOCK = (0, 2), (0, 0, 1)
EVERY_MAP = tuple(itertools.product(range(3), repeat=2))


def _errors(maps, read):
    """Return which of two inputs each map gets wrong, its answers being read through `read`."""
    return [[int(read[h] != read[y]) for h, y in zip(answers, TARGET, strict=True)] for answers in maps]


def _classes(maps):
    return len({tuple(BLOCK[h] for h in answers) for answers in maps})


def _by_class(case, judged=BLOCK):
    law, least = case[0][:2] / case[0][:2].sum(), case[1]
    counts, probabilities = sample_law(law, SIZE)
    coarse, judge = (_errors(EVERY_MAP, read) for read in (BLOCK, judged))
    found = fooled(coarse, jnp.asarray(judge, float) @ law, least, counts, probabilities)
    return found, _classes(EVERY_MAP) * (1 - least) ** SIZE


def _by_class_exactly(case, judged=BLOCK):
    coarse, judge = (_errors(case["maps"], read) for read in (BLOCK, judged))
    bound = _classes(case["maps"]) * (1 - case["least"]) ** case["n"]
    return _fooled_exactly(judge, coarse, case), bound


_maps = Family(
    "maps of two inputs to three answers, of which two are alike: all nine, or those right at the first input; laws "
    "(1/2, 1/2) and (1/4, 3/4), n from 1 to 4, epsilon = k/4",
    lambda: parameter_grid(
        maps=(EVERY_MAP, [(h, g) for h, g in EVERY_MAP if h == 0], [(0, 0), (1, 1), (0, 1)]),
        law=(FAIR, SLANTED),
        n=range(1, 5),
        least=[fmpq(k, 4) for k in range(1, 5)],
    ),
)

_BY_CLASS = "answers are judged by their class, in the sample and afterwards"
_two_classes = {"maps": [(0, 0), (1, 1), (0, 1)], "law": FAIR, "n": 3, "least": fmpq(1, 2)}

occam_classes = inequality(
    "cnd:occam-classes",
    (*ENUMERABLE, _BY_CLASS),
    _by_class,
    _rates,
    exact=_by_class_exactly,
    family=_maps,
    edges=(_two_classes,),
    wrong=lambda case: (_by_class(case)[0], _by_class(case)[1] / _classes(EVERY_MAP)),
    neighbours=(
        _FINITE_CLASS,
        without(INDEPENDENT, {**_two_classes, "copies": True}),
        without(
            _BY_CLASS,
            {"maps": EVERY_MAP, "law": FAIR, "n": 1, "least": fmpq(1)},
            exact=lambda case: _by_class_exactly(case, judged=range(3)),
        ),
    ),
    ceiling=lambda case: 1,
)

classes_suffice = inequality(
    "fol:coarse-labels-suffice",
    (*ENUMERABLE, "answers are judged by their class in the sample, and as they are afterwards"),
    lambda case: _by_class(case, judged=range(3)),
    _rates,
    exact=lambda case: _by_class_exactly(case, judged=range(3)),
    family=_maps,
)
