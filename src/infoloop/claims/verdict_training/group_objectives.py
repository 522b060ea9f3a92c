"""Chapter 6, what groups of verdicts optimise: the weight of a question, and the objective (S63)."""

import itertools
import math

import jax
import jax.numpy as jnp
from flint import arb

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.claims.verdict_training.dead_groups import RATES, root_factors, root_of, roots_of
from infoloop.claims.verdict_training.enumerated_groups import (
    ANSWERS,
    BINARY,
    DRAWN,
    FLOAT_SIZE,
    REPEATED,
    SCORED,
    cases_of_size,
    contrast_factors,
    difficulty_factor,
    dot,
    float_advantages,
    float_groups,
    float_rate,
    float_updates,
    pass_rate,
    pass_rate_slope,
    policies_with_scores,
    update_moments,
)
from infoloop.claims.verdict_training.group_variance_formulas import ZERO_SUM
from infoloop.exact.rational_laws import fmpq
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.learning.policy_gradient.difficulty_weights import (
    contrast_weights,
    difficulty_objective,
    difficulty_weight,
)
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

UPWARD, DIRECTION = "for the direction: no w_c is negative", "direction"
_rate = random_numbers(1, lambda x: jax.nn.sigmoid(2 * x[0]))


def _ascent(case):
    policy, scores = case
    mass, rewards = float_groups(policy)
    p, slope = float_rate(policy, scores)
    found, closed = [], []
    for rule in ("grpo", "dr_grpo", "rloo"):
        found.append(mass @ float_updates(scores, float_advantages(rule, rewards)))
        closed.append(difficulty_weight(p, contrast_weights(FLOAT_SIZE, rule)) * slope)
    return jnp.stack(found), jnp.stack(closed)


def _ascent_exactly(case):
    """Return one coordinate of the mean update over all groups, and of the gradient times the weight.

    Of a `direction` these are the squared product of update and gradient, with its sign, and the product of their
    squares: equal if and only if the update is the gradient times a number that is not negative.
    """
    update, slope = update_moments(case)[0], pass_rate_slope(case)
    if case.get("part") == DIRECTION:
        along, lengths = dot(update, slope), dot(update, update) * dot(slope, slope)
        return along * abs(along), lengths
    k, weight = case["parameter"], difficulty_factor(contrast_factors(case), pass_rate(case))
    return update[k], weight * slope[k]


def _rules(size):
    yield from ({"rule": "grpo", "root": d} for d in roots_of(size))
    yield {"rule": "rloo"}
    yield {"rule": "weights", "weights": ("1/3", 1, "-1/2")[: size - 1]}


def _ascent_members():
    for case in cases_of_size(2, 3, 4):
        for rule in _rules(case["size"]):
            yield {**case, **rule, "parameter": 0}
            if rule["rule"] != "weights":
                yield {**case, **rule, "part": DIRECTION}


_four = {**ANSWERS, "size": 3, "parameter": 0}
_normal = {**_four, "rule": "grpo", "root": 2}


def _one_by_itself(case):
    """Return the mean update if each right answer counts by itself, and the formula of the centred rule."""
    return update_moments(case, list)[0][case["parameter"]], _ascent_exactly(case)[1]


group_ascent = equality(
    "thm:group-ascent",
    (DRAWN, SCORED, BINARY, ZERO_SUM, UPWARD),
    _ascent,
    policies_with_scores,
    exact=_ascent_exactly,
    family=Family(
        "three policies over four outputs of which two are right, two tables of scores, groups of 2, 3 and 4: the "
        "factor of each root in the normalised update, the mean of the others as baseline, some weights, one of them "
        "negative; the direction of those that have no such weight",
        _ascent_members,
    ),
    edges=(_normal, {**_four, "rule": "weights", "weights": ("1/2", "1/4")}),
    neighbours=(
        without(DRAWN, {**_normal, "answers": REPEATED}),
        without(SCORED, {**_normal, "mean score": "left"}),
        without(BINARY, {**_four, "rule": "rloo", "rewards": (1, "1/2", 0, 0)}),
        without(ZERO_SUM, {**_four, "rule": "dr_grpo"}, exact=_one_by_itself),
        without(UPWARD, {**_four, "rule": "weights", "weights": ("-1/2", "1/4"), "part": DIRECTION}),
        changed(
            "the gradient itself, whatever the weight",
            lambda case: (_ascent_exactly(case)[0], pass_rate_slope(case)[case["parameter"]]),
            {**_four, "size": 4, "rule": "grpo", "root": 3},
        ),
    ),
    wrong=lambda case: (_ascent(case)[0], _ascent(case)[1][::-1]),
)


