"""A game at its limit is taken, and one beyond is refused."""

import pytest

from infoloop.games.limits import CODES, WORD_LENGTH
from infoloop.games.mastermind import mastermind_codes
from infoloop.games.wordle import encode_words


def test_mastermind_has_so_many_codes_and_no_more():
    assert len(mastermind_codes(1, CODES)) == CODES
    with pytest.raises(ValueError, match=f"give at most {CODES}"):
        mastermind_codes(1, CODES + 1)


def test_words_have_so_many_letters_and_no_more():
    assert encode_words(["a" * WORD_LENGTH], ["b" * WORD_LENGTH])[0].shape == (1, WORD_LENGTH)
    with pytest.raises(ValueError, match=f"1 to {WORD_LENGTH}"):
        encode_words(["a" * (WORD_LENGTH + 1)], ["b" * (WORD_LENGTH + 1)])
