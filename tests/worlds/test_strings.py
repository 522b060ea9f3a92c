"""All strings, in order, and the refusal of more than fit."""

import itertools

import pytest

from infoloop.worlds.strings import all_strings


@pytest.mark.parametrize(("alphabet", "length"), [(1, 3), (2, 1), (3, 3)])
def test_strings_are_those_of_the_product_in_its_order(alphabet, length):
    assert all_strings(alphabet, length).tolist() == [
        list(s) for s in itertools.product(range(alphabet), repeat=length)
    ]


def test_as_many_as_fit_are_given():
    assert all_strings(2**16, 1).ravel().tolist() == list(range(2**16))


def test_too_many_strings_are_refused_with_their_number():
    with pytest.raises(ValueError, match=r"make 8\^6 strings, more than 65536: lower the length or the alphabet"):
        all_strings(8, 6)
    with pytest.raises(ValueError, match="more than 65536"):
        all_strings(2, 10**9)
