"""A mistake planted in any stage of the prover is noticed by the checker, which shares nothing with it.

Each mistake makes the prover write a certificate of something that it has not proved, and mostly of what is false.
"""

import dataclasses
import re
from fractions import Fraction

import pytest

from infoloop.check import CertificateError, check_certificate
from infoloop.notation import grammar
from infoloop.proofs import linear_program, problem, provability, shannon_prover
from infoloop.proofs.semigraphoid import Measure

ONE = Fraction(1)


def directions_exchanged(patch):
    right = linear_program.slack
    patch(shannon_prover, "slack", lambda statement, d: right(statement, "<=" if d == ">=" else ">="))


def condition_dropped(patch):
    right = grammar.Reader.arguments
    patch(grammar.Reader, "arguments", lambda self, kind: (right(self, kind)[0], ()))


def without_condition(term):
    return grammar.Term(term.coefficient, term.groups)


def condition_dropped_in_the_program(patch):
    right = linear_program.entropy_form
    patch(linear_program, "entropy_form", lambda terms: right(tuple(map(without_condition, terms))))


def assumption_read_as(text):
    """A reader of assumptions that takes each for this expression = 0."""

    def planted(patch):
        right = problem._split_assumption
        zero = (grammar.parse_expression(text),)
        patch(problem, "_split_assumption", lambda a, parts: dataclasses.replace(right(a, parts), zero=zero))

    return planted


def relation_misread(patch):
    patch(grammar, "_RELATIONS", {"≤": ">="})


def signs_turned(patch):
    right = linear_program.entropy_form
    patch(linear_program, "entropy_form", lambda terms: {names: -c for names, c in right(terms).items()})


def sign_misread(patch):
    patch(grammar.Reader, "sign", lambda self: 1 if self.word not in ("+", "-") else self.advance() or 1)


def sign_dropped_in_writing(patch):
    right = grammar.format_terms
    patch(shannon_prover, "format_statement", lambda s: f"{right(s.left)} <= {right(s.right)}".replace("-", "+"))


def letters_lost(patch):
    patch(problem, "_split_group", lambda group, parts: tuple(name[0] for name in group))


def letters_of_another_name(patch):
    patch(problem, "_letters", lambda *problem: {"XY": ("X", "Z")})


def letters_that_no_text_names(patch):
    patch(problem, "_letters", lambda *problem: {"AB": ("A", "B")})


def letters_in_a_list(patch):
    patch(problem, "_letters", lambda *problem: {"XY": ("X", "Y")})


def half_of_an_equality(patch):
    patch(shannon_prover, "DIRECTIONS", {"=": ("<=",)})


def strict_taken_for_weak(patch):
    patch(shannon_prover, "DIRECTIONS", {"<": ("<=",)})


def sum_of(measures, assumed=(), constant=0):
    """A stage of the prover that answers with this sum whatever it is asked."""
    return lambda *problem: shannon_prover._Sum(dict(measures), {}, dict(assumed), Fraction(constant))


def lie(*weights, **others):
    """A solver that answers with these weights of the measures H(1), H(1|2), ..."""

    def planted(patch):
        patch(shannon_prover, "decide", lambda *problem: provability.Multipliers([]))
        patch(shannon_prover, "_expanded", sum_of(weights, **others))

    return planted


def group_lost_in_a_name(patch):
    right = shannon_prover._name
    patch(shannon_prover, "_name", lambda encoded, measure: right(encoded, measure._replace(c=0)))


def assumption_of_another_place(patch):
    right = shannon_prover._expanded

    def moved(*problem):
        total = right(*problem)
        return total and total._replace(assumed={1 - k: weight for k, weight in total.assumed.items()})

    patch(shannon_prover, "_expanded", moved)


def contradiction_made_up(patch):
    patch(shannon_prover, "_has_constants", lambda encoded: True)
    lie()(patch)


def in_the_part(change):
    """A writer of parts that is right but for this change of each part."""

    def planted(patch):
        right = shannon_prover._part
        patch(shannon_prover, "_part", lambda *problem: (right(*problem) or {}) | change(right(*problem)))

    return planted


def in_the_statement(old, new):
    """A writer of statements that exchanges two texts."""

    def planted(patch):
        right = shannon_prover.format_statement
        patch(shannon_prover, "format_statement", lambda statement: right(statement).replace(old, new))

    return planted


def assumption_forgotten_in_writing(patch):
    right = shannon_prover._checked
    patch(shannon_prover, "_checked", lambda text, parsed, given, *rest: right(text, parsed, given[1:], *rest))


def parts_exchanged(patch):
    right = shannon_prover._parts
    patch(shannon_prover, "_parts", lambda *problem: (right(*problem) or [])[::-1])


def contradiction_for_a_proof(patch):
    right = shannon_prover._checked
    patch(
        shannon_prover,
        "_checked",
        lambda text, parsed, given, shows, parts: right(text, parsed, given, ("contradiction", shows[1]), parts),
    )


def rounded(weight):
    return [[str(round(Fraction(w))), text] for w, text in weight]


def commas_lost(patch):
    right = linear_program.AtomEncoding.names
    patch(linear_program.AtomEncoding, "names", lambda self, mask: right(self, mask).replace(",", ""))


