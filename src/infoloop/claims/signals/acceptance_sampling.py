"""Chapter 3, acceptance: what keeping only the accepted does to information and to accuracy (B21, B10)."""

import itertools
from collections.abc import Sequence

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.log_sums import LogSum, log2
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channel_families import bsc
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.numerics import divergence_terms
from infoloop.statements.cases import Family, Fixed, exact_law, exact_laws, random_bayes_nets, random_probabilities
from infoloop.statements.claim import Claim, linear
from infoloop.statements.neighbours import changed, unrefuted, without
from infoloop.statements.parameter_grids import parameter_grid

FAIR, MAPS = [["1/2", "1/2"]], [[1, 0], [0, 1]]
NOISY = ["1/4", "3/4"]
_eighths = [fmpq(k, 8) for k in range(9)]
JUDGED = ("X -> D -> A",)
_judged = random_bayes_nets("X", "D|X", "A|D", X=3, D=3, A=2)
_rational_judged = Family(
    "a fair bit X, D of three symbols with rows (1/2, 0, 1/2), (0, 1/2, 1/2), (1/4, 3/4, 0), accepted with "
    "probability 1, 1/4 or 0, but not always refused",
    lambda: (
        law
        for law in exact_laws(
            {
                "X": FAIR,
                "D|X": [["1/2", 0, "1/2"], [0, "1/2", "1/2"], ["1/4", "3/4", 0]],
                "A|D": [MAPS[1], MAPS[0], ["3/4", "1/4"]],
            }
        )
        if marginal(law, "A").table[1] > 0
    ),
)


def _erased(accept: list) -> RationalLaw:
    """Return a fair bit X, D its copy or an erasure with equal probabilities, and whether D is accepted."""
    return exact_law({"X": FAIR[0], "D|X": [["1/2", 0, "1/2"], [0, "1/2", "1/2"]], "A|D": accept})


_erasures_refused = _erased([MAPS[1], MAPS[1], MAPS[0]])

accept_bit = linear(
    "thm:accept-bit",
    "I(X;D|A) = I(X;D) - I(X;A)",
    JUDGED,
    _judged,
    family=_rational_judged,
    edges=(_erasures_refused,),
    wrong="I(X;D|A) = I(X;D)",
)

tries_counted = linear(
    "thm:tries-counted",
    "I(X;W,N) <= I(X;D1) + I(X;D2)",
    ("D1 -> X -> D2", "X -> D1,D2 -> W,N"),
    random_bayes_nets("X", "D1|X", "D2|X", "W,N|D1,D2", X=3, D1=2, D2=2, W=2, N=2),
    family=Family(
        "X of four symbols, two tries that are bits of it, W either of them, N any bit of both",
        lambda: (
            law
            for second in (sorted(MAPS * 2), MAPS * 2, [NOISY, MAPS[0], MAPS[1], NOISY])
            for kept in ("W|D1", "W|D2")
            for law in exact_laws(
                {"X": [["1/4"] * 4], "D1|X": Fixed(MAPS * 2), "D2|X": Fixed(second), kept: Fixed(MAPS), "N|D1,D2": MAPS}
            )
        ),
    ),
    edges=(exact_law({"X": ["1/4"] * 4, "D1|X": MAPS * 2, "D2|X": sorted(MAPS * 2), "W|D1": MAPS, "N|D2": MAPS}),),
    wrong="I(X;W,N) <= I(X;D1)",
)


def accepted(table: Number) -> Number:
    """Return P(X, D | A = 1) from P(X, D, A)."""
    return table[..., 1] / table[..., 1].sum()


def _selected(net: BayesNet):
    law = marginal(net, "X", "D", "A")
    kept = Joint(accepted(law.table), ("X", "D"))
    return mutual_information(kept, "X", "D"), mutual_information(law, "X", "D")


def _selected_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    kept = RationalLaw(accepted(law.table), ("X", "D"))
    return evaluate("I(X;D)", kept), evaluate("I(X;D)", law)


selection_cannot_raise = Claim(
    "fol:selection-cannot-raise",
    ("finite alphabets", *JUDGED, "both sides are taken after conditioning on A = 1 and before"),
    _selected,
    _judged,
    exact=_selected_exactly,
    family=_rational_judged,
)


def until_accepted(table: Number) -> Number:
    """Return P(X, D_N) from P(X, D, A): tries for the same X go on until one is accepted, so X keeps its law."""
    passed = table[..., 1]
    return passed * (table.sum((1, 2)) / passed.sum(1))[:, None]


