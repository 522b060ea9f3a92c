"""Chapter 8, a memory to which a model appends its own output: it grows, and learns nothing of the world (C16)."""

import jax.numpy as jnp

from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.statements.cases import Cases, Family, Fixed, exact_law, exact_laws, random_bayes_nets
from infoloop.statements.claim import linear

_COPY, _FAIR, _NOISY = [[1, 0], [0, 1]], ["1/2", "1/2"], ["1/4", "3/4"]
_XOR = [_COPY, _COPY[::-1]]  # the output: the noise, turned round where the context is 1
_APPENDED = "X -> C -> Y1,Y2"

_world = random_bayes_nets("X", "C|X", "Y1|C", "Y2|C,Y1", X=2, C=3, Y1=2, Y2=2)
_rows = Family(
    "a fair bit X, C and Y1 with rows (1/4, 3/4), (1, 0), (0, 1), and Y2 that copies Y1 or C",
    lambda: exact_laws({"X": [_FAIR], "C|X": [_NOISY, *_COPY], "Y1|C": [_NOISY, *_COPY], "Y2|C,Y1": Fixed(_XOR)}),
)

memory_learns_nothing = linear(
    "thm:memory-learns-nothing",
    "I(X;C,Y1,Y2) = I(X;C)",
    (_APPENDED,),
    _world,
    family=_rows,
    edges=(exact_law({"X": _FAIR, "C|X": _COPY, "Y1|C": [_FAIR, _FAIR], "Y2|C,Y1": _XOR}),),
    wrong="I(X;C,Y1,Y2) = I(X;C) + I(X;Y1)",
)

memory_learns = linear("fol:memory-learns", "I(X;C) < I(X;C,Y1,Y2)", (_APPENDED,), _world, family=_rows)

_INJECTIVE = ("H(Y1|C,N1) = 0", "H(N1|C,Y1) = 0", "H(Y2|C,Y1,N2) = 0", "H(N2|C,Y1,Y2) = 0")
_FRESH = ("I(N1;C) = 0", "I(N2;C,Y1) = 0")
_noises = [_FAIR, _NOISY, [1, 0]]


def _grown(context, first, second):
    """Return the law of a context and two outputs, each the noise, turned round where the context is 1."""
    return exact_law({"C": context, "N1": first, "N2": second, "Y1|C,N1": _XOR, "Y2|Y1,N2": _XOR})


_sources = random_bayes_nets("C", "N1", "N2", C=2, N1=2, N2=2)


def _with_outputs(numbers):
    outputs = (("C", "N1", "Y1"), ("Y1", "N2", "Y2"))
    turned = (Channel(jnp.asarray(_XOR, float), (context, noise), (output,)) for context, noise, output in outputs)
    return BayesNet((*_sources.build(numbers).factors, *turned))


memory_grows = linear(
    "thm:memory-grows",
    "H(C,Y1,Y2) = H(C) + H(N1) + H(N2)",
    (*_INJECTIVE, *_FRESH),
    Cases(_sources.draw, _with_outputs),
    family=Family(
        "a context and two noises, each a bit with P(0) 1/2, 1/4 or 1; outputs are sums modulo 2",
        lambda: (_grown(c, first, second) for c in _noises for first in _noises for second in _noises),
    ),
    edges=(_grown(_FAIR, _FAIR, _FAIR),),
    wrong="H(C,Y1,Y2) = H(C) + H(N1)",
)
