"""Word lists from files: one word a line, all of one length."""

import unicodedata
from pathlib import Path

from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import cut_text, quote
from infoloop.reporting.text_files import UnreadableFileError, read_text_file

_MOST_BYTES = 2**23  # of a file, more than a million words


@host_only
def read_words(path: str | Path) -> list[str]:
    """Return the words of a text file in UTF-8, one a line, in lower case.

    Letters are those of Unicode's composed form (NFC), so that `é` is one letter however it is written.

    Args:
        path: The file; spaces around a word are dropped.

    Raises:
        ValueError: The file cannot be read or has no word; or, with its line, one is empty, has a character that is no
            letter, is not as long as the first word, or stands twice.

    >>> read_words("no/such/file")
    Traceback (most recent call last):
    ValueError: cannot read no/such/file: No such file or directory; name a text file with one word a line
    """
    shown = cut_text(str(path), 300)
    try:
        text = read_text_file(path, _MOST_BYTES)
    except UnreadableFileError as error:
        if error.line is None:
            raise ValueError(f"cannot read {shown}: {error.reason}; name a text file with one word a line") from None
        raise ValueError(f"{shown}, line {error.line}: {error.reason}") from None
    if not text:
        raise ValueError(f"{shown} is empty: give one word a line")
    lines = unicodedata.normalize("NFC", text.removesuffix("\n")).split("\n")
    words = [unicodedata.normalize("NFC", line.strip().lower()) for line in lines]
    lines_of: dict[str, int] = {}
    for number, word in enumerate(words, 1):
        _refuse(word, words[0], f"{shown}, line {number}")
        if lines_of.setdefault(word, number) != number:
            why = f"repeats {quote(word)} of line {lines_of[word]}: delete one of them"
            raise ValueError(f"{shown}, line {number} {why}")
    return words


def _refuse(word: str, first: str, place: str) -> None:
    if not word:
        raise ValueError(f"{place} is empty: delete it, or give a word")
    if not word.isalpha():
        odd = next(character for character in word if not character.isalpha())
        raise ValueError(f"{place} has {odd!r} in {quote(word)}: a word has letters only")
    if len(word) != len(first):
        lengths = f"{len(word)} letters in {quote(word)}, but {quote(first)} {len(first)}"
        raise ValueError(f"{place} has {lengths}: give one length")
