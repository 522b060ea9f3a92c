"""Gaussian laws with rational covariances, whose informations are logarithms of rationals: exact, in bits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flint import fmpq, fmpq_mat

from infoloop.exact.rational_laws import LogSum, log2, rational
from infoloop.probability.distributions import check_distinct, check_known


@dataclass(frozen=True, eq=False)
class RationalGaussian:
    """N(0, covariance) of the variables `names`, one number each; the covariance is rows of exact rationals.

    >>> p = RationalGaussian(((fmpq(3),),), ("X",)).extend("Z", {"X": 1}, noise=1)
    >>> p.information("X", "Z").digits(5)
    '1.0000'
    """

    covariance: tuple[tuple[fmpq, ...], ...]
    names: tuple[str, ...]

    def extend(self, target: str, weights: Mapping[str, object], noise) -> RationalGaussian:
        """The law with one more variable, the weighted sum of others and independent noise of this variance.

        Raises ValueError for a name that is unknown or taken and for a negative noise.
        """
        check_known(self.names, *weights)
        names, noise = check_distinct((*self.names, target), "extended law"), rational(noise)
        if noise < 0:
            raise ValueError(f"the noise of {target} has variance {noise}: give a number >= 0")
        exact = {self.names.index(name): rational(weight) for name, weight in weights.items()}
        cross = [sum((w * row[k] for k, w in exact.items()), fmpq(0)) for row in self.covariance]
        corner = sum((w * cross[k] for k, w in exact.items()), noise)
        rows = (*((*row, c) for row, c in zip(self.covariance, cross, strict=True)), (*cross, corner))
        return RationalGaussian(tuple(rows), names)

    def determinant(self, *names: str) -> fmpq:
        """The determinant of the covariance of these variables; 1 of none."""
        check_known(self.names, *check_distinct(names, "determinant"))
        at = [self.names.index(name) for name in names]
        return fmpq_mat(len(at), len(at), [self.covariance[i][j] for i in at for j in at]).det() if at else fmpq(1)

    def information(self, x: str, y: str, given: str = "") -> LogSum:
        r"""$I(X;Y|G)=\frac12\log_2\frac{|\Sigma_{xg}||\Sigma_{yg}|}{|\Sigma_{xyg}||\Sigma_g|}$, exactly.

        `x`, `y` and `given` are names with commas between. Raises ValueError where a variable is a function of others,
        which makes a determinant 0.
        """
        x_names, y_names, g = (tuple(filter(None, part.split(","))) for part in (x, y, given))
        above = self.determinant(*x_names, *g) * self.determinant(*y_names, *g)
        below = self.determinant(*x_names, *y_names, *g) * self.determinant(*g)
        if not below * above > 0:
            raise ValueError(f"{x}; {y}; {given}: one is a function of the others, so that a determinant is 0")
        return log2(above / below) * fmpq(1, 2)
