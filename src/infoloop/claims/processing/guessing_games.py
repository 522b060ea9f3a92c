"""Chapter 1, games: what guessing costs, what an error needs, and where openness hides (S03 and S04)."""

import itertools

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.exact.rational_laws import LogSum, RationalLaw, exact_binary_entropy, fmpq, from_rational, log2, rational
from infoloop.information.expressions import evaluate
from infoloop.information.fano import fano_bound
from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Cases, Family, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.claim import Claim


def verdict_bits(p_x: Float[Array, " n"]) -> Float[Array, " n-1"]:
    r"""Return bits per verdict when the symbols of a secret are tried in order: $P(\text{open})\,h(P(\text{hit}))$.

    `p_x` is the law of the secret; the last symbol needs no guess. For a uniform secret on M symbols the sum is
    $\sum_{k=2}^M\frac kM h(1/k)=\log_2M$.
    """
    still_open = jnp.cumsum(p_x[::-1])[::-1]
    return (still_open * binary_entropy(p_x / jnp.where(still_open == 0, 1.0, still_open)))[:-1]


def _transcript(p_x):
    """Return the law of the secret X and of T, the number of the verdict that said yes (the last number: none did)."""
    return Joint(jnp.diag(p_x), ("X", "T"))


def _secret(net: BayesNet):
    p_x = marginal(net, "X").table
    return verdict_bits(p_x).sum(), mutual_information(_transcript(p_x), "X", "T")


def _secret_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    masses = law.table.tolist()
    still_open = [sum(masses[k:], fmpq(0)) for k in range(len(masses))]
    spent = (exact_binary_entropy(p / s) * s for p, s in zip(masses[:-1], still_open, strict=False) if s)
    return sum(spent, LogSum({})), entropy(law, "X")


def _uniform(size: int) -> RationalLaw:
    return exact_law({"X": [f"1/{size}"] * size})


secret_game = Claim(
    "thm:secret-game",
    ("the verdicts are exact", "a symbol is tried at most once"),
    _secret,
    random_bayes_nets("X", X=7),
    relation="=",
    exact=_secret_exactly,
    family=Family("uniform secrets on 2 to 64 symbols", lambda: map(_uniform, range(2, 65))),
    edges=(_uniform(8),),
    wrong=lambda net: (binary_entropy(marginal(net, "X").table)[:-1].sum(), entropy(net, "X")),
)


def _fano(net: BayesNet, size: int = 4):
    law = marginal(net, "X", "Z").table
    missed = jnp.sort(law, axis=0)[:-1]  # summed, the error keeps its sign; 1 minus the rest would round below 0
    return evaluate("H(X|Z)", net), fano_bound(missed.sum(), size)


def _fano_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    error = 1 - sum((max(column) for column in law.table.T.tolist()), fmpq(0))
    bound = exact_binary_entropy(error) + log2(len(law.table) - 1) * error
    return evaluate("H(X|Z)", law), bound


def _symmetric(size: int, error: str) -> RationalLaw:
    e = rational(error)
    rows = [[1 - e if x == z else e / (size - 1) for z in range(size)] for x in range(size)]
    return exact_law({"X": [f"1/{size}"] * size, "Z|X": rows})


fano = Claim(
    "thm:fano",
    ("finite alphabets", "the guess is the likeliest symbol"),
    _fano,
    random_bayes_nets("X", "Z|X", X=4, Z=3),
    exact=_fano_exactly,
    family=Family(
        "three symbols X with masses (1/4, 1/4, 1/2), three answers Z, rows (1/4, 1/4, 1/2), (0, 1/2, 1/2), (1, 0, 0)",
        lambda: exact_laws(
            {"X": [["1/4", "1/4", "1/2"]], "Z|X": _turns(["1/4", "1/4", "1/2"], [0, "1/2", "1/2"], [1, 0, 0])}
        ),
    ),
    edges=(_symmetric(4, "1/8"),),
    wrong=lambda net: (_fano(net)[0], _fano(net)[1] - binary_entropy(1 / 8)),
)


def _turns(*rows):
    return sorted({tuple(map(str, turn)) for row in rows for turn in itertools.permutations(row)})


def _guessing(size: int, uniform: str) -> Cases:
    """Return X and Y independent, one of them uniform and the other free, and S, whether they are equal."""
    free = "Y" if uniform == "X" else "X"
    cases = random_bayes_nets(free, **{free: size})

    def build(logits):
        equal = jnp.eye(size)
        hit = Channel(jnp.stack([1 - equal, equal], axis=2), ("X", "Y"), ("S",))
        other = cases.build(logits).factors[0]
        return BayesNet((Joint(jnp.full(size, 1 / size), (uniform,)), other, hit))

    return Cases(cases.draw, build)


def _guess(p_x: list, p_y: list) -> RationalLaw:
    hit = [[[int(x != y), int(x == y)] for y in range(len(p_y))] for x in range(len(p_x))]
    return exact_law({"X": p_x, "Y": p_y, "S|X,Y": hit})


def _guesses(uniform: str):
    for size in range(2, 7):
        level = [f"1/{size}"] * size
        for peak in range(1, size + 1):
            tilted = [f"1/{peak}"] * peak + [0] * (size - peak)
            yield _guess(level, tilted) if uniform == "X" else _guess(tilted, level)


def _open(net: BayesNet):
    return evaluate("I(X;S|Y)", net), binary_entropy(1 / net.sizes["X"])


def _open_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    return evaluate("I(X;S|Y)", law), exact_binary_entropy(fmpq(1, len(law.table)))


def _hidden(net: BayesNet):
    return evaluate("I(X;S)", net), 0.0


def _hidden_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    return evaluate("I(X;S)", law), from_rational(0)


_any_query = Family("2 to 6 symbols, Y uniform on the first 1, 2, ... of them", lambda: _guesses("X"))
open_given_query = Claim(
    "cnd:open-given-query",
    ("X is uniform", "Y is independent of X", "S = [X = Y]"),
    _open,
    _guessing(3, uniform="X"),
    relation="=",
    exact=_open_exactly,
    family=_any_query,
    edges=(_guess(["1/3"] * 3, ["1/2", "1/4", "1/4"]),),
    wrong=lambda net: (evaluate("I(X;S)", net), binary_entropy(1 / 3)),
)

hidden_without_query = Claim(
    "cnd:hidden-without-query",
    ("Y is uniform", "Y is independent of X", "S = [X = Y]"),
    _hidden,
    _guessing(3, uniform="Y"),
    relation="=",
    exact=_hidden_exactly,
    family=Family("2 to 6 symbols, X uniform on the first 1, 2, ... of them", lambda: _guesses("Y")),
    loose="both sides are 0, and 1 % more of 0 is 0",
    wrong=lambda net: (evaluate("I(X;S|Y)", net), 0.0),
)

always_hidden = Claim(
    "fol:always-hidden",
    ("X is uniform", "Y is independent of X", "S = [X = Y]"),
    _hidden,
    _guessing(3, uniform="X"),
    relation="=",
    exact=_hidden_exactly,
    family=_any_query,
)
