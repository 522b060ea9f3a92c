"""Chapter 8, real and synthetic labels in one fit: the floor that a constant share of synthetic ones leaves (C29)."""

import itertools
from collections.abc import Sequence

import jax.numpy as jnp

from infoloop.claims.comparisons import Number, equality, inequality
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import changed, without
from infoloop.statements.parameter_grids import parameter_grid

NOISE = "the noise of a label has mean 0, variance sigma^2 and is independent"
ALIKE = "real and synthetic labels count alike"
FIXED = "synthetic labels are those of a slope that is off by delta"
MIXED = (NOISE, ALIKE, FIXED)


def mean_square(
    real: Sequence[Number],
    synthetic: Sequence[Number],
    slope: Number,
    off: Number,
    noise: Number,
    ridge: Number,
    weight: Number = 1,
    shared: bool = False,
) -> Number:
    r"""Return $\mathbb E(\hat w-w)^2$ of a ridge fit in one feature, over every sign of every label's noise.

    Args:
        real: the inputs that have real labels.
        synthetic: the inputs that have synthetic ones.
        slope: the true slope.
        off: by how much the slope of the synthetic labels is off.
        noise: every label is off by this much more, up or down.
        ridge: the penalty.
        weight: of a synthetic label; a real one has weight 1.
        shared: whether all labels are off to the same side.

    >>> mean_square([fmpq(1)], [fmpq(1)], fmpq(1), fmpq(1), fmpq(0), fmpq(0))
    1/4
    """
    inputs, weights = [*real, *synthetic], [1] * len(real) + [weight] * len(synthetic)
    truths = [x * slope for x in real] + [x * (slope + off) for x in synthetic]
    power = sum(w * x * x for w, x in zip(weights, inputs, strict=True)) + ridge
    signs = [(s,) * len(inputs) for s in (-1, 1)] if shared else list(itertools.product((-1, 1), repeat=len(inputs)))
    total = 0 * slope
    for draw in signs:
        labels = [y + s * noise for y, s in zip(truths, draw, strict=True)]
        fit = sum(w * x * y for w, x, y in zip(weights, inputs, labels, strict=True)) / power
        total = total + (fit - slope) ** 2
    return total / len(signs)


def closed_mean_square(
    real: Sequence[Number], synthetic: Sequence[Number], slope: Number, off: Number, noise: Number, ridge: Number
) -> Number:
    r"""Return $\bigl(\frac{S_2\delta-\lambda w}{S+\lambda}\bigr)^2+\frac{\sigma^2S}{(S+\lambda)^2}$."""
    own, other = (sum(x * x for x in inputs) for inputs in (real, synthetic))
    power = own + other
    return ((other * off - ridge * slope) ** 2 + noise**2 * power) / (power + ridge) ** 2


def _mixed(case):
    inputs, numbers = case[:4], case[4:]
    parts = [inputs[0], inputs[1]], [inputs[2], inputs[3]], numbers[0], numbers[1], numbers[2], jnp.exp(numbers[3])
    return mean_square(*parts), closed_mean_square(*parts)


def _mixed_exactly(case, **changes):
    return mean_square(*case.values(), **changes), closed_mean_square(*case.values())


def _designs():
    inputs = ([fmpq(1)], [fmpq(1), fmpq(2)], [fmpq(1, 2), fmpq(1), fmpq(3)])
    return parameter_grid(
        real=inputs,
        synthetic=inputs,
        slope=(fmpq(1), fmpq(2)),
        off=(fmpq(0), fmpq(1, 2), fmpq(-1)),
        noise=(fmpq(1, 2),),
        ridge=(fmpq(0), fmpq(1)),
    )


_numbers = random_numbers(8, lambda x: x)
_fit = {
    "real": [fmpq(1), fmpq(2)], "synthetic": [fmpq(1)], "slope": fmpq(1), "off": fmpq(1, 2), "noise": fmpq(1, 2),
    "ridge": fmpq(0),
}  # fmt: skip
mixed_labels = equality(
    "thm:mixed-labels",
    MIXED,
    _mixed,
    _numbers,
    exact=_mixed_exactly,
    family=Family("one to three real and synthetic inputs, slopes 1 and 2, three errors, ridge 0 and 1", _designs),
    edges=(_fit,),
    neighbours=(
        without(NOISE, _fit, exact=lambda case: _mixed_exactly(case, shared=True)),
        without(ALIKE, _fit, exact=lambda case: _mixed_exactly(case, weight=fmpq(1, 2))),
        without(FIXED, _fit, exact=lambda case: (_mixed_exactly({**case, "off": fmpq(0)})[0], _mixed_exactly(case)[1])),
        changed(
            "without the synthetic part",
            lambda case: _mixed_exactly(case)[:1] + _mixed_exactly({**case, "off": fmpq(0)})[1:],
        ),
    ),
    wrong=lambda case: (_mixed(case)[0], _mixed(case)[1] + case[4] ** 2),
)


def _floor(case):
    real, synthetic, off, noise = jnp.exp(case[:2]), jnp.exp(case[2:4]), case[4], case[5]
    share = jnp.sum(synthetic**2) / (jnp.sum(real**2) + jnp.sum(synthetic**2))
    parts = list(real), list(synthetic), 1.0, off, noise, 0.0
    return (share * off) ** 2, mean_square(*parts)


def _floor_exactly(case, weight=1):
    power = [sum((x * x for x in case[key]), fmpq(0)) for key in ("real", "synthetic")]
    share = power[1] / sum(power, fmpq(0))
    found = mean_square(
        case["real"], case["synthetic"], case["slope"], case["off"], case["noise"], fmpq(0), weight=weight
    )
    return (share * case["off"]) ** 2, found


def _unbiased_synthetic(case):
    """Let the noise of the synthetic labels have a mean that cancels what their slope is off by."""
    return _floor_exactly(case)[0], _floor_exactly({**case, "off": fmpq(0)})[1]


_many = {**_fit, "noise": fmpq(1, 100)}
synthetic_floor = inequality(
    "cnd:synthetic-floor",
    (*MIXED, "least squares"),
    _floor,
    _numbers,
    exact=_floor_exactly,
    family=Family("as for mixed labels", lambda: (case for case in _designs() if not case["ridge"])),
    edges=(_many,),
    neighbours=(
        without(NOISE, _many, exact=_unbiased_synthetic),
        without(ALIKE, _many, exact=lambda case: _floor_exactly(case, weight=fmpq(0))),
        without(FIXED, _many, exact=_unbiased_synthetic),  # or a generator that has improved
        without(
            "least squares",
            {**_many, "ridge": fmpq(1, 2)},
            exact=lambda case: (_floor_exactly(case)[0], mean_square(*case.values())),
        ),
    ),
    wrong=lambda case: (_floor(case)[0] + 1, _floor(case)[1]),
)
