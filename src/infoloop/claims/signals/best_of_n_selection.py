"""Chapter 3, selection: how far rejection sampling and best-of-n move a policy (S27)."""

import itertools
import math
from collections.abc import Sequence

import jax.numpy as jnp
import numpy as np
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import LogSum, log2, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq, rational_table
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.information.measures import divergence
from infoloop.learning.verifier_feedback import best_of, best_of_bound
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.distributions import Joint, condition, marginal
from infoloop.statements.cases import Family, exact_law, random_bayes_nets
from infoloop.statements.claim import Claim
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

LAWS = (["1/2", "1/4", "1/4"], ["1/4"] * 4, ["1/8", "1/8", "1/4", "1/2"], ["1/10", "9/10"], ["1/3", "1/6", "1/2"])
TRIES = 3
REJECTING = ("finite alphabets", "an output Y is kept if A = 1")
BEST = ("the outputs are ranked without ties", "the best of n independent ones is kept")


def _rejected(net: BayesNet):
    table = marginal(net, "Y", "A").table
    passed = table[:, 1].sum()
    return divergence(Joint(table[:, 1] / passed, ("Y",)), Joint(table.sum(1), ("Y",))), -jnp.log2(passed)


def _hard(net: BayesNet):
    """Return the same where the first three outputs pass and the others do not."""
    p_y = marginal(net, "Y").table
    passed = p_y[:3].sum()
    kept = jnp.concatenate([p_y[:3] / passed, jnp.zeros_like(p_y[3:])])
    return divergence(Joint(kept, ("Y",)), Joint(p_y, ("Y",))), -jnp.log2(passed)


def _rejected_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    return divergence(condition(law, A=1), marginal(law, "Y")), log2(1 / law.table[:, 1].sum())


def _refused_exactly(law):
    """Return how far the refused outputs are from the policy, and the surprisal of the accepted ones."""
    return divergence(condition(law, A=0), marginal(law, "Y")), log2(1 / law.table[:, 1].sum())


def _judged(masses, probabilities):
    rows = [[1 - rational(c), rational(c)] for c in probabilities]
    return exact_law({"Y": masses, "A|Y": rows})


def _judges(probabilities):
    for masses in LAWS:
        for chosen in itertools.product(probabilities, repeat=len(masses)):
            if any(rational(c) for c in chosen):
                yield _judged(masses, chosen)


_passing = _judged(LAWS[2], [1, 1, 0, 1])  # 5/8 + 1/8 pass
rejection_divergence = equality(
    "thm:rejection-divergence",
    (*REJECTING, "A = f(Y)"),
    _hard,
    random_bayes_nets("Y", Y=5),
    exact=_rejected_exactly,
    family=Family("five laws on 2 to 4 symbols, any of which pass, but not none", lambda: _judges((0, 1))),
    edges=(_passing,),
    neighbours=(
        without(REJECTING[1], _passing, exact=_refused_exactly),
        without("A = f(Y)", _judged(LAWS[2], [1, "1/2", 0, 1])),
    ),
    wrong=lambda net: (_hard(net)[0], 2.0 ** -_hard(net)[1]),
)


def _softly_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    """Return both sides; the lesser with 1/1000 more where an output is kept sometimes, as they are not equal there."""
    lesser, greater = _rejected_exactly(law)
    sometimes = any(refused and kept for refused, kept in law.table.tolist())
    return lesser + fmpq(sometimes, 1000), greater


soft_rejection = Claim(
    "thm:soft-rejection",
    REJECTING,
    _rejected,
    random_bayes_nets("Y", "A|Y", Y=4, A=2),
    exact=_softly_exactly,
    exactly=None,
    family=Family(
        "five laws on 2 to 4 symbols, kept with probabilities 0, 1/2 or 1; where one is kept with 1/2, less by 1/1000",
        lambda: _judges((0, "1/2", 1)),
    ),
    edges=(_passing,),
    neighbours=(
        without(REJECTING[1], _passing, exact=_refused_exactly),
        changed("at least in place of at most", lambda law: _rejected_exactly(law)[::-1]),
    ),
    wrong=lambda net: (_rejected(net)[0], _rejected(net)[1] / 2),
)


def best_law(masses: Sequence[Number], n: int) -> list[Number]:
    r"""Return $F(y)^n-F(y^-)^n$: the law of the best of n outputs, from worst to best (Beirami et al., 2401.01879).

    >>> best_law([0.5, 0.5], 2)
    [0.25, 0.75]
    """
    below = [0 * masses[0], *itertools.accumulate(masses)]
    return [high**n - low**n for low, high in itertools.pairwise(below)]