def _priced(net: BayesNet):
    """Return the information of the accepted try, and the divergences of all the tries that it takes on average."""
    table = marginal(net, "X", "D", "A").table
    p_xd, p_x = table.sum(2), table.sum((1, 2))
    apart = divergence_terms(p_xd, p_x[:, None] * p_xd.sum(0)).sum(1)
    tries = p_x / table[..., 1].sum(1)
    return mutual_information(Joint(until_accepted(table), ("X", "D")), "X", "D"), (tries * apart).sum()


def _priced_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    table, price = law.table, LogSum()
    p_d = table.sum(axis=(0, 2))
    passed, p_x = table[..., 1].sum(axis=1), table.sum(axis=(1, 2))
    for x, row in enumerate(table.sum(axis=2)):
        for p, q in zip(row.tolist(), p_d.tolist(), strict=True):
            price = price + log2(p / (p_x[x] * q)) * (p / passed[x]) * p_x[x] if p else price
    kept = table[..., 1] * (p_x / passed)[:, None]
    return evaluate("I(X;D)", RationalLaw(kept, ("X", "D"))), price


def _mean_tries(law):
    table = law.table
    return sum(table.sum(axis=(1, 2)) ** 2 / table[..., 1].sum(axis=1), fmpq(0))


TRIED = ("tries are independent given X", "tries go on until one is accepted, which is kept")
# Each try is a fair coin, whatever X, but the next one is the last plus X; ones are accepted, and half of the noughts.
# So X = 0 repeats the first coin, and X = 1 turns a nought that was refused into a one.
_swinging = exact_law({"X": FAIR[0], "D|X": [["1/2", "1/2"], ["1/4", "3/4"]]})
price_of_selection = Claim(
    "thm:price-of-selection",
    ("finite alphabets", *JUDGED, *TRIED, "P(A = 1|X) > 0"),
    _priced,
    _judged,
    exact=_priced_exactly,
    family=Family(
        f"{_rational_judged.description}, whatever X",
        lambda: (law for law in _rational_judged.members() if (law.table[..., 1].sum(axis=1) > 0).all()),
    ),
    edges=(_erasures_refused,),
    ceiling=lambda law: entropy(law, "X"),
    neighbours=(
        without(JUDGED[0], exact_law({"X": FAIR[0], "D": FAIR[0], "A|X,D": [MAPS[::-1], MAPS]})),
        without(TRIED[0], _swinging, exact=lambda law: (evaluate("I(X;D)", law), LogSum())),
        without(
            TRIED[1],
            exact_law({"X": FAIR[0], "D|X": [NOISY, NOISY[::-1]], "D2|X": [NOISY, NOISY[::-1]]}),
            exact=lambda law: (evaluate("I(X;D,D2)", law), evaluate("I(X;D)", law)),  # all accepted, two are kept
        ),
        unrefuted("P(A = 1|X) > 0", "without it the tries for some task never end"),
        changed(
            "the mean number of tries times the information of one",
            lambda law: (_priced_exactly(law)[0], evaluate("I(X;D)", law) * _mean_tries(law)),
            exact_law(  # two rare tasks, half of whose data are refused erasures
                {
                    "X": ["15/16", "1/32", "1/32"],
                    "D|X": [[1, 0, 0, 0], [0, "1/2", 0, "1/2"], [0, 0, "1/2", "1/2"]],
                    "A|D": [MAPS[1], MAPS[1], MAPS[1], MAPS[0]],
                }
            ),
        ),
    ),
    wrong=lambda net: (_priced(net)[0], mutual_information(net, "X", "D")),
)


def elicited(masses: Sequence[Number], accuracies: Sequence[Number], rewards: Sequence[Number]) -> Number:
    r"""Return $\sum_kw_ka_k$, $w_k\propto p_kr_k$: accuracy once modes are kept by rewards that ignore the task.

    >>> elicited((fmpq(1, 2), fmpq(1, 2)), (fmpq(1, 2), fmpq(1)), (fmpq(1, 4), fmpq(3, 4)))
    7/8
    """
    kept = [p * r for p, r in zip(masses, rewards, strict=True)]
    return sum(k * a for k, a in zip(kept, accuracies, strict=True)) / sum(kept)


def _modes(case):
    """Return a fair bit X, a mode M that guesses or recalls, an answer Y, and a reward S that sees the mode alone."""
    recalls, error, plain, shown = case
    knows = jnp.stack([jnp.full((2, 2), 0.5), bsc(error, "X", "Y").rows])
    return BayesNet(
        (
            Joint(jnp.array([0.5, 0.5]), ("X",)),
            Joint(jnp.stack([1 - recalls, recalls]), ("M",)),
            Channel(knows, ("M", "X"), ("Y",)),
            Channel(jnp.stack([jnp.stack([1 - r, r]) for r in (plain, shown)]), ("M",), ("S",)),
        )
    )


