"""Chapter 8, information of the training data as a measure of generalisation (C21)."""

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import rational
from infoloop.exact.rational_laws import RationalLaw, fmpq
from infoloop.information.measures import mutual_information
from infoloop.probability.distributions import marginal
from infoloop.statements.cases import Family, exact_law, random_numbers
from infoloop.statements.parameter_grids import parameter_grid

ONE = "one training sample: a fair label Z and a fair mark C"
BIT = "a model W answers with a bit, and errs where it is not Z"
MORE = "I(Z,C;W') > I(Z,C;W)"
_FAIR, _COPY = ["1/2", "1/2"], [[1, 0], [0, 1]]


def trained(copies: fmpq, of: str) -> RationalLaw:
    """Return the law of the sample and of a model that copies its label or its mark with this probability.

    >>> sorted(trained(fmpq(1), "Z").outcomes().items())
    [('0 0 0', '1/4'), ('0 1 0', '1/4'), ('1 0 1', '1/4'), ('1 1 1', '1/4')]
    """
    rows = [[copies, 1 - copies], [1 - copies, copies]]
    return exact_law({"Z": _FAIR, "C": _FAIR, f"W|{of}": [[str(p) for p in row] for row in rows]})


def excess_error(law: RationalLaw) -> fmpq:
    """Return how much more often the model errs on a new sample than on its own.

    >>> excess_error(trained(fmpq(3, 4), "Z")), excess_error(trained(fmpq(1), "C"))
    (1/4, 0)
    """
    pair, label, model = (marginal(law, *names).table for names in (("Z", "W"), ("Z",), ("W",)))
    new = label[0] * model[1] + label[1] * model[0]
    return rational(new - pair[0, 1] - pair[1, 0])


def _gaps(case):
    copies = 0.5 + jax.nn.sigmoid(case[0]) / 2
    return copies - 0.5, jnp.zeros(())


def _gaps_exactly(case):
    generated, anchored = trained(case["synthetic"], "Z"), trained(case["anchor"], "C")
    told, known = (mutual_information(law, ("Z", "C"), "W") for law in (generated, anchored))
    assert (known - told).sign() > 0, "the anchor's model must have the more information of its data"
    return excess_error(generated), excess_error(anchored)


gain_decides = inequality(
    "fol:gain-decides",
    (ONE, BIT, MORE),
    _gaps,
    random_numbers(1, lambda x: x),
    exact=_gaps_exactly,
    family=Family(
        "models that copy the label with probability 1/2, 5/8 or 3/4, and the mark with probability 7/8 or 1",
        lambda: parameter_grid(synthetic=[fmpq(k, 8) for k in (4, 5, 6)], anchor=[fmpq(7, 8), fmpq(1)]),
    ),
)