def _by_trying(masses, n, ranks=None):
    """Return the same by going through all n-tuples; of the best ones in a tuple, by these ranks, the first is kept."""
    found = [0 * masses[0]] * len(masses)
    for tried in itertools.product(range(len(masses)), repeat=n):
        found[max(tried, key=ranks.__getitem__ if ranks else None)] += math.prod(masses[y] for y in tried)
    return found


def _best(net: BayesNet):
    p_y = marginal(net, "Y").table
    best = np.max(np.indices((len(p_y),) * TRIES), axis=0)
    tuples = p_y[:, None, None] * p_y[:, None] * p_y
    found = jnp.stack([(tuples * (best == y)).sum() for y in range(len(p_y))])
    return found, best_of(p_y, np.arange(len(p_y)), TRIES)


def _best_exactly(case):
    masses = rational_table(LAWS[case["law"]]).tolist()
    closed = best_law(masses, case["n"])
    found = masses if case.get("outputs") == "all the same" else _by_trying(masses, case["n"], case.get("ranks"))
    return found[case["y"]], closed[case["y"]]


best_of_n = equality(
    "thm:best-of-n",
    BEST,
    _best,
    random_bayes_nets("Y", Y=4),
    exact=_best_exactly,
    family=Family(
        "five laws on 2 to 4 symbols, best of 1 to 5, the mass of each symbol",
        lambda: (
            c for c in parameter_grid(law=range(len(LAWS)), n=range(1, 6), y=range(4)) if c["y"] < len(LAWS[c["law"]])
        ),
    ),
    edges=({"law": 2, "n": 3, "y": 1},),
    neighbours=(
        without(BEST[0], {"law": 2, "n": 3, "y": 1, "ranks": (0, 1, 1, 2)}),
        without(BEST[1], {"law": 2, "n": 3, "y": 1, "outputs": "all the same"}),
    ),
    wrong=lambda net: (_best(net)[0], best_of(marginal(net, "Y").table, np.arange(4), TRIES - 1)),
)


def _moved(net: BayesNet):
    p_y = marginal(net, "Y").table
    kept = [Joint(best_of(p_y, np.arange(len(p_y)), n), ("Y",)) for n in (2, 3, 8)]
    found = jnp.stack([divergence(law, Joint(p_y, ("Y",))) for law in kept])
    return found, jnp.stack([best_of_bound(n) for n in (2, 3, 8)])


def _bound_exactly(n: int, factor: Number = 1) -> RealBall:
    return log2(n) - real_ball(lambda: arb(n - 1) / n / arb(2).log()) * factor


def _kept_law(case):
    """Return the law of the best: in closed form, by trying where outputs are tied, or of two that are opposites."""
    masses = rational_table(case["masses"]).tolist()
    if "ranks" in case:
        return _by_trying(masses, case["n"], case["ranks"])
    if case.get("outputs") == "y and K + 1 - y":
        half = len(masses) // 2
        return [fmpq(0)] * half + [2 * p for p in masses[half:]]
    return best_law(masses, case["n"])


def _moved_exactly(case):
    law = exact_law({"Y": case["masses"]})
    return divergence(exact_law({"Y": _kept_law(case)}), law), _bound_exactly(case["n"])


_atoms = Family(
    "five laws on 2 to 4 symbols and the uniform ones on 8 and 50, best of 2, 3, 4 and 16; three with ties",
    lambda: itertools.chain(
        parameter_grid(masses=(*LAWS, ["1/8"] * 8, ["1/50"] * 50), n=(2, 3, 4, 16)),
        parameter_grid(masses=(LAWS[0], LAWS[4], ["1/3"] * 3), n=(2, 3), ranks=((0, 1, 1), (0, 0, 1))),
    ),
)
best_of_n_divergence = inequality(
    "thm:best-of-n-divergence",
    BEST[1:],
    _moved,
    random_bayes_nets("Y", Y=5),
    exact=_moved_exactly,
    family=_atoms,
    edges=({"masses": ["1/200"] * 200, "n": 2},),
    ceiling=lambda case: log2(1 / min(filter(None, map(rational, case["masses"])))),
    neighbours=(
        without(BEST[1], {"masses": ["1/8"] * 8, "n": 2, "outputs": "y and K + 1 - y"}),
        changed(
            "101/100 of (n-1)/n log2(e), the term that is subtracted",
            lambda case: (_moved_exactly(case)[0], _bound_exactly(case["n"], fmpq(101, 100))),
        ),
    ),
    wrong=lambda net: (_moved(net)[0], _moved(net)[1] / 2),
)

best_of_n_formula = equality(
    "fol:best-of-n-formula", BEST, _moved, random_bayes_nets("Y", Y=5), exact=_moved_exactly, family=_atoms
)