MISTAKES = [
    (in_the_part(lambda part: {"measures": rounded(part["measures"])}), "H(X|Y) <= 5/3 H(X)", None, "is not the slack"),
    (in_the_part(lambda part: {"assumptions": []}), "I(X;Z) <= I(X;D)", "X -> D -> Z", "is not the slack"),
    (in_the_part(lambda part: {"constant": "2"}), "H(X) <= H(X) + 1", None, "it has 1 too much of the constant"),
    (in_the_part(lambda part: {"measures": part["measures"] * 2}), "I(X;Y) <= H(X)", None, "is not the slack"),
    (in_the_part(lambda part: {"direction": ">="}), "I(X;Y) <= H(X)", None, "the parts do not prove"),
    (in_the_part(lambda part: {"measures": [["1", "I(X;Y;Z)"]]}), "0 <= I(X;Y)", None, "it may be negative"),
    (in_the_statement("H(X,Y)", "H(X)"), "H(X|Y) <= H(X,Y)", None, "the text does not say"),
    (in_the_statement("1/2", "2"), "H(X) <= H(X,Y) + 1/2", None, "the text does not say"),
    (in_the_statement("<=", "<"), "H(X) <= H(X,Y)", None, "the text does not say"),
    (assumption_forgotten_in_writing, "H(X) <= 0", "H(X) = 0; H(Y) = 0", "no assumption says"),
    (parts_exchanged, "I(X;Z) = I(X;D) - I(X;D|Z)", "X -> D -> Z", "the parts do not prove"),
    (contradiction_for_a_proof, "H(X) <= H(X,Y)", None, "the parts do not prove"),
    (commas_lost, "I(X;Y,Z) <= H(Y,Z)", None, "is not the slack"),
    (directions_exchanged, "I(X;D) <= I(X;Z)", "X -> D -> Z", "is not the slack"),
    (condition_dropped, "I(X;Y|Z) <= I(X;Y)", None, "the text does not say"),
    (condition_dropped_in_the_program, "I(X;Y|Z) <= I(X;Y)", None, "is not the slack"),
    (assumption_read_as("I(X;Y)"), "I(X;Y) = 0", "X _||_ Y | Z", "does not say that 0 is 'I(X;Y)'"),
    (assumption_read_as("I(X;D|Z)"), "I(X;D) <= I(X;Z)", "X -> D -> Z", "does not say that 0 is 'I(X;D|Z)'"),
    (assumption_read_as("H(X|Z)"), "H(X) <= H(Z)", "Z = f(X)", "does not say that 0 is 'H(X|Z)'"),
    (relation_misread, "I(X;D) ≤ I(X;Z)", "X -> D -> Z", "the text does not say"),
    (signs_turned, "H(X) <= 0", None, "is not the slack"),
    (sign_misread, "0 <= - H(X)", None, "the text does not say"),
    (sign_dropped_in_writing, "H(X) - H(Y) <= H(X)", None, "the text does not say"),
    (letters_lost, "H(XY) + H(Y) <= H(X) + H(Y)", None, "the text does not say"),
    (letters_of_another_name, "H(XY) <= H(X) + H(Z)", "H(Y) = 0", "the text does not say"),
    (letters_that_no_text_names, "H(C|AB) <= H(C)", None, "the texts do not name"),
    (letters_in_a_list, "H(X,Y) <= H(Z,XY)", "H(X) = H(Y)", "the text does not say"),
    (half_of_an_equality, "I(X;Z) = I(X;D)", "X -> D -> Z", "the parts do not prove"),
    (strict_taken_for_weak, "I(X;Z) < I(X;D)", "X -> D -> Z", "a strict relation"),
    (lie(), "H(X) <= 0", None, "is not the slack"),
    (lie((Measure(1, 0, 0), ONE)), "2 H(X) <= H(X)", None, "is not the slack"),
    (lie((Measure(1, 0, 0), -ONE)), "H(X) <= 0", None, "has a negative multiplier"),
    (lie((Measure(1, 0, 0), ONE / 3)), "2/3 H(X) <= 1.000001 H(X)", None, "is not the slack"),
    (lie(constant=-1), "1 <= 0", None, "has a negative multiplier"),
    (group_lost_in_a_name, "I(X;Z) <= I(X;D)", "X -> D -> Z", "is not the slack"),
    (assumption_of_another_place, "H(X) <= 0", "H(X) = 0; H(Y) = 0", "is not the slack"),
    (contradiction_made_up, "H(X) <= 0", None, "is not the slack"),
]


def identifier(value):
    return getattr(value, "__qualname__", str(value)).split(".")[0]


@pytest.mark.parametrize(("plant", "statement", "given", "reason"), MISTAKES, ids=identifier)
def test_a_mistake_of_the_prover_is_refused(monkeypatch, plant, statement, given, reason):
    """The prover writes a certificate when nothing checks it; the checker refuses it; and so nothing leaves."""
    plant(monkeypatch.setattr)
    with monkeypatch.context() as unchecked:
        unchecked.setattr(shannon_prover, "check_certificate", lambda certificate: None)
        certificate = shannon_prover.prove_linear(statement, given)
    assert certificate is not None
    with pytest.raises(CertificateError, match=re.escape(reason)):
        check_certificate(certificate)
    assert shannon_prover.prove_linear(statement, given) is None


def test_without_mistakes_the_true_ones_of_these_are_proved():
    for statement, given in [("I(X;Z) <= I(X;D)", "X -> D -> Z"), ("H(C|AB) <= H(C)", None), ("H(X) <= 0", "H(X) = 0")]:
        assert shannon_prover.prove_linear(statement, given) is not None
