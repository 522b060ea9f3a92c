import numpy as np
import pandas as pd
import pytest

from infoloop.verdict_logs.formats import text_hashing
from infoloop.verdict_logs.formats.text_hashing import hash_texts

TEXTS = ["", "\0", "a", "a\0", "eight by", "nine byte", "é" * 3, "日本語" * 40, "x" * 70_000, "y" * 300_000, "last"]
M = 2**64 - 1


def splitmix(x: int) -> int:
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9 & M
    x = (x ^ (x >> 27)) * 0x94D049BB133111EB & M
    return x ^ (x >> 31)


def plain_hash(text: str) -> int:
    """The docstring's equation, byte by byte."""
    raw, odd = text.encode("utf-8", "surrogatepass"), 0x9E3779B97F4A7C15
    words = [int.from_bytes(raw[k : k + 8], "little") for k in range(0, len(raw) + 1, 8)]
    return splitmix((len(raw) * odd + sum(splitmix((w + i * odd) & M) for i, w in enumerate(words, start=1))) & M)


@pytest.mark.parametrize("dtype", [object, "string[pyarrow]", "string[python]", "str"])
def test_a_hash_is_the_equation_of_the_docstring_whatever_the_column_is_made_of(dtype):
    column = pd.Series(TEXTS, dtype=dtype)
    assert hash_texts(column).tolist() == [plain_hash(text) for text in TEXTS]
    assert hash_texts(column.iloc[3:7]).tolist() == [plain_hash(text) for text in TEXTS[3:7]]
    assert hash_texts(column.iloc[:0]).tolist() == []


@pytest.mark.slow
def test_texts_that_are_read_in_several_pieces_have_the_same_hashes():
    rng = np.random.default_rng(0)
    texts = ["".join(map(chr, rng.integers(32, 0x3000, n))) for n in rng.integers(0, 900, 700)]
    assert hash_texts(pd.Series(texts)).tolist() == [plain_hash(text) for text in texts]
    joined = pd.concat([pd.Series(texts[:300]), pd.Series(texts[300:])])
    assert hash_texts(joined).tolist() == [plain_hash(text) for text in texts]


def test_pieces_end_at_every_place_of_the_texts_that_are_mixed_at_once(monkeypatch):
    sizes = []

    def counted(unaligned, ends, words, mix=text_hashing._sums_of_words):
        sizes.append((len(words), int(words.sum())))
        return mix(unaligned, ends, words)

    monkeypatch.setattr(text_hashing, "_sums_of_words", counted)
    monkeypatch.setattr(text_hashing, "_WORDS", 4)
    texts = ["a", "b" * 9, "c", "d" * 50, "e" * 31, "", "f"]  # of 1, 2, 1, 7, 4, 1 and 1 words
    assert hash_texts(pd.Series(texts)).tolist() == [plain_hash(text) for text in texts]
    assert sizes == [(3, 4), (1, 7), (1, 4), (2, 2)]


def test_a_column_without_a_text_has_no_hashes():
    pytest.importorskip("pyarrow")
    assert hash_texts(pd.Series([], dtype="string[pyarrow]")).tolist() == []
    without_bytes = pd.Series(["", ""], dtype="string[pyarrow]")
    assert hash_texts(without_bytes).tolist() == [plain_hash("")] * 2


def test_a_lone_surrogate_has_a_hash():
    assert hash_texts(pd.Series(["\ud800"], dtype=object)).tolist() == [plain_hash("\ud800")]
