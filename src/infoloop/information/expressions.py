"""Expressions in textbook notation, evaluated on a law."""

from infoloop.information.measures import entropy
from infoloop.information.multivariate import coinformation
from infoloop.notation.grammar import Term, parse_expression, variables
from infoloop.probability.distributions import check_known


def evaluate(expression: str, p):
    """The value in bits of an expression such as `2 I(X;Z|D) - H(X)` on a `Joint`, a `BayesNet` or a `Gaussian`.

    Each term is computed directly, not by entropy differences. Raises NotationError (a ValueError) with a caret under
    the place where the text does not parse, and ValueError for a variable that the law does not have.

    >>> from infoloop.probability.distributions import joint
    >>> round(float(evaluate("2 I(X;Y) - H(X)", joint([[0.5, 0], [0, 0.5]], "X", "Y"))), 12)
    1.0
    """
    return evaluate_terms(parse_expression(expression), p)


def evaluate_terms(terms: tuple[Term, ...], p):
    """`evaluate` for terms that are already parsed."""
    check_known(p.names, *variables(terms))
    return sum(float(term.coefficient) * _value(term, p) for term in terms)


def _value(term: Term, p):
    if not term.groups:
        return 1.0
    if len(term.groups) == 1:
        return entropy(p, *term.groups[0], given=term.given)
    return coinformation(p, *term.groups, given=term.given)
