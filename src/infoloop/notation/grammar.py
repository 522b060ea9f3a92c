"""Read and write the notation of Cover & Thomas: `2 I(X;Z|D) - H(X) <= 1` is terms with rational coefficients."""

import re
from collections.abc import Set
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

from infoloop.notation import hints
from infoloop.reporting.suggestions import cut_text

Group = tuple[str, ...]

MOST_CHARACTERS = 100_000  # of a text
MOST_DIGITS = 300  # of a number
MOST_GROUPS = 14  # of one I(...;...), which is a sum of 2^14 entropies
MOST_ENTROPIES = 2**16  # that the terms of one text are sums of

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:/[0-9]+)?)|(?P<arrow>->|→|_\|\|_|⟂|⊥)"
    r"|(?P<name>[^\W\d](?:(?!_\|\|_)\w)*'*)|(?P<relation><=|>=|==|=|≤|≥|<|>)|(?P<mark>[()+\-−*·×/;,|]))"
)
_RELATIONS = {"≤": "<=", "≥": ">=", "==": "="}
_MARKS = {"−": "-", "·": "*", "×": "*"}


class NotationError(ValueError):
    """A text that is not an expression or a statement; the message shows the text around `place`, with a caret there.

    Args:
        text: what could not be read.
        place: the position in the text, from 0, where reading stopped.
        reason: what is wrong there.
    """

    def __init__(self, text: str, place: int, reason: str):
        shown, under = hints.excerpt(text, place)
        super().__init__(f"{reason}\n  {shown}\n  {' ' * under}^")
        self.place = place


@dataclass(frozen=True)
class Term:
    """`coefficient` times H(A|G) (one group), I(A;B;...|G) (several), or the number 1, in bits (no group)."""

    coefficient: Fraction
    groups: tuple[Group, ...] = ()
    given: Group = ()


@dataclass(frozen=True)
class Statement:
    """`left relation right`, where the relation is one of `<=`, `>=`, `=`, `<`, `>`."""

    left: tuple[Term, ...]
    relation: str
    right: tuple[Term, ...]


def parse_expression(text: str) -> tuple[Term, ...]:
    """Parse a sum of entropies, informations and numbers, such as `2 I(X;Z|D) - 1/2*H(X,Y) + 1`.

    Returns:
        Its terms in order; those of coefficient 0 are kept.

    Raises:
        NotationError: the text is no such sum, or is a statement.
        TypeError: it is no text.

    >>> parse_expression("2 I(X;Z|D)")
    (Term(coefficient=Fraction(2, 1), groups=(('X',), ('Z',)), given=('D',)),)
    """
    reader = Reader(text, "expression")
    terms = reader.terms()
    if reader.kind == "relation":
        reader.refuse("this is a statement, but an expression without a relation is wanted")
    reader.finish()
    return terms


def parse_statement(text: str, strict: bool = False) -> Statement:
    """Parse two sums with a relation between them, such as `I(X;Z) <= I(X;D)`.

    Args:
        text: the statement; the relation is <=, >=, =, < or > (also ≤, ≥, ==).
        strict: whether to refuse a variable on both sides of a `;`.

    Raises:
        NotationError: the text is no statement, or has a variable on both sides of a `;`.
        TypeError: it is no text.

    >>> parse_statement("H(X) >= 0").relation
    '>='
    """
    reader = Reader(text, "statement", strict)
    left = reader.terms()
    if reader.kind == "end":
        reader.refuse("a relation (<=, >=, =, <, >) is wanted here")
    if reader.kind != "relation":
        reader.refuse_end("+, - or a relation (<=, >=, =, <, >)")
    relation = _RELATIONS.get(reader.word, reader.word)
    reader.advance()
    right = reader.terms()
    reader.finish()
    return Statement(left, relation, right)


def format_terms(terms: tuple[Term, ...]) -> str:
    """Return the text of a sum, which `parse_expression` reads back; no terms are "0".

    >>> format_terms(parse_expression("1/2*I(X;Y,Z|W)-H(X) + 1"))
    '1/2 I(X;Y,Z|W) - H(X) + 1'
    """
    text = "".join(f" {'-' if t.coefficient < 0 else '+'} {_written(t)}" for t in terms)
    return (text[3:] if text.startswith(" + ") else f"-{text[3:]}") if text else "0"


def format_statement(statement: Statement) -> str:
    """Return the text of a statement, which `parse_statement` reads back.

    >>> format_statement(parse_statement("H(X,Y)>=0.5*H(X)"))
    'H(X,Y) >= 1/2 H(X)'
    """
    return f"{format_terms(statement.left)} {statement.relation} {format_terms(statement.right)}"


