"""Chapter 6, reward models: what a fit to comparisons keeps of them, and what optimising it does to the gold value."""

import itertools

import jax
import jax.numpy as jnp
from flint import fmpq, fmpq_poly

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.signals.kl_regularised_rewards import LAWS, tilted
from infoloop.exact.log_sums import LogSum, log2, rational
from infoloop.learning.proxy_optimisation import gold_slope, regularised_values
from infoloop.learning.reward_models import fitted_reward
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

TILTED = "the policy is proportional to p0 e^(r/beta)"
EQUALLY, LIKELIEST = (
    "each pair of outputs is compared n times",
    "the reward makes the comparisons likeliest under Bradley and Terry's model",
)
GOLD = ((0, 1, 2, 3), (3, 0, 1, 1), (1, 1, 0, 5))
PROXIES = ((0, 1, 2, 3), (2, 1, 0, 0), (0, 3, 1, 4))


def _mean(law, values):
    return sum((p * v for p, v in zip(law, values, strict=True)), fmpq(0))


def _covariance(law, gold, proxy):
    both = [v * r for v, r in zip(gold, proxy, strict=True)]
    return _mean(law, both) - _mean(law, gold) * _mean(law, proxy)


PARTS = "gold value", "divergence"


def _slopes(case):
    r"""Return slopes in 1/beta by differentiation, of the gold value and of the divergence, and their closed forms."""
    base, proxy, gold, strength = case
    found = jax.jacobian(lambda s: jnp.stack(regularised_values(base, proxy, gold, 1 / s)))(strength)
    closed = gold_slope(base, proxy, gold, 1 / strength), strength * gold_slope(base, proxy, proxy, 1 / strength)
    return found[jnp.array([2, 0])], jnp.stack(closed)


def _slopes_exactly(case):
    r"""Return the same with $z=e^{1/\beta}$ rational: slopes of quotients of polynomials in z, times z.

    The divergence is in bits. Its slope is $\sum_y\pi'_y\log_2\frac{\pi_y}{p_y}$, as the $\pi'_y$ add up to 0.
    """
    base, z, policy = [rational(p) for p in case["base"]], case["strength"], _policy(case)
    powers = [fmpq_poly([0] * r + [p]) for p, r in zip(base, case["proxy"], strict=True)]
    mass = sum(powers, fmpq_poly([0]))
    slopes = [z * (w.derivative()(z) * mass(z) - w(z) * mass.derivative()(z)) / mass(z) ** 2 for w in powers]
    if case["part"] == PARTS[0]:
        return _mean(slopes, case["gold"]), _covariance(policy, case["gold"], case["proxy"])
    terms = (log2(p / q) * slope for p, q, slope in zip(policy, base, slopes, strict=True) if q)
    return sum(terms, LogSum()), log2(z) * _covariance(policy, case["proxy"], case["proxy"])


def _policy(case):
    return tilted([rational(p) for p in case["base"]], [case["strength"] ** r for r in case["proxy"]])


def _mixed(case):
    """Return the slope of the gold value where base and best policy are mixed in a growing share instead."""
    best = max(v for v, r in zip(case["gold"], case["proxy"], strict=True) if r == max(case["proxy"]))
    return best - _mean([rational(p) for p in case["base"]], case["gold"]), _slopes_exactly(case)[1]


_task = {"part": PARTS[0], "base": LAWS[0], "gold": GOLD[1], "proxy": PROXIES[0], "strength": fmpq(2)}
slope = equality(
    "thm:gold-slope",
    ("finite alphabets", TILTED),
    _slopes,
    random_numbers(13, lambda x: (jax.nn.softmax(x[:4]), x[4:8], x[8:12], jnp.exp(x[12] / 2))),
    exact=_slopes_exactly,
    family=Family(
        "four laws on four outputs, three gold values and three proxies, e^(1/beta) 3/2, 2 and 10; the slope of the "
        "gold value, and for the first gold value that of the divergence",
        lambda: (
            case
            for case in parameter_grid(
                part=PARTS, base=LAWS, gold=GOLD, proxy=PROXIES, strength=(fmpq(3, 2), fmpq(2), fmpq(10))
            )
            if case["part"] == PARTS[0] or case["gold"] == GOLD[0]
        ),
    ),
    edges=(_task, {**_task, "part": PARTS[1]}),
    wrong=lambda case: (_slopes(case)[0], _slopes((*case[:2], case[1], case[3]))[1]),
    neighbours=(
        without(TILTED, _task, exact=_mixed),
        changed(
            "the covariance under the base",
            lambda case: (
                _slopes_exactly(case)[0],
                _covariance([rational(p) for p in case["base"]], case["gold"], case["proxy"]),
            ),
        ),
    ),
)

