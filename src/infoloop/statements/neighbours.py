"""False statements next to a claim, such as one assumption less or a constant changed, which its cases must refute."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple


class Neighbour(NamedTuple):
    """A false statement next to a claim, or the reason why no exact case refutes it.

    `change` says what differs; of a `dropped` assumption it is the text of the assumption. The statement must fail in
    one of `cases`, or, if there are none, in an edge or a family case of the claim. `exact` gives the changed sides of
    such a case; None stands for the claim's own sides. Where `unrefuted` has a reason, nothing is tried.
    """

    change: str
    dropped: bool = False
    cases: tuple = ()
    exact: Callable[[Any], tuple] | None = None
    unrefuted: str = ""


def without(assumption: str, *cases: Any, exact: Callable[[Any], tuple] | None = None) -> Neighbour:
    """Return the claim without one of its assumptions, which must fail in one of these exact cases.

    Args:
        assumption: its text, as in `Claim.assumes`.
        cases: exact cases that break this assumption and meet all others; at least one.
        exact: the sides of such a case, if the claim's own cannot be taken of it.

    Raises:
        ValueError: there is no case.

    >>> without("X -> D -> Z", "a law in which Z copies X").change
    'X -> D -> Z'
    """
    if not cases:
        raise ValueError(
            f"without {assumption!r} the claim needs a case in which it fails: give one, or say `unrefuted`"
        )
    return Neighbour(assumption, True, cases, exact)


def changed(change: str, exact: Callable[[Any], tuple], *cases: Any) -> Neighbour:
    """Return the claim with another constant, or with a term more or less, which must fail in one of these exact cases.

    Args:
        change: what is changed, such as "99/100 in place of 1".
        exact: the changed sides of an exact case.
        cases: exact cases to look at; none stands for the claim's edges and its family.

    >>> changed("without the second term", lambda law: (law, law)).dropped
    False
    """
    return Neighbour(change, False, cases, exact)


def unrefuted(change: str, reason: str) -> Neighbour:
    """Return a change that no exact case can refute, with the reason, which the ledger shows.

    Args:
        change: the text of an assumption of the claim, or another change.
        reason: why it cannot be refuted, such as "it defines both sides".

    Raises:
        ValueError: the reason is empty.

    >>> unrefuted("finite alphabets", "the exact arithmetic has no others").unrefuted
    'the exact arithmetic has no others'
    """
    if not reason.strip():
        raise ValueError(f"give the reason why {change!r} cannot be refuted")
    return Neighbour(change, unrefuted=reason)


def unrefuted_all(reasons: Mapping[str, str]) -> tuple[Neighbour, ...]:
    """Return such changes for several assumptions at once, from a reason for each: those of one setting.

    >>> [neighbour.change for neighbour in unrefuted_all({"two symbols": "the loop is defined for two"})]
    ['two symbols']
    """
    return tuple(unrefuted(change, reason) for change, reason in reasons.items())


def described(neighbours: Iterable[Neighbour]) -> dict[str, Neighbour]:
    """Return these neighbours by what they change.

    Raises:
        ValueError: two change the same.

    >>> list(described([unrefuted("two symbols", "the loop is defined for two")]))
    ['two symbols']
    """
    found: dict[str, Neighbour] = {}
    for neighbour in neighbours:
        if neighbour.change in found:
            raise ValueError(f"two neighbours change {neighbour.change!r}: declare one, with all its cases")
        found[neighbour.change] = neighbour
    return found