def lesser_first(statement: Statement) -> Statement:
    """Return the same statement with the lesser side on the left: >= and > become <= and <.

    >>> format_statement(lesser_first(parse_statement("H(X,Y) >= H(X)")))
    'H(X) <= H(X,Y)'
    """
    turned = {">=": "<=", ">": "<"}.get(statement.relation)
    return Statement(statement.right, turned, statement.left) if turned else statement


def subtract(left: tuple[Term, ...], right: tuple[Term, ...]) -> tuple[Term, ...]:
    """Return the terms of `left - right`, without those of coefficient 0.

    >>> format_terms(subtract(parse_expression("H(X)"), parse_expression("I(X;Y)")))
    'H(X) - I(X;Y)'
    """
    return tuple(t for t in (*left, *(replace(t, coefficient=-t.coefficient) for t in right)) if t.coefficient)


def _written(term: Term) -> str:
    size = str(abs(term.coefficient))
    if not term.groups:
        return size
    groups = ";".join(",".join(group) for group in term.groups)
    given = f"|{','.join(term.given)}" if term.given else ""
    return f"{'' if size == '1' else size + ' '}{'I' if len(term.groups) > 1 else 'H'}({groups}{given})"


def variables(terms: tuple[Term, ...]) -> Group:
    """Return the variables that the terms mention, in the order of their first mention."""
    return tuple(dict.fromkeys(name for term in terms for group in (*term.groups, term.given) for name in group))


def entropy_form(terms: tuple[Term, ...]) -> dict[frozenset[str], Fraction]:
    r"""Return a sum as a linear form over joint entropies, $\sum_Ac_AH(A)$.

    A multivariate information is the alternating sum over sets of groups,
    $I(X_1;\ldots;X_n|G)=-\sum_{S\ne\emptyset}(-1)^{|S|}H(X_S|G)$.

    Returns:
        The coefficients that are not 0, by set of variables; that of the empty set is the constant.

    Raises:
        ValueError: there are more than `MOST_ENTROPIES` summands.

    >>> {"".join(sorted(k)): str(v) for k, v in entropy_form(parse_expression("I(X;Y)")).items()}
    {'X': '1', 'Y': '1', 'XY': '-1'}
    """
    form: dict[frozenset[str], Fraction] = {}
    if sum(2 ** len(term.groups) for term in terms) > MOST_ENTROPIES:
        raise ValueError(f"the expression is a sum of more than {MOST_ENTROPIES} entropies: leave out groups or terms")
    for term in terms:
        for names, sign in _signed_sets(term):
            form[names] = form.get(names, Fraction(0)) + sign * term.coefficient
    return {names: c for names, c in form.items() if c}


def _signed_sets(term: Term):
    if not term.groups:
        return [(frozenset[str](), 1)]
    given = frozenset(term.given)
    sets = [(given, 1)]
    for group in term.groups:
        sets += [(names | set(group), -sign) for names, sign in sets]
    return [(names, -sign) for names, sign in sets if names]