DEVIATION = "advantages are divided by the deviation of the group's verdicts"


def small_group_weight(size: int, rate: Number, root: int) -> Number:
    r"""Return the factor of $\sqrt d$ in $\kappa_2=1$, $\kappa_3=\sqrt2$, $\kappa_4=\sqrt3+(3-2\sqrt3)pq$.

    >>> small_group_weight(4, fmpq(1, 2), 3), small_group_weight(4, fmpq(1, 2), 1)
    (1/2, 3/4)
    """
    spread = rate * (1 - rate)
    return {2: {1: 1 + 0 * spread}, 3: {2: 1 + 0 * spread}, 4: {3: 1 - 2 * spread, 1: 3 * spread}}[size][root]


def _weight_factors(case):
    size, root = case["size"], case["root"]
    found = root_factors(size, root)
    if case.get("divided by") == "nothing":
        found = [fmpq(c * (size - c), size**2) * (root == 1) for c in range(size + 1)]
    if "epsilon" in case:
        found = contrast_factors({**case, "rule": "grpo"})
    if case.get("divisor") == "n - 1":
        found = [_over_sample_deviation(size, c, root) for c in range(size + 1)]
    return difficulty_factor(found, case["rate"])


def _over_sample_deviation(size, right, root):
    """Return the factor of a root in the weight of c right verdicts, if their variance is a sum over n - 1."""
    mean = fmpq(right, size)
    variance = (right * (1 - mean) ** 2 + (size - right) * mean**2) / (size - 1)
    square = (mean * (1 - mean)) ** 2 / variance if variance else fmpq(0)
    whole, squarefree = root_of(int(square.p * square.q)) if square else (0, root)
    return fmpq(whole, square.q) * (squarefree == root)


def _over_root(size, rate, root):
    r"""Return the factor of a root in $\sqrt{\frac{n-1}n}$ times the weight of a small group."""
    scaled = [(root_of(size * (size - 1) * d), small_group_weight(size, rate, d)) for d in roots_of(size)]
    return sum((m * weight / size for (m, d), weight in scaled if d == root), fmpq(0))


