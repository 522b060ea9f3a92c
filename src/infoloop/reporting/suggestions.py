"""What messages quote: the nearest known word, few names of many, texts of bounded length that move no cursor."""

import difflib
import heapq
import re
from collections.abc import Collection
from itertools import islice

MOST_NAMES = 8  # that one message lists
MOST_CHARACTERS = 80  # of one value that a message quotes
LONGEST_MESSAGE = 1000  # characters; about ten lines of a terminal
_COMPARED = 10_000  # words to which an unknown one is compared, so that a hint is never what takes the time
_NEAR = 0.5  # share of equal letters, so that a path is near no name
_LONG = 200  # characters; longer words are not compared
_NUMBERED = re.compile(r"(?P<letters>(?:[a-z]+:)?[a-z]+)[-_ ]?0*(?P<number>\d{1,18})", re.IGNORECASE | re.ASCII)


def did_you_mean(word: str, words: Collection[str]) -> str:
    """Return the hint `: did you mean ...?` where one of the words is near, else nothing.

    Numbers are near by their values: of a number beyond those that there are, the hint says how far they go.

    >>> did_you_mean("generation", ["generations", "size"])
    ': did you mean generations?'
    >>> did_you_mean("S99", [f"S{k:02}" for k in range(1, 74)])
    ': there are S01 to S73, and the nearest is S73'
    """
    return _nearest_numbers(word, words) or _nearest_letters(word, words)


def _nearest_letters(word: str, words: Collection[str]) -> str:
    close = difflib.get_close_matches(word[:_LONG], _comparable(words), n=1, cutoff=_NEAR)
    return f": did you mean {cut_text(close[0])}?" if close else ""


def _nearest_numbers(word: str, words: Collection[str]) -> str:
    """Return the range of the numbers after the same letters, and those next to the one asked for; "" if few are."""
    asked, known = _letters_and_number(word), _same_letters(word, words)
    if asked is None or len(known) < 3:
        return ""
    if asked[1] in known:
        return f": did you mean {known[asked[1]]}?"
    below = [number for number in known if number < asked[1]]
    above = [number for number in known if number > asked[1]]
    nearest = [known[number] for number in (*below[-1:], *above[:1])]
    verb = "is" if len(nearest) == 1 else "are"
    first, last = known[min(known)], known[max(known)]
    return f": there are {first} to {last}, and the nearest {verb} {' and '.join(nearest)}"


def same_number(word: str, words: Collection[str]) -> str:
    """Return the one of the words that has the same letters and the same number: `S1` is `S01`; else the word itself.

    A hyphen, an underscore or a space before the number makes no difference.

    Args:
        word: what was given; a word that is there is returned as it is.
        words: what there is.

    >>> [same_number(word, ["S01", "S10", "pub:C02"]) for word in ("S1", "s001", "pub:C2", "S2", "dpi")]
    ['S01', 'S01', 'pub:C02', 'S2', 'dpi']
    """
    asked = _letters_and_number(word)
    if word in words or asked is None:
        return word
    return _same_letters(word, words).get(asked[1], word)


def _letters_and_number(word: str) -> tuple[str, int] | None:
    found = _NUMBERED.fullmatch(word[:_LONG])
    return (found["letters"].lower(), int(found["number"])) if found else None


def _same_letters(word: str, words: Collection[str]) -> dict[int, str]:
    """Return the words with the letters of this one, by their numbers, which rise."""
    asked, found = _letters_and_number(word), {}
    for known in islice(words, _COMPARED) if asked else ():
        pair = _letters_and_number(known)
        if pair and asked and pair[0] == asked[0]:
            found.setdefault(pair[1], known)
    return dict(sorted(found.items()))


def list_names(names: Collection[object], near: str = "", most: int = MOST_NAMES) -> str:
    """Return names for a message, separated by commas: all of a few; of many those most like `near`, or the first.

    Args:
        names: what there is.
        near: the word that was given instead of one of them.
        most: how many names to list.

    Returns:
        Text of bounded length. Where names are left out it says how many; `none` where there are none.

    >>> list_names(["a", "b"]), list_names([f"V{k}" for k in range(724)], near="V72", most=2)
    ('a, b', 'V72, V172 and 722 more')
    """
    known = [str(name) for name in islice(names, _COMPARED)] if len(names) > most else [str(name) for name in names]
    if len(names) > most and near:
        word = near[:_LONG]
        found = heapq.nlargest(most, known, key=lambda name: difflib.SequenceMatcher(None, name[:_LONG], word).ratio())
    else:
        found = known[:most]
    left = len(names) - len(found)
    return ", ".join(map(cut_text, found)) + (f" and {left:,} more" if left else "") or "none"


def quote(value: object, most: int = MOST_CHARACTERS) -> str:
    r"""Return a value as Python writes it, its middle left out if it is long; what is not printable is escaped.

    >>> quote("I(X;Y"), quote("H(X)\x1b[2K"), quote("x" * 1000, 20)
    ("'I(X;Y'", "'H(X)\\x1b[2K'", "'xxxxxxxxxx ... xxxxx' (1,000 characters)")
    """
    if isinstance(value, str):
        text = repr(_shortened(value, most))
        return text if len(value) <= most else f"{text} ({len(value):,} characters)"
    return cut_text(repr(value), most)


def cut_text(text: str, most: int = MOST_CHARACTERS) -> str:
    r"""Return a text for one line, its middle left out if it is long; what is not printable is escaped.

    >>> cut_text("a long line\nof text", 12)
    'a long ... ext'
    """
    return escape_unprintable(_shortened(text, most))


def escape_unprintable(text: str) -> str:
    r"""Return the text with every character that is not printable as its escape.

    >>> escape_unprintable("a\x1b[2K")
    'a\\x1b[2K'
    """
    return text if text.isprintable() else "".join(c if c.isprintable() else ascii(c)[1:-1] for c in text)


def escape_invisible(text: str) -> str:
    r"""Return a text for a page with every character that is neither printable nor a space as its escape.

    Lines stay lines, and spaces that do not break stay so; what hides or turns round other text is shown.

    >>> escape_invisible("one\ntwo\xa0three\u202e")
    'one\ntwo\xa0three\\u202e'
    """
    return "".join(c if c.isprintable() or c.isspace() else escape_unprintable(c) for c in text)


def bound_message(message: str) -> str:
    """Return a message with the middle left out where it is longer than any message should be; lines are kept."""
    return _shortened(message, LONGEST_MESSAGE)


def _comparable(words: Collection[str]) -> list[str]:
    return [word for word in islice(words, _COMPARED) if len(word) <= _LONG]


def _shortened(text: str, most: int) -> str:
    if len(text) <= most:
        return text
    return f"{text[: most - most // 2]} ... {text[len(text) - most // 4 :]}"
