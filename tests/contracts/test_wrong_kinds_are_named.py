"""An argument of the wrong kind is refused in one line that names it."""

from typing import Any

import jax
import jax.numpy as jnp
import pytest

import infoloop
from infoloop.information.channel_capacity import capacity
from infoloop.information.fano import fano_bound
from infoloop.interop.bif_reader import from_bif
from infoloop.pipelines.pipeline_audit import audit
from infoloop.probability.channel_families import bsc, compositions, deterministic, random_channel
from infoloop.probability.host_functions import refuse_tracers
from infoloop.statements.certification import certify
from infoloop.verdict_logs.reader import read_log

NOTHING: Any = None
FIVE: Any = 5
HALF: Any = 4.5
ZERO: Any = 0
WORD: Any = "x"
WORDS: Any = ["a", "b"]
GRAPHS: Any = [{"Y": ("X",), 3: ("X",)}]
GAPS: Any = jnp.array([1.0, 2.0])


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda: audit(NOTHING), "pipeline"),
        (lambda: read_log(FIVE), "path"),
        (lambda: from_bif(NOTHING), "path"),
        (lambda: certify(WORD), "claim"),
        (lambda: random_channel(ZERO, 2, 2, "X", "Y"), "key"),
        (lambda: capacity(bsc(0.1, "X", "Y"), gap=GAPS), "gap"),
        (lambda: deterministic(WORDS, "X", "Y"), "function"),
        (lambda: compositions(2, 0), "parts"),
        (lambda: compositions(-1, 2), "total"),
        (lambda: fano_bound(0.1, HALF), "letters"),
    ],
)
def test_the_argument_is_named(call, name):
    with pytest.raises((TypeError, ValueError), match=rf"\b{name}\b") as caught:
        call()
    assert "\n" not in str(caught.value)


def test_mappings_of_any_keys_hold_what_is_traced_or_not():
    with pytest.raises((TypeError, ValueError)) as caught:
        infoloop.prove("H(X) >= 0", given=GRAPHS)
    assert "given has 3" in str(caught.value)
    assert "Comparator" not in str(caught.value)
    assert "\n" not in str(caught.value)
    with pytest.raises(TypeError, match="deep is traced"):
        jax.jit(lambda x: refuse_tracers("f", deep=[{"a": {1: x, "b": 2}}]))(1.0)
