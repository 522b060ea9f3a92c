"""Hashes of labels: equal for equal ones, and mixed well."""

import numpy as np

from infoloop.verdict_logs.label_hashes import hash_labels, mix_hashes


def test_labels_that_are_equal_have_equal_hashes_and_missing_ones_are_told():
    whole = hash_labels(np.array([1, 2, 3]))[0].tolist()
    assert hash_labels(np.array([1.0, 2.0, 3.0]))[0].tolist() == whole
    assert hash_labels(np.array([1.0, 2.0, 3.0, 0.5]))[0][:3].tolist() == whole
    assert hash_labels(np.array([1, 2, 3], np.uint8))[0].tolist() == whole
    some, missing = hash_labels(np.array([1, None, 3], object))
    assert (some[::2].tolist(), missing.tolist()) == (whole[::2], [False, True, False])
    assert hash_labels(np.array([1, 2, 3], object))[0].tolist() == whole
    assert len({*hash_labels(np.array([2**64, None, 2**65], object))[0].tolist()}) == 3
    texts, missing = hash_labels(np.array(["a", None, "b", "a"], object))
    assert missing.tolist() == [False, True, False, False]
    assert texts[0] == texts[3] != texts[2]
    assert len({*hash_labels(np.array([0.25, 0.5]))[0].tolist()}) == 2


def test_whole_floats_are_whole_numbers_as_far_as_floats_tell_them_apart():
    whole = np.array([300, -300, 2**53 - 1, 1 - 2**53])
    assert hash_labels(whole.astype(float))[0].tolist() == hash_labels(whole)[0].tolist()
    beyond = hash_labels(np.array([2.0**53, 2.0**63, 2.0**64, 1e300, -1e300, np.inf, -np.inf]))[0].tolist()
    assert len({*beyond}) == len(beyond)
    assert not {*beyond} & {*hash_labels(np.array([0, 2**53, -(2**63), 2**63 - 1]))[0].tolist()}


def test_what_is_missing_among_texts_has_a_hash_that_no_text_has_whatever_it_is():
    hashes, missing = hash_labels(np.array(["", None, np.nan, "nan", "None"], object))
    assert missing.tolist() == [False, True, True, False, False]
    assert hashes[1] == hashes[2]
    assert len({*hashes.tolist()}) == 4


def splitmix(x: int, shifts=(30, 27, 31)) -> int:
    for shift, factor in zip(shifts, (0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 1), strict=True):
        x = (x ^ (x >> shift)) * factor % 2**64
    return x


def test_a_mix_is_the_finaliser_of_splitmix64_in_whole_numbers():
    draw = np.random.default_rng(16)
    first, second = draw.integers(0, 2**64, (2, 50), np.uint64, endpoint=False)
    wanted = [
        splitmix((a * 0x9E3779B97F4A7C15 + (b ^ (b >> 31))) % 2**64)
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    ]
    assert mix_hashes(first, second).tolist() == wanted
    assert splitmix(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF  # the first number of the seed 0, as it is published


def test_a_mix_of_pairs_of_small_numbers_has_no_two_alike_and_is_even_in_every_bit():
    a, b = (x.ravel().astype(np.uint64) for x in np.meshgrid(np.arange(300), np.arange(300)))
    mixed = mix_hashes(a, b)
    assert np.unique(mixed).size == 90_000
    shares = [((mixed >> np.uint64(i)) & np.uint64(1)).mean() for i in range(64)]
    assert max(abs(share - 0.5) for share in shares) < 5 * 0.5 / 300
