"""What of a log is left out, or worth saying: by its reason how many rows, and where the first one is."""

from __future__ import annotations

from typing import NamedTuple


class Omission(NamedTuple):
    """How many rows (or files) have a reason, and the place of the first: `FILE:LINE`."""

    count: int
    first: str


class Omissions(dict[str, Omission]):
    """By the reason in words what was left out; it fills while a log is read."""

    def add(self, reason: str, first: str, count: int = 1) -> None:
        """Count `count` more with a reason; the place is kept if it is the first with this reason.

        >>> found = Omissions()
        >>> found.add("no JSON", "a.jsonl:3")
        >>> found.add("no JSON", "a.jsonl:9")
        >>> found
        {'no JSON': Omission(count=2, first='a.jsonl:3')}
        """
        before = self.get(reason, Omission(0, first))
        self[reason] = Omission(before.count + count, before.first)

    def take(self) -> Omissions:
        """Return what was counted so far, and begin anew.

        >>> found = Omissions()
        >>> found.add("no JSON", "a.jsonl:3")
        >>> found.take().lines, len(found)
        (['1 left out: no JSON, first at a.jsonl:3'], 0)
        """
        taken = Omissions(self)
        self.clear()
        return taken

    def join(self, later: Omissions) -> None:
        """Count what was found later, too.

        >>> found, later = Omissions(), Omissions()
        >>> found.add("no JSON", "a.jsonl:3"); later.add("no JSON", "a.jsonl:9")
        >>> found.join(later); found.lines
        ['2 left out: no JSON, first at a.jsonl:3']
        """
        for reason, (count, first) in later.items():
            self.add(reason, first, count)

    @property
    def lines(self) -> list[str]:
        """Each reason as a line of text.

        >>> found = Omissions()
        >>> found.add("no JSON", "a.jsonl:3", 1200)
        >>> found.lines
        ['1,200 left out: no JSON, first at a.jsonl:3']
        """
        return [f"{count:,} left out: {reason}, first at {first}" for reason, (count, first) in self.items()]
