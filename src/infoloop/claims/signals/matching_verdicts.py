"""Chapter 3, verdicts of any grades: how many queries they save, played as Mastermind (S24, B14)."""

import functools
import itertools
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp

from infoloop.claims.comparisons import inequality
from infoloop.claims.signals.query_complexity import HIDDEN, one_by_one_tries
from infoloop.exact.rational_laws import fmpq
from infoloop.statements.cases import Cases, Family
from infoloop.statements.neighbours import without

Code = tuple[int, ...]
GRADES = "a verdict says hit, or one of m other values"
CONSISTENT = "the player asks only what the verdicts have left possible"


def matches(secret: Code, asked: Code) -> int:
    """Return in how many places two codes agree: what a verdict of Mastermind with black pegs says."""
    return sum(a == b for a, b in zip(secret, asked, strict=True))


def total_tries(left: Sequence[Code], verdict: Callable[[Code, Code], Hashable], repeats: int = 1) -> int:
    """Return the sum, over all secrets that are left, of the queries of a player who asks the first code that is left.

    Each code is asked `repeats` times before the next, unless it is hit at once.

    >>> codes = list(itertools.product((0, 1), repeat=2))
    >>> total_tries(codes, matches), total_tries(codes, matches, repeats=2)
    (8, 12)
    """
    if not left:
        return 0
    asked, *rest = left
    parts: dict[Hashable, list[Code]] = {}
    for code in rest:
        parts.setdefault(verdict(code, asked), []).append(code)
    return 1 + repeats * len(rest) + sum(total_tries(part, verdict, repeats) for part in parts.values())


def tries_of_best_player(codes: Sequence[Code], verdict: Callable[[Code, Code], Hashable]) -> int:
    """Return the least sum, over all secrets, of the queries of any player, who may ask any code at any time.

    >>> tries_of_best_player(list(itertools.product((0, 1), repeat=2)), matches)
    8
    """

    @functools.cache
    def fewest(left: frozenset[Code]) -> int:
        found = []
        for asked in codes if left else ():
            parts: dict[Hashable, set[Code]] = {}
            for code in left - {asked}:
                parts.setdefault(verdict(code, asked), set()).add(code)
            if asked in left or len(parts) > 1:  # a query that says nothing and names nothing only costs
                found.append(len(left) + sum(fewest(frozenset(part)) for part in parts.values()))
        return min(found, default=0)

    return fewest(frozenset(codes))


def _yes_to_the_one_before_too(secret: Code, asked: Code) -> bool:
    """Say yes to the code, and to the one before it too: a verdict that errs."""
    return secret[0] in (asked[0], asked[0] + 1)


def fewest_in_tree(codes: int, grades: int) -> int:
    """Return the least sum of the levels of that many nodes, each with at most `grades` below it.

    >>> [fewest_in_tree(4, grades) for grades in (1, 2, 3)]
    [10, 8, 7]
    """
    total, level, width = 0, 1, 1
    while codes > 0:
        total += level * min(width, codes)
        codes, level, width = codes - width, level + 1, width * grades
    return total


def _codes(case: Mapping[str, Any]) -> list[Code]:
    return list(itertools.product(range(case["colours"]), repeat=case["places"]))


def _played(case):
    """Return a lower bound and the mean of the player, or the mean and an upper bound."""
    codes, grades = _codes(case), case["grades"]
    verdict = _yes_to_the_one_before_too if case.get("errs") else matches
    best = case.get("player") == "best"
    total = tries_of_best_player(codes, verdict) if best else total_tries(codes, verdict, case.get("repeats", 1))
    mean = fmpq(total, len(codes))
    if "masses" in case:
        tries = [fmpq(k) for k in range(1, len(codes) + 1)]  # of one place: colour after colour
        mean = sum((p * k for p, k in zip(case["masses"], tries, strict=True)), fmpq(0))
    if case["rank"] == 0:
        return fmpq(fewest_in_tree(len(codes), grades), len(codes)), mean
    return mean, one_by_one_tries(fmpq(len(codes)))


_GAMES = [(1, 2), (1, 5), (1, 9), (2, 2), (2, 3), (2, 4), (2, 6), (3, 2), (3, 3), (4, 2), (5, 2), (6, 2)]


def _game(places, colours, rank, **rest):
    return {"places": places, "colours": colours, "grades": places, "rank": rank, **rest}


def _cases():
    yield from (_game(*game, rank) for game in _GAMES for rank in (0, 1))
    yield from (_game(*game, 0, player="best") for game in _GAMES if game[1] ** game[0] <= 9)


def _means():
    """Return lower bound, mean and upper bound of the games, as a table."""
    found = [[_played(_game(*game, 0))[0], *_played(_game(*game, 1))] for game in _GAMES]
    return jnp.array([[int(x.p) / int(x.q) for x in row] for row in found])


def _of_game(number):
    bounds = _means()[number.astype(int)]
    return bounds[:2], bounds[1:]


matching_verdicts = inequality(
    "cnd:matching-verdicts",
    (*HIDDEN, GRADES, CONSISTENT),
    _of_game,
    Cases(lambda key: jax.random.normal(key, ()), lambda x: jnp.floor(len(_GAMES) * jax.nn.sigmoid(2 * x))),
    exact=_played,
    family=Family(
        "twelve games of 1 to 6 places and 2 to 9 colours, lower bound and upper; the best of all players in six",
        _cases,
    ),
    edges=(_game(2, 2, 0), _game(1, 5, 1)),
    neighbours=(
        without(HIDDEN[0], _game(1, 2, 1, masses=[fmpq(1, 4), fmpq(3, 4)])),
        without(HIDDEN[1], _game(1, 5, 0, errs=True)),
        without(GRADES, {**_game(2, 3, 0), "grades": 1}),
        without(CONSISTENT, _game(1, 5, 1, repeats=2)),
    ),
    wrong=lambda number: (_of_game(number)[0] * 2, _of_game(number)[1]),
)