def _small_groups_exactly(case):
    size, rate = case["size"], case["rate"]
    if "epsilon" in case:
        return _weight_factors(case), 1 / (1 + 2 * case["epsilon"])
    if case.get("divisor") == "n - 1":
        return _weight_factors(case), _over_root(size, rate, case["root"])
    if size <= 4:
        return _weight_factors(case), small_group_weight(size, rate, case["root"])
    assert rate in (0, 1)
    whole = max(m for m in range(1, size) if (size - 1) % (m * m) == 0)
    return _weight_factors(case), fmpq(whole if case["root"] == (size - 1) // whole**2 else 0)


def _small_groups(p):
    found = jnp.stack([difficulty_weight(p, contrast_weights(n)) for n in (2, 3, 4)])
    spread = p * (1 - p)
    return found, jnp.stack([1 + 0 * p, jnp.sqrt(2) + 0 * p, jnp.sqrt(3) + (3 - 2 * jnp.sqrt(3)) * spread])


def _whole_weight(case):
    return _weight_factors(case), real_ball(lambda: 1 / arb(case["rate"] * (1 - case["rate"])).sqrt())


def _other_divisors():
    for rate, epsilon in itertools.product(RATES, (fmpq(1, 10**6), fmpq(1, 10), fmpq(1))):
        yield {**_pair, "rate": rate, "epsilon": epsilon}
    for size, rate in itertools.product((2, 3, 4), RATES):
        for root in sorted({root_of(size * (size - 1) * d)[1] for d in roots_of(size)}):
            yield {"size": size, "rate": rate, "root": root, "divisor": "n - 1"}


_pair = {"size": 2, "rate": fmpq(1, 2), "root": 1}
_ends = [{"size": n, "rate": fmpq(end), "root": d} for n in (5, 8, 10) for end in (0, 1) for d in roots_of(n)]
small_groups = equality(
    "thm:grpo-weights",
    (DEVIATION,),
    _small_groups,
    _rate,
    exact=_small_groups_exactly,
    family=Family(
        "groups of 2, 3, 4 at pass rates 0, 1/20, 1/10, 1/3, 1/2, 9/10, 1, groups of 5, 8 and 10 at 0 and 1: the "
        "factor of each root; groups of 2 with epsilon 10^-6, 1/10 or 1, of 2, 3, 4 with the divisor n - 1",
        lambda: itertools.chain(
            _other_divisors(),
            (
                {"size": n, "rate": p, "root": d}
                for n in (2, 3, 4)
                for p in (fmpq(0), *RATES, fmpq(1))
                for d in roots_of(n)
            ),
            _ends,
        ),
    ),
    edges=(
        {"size": 4, "rate": fmpq(1, 3), "root": 3},
        {**_pair, "epsilon": fmpq(1, 10**6)},
        {"size": 4, "rate": fmpq(1, 3), "root": 3, "divisor": "n - 1"},
    ),
    neighbours=(
        without(DEVIATION, {**_pair, "divided by": "nothing"}),
        changed("one over the deviation of a single verdict", _whole_weight, _pair),
        changed(
            "epsilon without a factor",
            lambda case: (_weight_factors(case), 1 / (1 + case["epsilon"])),
            {**_pair, "epsilon": fmpq(1, 10)},
        ),
        changed(
            "the same weight with the divisor n - 1",
            lambda case: (_weight_factors(case), small_group_weight(case["size"], case["rate"], case["root"])),
            {"size": 4, "rate": fmpq(1, 3), "root": 3, "divisor": "n - 1"},
        ),
        changed(
            "without the root of the middle group",
            lambda case: (_small_groups_exactly(case)[0], 0 * case["rate"]),
            {"size": 4, "rate": fmpq(1, 2), "root": 1},
        ),
    ),
    wrong=lambda p: (_small_groups(p)[0], _small_groups(p)[1][::-1]),
)


def objective_ball(rate: fmpq, size: int) -> RealBall:
    r"""Return $F_n(p)=\int_0^p\kappa_n$, enclosed: its Bernstein coefficients are sums of those of $\kappa_n$.

    >>> objective_ball(fmpq(1, 4), 2).digits(4), objective_ball(fmpq(1, 4), 3).digits(5)
    ('0.2500', '0.35355')
    """

    def ball() -> arb:
        total = sums = arb(0)
        for c in range(1, size):
            sums += arb(size - 1) / arb(c * (size - c)).sqrt() / (size - 1)
            total += sums * arb(math.comb(size - 1, c) * rate**c * (1 - rate) ** (size - 1 - c))
        return total

    return real_ball(ball)


def _objectives(p):
    found = [difficulty_objective(p, contrast_weights(n)) for n in (2, 3, 8, 9)]
    limit, gap = 2 * jnp.arcsin(jnp.sqrt(p)), 4 * jnp.arcsin(1 / 3)
    return jnp.stack([*found[::2], found[3], limit - gap]), jnp.stack([*found[1::2], limit, found[3]])


def _objectives_exactly(case, more=1, gap=4):
    size, rate = case["size"], case["rate"]
    lesser = objective_ball(rate, size)
    if case["part"] == "one verdict more":
        return lesser, objective_ball(rate, size + more)
    if case["part"] == "distance":
        return real_ball(lambda: 2 * arb(rate).sqrt().asin() - gap * (1 / arb(size).sqrt()).asin()), lesser
    return lesser, real_ball(lambda: 2 * arb(rate).sqrt().asin())


def _half_arcsine(case):
    return objective_ball(case["rate"], case["size"]), real_ball(lambda: arb(case["rate"]).sqrt().asin())


_sixty = {"size": 60, "rate": fmpq(9, 10), "part": "one verdict more"}
grpo_objective = inequality(
    "thm:grpo-objective",
    (DEVIATION,),
    _objectives,
    _rate,
    exact=_objectives_exactly,
    family=Family(
        "groups of 2 to 8, pass rates 1/20, 1/10, 1/3, 1/2, 9/10: one verdict more, and the arcsine; of 8, 60 and 200 "
        "that and 1: the distance from the arcsine",
        lambda: itertools.chain(
            parameter_grid(size=range(2, 9), rate=RATES, part=("one verdict more", "arcsine")),
            parameter_grid(size=(8, 60, 200), rate=[*RATES, fmpq(1)], part=("distance",)),
        ),
    ),
    edges=(_sixty,),
    neighbours=(
        without(  # groups of 2 that are not divided by it have 1/2 of the weight, but groups of 3 then 2/3
            DEVIATION,
            {"size": 3, "rate": fmpq(1, 2), "part": "one verdict more"},
            exact=lambda case: (objective_ball(case["rate"], 3), case["rate"] * fmpq(3, 4)),
        ),
        changed(
            "half of the distance from the arcsine",
            lambda case: _objectives_exactly(case, gap=2),
            {"size": 60, "rate": fmpq(1), "part": "distance"},
        ),
        changed("one verdict less", lambda case: _objectives_exactly(case, -1), _sixty),
        changed(
            "the arcsine itself, without its factor 2",
            _half_arcsine,
            {"size": 8, "rate": fmpq(1, 2)},
        ),
    ),
    wrong=lambda p: _objectives(p)[::-1],
)