class Reader:
    """A cursor over the tokens of one text; each method reads one rule of the grammar.

    `strict` refuses a variable on both sides of a `;`. What does not fit raises NotationError, and what is no text a
    TypeError, which names the argument (`what`).
    """

    def __init__(self, text: str, what: str = "notation", strict: bool = False):
        if not isinstance(text, str):
            raise TypeError(f"{what} is of type {type(text).__name__}: give a text such as 'I(X;Z) <= I(X;D)'")
        self.text, self.end, self.strict, self.entropies = text, 0, strict, 0
        if len(text) > MOST_CHARACTERS:
            self.refuse(f"the {what} has {len(text)} characters: at most {MOST_CHARACTERS} fit", MOST_CHARACTERS)
        self.advance()

    def advance(self) -> None:
        """Read the next token into `kind`, `word` and `start`."""
        match = _TOKEN.match(self.text, self.end)
        if match:
            self.kind, word = match.lastgroup, match[match.lastgroup or 0]
            self.start, self.end, self.word = match.end() - len(word), match.end(), _MARKS.get(word, word)
            return
        self.start = len(self.text) - len(self.text[self.end :].lstrip())
        if self.start < len(self.text):
            mark = self.text[self.start]
            hint = hints.hint_for_mark(mark)
            self.refuse(f"{mark!r} has no meaning here{hint and ': ' + hint}")
        self.kind, self.word, self.end = "end", "", len(self.text)

    def refuse(self, reason: str, place: int | None = None) -> NoReturn:
        """Raise NotationError, at the current token unless a place is given."""
        raise NotationError(self.text, self.start if place is None else place, reason)

    def refuse_end(self, wanted: str) -> NoReturn:
        """Refuse the current token, which stands where a sum may end or go on."""
        self.refuse(hints.hint_for_end(self.word, wanted))

    def finish(self) -> None:
        """Refuse any further token."""
        if self.kind != "end":
            self.refuse_end("+ or -")

    def take(self, word: str, where: str) -> None:
        """Advance over this word; refuse any other, saying where it is wanted."""
        if self.word != word:
            self.refuse(f"{word!r} is wanted {where}")
        self.advance()

    def terms(self) -> tuple[Term, ...]:
        """Read a sum."""
        found = [self.term(self.sign())]
        while self.word in ("+", "-"):
            sign = self.sign()
            found.append(self.term(sign * self.sign()))
        return tuple(found)

    def sign(self) -> int:
        """Read a sign, 1 or -1; none is 1."""
        sign = -1 if self.word == "-" else 1
        if self.word in ("+", "-"):
            self.advance()
        return sign

    def term(self, sign: int) -> Term:
        """Read one term after its sign: a number (of bits), or an optional factor and H(...) or I(...)."""
        coefficient = Fraction(sign)
        if self.kind == "number":
            coefficient *= self.number()
            if self.word in ("bit", "bits"):
                self.advance()
                return self.counted(Term(coefficient))
            if self.word == "*":
                self.advance()
            elif self.kind != "name":
                return self.counted(Term(coefficient))
        if self.kind != "name" or self.word not in ("H", "I"):
            hint = hints.hint_for_term(self.text, self.start, self.word)
            self.refuse(f"H(...), I(...;...) or a number is wanted here{hint and ': ' + hint}")
        kind = self.word
        self.advance()
        groups, given = self.arguments(kind)
        return self.counted(Term(coefficient, groups, given))

    def counted(self, term: Term) -> Term:
        """Return the term, unless the text then is a sum of too many entropies."""
        self.entropies += 2 ** len(term.groups)
        if self.entropies > MOST_ENTROPIES:
            self.refuse(f"the text is a sum of more than {MOST_ENTROPIES} entropies: leave out groups or terms")
        return term

    def number(self) -> Fraction:
        """Read a number such as 2, 0.5, .5 or 1/2."""
        if len(self.word) > MOST_DIGITS:
            self.refuse(f"a number of {len(self.word)} digits: at most {MOST_DIGITS} fit")
        numerator, _, denominator = self.word.partition("/")
        if denominator and not int(denominator):
            self.refuse("a fraction over zero")
        self.advance()
        return Fraction(numerator) / int(denominator or 1)

    def arguments(self, kind: str) -> tuple[tuple[Group, ...], Group]:
        """Read the bracket of an H or I: its groups, and what they are given."""
        self.take("(", f"after {kind}")
        groups, seen = [self.group()], set[str]()
        while self.word == ";":
            if kind == "H":
                self.refuse("an entropy H(...) has one group: separate its variables by commas")
            if len(groups) == MOST_GROUPS:
                self.refuse(f"an information I(...;...) has at most {MOST_GROUPS} groups")
            self.advance()
            seen.update(groups[-1] if self.strict else ())
            groups.append(self.group(apart=seen))
        if kind == "I" and len(groups) == 1 and self.word in ("|", ")"):
            self.refuse("an information I(...;...) needs a second group after ';'")
        given: Group = ()
        if self.word == "|":
            self.advance()
            given = self.group()
            if self.word in ("|", ";"):
                self.refuse("what is given stands last: separate its variables by commas, and close the bracket")
        if self.kind == "name":
            self.refuse("variables are separated by commas")
        self.take(")", "to close the bracket")
        return tuple(groups), given

    def group(self, apart: Set[str] = frozenset()) -> Group:
        """Read names with commas between, none of which may be one of `apart`; repeated ones count once."""
        names = [self.name(apart)]
        while self.word == ",":
            self.advance()
            names.append(self.name(apart))
        return tuple(dict.fromkeys(names))

    def name(self, apart: Set[str] = frozenset()) -> str:
        """Read the name of one variable, which may not be one of `apart`."""
        if self.kind != "name":
            self.refuse("the name of a variable is wanted here")
        if self.word in apart:
            self.refuse(f"{cut_text(self.word)} stands on both sides: groups must have no variable in common")
        word = self.word
        self.advance()
        return word
