"""Expressions in textbook notation, evaluated on a law."""

from fractions import Fraction
from functools import lru_cache

from infoloop.information.measures import entropy
from infoloop.information.multivariate import coinformation
from infoloop.notation.grammar import Term, entropy_form, parse_expression, variables
from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.law_measures import Bits, Law, one_bit, scale
from infoloop.probability.validation import check_known


@kinds_checked
def evaluate(expression: str, p: Law) -> Bits:
    """Return the value of an expression such as `2 I(X;Z|D) - H(X)` on a law, in bits.

    In floats each term is computed directly by `entropy` or `coinformation`, not by differences of entropies, and the
    terms are summed with their coefficients. Of a `RationalLaw`, where a difference loses nothing, it is the sum of
    the joint entropies that are left once equal ones are added up. The notation is that of Cover & Thomas.

    Args:
        expression: A sum of entropies `H(X,Y|G)`, informations `I(X;Y;...|G)` and numbers of bits, each with an
            optional rational coefficient.
        p: A law: `Joint`, `BayesNet`, `Gaussian`, `RationalLaw` or `RationalGaussian`.

    Returns:
        A scalar, `Float[Array, ""]`, or a float for an expression of numbers only; exact for rational laws, a `LogSum`
        (with entropies of a `RationalGaussian` a `RealBall`). Special values are those of the terms.

    Raises:
        NotationError: A ValueError, with a caret under the place where the text does not parse.
        ValueError: For a variable that the law does not have.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(evaluate("2 I(X;Y) - H(X)", joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    1.0
    """
    return evaluate_terms(parse_expression(expression), p)


def evaluate_terms(terms: tuple[Term, ...], p: Law) -> Bits:
    """Return what `evaluate` does, for terms that are already parsed; 0 bits for none."""
    check_known(p.names, *variables(terms))
    entropy_of = getattr(p, "entropy_of", None)  # of an exact law, which keeps those that it was asked for
    if entropy_of is not None:
        groups = ((c, tuple(name for name in p.names if name in group)) for group, c in _joint_entropies(terms))
        return sum((scale(c, entropy_of(group) if group else one_bit(p)) for c, group in groups), scale(0, one_bit(p)))
    return sum((scale(term.coefficient, _value(term, p)) for term in terms), scale(0, one_bit(p)))


@lru_cache(maxsize=4096)
def _joint_entropies(terms: tuple[Term, ...]) -> tuple[tuple[frozenset[str], Fraction], ...]:
    return tuple(entropy_form(terms).items())


def _value(term: Term, p: Law) -> Bits:
    if not term.groups:
        return one_bit(p)
    if len(term.groups) == 1:
        return entropy(p, *term.groups[0], given=term.given)
    return coinformation(p, *term.groups, given=term.given)
