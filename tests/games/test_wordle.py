"""Verdicts on words against a player with pencil and paper, and their signals against plain counting."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from infoloop.games.word_lists import read_words
from infoloop.games.wordle import coarsenings, encode_words, patterns, signal_entropies
from infoloop.probability.numerics import rounding
from tests.support.paths import DATA

WORDS = read_words(DATA / "words.txt")


def verdict(guess, secret):
    """Marks as a string: right letters are struck off first, then the others from left to right."""
    marks = ["2" if g == s else "0" for g, s in zip(guess, secret, strict=True)]
    left = [s for s, mark in zip(secret, marks, strict=True) if mark == "0"]
    for i, g in enumerate(guess):
        if marks[i] == "0" and g in left:
            left.remove(g)
            marks[i] = "1"
    return "".join(marks)


def spelled(code, length):
    return np.base_repr(int(code), 3).zfill(length)


def test_every_pair_of_the_word_list_gets_the_verdict_of_pencil_and_paper():
    found = np.asarray(patterns(WORDS, WORDS))
    for (i, g), (j, s) in itertools.product(enumerate(WORDS), repeat=2):
        assert spelled(found[i, j], 5) == verdict(g, s)


@pytest.mark.parametrize(
    ("guess", "secret", "marks"),
    [
        ("speed", "abide", "00101"),
        ("speed", "erase", "10110"),
        ("speed", "steal", "20200"),
        ("speed", "crepe", "01210"),
        ("eerie", "crepe", "10102"),
        ("mamma", "madam", "22101"),
        ("allay", "llama", "12110"),
    ],
)
def test_duplicate_letters(guess, secret, marks):
    assert verdict(guess, secret) == marks
    assert spelled(patterns([guess], [secret])[0, 0], 5) == marks


def test_a_rule_that_forgets_duplicates_would_be_noticed():
    def careless(guess, secret):
        return "".join("2" if g == s else "1" if g in secret else "0" for g, s in zip(guess, secret, strict=True))

    assert sum(careless(g, s) != verdict(g, s) for g, s in itertools.product(WORDS, WORDS)) > len(WORDS)


@pytest.mark.slow
@pytest.mark.parametrize("length", [1, 2, 3, 4, 6, 7, 11])
def test_other_lengths_and_alphabets(length):
    rng = np.random.default_rng(length)
    guesses, secrets = rng.integers(-2, 2, size=(2, 20, length))
    found = np.asarray(patterns(guesses, secrets))
    for (i, g), (j, s) in itertools.product(enumerate(guesses.tolist()), enumerate(secrets.tolist())):
        assert spelled(found[i, j], length) == verdict(g, s)


def test_letters_of_any_script_and_more_than_256_of_them():
    alphabet = [chr(0x4E00 + k) for k in range(600)]
    guesses, secrets = (["".join(alphabet[k : k + 2]) for k in range(start, 600 - 2, 2)] for start in (0, 1))
    tables = encode_words(guesses, secrets)
    assert tables[0].dtype == np.uint16
    found = np.asarray(patterns(guesses, secrets))
    assert spelled(found[0, 0], 2) == verdict(guesses[0], secrets[0]) == "01"
    assert np.count_nonzero(found) == 2 * len(guesses) - 1  # shifted by one letter, either way


@pytest.mark.slow
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", coarsenings(5))
def test_signals_are_counts_and_entropies_for_every_coarsening(name, weighted):
    tell = {
        "full": lambda marks: marks,
        "letters": lambda marks: (marks.count("2"), marks.count("1")),
        "right": lambda marks: marks.count("2"),
        "found": lambda marks: 5 - marks.count("0"),
        "any": lambda marks: "2" in marks,
        "won": lambda marks: marks == "22222",
    }[name]
    guesses = WORDS[::3]
    n = len(WORDS)
    prior = np.random.default_rng(0).dirichlet(np.ones(n)) if weighted else None
    law = np.full(n, 1 / n) if prior is None else prior
    found = signal_entropies(guesses, WORDS, prior, coarsenings(5)[name])
    for k, guess in enumerate(guesses):
        verdicts = [tell(verdict(guess, secret)) for secret in WORDS]
        sizes, masses = Counter(verdicts), Counter()
        for v, p in zip(verdicts, law, strict=True):
            masses[v] += p
        bits = -math.fsum(p * math.log2(p) for p in masses.values())
        assert sorted(c for c in found.counts[k].tolist() if c) == sorted(sizes.values())
        assert abs(found.bits[k] - bits) <= rounding(n)
        assert abs(found.expected_remaining[k] - sum(masses[v] * sizes[v] for v in sizes)) <= rounding(n * n)
        assert found.most_remaining[k] == max(sizes.values())


@pytest.mark.slow
def test_more_guesses_than_a_batch_are_all_there():
    guesses = WORDS * 3
    found = signal_entropies(guesses, WORDS).bits
    assert found.shape == (len(guesses),)
    assert (found[: len(WORDS)] == found[-len(WORDS) :]).all()


@pytest.mark.slow
def test_the_binary_verdict_says_no_more_than_h_of_one_in_k():
    n = len(WORDS)
    found = signal_entropies(WORDS, WORDS, coarsening=coarsenings(5)["won"])
    h = -(1 / n) * math.log2(1 / n) - (1 - 1 / n) * math.log2(1 - 1 / n)
    assert np.abs(found.bits - h).max() <= rounding(n)


@pytest.mark.full
def test_a_coarser_verdict_never_says_more():
    bits = {name: signal_entropies(WORDS, WORDS, coarsening=verdicts).bits for name, verdicts in coarsenings(5).items()}
    for fine, coarse in (("full", "letters"), ("letters", "right"), ("letters", "found"), ("right", "any")):
        assert (bits[fine] >= bits[coarse] - rounding(len(WORDS))).all()
    assert (bits["full"] > bits["won"]).all()


@pytest.mark.parametrize(
    ("guesses", "secrets", "match"),
    [
        (["ab", "abc"], ["ab"], "guesses have 'abc', which is not as long as 'ab'"),
        (["ab"], ["abc"], "guesses have 2 letters and secrets 3"),
        ([], ["ab"], "guesses are empty"),
        (["ab"], [], "secrets are empty"),
        (["a" * 13], ["a" * 13], "1 to 12"),
        ([""], [""], "1 to 12"),
        ([[0.5, 1.0]], [[0, 1]], "letters of type float64"),
    ],
)
def test_lists_that_are_no_words_are_refused(guesses, secrets, match):
    with pytest.raises(ValueError, match=match):
        patterns(guesses, secrets)


def test_priors_and_coarsenings_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="prior has shape"):
        signal_entropies(["ab"], ["ab", "ba"], [1.0])
    with pytest.raises(ValueError, match=r"coarsening has labels of shape \(3,\) for outputs of shape \(9,\)"):
        signal_entropies(["ab"], ["ab", "ba"], coarsening=[0, 1, 2])
