"""All strings of one length over a small alphabet, in lexicographic order, and the tree of their prefixes."""

import numpy as np
from jaxtyping import Int

from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int

MOST_STRINGS = 2**16


@host_only
def all_strings(alphabet: int, length: int) -> Int[np.ndarray, "strings length"]:
    r"""Return the $V^L$ strings of L tokens, in lexicographic order: string y begins with the prefix $y//V^{L-j}$.

    Args:
        alphabet: V, the number of tokens.
        length: L, the number of tokens of a string.

    Raises:
        ValueError: One of them is below 1, or there are more than 65 536 strings.

    >>> all_strings(2, 2).tolist()
    [[0, 0], [0, 1], [1, 0], [1, 1]]
    """
    alphabet, length = check_int(alphabet, "alphabet"), check_int(length, "length")
    if alphabet > MOST_STRINGS or alphabet ** min(length, 64) > MOST_STRINGS:
        raise ValueError(
            f"{alphabet} tokens and length {length} make {alphabet}^{length} strings, more than {MOST_STRINGS}: "
            "lower the length or the alphabet"
        )
    places = alphabet ** np.arange(length - 1, -1, -1)
    return np.arange(alphabet**length)[:, None] // places % alphabet
