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


def test_a_mix_of_pairs_of_small_numbers_has_no_two_alike_and_is_even_in_every_bit():
    a, b = (x.ravel().astype(np.uint64) for x in np.meshgrid(np.arange(300), np.arange(300)))
    mixed = mix_hashes(a, b)
    assert np.unique(mixed).size == 90_000
    shares = [((mixed >> np.uint64(i)) & np.uint64(1)).mean() for i in range(64)]
    assert max(abs(share - 0.5) for share in shares) < 5 * 0.5 / 300
