"""Chapter 1, games: what guessing costs, what an error needs, and where openness hides (S03 and S04)."""

import itertools

import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.exact.log_sums import LogSum, exact_binary_entropy, from_rational, log2, rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.expressions import evaluate
from infoloop.information.fano import fano_bound
from infoloop.information.measures import entropy, mutual_information
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import Joint, marginal
from infoloop.probability.numerics import binary_entropy
from infoloop.statements.cases import Cases, Family, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.claim import Claim
from infoloop.statements.neighbours import changed, without


def bits_by_try(p_x: Float[Array, " n"]) -> Float[Array, " n-1"]:
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
    return bits_by_try(p_x).sum(), mutual_information(_transcript(p_x), "X", "T")


def _unopened(law):
    return sum(map(exact_binary_entropy, law.table.tolist()[:-1]), LogSum())


def _secret_exactly(law: RationalLaw) -> tuple[LogSum, LogSum]:
    masses = law.table.tolist()
    still_open = [sum(masses[k:], fmpq(0)) for k in range(len(masses))]
    spent = (exact_binary_entropy(p / s) * s for p, s in zip(masses[:-1], still_open, strict=False) if s)
    return sum(spent, LogSum()), entropy(law, "X")


def _uniform(size: int) -> RationalLaw:
    return exact_law({"X": [f"1/{size}"] * size})


def _secrets():
    yield from map(_uniform, range(2, 33))
    for masses in (["1/2", "1/4", "1/8", "1/8"], ["1/3", "1/6", "1/2"], ["2/5", "3/5", 0]):
        for order in _turns(masses):
            yield exact_law({"X": order})


secret_game = Claim(
    "thm:secret-game",
    ("the verdicts are exact", "all symbols but one are tried"),
    _secret,
    random_bayes_nets("X", X=7),
    relation="=",
    exact=_secret_exactly,
    family=Family("uniform secrets on 2 to 32 symbols, three other laws tried in every order", _secrets),
    edges=(_uniform(8),),
    neighbours=(
        without(
            "the verdicts are exact",
            exact_law({"X": ["1/2", "1/2"], "S|X": [["7/8", "1/8"], ["1/8", "7/8"]]}),
            exact=lambda law: (evaluate("I(X;S)", law), entropy(law, "X")),
        ),
        without(
            "all symbols but one are tried",
            _uniform(3),
            exact=lambda law: (exact_binary_entropy(law.table[0]), entropy(law, "X")),
        ),
        changed("masses of all tries, h(p) in place of s h(p/s)", lambda law: (_unopened(law), entropy(law, "X"))),
    ),
    wrong=lambda net: (binary_entropy(marginal(net, "X").table)[:-1].sum(), entropy(net, "X")),
)

GUESSED = 4


def _fano(net: BayesNet):
    """Return equivocation and bound, for the likeliest symbol and for a guess that does not look at Z.

    The error is a sum of masses that are missed; 1 minus the rest would round below 0.
    """
    law = marginal(net, "X", "Z").table
    missed = jnp.stack([jnp.sort(law, axis=0)[:-1].sum(), law[1:].sum()])
    return jnp.broadcast_to(evaluate("H(X|Z)", net), (2,)), fano_bound(missed, GUESSED)


def _fano_exactly(case, first=1, second=1):
    """Return both sides of one of the two bounds, with other constants if that is wished."""
    law, guess = case["law"], case["guess"]
    error = 1 - sum((law.table[x, z] for z, x in enumerate(guess)), fmpq(0))
    bound = exact_binary_entropy(error) * first + log2(len(law.table) - 1) * error * second
    if case["bound"] == "H(X|Z)":
        return evaluate("H(X|Z)", law), bound
    return log2(len(law.table)) - bound, evaluate("I(X;Z)", law)


def _likeliest(law):
    return tuple(max(range(len(column)), key=column.__getitem__) for column in law.table.T.tolist())


def _guessed(law, guess=None, bound="H(X|Z)"):
    return {"law": law, "guess": _likeliest(law) if guess is None else guess, "bound": bound}


def _symmetric(size: int, error: str) -> RationalLaw:
    e = rational(error)
    rows = [[1 - e if x == z else e / (size - 1) for z in range(size)] for x in range(size)]
    return exact_law({"X": [f"1/{size}"] * size, "Z|X": rows})


def _all_guessed():
    rows = [["1/4", "1/4", "1/2"], [0, "1/2", "1/2"], [1, 0, 0], [0, 1, 0], ["1/2", "1/4", "1/4"]]
    for law in exact_laws({"X": [["1/4", "1/4", "1/2"]], "Z|X": rows}):
        yield from (_guessed(law, guess) for guess in (None, (2, 0, 1), (0, 0, 0)))
    for law in exact_laws({"X": [["1/3"] * 3], "Z|X": rows}):
        yield _guessed(law, bound="I(X;Z)")


fano = Claim(
    "thm:fano",
    ("finite alphabets",),
    _fano,
    random_bayes_nets("X", "Z|X", X=GUESSED, Z=3),
    exact=_fano_exactly,
    exactly=None,
    family=Family(
        "three symbols X with masses (1/4, 1/4, 1/2), three answers Z, five rows; the likeliest symbol is guessed, a "
        "wrong one, or always the first; and uniform X, of which the information is bounded",
        _all_guessed,
    ),
    edges=(_guessed(_symmetric(4, "1/8")), _guessed(_symmetric(4, "1/8"), bound="I(X;Z)")),
    ceiling=lambda case: log2(len(case["law"].table)),
    neighbours=(
        changed("99/100 h(P)", lambda case: _fano_exactly(case, first=fmpq(99, 100))),
        changed("99/100 log(M-1)", lambda case: _fano_exactly(case, second=fmpq(99, 100))),
        changed(
            "an information bounded below for any X",
            _fano_exactly,
            _guessed(exact_law({"X": [1, 0], "Z|X": [[1], [1]]}), bound="I(X;Z)"),
        ),
    ),
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


def _copied_guess(size):
    copy = [[int(x == y) for y in range(size)] for x in range(size)]
    return exact_law({"X": [f"1/{size}"] * size, "Y|X": copy, "S|X": [[0, 1]] * size})


_EQUAL = [[[0, 1], [1, 0]], [[1, 0], [0, 1]]]  # whether two bits are the same
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
    neighbours=(
        without("X is uniform", _guess(["1/4", "3/4", 0], ["1/2", "1/4", "1/4"])),
        without("Y is independent of X", _copied_guess(3)),
        without("S = [X = Y]", exact_law({"X": ["1/3"] * 3, "Y": ["1/3"] * 3, "S|X": [[1], [1], [1]]})),
    ),
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
    neighbours=(
        without("Y is uniform", _guess(["1/2", "1/2"], ["1/4", "3/4"])),
        without(
            "Y is independent of X", exact_law({"X": ["1/4", "3/4"], "Y|X": [[1, 0], ["1/3", "2/3"]], "S|X,Y": _EQUAL})
        ),
        without("S = [X = Y]", exact_law({"X": ["1/2", "1/2"], "Y": ["1/2", "1/2"], "S|X": [[1, 0], [0, 1]]})),
    ),
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
