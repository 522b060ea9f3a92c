"""Read and write the notation of Cover & Thomas: `2 I(X;Z|D) - H(X) <= 1` is terms with rational coefficients."""

import re
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import NoReturn

Group = tuple[str, ...]

_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:/\d+)?)|(?P<arrow>->|→|_\|\|_|⟂|⊥)|(?P<name>[^\W\d](?:(?!_\|\|_)\w)*'*)"
    r"|(?P<relation><=|>=|==|=|≤|≥|<|>)|(?P<mark>[()+\-*/;,|]))"
)
_RELATIONS = {"≤": "<=", "≥": ">=", "==": "="}


class NotationError(ValueError):
    """A text that is not an expression or a statement; the message shows the text with a caret under `place`.

    Args:
        text: what could not be read.
        place: the position in the text, from 0, where reading stopped.
        reason: what is wrong there.
    """

    def __init__(self, text: str, place: int, reason: str):
        super().__init__(f"{reason}\n  {text}\n  {' ' * place}^")
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

    >>> parse_expression("2 I(X;Z|D)")
    (Term(coefficient=Fraction(2, 1), groups=(('X',), ('Z',)), given=('D',)),)
    """
    reader = Reader(text)
    terms = reader.terms()
    if reader.kind == "relation":
        reader.refuse("this is a statement, but an expression without a relation is wanted")
    reader.finish()
    return terms


def parse_statement(text: str, strict: bool = False) -> Statement:
    """Parse two sums with a relation between them, such as `I(X;Z) <= I(X;D)`.

    Args:
        text: the statement; the relation is <=, >=, =, < or > (also ≤, ≥, ==).
        strict: whether to refuse a variable on both sides of a `;`, and a coefficient 0.

    Raises:
        NotationError: the text is no statement, or breaks a strict rule.

    >>> parse_statement("H(X) >= 0").relation
    '>='
    """
    reader = Reader(text, strict)
    left = reader.terms()
    if reader.kind != "relation":
        reader.refuse("a relation (<=, >=, =, <, >) is wanted here")
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

    >>> {"".join(sorted(k)): str(v) for k, v in entropy_form(parse_expression("I(X;Y)")).items()}
    {'X': '1', 'Y': '1', 'XY': '-1'}
    """
    form: dict[frozenset[str], Fraction] = {}
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

    `strict` refuses a variable on both sides of a `;`, and a coefficient 0. What does not fit raises NotationError.
    """

    def __init__(self, text: str, strict: bool = False):
        if not isinstance(text, str):
            raise ValueError(f"notation is {text!r}: give a text such as 'I(X;Z) <= I(X;D)'")
        self.text, self.end, self.strict = text, 0, strict
        self.advance()

    def advance(self) -> None:
        """Read the next token into `kind`, `word` and `start`."""
        rest = self.text[self.end :]
        self.start = self.end + len(rest) - len(rest.lstrip())
        match = _TOKEN.match(self.text, self.end)
        if match:
            self.kind, self.word, self.end = match.lastgroup, match[match.lastgroup or 0], match.end()
        elif not rest.strip():
            self.kind, self.word, self.end = "end", "", len(self.text)
        else:
            self.refuse(f"{self.text[self.start]!r} has no meaning here")

    def refuse(self, reason: str, place: int | None = None) -> NoReturn:
        """Raise NotationError, at the current token unless a place is given."""
        raise NotationError(self.text, self.start if place is None else place, reason)

    def finish(self) -> None:
        """Refuse any further token."""
        if self.kind != "end":
            self.refuse(f"{self.word!r} is not expected here: join terms with + or -")

    def take(self, word: str, where: str) -> None:
        """Advance over this word; refuse any other, saying where it is wanted."""
        if self.word != word:
            self.refuse(f"{word!r} is wanted {where}")
        self.advance()

    def terms(self) -> tuple[Term, ...]:
        """Read a sum."""
        found = [self.term(self.sign(first=True))]
        while self.word in ("+", "-"):
            found.append(self.term(self.sign(first=False)))
        return tuple(found)

    def sign(self, first: bool) -> int:
        """Read a sign, 1 or -1; before the first term of a sum only a minus may stand."""
        sign = -1 if self.word == "-" else 1
        if self.word == "-" or (self.word == "+" and not first):
            self.advance()
        return sign

    def term(self, sign: int) -> Term:
        """Read one term after its sign: a number, or an optional factor and H(...) or I(...)."""
        coefficient = Fraction(sign)
        counted, place = self.kind == "number", self.start
        if counted:
            coefficient *= self.number()
            if self.word == "*":
                self.advance()
            elif self.kind != "name":
                return Term(coefficient)
        if self.kind != "name" or self.word not in ("H", "I"):
            self.refuse("H(...), I(...;...) or a number is wanted here")
        if self.strict and not coefficient:
            self.refuse("the coefficient is 0: leave the term out", place)
        kind = self.word
        self.advance()
        groups, given = self.arguments(kind)
        return Term(coefficient, groups, given)

    def number(self) -> Fraction:
        """Read a number such as 2, 0.5 or 1/2."""
        numerator, _, denominator = self.word.partition("/")
        if denominator and not int(denominator):
            self.refuse("a fraction over zero")
        self.advance()
        return Fraction(numerator) / int(denominator or 1)

    def arguments(self, kind: str) -> tuple[tuple[Group, ...], Group]:
        """Read the bracket of an H or I: its groups, and what they are given."""
        self.take("(", f"after {kind}")
        groups = [self.group()]
        while self.word == ";":
            if kind == "H":
                self.refuse("an entropy H(...) has one group: separate its variables by commas")
            self.advance()
            groups.append(self.group(apart=sum(groups, ()) if self.strict else ()))
        if kind == "I" and len(groups) == 1:
            self.refuse("an information I(...;...) needs a second group after ';'")
        given: Group = ()
        if self.word == "|":
            self.advance()
            given = self.group()
        self.take(")", "to close the bracket")
        return tuple(groups), given

    def group(self, apart: Group = ()) -> Group:
        """Read names with commas between, none of which may be one of `apart`; repeated ones count once."""
        names = [self.name(apart)]
        while self.word == ",":
            self.advance()
            names.append(self.name(apart))
        return tuple(dict.fromkeys(names))

    def name(self, apart: Group = ()) -> str:
        """Read the name of one variable, which may not be one of `apart`."""
        if self.kind != "name":
            self.refuse("the name of a variable is wanted here")
        if self.word in apart:
            self.refuse(f"{self.word} stands on both sides: groups must have no variable in common")
        word = self.word
        self.advance()
        return word