def hit_rates(table: Number) -> tuple[Number, Number]:
    """Return P(Y = X) and P(Y = X | S = 1), from P(X, M, Y, S)."""
    right = table[0, :, 0].sum(0) + table[1, :, 1].sum(0)
    return right.sum(), right[1] / table[..., 1].sum()


def _elicits(case):
    recalls, error, plain, shown = case
    _, after = hit_rates(marginal(_modes(case), "X", "M", "Y", "S").table)
    return after, elicited((1 - recalls, recalls), (0.5, 1 - error), (plain, shown))


def _mode_law(masses, accuracies, rewards, right=None):
    """Return a fair bit X, a mode M, an answer Y and whether it is kept: by the mode, or if right at a given rate."""
    knows = [[[a, 1 - a], [1 - a, a]] for a in accuracies]
    kept = [[[[1 - r, r] for _ in (0, 1)] for _ in (0, 1)] for r in rewards]
    if right is not None:
        kept = [[[[1 - right * (x == y), right * (x == y)] for y in (0, 1)] for x in (0, 1)] for _ in masses]
    return exact_law({"X": FAIR[0], "M": list(masses), "Y|M,X": knows, "S|M,X,Y": kept})


def _two_modes(case):
    return (1 - case["recalls"], case["recalls"]), (fmpq(1, 2), 1 - case["error"]), (case["plain"], case["shown"])


def _elicits_exactly(case):
    """Return the accuracy of kept answers, and one of its two formulas."""
    masses, accuracies, rewards = (case[key] for key in ("masses", "accuracies", "rewards"))
    _, after = hit_rates(_mode_law(masses, accuracies, rewards, case.get("kept if right")).table)
    if case["formula"] == "weighted":
        return after, elicited(masses, accuracies, rewards)
    mean_a, mean_r, both = (
        sum((p * v for p, v in zip(masses, values, strict=True)), fmpq(0))
        for values in (accuracies, rewards, [a * r for a, r in zip(accuracies, rewards, strict=True)])
    )
    return after, mean_a + (both - mean_a * mean_r) / mean_r


def _moded(masses, accuracies, rewards, formula="weighted", **rest):
    return {"masses": masses, "accuracies": accuracies, "rewards": rewards, "formula": formula, **rest}


_half, _quarter = fmpq(1, 2), fmpq(1, 4)
_THREE = ((_quarter, _quarter, _half), (_half, 3 * _quarter, fmpq(1)))


def _elicitations():
    for case in _blind_rewards.members():
        yield _moded(*_two_modes(case))
    for rewards, formula in itertools.product(
        itertools.product((fmpq(0), _quarter, fmpq(1)), repeat=3), ("weighted", "covariance")
    ):
        if any(rewards):
            yield _moded(*_THREE, rewards, formula)


_recalled = _moded((_half, _half), (_half, 3 * _quarter), (_quarter, fmpq(1)))


BLIND = ("a policy guesses a fair bit or recalls it with error e", "the reward depends on the mode alone")
_blind_rewards = Family(
    "probabilities of recalling, errors and rewards of both modes in quarters, not all refused",
    lambda: parameter_grid(recalls=_eighths[2:8:2], error=_eighths[:5:2], plain=_eighths[2::2], shown=_eighths[::2]),
)
elicitation = equality(
    "cnd:elicitation",
    BLIND[1:],
    _elicits,
    random_probabilities(4),
    exact=_elicits_exactly,
    family=Family(
        f"two modes, {_blind_rewards.description}; three modes that are right with probabilities 1/2, 3/4, 1, rewards "
        "0, 1/4 and 1, both formulas",
        _elicitations,
    ),
    edges=(_recalled, {**_recalled, "formula": "covariance"}),
    neighbours=(
        without(BLIND[1], {**_recalled, "kept if right": fmpq(1)}),
        changed(
            "accuracy as it was, the reward being blind to the task",
            lambda case: (_elicits_exactly(case)[0], hit_rates(_mode_law(*(case[k] for k in list(case)[:3])).table)[0]),
        ),
    ),
    wrong=lambda case: (_elicits(case)[0], hit_rates(marginal(_modes(case), "X", "M", "Y", "S").table)[0]),
)


def _unrelated_exactly(case):
    law = _mode_law(*_two_modes(case))
    assert evaluate("I(X;S|M,Y)", law).sign() == 0
    assert evaluate("I(X;S)", law).sign() == 0
    before, after = hit_rates(law.table)
    return after, before


closed_cannot_improve = inequality(
    "fol:closed-cannot-improve",
    (*BLIND, "I(X;S) = I(X;S|M,Y) = 0"),
    lambda case: hit_rates(marginal(_modes(case), "X", "M", "Y", "S").table)[::-1],
    random_probabilities(4),
    exact=_unrelated_exactly,
    family=_blind_rewards,
)
