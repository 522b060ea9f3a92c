"""Word lists from files: one word a line, all of one length."""

from pathlib import Path

from infoloop.probability.host_functions import host_only


@host_only
def read_words(path: str | Path) -> list[str]:
    """Return the words of a text file in UTF-8, one a line, in lower case.

    Args:
        path: The file; spaces around a word are dropped.

    Raises:
        ValueError: The file cannot be read or has no word; or, with its line, one is empty, has a character that is no
            letter, is not as long as the first word, or stands twice.

    >>> read_words("no/such/file")
    Traceback (most recent call last):
    ValueError: cannot read no/such/file: No such file or directory; name a text file with one word a line
    """
    try:
        lines = Path(path).read_text("utf-8-sig").splitlines()
    except OSError as error:
        raise ValueError(f"cannot read {path}: {error.strerror}; name a text file with one word a line") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"{path} is not UTF-8 from byte {error.start} on: save it as UTF-8") from None
    if not lines:
        raise ValueError(f"{path} is empty: give one word a line")
    words = [line.strip().lower() for line in lines]
    lines_of: dict[str, int] = {}
    for number, word in enumerate(words, 1):
        _refuse(word, words[0], f"{path}, line {number}")
        if lines_of.setdefault(word, number) != number:
            raise ValueError(f"{path}, line {number} repeats {word!r} of line {lines_of[word]}: delete one of them")
    return words


def _refuse(word: str, first: str, place: str) -> None:
    if not word:
        raise ValueError(f"{place} is empty: delete it, or give a word")
    if not word.isalpha():
        odd = next(character for character in word if not character.isalpha())
        raise ValueError(f"{place} has {odd!r} in {word!r}: a word has letters only")
    if len(word) != len(first):
        raise ValueError(f"{place} has {len(word)} letters in {word!r}, but {first!r} {len(first)}: give one length")
