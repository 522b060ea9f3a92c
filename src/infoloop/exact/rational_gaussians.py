"""Gaussian laws with rational covariances, whose informations are logarithms of rationals: exact, in bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flint import fmpq, fmpq_mat

from infoloop.exact.rational_laws import LogSum, log2, rational
from infoloop.probability.channels import extend
from infoloop.probability.distributions import (
    Joint,
    Names,
    as_names,
    check_distinct,
    check_known,
    marginal,
    product,
    relabel,
)


@dataclass(frozen=True, eq=False)
class RationalGaussian:
    """N(0, covariance) of the variables `names`, one number each; the covariance is rows of exact rationals.

    >>> p = extend(RationalGaussian(((fmpq(3),),), ("X",)), RationalLinear({"X": 1}, 1, "Z"))
    >>> p.information("X", "Z").digits(5)
    '1.0000'
    """

    covariance: tuple[tuple[fmpq, ...], ...]
    names: tuple[str, ...]

    def determinant(self, *names: str) -> fmpq:
        """Return the determinant of the covariance of these variables; 1 of none."""
        rows = marginal(self, *names).covariance
        return fmpq_mat(len(rows), len(rows), [c for row in rows for c in row]).det() if rows else fmpq(1)

    def information(self, x: Names, y: Names, given: Names = ()) -> LogSum:
        r"""$I(X;Y|G)=\frac12\log_2\frac{|\Sigma_{xg}||\Sigma_{yg}|}{|\Sigma_{xyg}||\Sigma_g|}$, exactly.

        Raises ValueError where a variable is a function of others, which makes a determinant 0.
        """
        x, y, g = map(as_names, (x, y, given))
        above = self.determinant(*x, *g) * self.determinant(*y, *g)
        below = self.determinant(*x, *y, *g) * self.determinant(*g)
        if not below * above > 0:
            raise ValueError(f"{x}; {y}; {given}: one is a function of the others, so that a determinant is 0")
        return log2(above / below) * fmpq(1, 2)


class RationalLinear(NamedTuple):
    """The channel from the variables of `weights` to their weighted sum plus N(0, noise), the variable `target`."""

    weights: Mapping[str, object]
    noise: object
    target: str

    @property
    def source(self) -> tuple[str, ...]:
        """The variables that the channel reads."""
        return tuple(self.weights)


@extend.register
def _(p: RationalGaussian, *channels: RationalLinear) -> RationalGaussian:
    for weights, noise, target in channels:
        check_known(p.names, *weights)
        names, noise = check_distinct((*p.names, target), "extended law"), rational(noise)
        if noise < 0:
            raise ValueError(f"the noise of {target} has variance {noise}: give a number >= 0")
        exact = {p.names.index(name): rational(weight) for name, weight in weights.items()}
        cross = [sum((w * row[k] for k, w in exact.items()), fmpq(0)) for row in p.covariance]
        corner = sum((w * cross[k] for k, w in exact.items()), noise)
        rows = (*((*row, c) for row, c in zip(p.covariance, cross, strict=True)), (*cross, corner))
        p = RationalGaussian(tuple(rows), names)
    return p


@marginal.register
def _(p: RationalGaussian, *names: str) -> RationalGaussian:
    at = [p.names.index(name) for name in check_known(p.names, *check_distinct(names, "marginal"))]
    return RationalGaussian(tuple(tuple(p.covariance[i][j] for j in at) for i in at), names)


@product.register
def _(p: RationalGaussian, *others: RationalGaussian) -> RationalGaussian:
    for law in others:
        names = check_distinct((*p.names, *law.names), "product")
        above = (row + (fmpq(0),) * len(law.names) for row in p.covariance)
        below = ((fmpq(0),) * len(p.names) + row for row in law.covariance)
        p = RationalGaussian((*above, *below), names)
    return p


relabel.register(RationalGaussian, relabel.dispatch(Joint))
