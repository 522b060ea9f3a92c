"""Chapter 3, filtering: what a verifier leaves of label noise, and when the majority is right (S19)."""

import math

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.probability.distributions import Joint, condition
from infoloop.statements.cases import Family, exact_law, random_probabilities
from infoloop.statements.neighbours import without
from infoloop.statements.parameter_grids import parameter_grid

FILTERED = ("labels are wrong with probability p", "right labels are kept with probability phi, wrong ones with psi")
VOTES = (1, 3, 5, 7)
_EIGHTHS = [fmpq(k, 8) for k in range(9)]


def kept_error(p: Number, phi: Number, psi: Number) -> Number:
    r"""Return $\frac{p\psi}{p\psi+(1-p)\phi}$: the share of wrong labels among those a verifier keeps.

    >>> kept_error(fmpq(1, 4), fmpq(3, 4), fmpq(1, 4))
    1/10
    """
    return p * psi / (p * psi + (1 - p) * phi)


def _kept(p, phi, psi):
    """Return P(wrong, kept), each 0 or 1."""
    return [[(1 - p) * (1 - phi), (1 - p) * phi], [p * (1 - psi), p * psi]]


def _filtered(case):
    law = Joint(jnp.array(_kept(*case)), ("wrong", "kept"))
    return condition(law, kept=1).table[1], kept_error(*case)


def _filtered_exactly(case):
    """Return the share of wrong labels kept, of labels and filter as they are, and the formula of p, phi and psi."""
    formula = kept_error(case["p"], case["phi"], case["psi"])
    p, phi, psi = case.get("truth", (case["p"], case["phi"], case["psi"]))
    table = exact_law({"wrong": [1 - p, p], "kept|wrong": [[1 - phi, phi], [1 - psi, psi]]}).table[:, 1]
    return table[1] / table.sum(), formula


_filters = Family(
    "p, phi and psi from 1/8 to 7/8 in eighths",
    lambda: parameter_grid(p=_EIGHTHS[1:8], phi=_EIGHTHS[1:8], psi=_EIGHTHS[1:8]),
)
_edge = {"p": fmpq(1, 4), "phi": fmpq(3, 4), "psi": fmpq(1, 4)}
_beyond = {"p": fmpq(5, 8), "phi": fmpq(1, 2), "psi": fmpq(1, 2)}  # more wrong labels than right ones are kept
filtered_error = equality(
    "thm:filtered-error",
    FILTERED,
    _filtered,
    random_probabilities(3),
    exact=_filtered_exactly,
    family=_filters,
    edges=(_edge,),
    neighbours=(
        without(FILTERED[0], {**_edge, "truth": (fmpq(1, 2), fmpq(3, 4), fmpq(1, 4))}),
        without(FILTERED[1], {**_edge, "truth": (fmpq(1, 4), fmpq(1), fmpq(1))}),
    ),
    wrong=lambda case: (_filtered(case)[0], kept_error(case[0], case[2], case[1])),
)


def outvoted(error: Number, votes: int) -> Number:
    """Return the probability that more than half of an odd number of labels are wrong, each with probability `error`.

    >>> outvoted(fmpq(1, 4), 3)
    5/32
    """
    wrong = range(votes // 2 + 1, votes + 1)
    return sum(math.comb(votes, k) * error**k * (1 - error) ** (votes - k) for k in wrong)


def _majority(case):
    p, phi, psi = case
    margin = (phi + psi) * (phi / (phi + psi) - p) / (p * psi + (1 - p) * phi)
    error = condition(Joint(jnp.array(_kept(p, phi, psi)), ("wrong", "kept")), kept=1).table[1]
    after = [margin * (1 - 2 * outvoted(error, n)) for n in VOTES]
    return jnp.stack([margin**2, *after[:-1]]), jnp.stack(after)


def _majority_exactly(case):
    """Return what two votes fewer, or for one vote the formula of the margin, and these votes make of the margin."""
    p, phi, psi, votes = (case[key] for key in ("p", "phi", "psi", "votes"))
    margin = (phi + psi) * (phi / (phi + psi) - p) / (p * psi + (1 - p) * phi)
    error = _filtered_exactly(case)[0]
    before = margin if votes < 3 else 1 - 2 * outvoted(error, votes - 2)
    lost = at_most_one(1 - error, votes) if case.get("labels") == "all wrong ones different" else outvoted(error, votes)
    return margin * before, margin * (1 - 2 * lost)


def at_most_one(right: Number, votes: int) -> Number:
    """Return the probability of at most one right vote: right labels have no plurality where no two wrong ones agree.

    >>> at_most_one(fmpq(1, 2), 3)
    1/2
    """
    return (1 - right) ** votes + votes * right * (1 - right) ** (votes - 1)


def _swapped(case):
    p, phi, psi = case
    return _majority(case)[0], _majority((p, psi, phi))[1]


filter_threshold = inequality(
    "thm:filter-threshold",
    (*FILTERED, "two labels", "an odd number of votes"),
    _majority,
    random_probabilities(3),
    exact=_majority_exactly,
    family=Family(
        "p, phi and psi from 1/8 to 7/8 in quarters and eighths, 1, 3, 5 and 7 votes",
        lambda: parameter_grid(p=_EIGHTHS[1:8], phi=_EIGHTHS[1:8:2], psi=_EIGHTHS[1:8:2], votes=VOTES),
    ),
    edges=({**_edge, "votes": 1},),
    neighbours=(
        without(FILTERED[0], {**_edge, "votes": 1, "truth": (fmpq(1, 2), fmpq(3, 4), fmpq(1, 4))}),
        without(FILTERED[1], {**_edge, "votes": 1, "truth": (fmpq(1, 4), fmpq(3, 4), fmpq(3, 4))}),
        without("two labels", {**_beyond, "votes": 7, "labels": "all wrong ones different"}),
        without("an odd number of votes", {**_beyond, "votes": 2}),
    ),
    wrong=_swapped,
)

filter_is_enough = inequality(
    "fol:filter-is-enough",
    (*FILTERED, "psi < phi"),
    lambda case: (kept_error(case[0], case[1], case[1] * case[2]), 1 / 2),
    random_probabilities(3),
    exact=lambda case: (kept_error(*case.values()), fmpq(1, 2)),
    family=Family(
        "p, phi and psi < phi from 1/8 to 7/8 in eighths",
        lambda: (c for c in _filters.members() if c["psi"] < c["phi"]),
    ),
)