ORDERS = {  # of five outputs of gold value 0 to 4: (a reward model, one that orders more pairs as the gold value does)
    "the worst on top, else in order": ((3, 2, 1, 0, 4), (4, 0, 1, 2, 3)),
    "in order": ((4, 0, 1, 2, 3), (0, 1, 2, 3, 4)),
    "the second worst on top, else in order": ((3, 2, 1, 0, 4), (0, 4, 1, 2, 3)),
}


def pairs_in_order(proxy: tuple[int, ...]) -> int:
    """Return how many pairs of outputs a proxy orders as the gold value 0, 1, ... does.

    >>> pairs_in_order((4, 0, 1, 2, 3))
    6
    """
    return sum(a < b for a, b in itertools.combinations(proxy, 2))


def _more_accurate(case):
    """Return the gold values of a uniform base, optimised by the less accurate and by the more accurate model."""
    pair = (jnp.array(proxy, float) for proxy in ORDERS["the worst on top, else in order"])
    return tuple(regularised_values(jnp.full(5, 1 / 5), proxy, jnp.arange(5.0), 1 / case).gold for proxy in pair)


def _more_accurate_exactly(case):
    less, more = ORDERS[case["more"]]
    assert pairs_in_order(less) < pairs_in_order(more)
    policies = (tilted([fmpq(1, 5)] * 5, [case["strength"] ** r for r in proxy]) for proxy in (less, more))
    return tuple(_mean(policy, range(5)) for policy in policies)


more_accurate = inequality(
    "fol:accurate-reward-model",
    (
        "finite alphabets",
        TILTED,
        "of two reward models at one beta and from one base, the second orders more pairs as the gold value does",
    ),
    _more_accurate,
    random_numbers(1, lambda x: 1 + jnp.exp(x[0])),
    exact=_more_accurate_exactly,
    family=Family(
        "five equally likely outputs, three pairs of reward models, e^(1/beta) 3/2, 2 and 10",
        lambda: parameter_grid(
            more=("in order", "the second worst on top, else in order", "the worst on top, else in order"),
            strength=(fmpq(3, 2), fmpq(2), fmpq(10)),
        ),
    ),
)


def _beats(strengths, a, b):
    return strengths[a] / (strengths[a] + strengths[b])


def cyclic_wins(strengths: list[fmpq], count: int, swirl: fmpq) -> list[list[fmpq]]:
    """Return wins that these strengths make likeliest: the expected ones, and a circle of extra wins.

    The first output gets `swirl` extra wins of each `count` against the second, that against the third, and so on
    round: no total changes, and the likelihood is stationary where the totals are the expected ones.

    >>> cyclic_wins([fmpq(1), fmpq(2), fmpq(1)], 12, fmpq(1, 4))
    [[0, 7, 3], [5, 0, 11], [9, 1, 0]]
    """
    size = len(strengths)
    wins = [[count * _beats(strengths, a, b) if a != b else fmpq(0) for b in range(size)] for a in range(size)]
    for a in range(size if swirl else 0):
        b = (a + 1) % size
        wins[a][b], wins[b][a] = wins[a][b] + count * swirl, wins[b][a] - count * swirl
    assert all(w >= 0 for row in wins for w in row)
    assert [sum(row) for row in wins] == [
        count * sum(_beats(strengths, a, b) for b in range(size) if a != b) for a in range(size)
    ]
    return wins


def _totals(normals):
    """Return wins of four outputs in five comparisons of each pair."""
    upper = jnp.zeros((4, 4)).at[jnp.triu_indices(4, 1)].set(5 * jax.nn.sigmoid(normals))
    return upper + jnp.triu(5 - upper, 1).T


