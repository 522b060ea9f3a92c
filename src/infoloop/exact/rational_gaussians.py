"""Gaussian laws with rational covariances, whose informations are logarithms of rationals: exact, in bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from flint import arb, fmpq, fmpq_mat

from infoloop.exact.log_sums import Exact, LogSum, log2, rational
from infoloop.exact.rational_laws import RationalLaw
from infoloop.exact.real_balls import RealBall, real_ball
from infoloop.probability.channels import extend
from infoloop.probability.distributions import Joint, marginal, product, relabel
from infoloop.probability.law_measures import entropy_of_law, information_of_law, one_bit, self_information_of_law
from infoloop.probability.validation import check_distinct, check_known


@dataclass(frozen=True, eq=False)
class RationalGaussian:
    """N(0, covariance) of the variables `names`, one number each; the covariance is rows of exact rationals.

    The class checks nothing.

    >>> p = extend(RationalGaussian(((fmpq(3),),), ("X",)), RationalLinear({"X": 1}, 1, "Z"))
    >>> marginal(p, "Z").covariance
    ((4,),)
    """

    covariance: tuple[tuple[fmpq, ...], ...]
    names: tuple[str, ...]

    def determinant(self, *names: str) -> fmpq:
        """Return the determinant of the covariance of these variables, 1 of none; ValueError for an unknown name."""
        rows = marginal(self, *names).covariance
        return fmpq_mat(len(rows), len(rows), [c for row in rows for c in row]).det() if rows else fmpq(1)


@entropy_of_law.register
def _(law: RationalGaussian, names: tuple[str, ...], given: tuple[str, ...]) -> RealBall:
    volume = _half_log_ratio(law.determinant(*names, *given), law.determinant(*given), law)
    return real_ball(lambda: ((arb.pi() * 2).log() + 1) / arb(2).log() * len(names) / 2) + volume


@self_information_of_law.register
def _(law: RationalGaussian, names: tuple[str, ...], given: tuple[str, ...]) -> LogSum:
    raise ValueError(f"the information of {', '.join(names)} with itself is infinite: give groups without common names")


@information_of_law.register
def _(law: RationalGaussian, x: tuple[str, ...], y: tuple[str, ...], given: tuple[str, ...]) -> LogSum:
    above = law.determinant(*x, *given) * law.determinant(*y, *given)
    return _half_log_ratio(above, law.determinant(*x, *y, *given) * law.determinant(*given), law)


def _half_log_ratio(above: fmpq, below: fmpq, law: RationalGaussian) -> LogSum:
    if not above * below > 0:
        raise ValueError(f"among {', '.join(law.names)} one is a function of the others, so that a determinant is 0")
    return log2(above / below) / 2


one_bit.register(RationalGaussian, one_bit.dispatch(RationalLaw))


class RationalLinear(NamedTuple):
    """The channel from the variables of `weights` to their weighted sum plus N(0, noise), the variable `target`."""

    weights: Mapping[str, Exact]
    noise: Exact
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
