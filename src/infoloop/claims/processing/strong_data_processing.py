"""Chapter 1, contraction: how much of an information survives one channel (S07 and S08)."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infoloop.claims.comparisons import Number, inequality
from infoloop.exact.log_sums import LogSum, rational
from infoloop.exact.rational_laws import fmpq
from infoloop.information.contraction_coefficients import contraction, dobrushin
from infoloop.information.expressions import evaluate
from infoloop.information.measures import divergence
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.statements.cases import Family, Fixed, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.neighbours import changed, without

Rows = list[list[Number]]
EIGHTHS = [fmpq(k, 8) for k in range(9)]


def _link(net: BayesNet, k: int) -> Channel:
    found = net.factors[k]
    assert isinstance(found, Channel)
    return found


def _contracted(net: BayesNet):
    return evaluate("I(X;Z)", net), contraction(_link(net, 2)).upper * evaluate("I(X;D)", net)


def _contracted_exactly(case):
    law, eta = case["law"], case["eta"]
    return evaluate("I(X;Z)", law), evaluate("I(X;D)", law) * eta


def bsc_rows(crossover: Number) -> Rows:
    """Return the table of a binary symmetric channel, exactly."""
    return [[1 - crossover, crossover], [crossover, 1 - crossover]]


def erasure_rows(erased: Number, symbols: int = 2) -> Rows:
    """Return the table of an erasure channel, exactly; the last output is the erasure."""
    return [[(1 - erased) * (x == y) for y in range(symbols)] + [erased] for x in range(symbols)]


def symmetric_rows(error: Number, symbols: int) -> Rows:
    """Return the table of the symmetric channel that errs at this rate, to each other symbol alike, exactly."""
    return [[1 - error if x == y else error / (symbols - 1) for y in range(symbols)] for x in range(symbols)]


def symmetric_eta(eigenvalue: Number, num_symbols: int) -> Number:
    r"""Return $\eta_{KL}=\frac{q\lambda^2}{(q-2)\lambda+2}$ of $\lambda I+\frac{1-\lambda}qJ$, over all inputs."""
    return num_symbols * eigenvalue**2 / ((num_symbols - 2) * eigenvalue + 2)


def eta_of_pair(a: Sequence[Number], b: Sequence[Number], weight: Number) -> Number:
    r"""Return $\beta(1-\beta)\sum_y\frac{(a_y-b_y)^2}{m_y}$, $m=(1-\beta)a+\beta b$: what is left of chi-square.

    >>> eta_of_pair([fmpq(3, 4), fmpq(1, 4)], [fmpq(1, 4), fmpq(3, 4)], fmpq(1, 2))
    1/4
    """
    means = [(1 - weight) * x + weight * y for x, y in zip(a, b, strict=True)]
    return weight * (1 - weight) * sum((x - y) ** 2 / m for x, y, m in zip(a, b, means, strict=True) if m)


def _pythagorean(first, second):
    r"""Return rows (1-a, a), (1-b, b) with a and b of the form k^2/(k^2+m^2), the contraction, and the worst input.

    The contraction is $1-(\sqrt{ab}+\sqrt{(1-a)(1-b)})^2$, with rational roots for such rates; it is attained where the
    output is 1 with probability $\frac{\sqrt{ab}}{\sqrt{ab}+\sqrt{(1-a)(1-b)}}$.
    """
    (k, m), (n, r) = first, second
    a, b = fmpq(k * k, k * k + m * m), fmpq(n * n, n * n + r * r)
    root = fmpq(k * m * n * r, (k * k + m * m) * (n * n + r * r))
    eta = 1 - a * b - (1 - a) * (1 - b) - 2 * root
    one = a * b / (a * b + root) if a else fmpq(0)  # sqrt(ab) / (sqrt(ab) + sqrt((1-a)(1-b))), times sqrt(ab)
    worst = (one - a) / (b - a)
    return [[1 - a, a], [1 - b, b]], eta, [1 - worst, worst]


_RATES = ((0, 1), (1, 3), (1, 2), (1, 1), (2, 1))
UNLIKE = [_pythagorean(*pair) for pair in itertools.combinations(_RATES, 2)]


def _links():
    """Yield channels with their contraction: BSC, erasure, any two outputs, and three symbols."""
    for e in EIGHTHS:
        yield bsc_rows(e), (1 - 2 * e) ** 2
        yield erasure_rows(e), 1 - e
    yield from ((rows, eta) for rows, eta, _ in UNLIKE)
    for e in EIGHTHS[1::3]:
        yield symmetric_rows(e, 3), symmetric_eta(1 - e * fmpq(3, 2), 3)


def _contracting():
    inputs = {2: [["1/4", "3/4"], [1, 0], [0, 1]], 3: [["1/4", "1/4", "1/2"], [1, 0, 0], [0, "1/2", "1/2"]]}
    for rows, eta in _links():
        for law in exact_laws({"X": [["1/4", "3/4"], ["1/2", "1/2"]], "D|X": inputs[len(rows)], "Z|D": Fixed(rows)}):
            yield {"law": law, "eta": eta}


_erased = {
    "law": exact_law({"X": ["1/2", "1/2"], "D|X": bsc_rows(fmpq(1, 8)), "Z|D": erasure_rows(fmpq(1, 2))}),
    "eta": fmpq(1, 2),
}


def _about_worst(rows, eta, worst):
    """Return a fair bit X that moves the worst input a little."""
    moved = [[p + sign * fmpq(k - 1, 100) for k, p in zip((0, 2), worst, strict=True)] for sign in (1, -1)]
    return {"law": exact_law({"X": ["1/2", "1/2"], "D|X": moved, "Z|D": rows}), "eta": eta}


strong_processing = inequality(
    "thm:sdpi",
    ("finite alphabets", "X -> D -> Z"),
    _contracted,
    random_bayes_nets("X", "D|X", "Z|D", X=2, D=2, Z=3),
    exact=_contracted_exactly,
    family=Family(
        "X fair or (1/4, 3/4), three rows of D; then a BSC or erasure channel with noise k/8, ten channels with two "
        "outputs (Z-channels among them), or a symmetric channel on three symbols",
        _contracting,
    ),
    edges=(_erased,),
    neighbours=(
        without(
            "X -> D -> Z",
            {
                "law": exact_law({"X": ["1/2", "1/2"], "D|X": bsc_rows(fmpq(1, 4)), "Z|X": [[1, 0], [0, 1]]}),
                "eta": fmpq(1, 4),
            },
        ),
        changed(
            "the chi-square coefficient at the uniform input in place of that over all inputs",
            lambda case: _contracted_exactly({**case, "eta": eta_of_pair(*UNLIKE[6][0], fmpq(1, 2))}),
            _about_worst(*UNLIKE[6]),
        ),
    ),
    wrong=lambda net: (_contracted(net)[0], contraction(_link(net, 2)).upper ** 2 * evaluate("I(X;D)", net)),
)


def divergences(p: Sequence[fmpq], q: Sequence[fmpq]) -> tuple[LogSum, fmpq]:
    """Return the divergence of rational masses q from p, in bits, and the chi-square divergence."""
    law = {name: exact_law({"X": masses}) for name, masses in (("p", p), ("q", q))}
    squares = sum(((b - a) ** 2 / a for a, b in zip(p, q, strict=True) if a), fmpq(0))
    return divergence(law["q"], law["p"]), squares


def pushed(masses: Sequence[fmpq], rows: Rows) -> list[fmpq]:
    """Return the output law of a channel."""
    return [sum((p * row[y] for p, row in zip(masses, rows, strict=True)), fmpq(0)) for y in range(len(rows[0]))]


def divergence_left(case: Mapping[str, Any], chi_square: bool = False) -> tuple[Any, Any]:
    """Return what is left of the divergence of two inputs, and the coefficient times what it was."""
    rows, eta, p, q = (case[key] for key in ("rows", "eta", "p", "q"))
    p, q = ([rational(x) for x in masses] for masses in (p, q))
    before, after = divergences(p, q), divergences(pushed(p, rows), pushed(q, rows))
    return after[chi_square], before[chi_square] * eta


def _ordered_exactly(case):
    return divergence_left(case, chi_square=case["of"] == "chi-square")


def dobrushin_exactly(rows: Rows) -> fmpq:
    """Return the largest total variation between two rows.

    >>> dobrushin_exactly([[fmpq(1), fmpq(0)], [fmpq(1, 4), fmpq(3, 4)]])
    3/4
    """
    pairs = itertools.combinations(rows, 2)
    return max(sum((abs(x - y) for x, y in zip(a, b, strict=True)), fmpq(0)) / 2 for a, b in pairs)


INPUTS = {
    2: (["1/2", "1/2"], ["1/4", "3/4"], ["1/8", "7/8"], ["99/100", "1/100"]),
    3: (["1/3"] * 3, ["1/4", "1/4", "1/2"], ["1/10", "1/5", "7/10"], ["1/2", "1/2", "0"]),
}


def input_pairs(rows: Rows, eta: Number, of: str) -> Iterator[dict[str, Any]]:
    """Yield cases of a channel and its coefficient: all pairs of the inputs of `INPUTS`."""
    for p, q in itertools.permutations(INPUTS[len(rows)], 2):
        if all(map(rational, p)):
            yield {"of": of, "rows": rows, "eta": eta, "p": p, "q": q}


def _order():
    quarters = [[fmpq(1, 4), fmpq(1, 4), fmpq(1, 2)], [fmpq(1), fmpq(0), fmpq(0)], [fmpq(0), fmpq(1, 2), fmpq(1, 2)]]
    for e in EIGHTHS[::2]:
        yield from input_pairs(erasure_rows(e), dobrushin_exactly(erasure_rows(e)), "chi-square")
    for rows, eta, _ in UNLIKE:
        yield from input_pairs(rows, dobrushin_exactly(rows), "chi-square")
        yield from input_pairs(rows, eta, "divergence")
    for e in EIGHTHS[::2]:
        lost, alike = erasure_rows(e, 3), symmetric_rows(e, 3)
        for rows, eta in ((lost, 1 - e), (alike, symmetric_eta(1 - e * fmpq(3, 2), 3))):
            yield from (case for of in ("divergence", "chi-square") for case in input_pairs(rows, eta, of))
            yield from input_pairs(rows, dobrushin_exactly(rows), "chi-square")
    for rows in map(list, itertools.permutations(quarters)):
        yield from input_pairs(rows, dobrushin_exactly(rows), "chi-square")


def near_worst(rows: Rows, eta: Number, worst: Sequence[Number]) -> dict[str, Any]:
    """Return two inputs next to the worst one, of which nearly `eta` of the divergence is left."""
    moved = [worst[0] * fmpq(99, 100), 1 - worst[0] * fmpq(99, 100)]
    return {"of": "divergence", "rows": rows, "eta": eta, "p": worst, "q": moved}


coefficient_order = inequality(
    "thm:eta-order",
    ("finite alphabets",),
    lambda net: (contraction(_link(net, 1)).lower, dobrushin(_link(net, 1))),
    random_bayes_nets("X", "Y|X", X=3, Y=3),
    exact=_ordered_exactly,
    family=Family(
        "erasure channels, ten channels with two outputs and six with three, all pairs of four inputs: the chi-square "
        "divergence against Dobrushin's coefficient, the divergence against the chi-square coefficient; erasure and "
        "symmetric channels of three symbols, both divergences against the coefficient of inputs on two symbols",
        _order,
    ),
    edges=(
        {
            "of": "chi-square",
            "rows": erasure_rows(fmpq(1, 4)),
            "eta": fmpq(3, 4),
            "p": ["1/4", "3/4"],
            "q": ["1/2"] * 2,
        },
        *(near_worst(*UNLIKE[k]) for k in (4, 7)),
    ),
    neighbours=(
        changed(
            "the chi-square coefficient at the uniform input",
            lambda case: divergence_left({**case, "eta": eta_of_pair(*case["rows"], fmpq(1, 2))}),
            near_worst(*UNLIKE[6]),
        ),
        changed(
            "the square of Dobrushin's coefficient",
            lambda case: divergence_left({**case, "eta": case["eta"] ** 2}, chi_square=True),
            {"rows": erasure_rows(fmpq(1, 4)), "eta": fmpq(3, 4), "p": ["1/4", "3/4"], "q": ["1/2"] * 2},
        ),
    ),
    wrong=lambda net: (contraction(_link(net, 1)).lower, dobrushin(_link(net, 1)) ** 2),
)