def _ordered(wins):
    """Return n tanh((r_a - r_b)/2) and the difference of total wins, both where r_a > r_b, for all pairs."""
    reward, totals = fitted_reward(wins).reward, wins.sum(1)
    apart = reward[:, None] - reward[None, :]
    return 5 * jnp.tanh(jnp.abs(apart) / 2), jnp.sign(apart) * (totals[:, None] - totals[None, :])


def _ordered_exactly(case, power=1):
    """Return the same for two outputs, the first of which has the greater strength."""
    strengths = [rational(s) for s in case["strengths"]]
    wins = cyclic_wins(strengths, case["n"], rational(case["swirl"]))
    if case.get("compared"):  # unequally often
        wins = [
            [w * k for w, k in zip(row, counts, strict=True)]
            for row, counts in zip(wins, case["compared"], strict=True)
        ]
    a, b = case["pair"]
    high, low = (rational(case.get("reward", case["strengths"])[y]) ** power for y in (a, b))
    return case["n"] * (high - low) / (high + low), sum(wins[a]) - sum(wins[b])


_two = {"strengths": ("3", "1"), "n": 4, "swirl": 0, "pair": (0, 1)}
_three = {"strengths": ("1", "2", "1"), "n": 12, "swirl": "1/4", "pair": (1, 0)}
_WIDE = (("1", "2", "1"), ("1", "3", "2"), ("1/2", "5", "1"))
ordered = inequality(
    "thm:fitted-totals",
    (EQUALLY, LIKELIEST),
    _ordered,
    random_numbers(6, _totals, spread=2),
    exact=_ordered_exactly,
    family=Family(
        "two and three outputs of strengths from 1/2 to 5, with and without a circle of extra wins, 1 and 12 "
        "comparisons; every pair, the stronger one first",
        lambda: (
            case
            for strengths in (("3", "1"), ("7", "2"), *_WIDE)
            for case in parameter_grid(
                strengths=(strengths,),
                n=(1, 12),
                swirl=("0", "1/10") if len(strengths) > 2 else ("0",),
                pair=itertools.permutations(range(len(strengths)), 2),
            )
            if rational(strengths[case["pair"][0]]) > rational(strengths[case["pair"][1]])
        ),
    ),
    edges=(_two,),
    wrong=lambda wins: (_ordered(wins)[0] * 2, _ordered(wins)[1]),
    neighbours=(
        without(EQUALLY, {**_three, "pair": (1, 2), "swirl": "0", "compared": ((0, 1, 9), (1, 0, 1), (9, 1, 0))}),
        without(LIKELIEST, {**_three, "pair": (0, 1), "reward": ("5", "1", "1")}),
        changed("tanh(r_a - r_b)", lambda case: _ordered_exactly(case, 2)),
    ),
)


def _majorities(wins):
    """Return the lesser and the greater reward of each pair, the one that lost the majority first."""
    reward = fitted_reward(wins).reward
    won = wins > wins.T
    return jnp.where(won, reward[None, :] - reward[:, None], 0.0).max(), 0.0


def _majorities_exactly(case):
    strengths = [rational(s) for s in case["strengths"]]
    wins, (a, b) = cyclic_wins(strengths, 12, rational(case["swirl"])), case["pair"]
    a, b = (a, b) if wins[a][b] > wins[b][a] else (b, a)
    return strengths[b], strengths[a]


majorities = inequality(
    "fol:fitted-majorities",
    (EQUALLY, LIKELIEST, "more than half of the comparisons prefer a to b"),
    _majorities,
    random_numbers(6, _totals, spread=2),
    exact=_majorities_exactly,
    family=Family(
        "three outputs of strengths 1, 2, 1 and 2, 3, 1, with a circle of extra wins of 0, 1/10 and 1/4 of the "
        "comparisons of a pair",
        lambda: (
            case
            for case in parameter_grid(
                strengths=(("1", "2", "1"), ("2", "3", "1")),
                swirl=("0", "1/10", "1/4"),
                pair=((0, 1), (1, 2), (0, 2)),
            )
            if (case["strengths"], case["swirl"], case["pair"]) != (("1", "2", "1"), "0", (0, 2))
        ),
    ),
)
