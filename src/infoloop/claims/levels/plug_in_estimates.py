"""Chapter 4, estimates: what the information of a sample's frequencies says of that of the law (B26)."""

import math

import jax
import jax.numpy as jnp
import numpy as np

from infoloop.claims.comparisons import equality, inequality
from infoloop.claims.levels.generalisation_bounds import samples_exactly
from infoloop.exact.log_sums import LogSum, log2
from infoloop.exact.rational_laws import RationalLaw, fmpq, rational_table
from infoloop.information.measures import divergence, entropy, mutual_information
from infoloop.learning.generalisation import sample_law
from infoloop.probability.distributions import Joint, marginal
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

SAMPLES = 3
OF_THE_LAW = "each sample has the law P"
DRAWN = ("finite alphabets", "independent samples of one law")
INDEPENDENT, COPY = (("1/4",) * 2,) * 2, (("1/2", 0), (0, "1/2"))
LAWS = (INDEPENDENT, COPY, (("1/2", "1/4"), (0, "1/4")), (("3/8", "1/8"), ("1/8", "3/8")))


def _frequencies(case):
    """Yield the probability of every sample and the law of its frequencies; `copies` are one draw, many times."""
    table = rational_table(case["law"])
    counts, probabilities = samples_exactly(table.ravel().tolist(), case["n"], case.get("copies", False))
    for row, probability in zip(counts.tolist(), probabilities, strict=True):
        if probability:
            shares = np.array([fmpq(c, case["n"]) for c in row], dtype=object).reshape(table.shape)
            yield probability, RationalLaw(shares, ("X", "Z"))


def _mean(case, of):
    return sum((of(law) * p for p, law in _frequencies(case)), LogSum())


def _bias_exactly(case, all_terms=True):
    """Return the mean of the plug-in estimate, and the information with the mean divergences that the text adds."""
    true = RationalLaw(rational_table(case["law"]), ("X", "Z"))

    def gap(law):
        ends = sum((divergence(marginal(law, v), marginal(true, v)) for v in "XZ"), LogSum())
        return divergence(law, true) - (ends if all_terms else 0)

    return _mean(case, lambda law: mutual_information(law, "X", "Z")), mutual_information(true, "X", "Z") + _mean(
        case, gap
    )


def _float_terms(logits):
    """Return, for a free law of two bits, its table, the counts of every sample as laws, and their probabilities."""
    law = jax.nn.softmax(logits)
    counts, probabilities = sample_law(law, SAMPLES)
    return law.reshape(2, 2), jnp.asarray(counts).reshape(-1, 2, 2) / SAMPLES, probabilities


def _bits(table):
    return mutual_information(Joint(table, ("X", "Z")), "X", "Z")


def _bias(logits):
    law, shares, probabilities = _float_terms(logits)

    def gap(share):
        p, q = Joint(share, ("X", "Z")), Joint(law, ("X", "Z"))
        return divergence(p, q) - sum(divergence(marginal(p, v), marginal(q, v)) for v in "XZ")

    return probabilities @ jax.vmap(_bits)(shares), _bits(law) + probabilities @ jax.vmap(gap)(shares)


_free = random_numbers(4, lambda x: x)
_small = Family(
    "two independent bits, a copied bit, and laws (1/2, 1/4; 0, 1/4), (3/8, 1/8; 1/8, 3/8); 1 to 5 samples",
    lambda: parameter_grid(law=LAWS, n=range(1, 6)),
)
_slanted = {"law": LAWS[2], "n": 3}


def _of_another(case):
    """Return the mean estimate of the other law's samples, and what the text says of this one's."""
    return _bias_exactly({**case, "law": INDEPENDENT})[0], _bias_exactly(case)[1]


bias = equality(
    "thm:plug-in-bias",
    ("finite alphabets", OF_THE_LAW),
    _bias,
    _free,
    exact=_bias_exactly,
    family=Family(
        f"{_small.description}; independent, or copies of one",
        lambda: ({**case, "copies": copies} for case in _small.members() for copies in (False, True)),
    ),
    edges=(_slanted,),
    wrong=lambda logits: (_bias(logits)[0], _bits(_float_terms(logits)[0])),
    neighbours=(
        without(OF_THE_LAW, _slanted, exact=_of_another),
        changed("without the divergences of X and of Z", lambda case: _bias_exactly(case, all_terms=False)),
        changed("without any divergence", lambda case: (_bias_exactly(case)[0], _bits_exactly(case))),
    ),
)


def _bits_exactly(case):
    return mutual_information(RationalLaw(rational_table(case["law"]), ("X", "Z")), "X", "Z")


def _cells(case):
    return sum(p != 0 for p in rational_table(case["law"]).ravel())


def _lost_exactly(case, scale=1):
    """Return H of the law less the mean entropy of the frequencies, and the bound; or 0 and it; or of the information.

    Of the information: by how much the mean estimate is above or below, and the sum of the three bounds.
    """
    true, of, n = RationalLaw(rational_table(case["law"]), ("X", "Z")), case.get("of", "most lost"), case["n"]
    if of in ("estimate above", "estimate below"):
        bias = _mean(case, lambda law: mutual_information(law, "X", "Z")) - mutual_information(true, "X", "Z")
        sizes = (true.table.size, *true.table.shape)
        bound = sum((log2(1 + scale * fmpq(size - 1, n)) for size in sizes), LogSum())
        return bias if of == "estimate above" else LogSum() - bias, bound
    lost = entropy(true, "X", "Z") - _mean(case, lambda law: entropy(law, "X", "Z"))
    return (LogSum(), lost) if of == "least lost" else (lost, log2(1 + scale * fmpq(int(_cells(case)) - 1, n)))


def _lost(logits):
    law, shares, probabilities = _float_terms(logits)

    def bits(table):
        return entropy(Joint(table, ("X", "Z")), "X", "Z")

    return bits(law) - probabilities @ jax.vmap(bits)(shares), math.log2(1 + 3 / SAMPLES)


_one_sample = {"law": INDEPENDENT, "n": 1}


def _lost_cases():
    """Yield the cases; of the estimate those of so many samples that the bound is below one bit."""
    yield from ({**case, "of": of} for case in _small.members() for of in ("most lost", "least lost"))
    yield from parameter_grid(law=LAWS, n=(8,), of=("estimate above", "estimate below"))


def _most(case):
    """Return what is trivially so: no more than all entropy is lost; an estimate and a law both have 0 to 1 bit."""
    lost = case.get("of", "most lost") == "most lost"
    return log2(int(_cells(case))) if lost and _cells(case) > 1 else 1


lost_entropy = inequality(
    "thm:plug-in-entropy",
    DRAWN,
    _lost,
    _free,
    exact=_lost_exactly,
    family=Family(
        f"{_small.description}, what is lost against the bound and 0; 8 samples, the estimate's error both ways",
        _lost_cases,
    ),
    edges=(_one_sample,),
    wrong=lambda logits: _lost(logits)[::-1],
    neighbours=(
        without(DRAWN[1], {"law": INDEPENDENT, "n": 4, "copies": True}),
        changed("k - 1 1 % less", lambda case: _lost_exactly(case, scale=fmpq(99, 100))),
    ),
    ceiling=_most,
)


unbiased = equality(
    "fol:plug-in-unbiased",
    DRAWN,
    lambda logits: (_bias(logits)[0], _bits(_float_terms(logits)[0])),
    _free,
    exact=lambda case: (_bias_exactly(case)[0], _bits_exactly(case)),
    family=_small,
)
