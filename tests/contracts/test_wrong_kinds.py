"""Exports refuse the wrong kind of object in one line that names the argument: always a TypeError."""

import inspect
import re

import pytest

import infoloop as il
from tests.support.jax_exports import BATCH, GRADIENT, HOST

P, K = il.joint([[0.5, 0.0], [0.0, 0.5]], "X", "Y"), il.channel([[1.0, 0.0]], "X", "Y")
RIGHT = {
    "Law": P, "Channel": K, "Joint": P, "str": "X", "int": 2, "float": 0.5, "Callable": len,
    "Gaussian": il.Gaussian(None, None, ("X",), (1,)), "BayesNet": il.BayesNet(()), "Loop": il.Loop(len, len),  # ty: ignore[invalid-argument-type]
    "Signals": il.Signals(None, None),  # ty: ignore[invalid-argument-type]
    "NoisyVerifier": il.NoisyVerifier(false_positive=0.1, false_negative=0.1),  # ty: ignore[invalid-argument-type]
}  # fmt: skip


def right(annotation: str):
    """Something of the kind of an annotation, None where the kind is not checked."""
    head = annotation.removeprefix("collections.abc.").partition("[")[0]
    if head == "Callable":  # whatever it takes and gives
        return len
    names = "Iterable[str]" in annotation or "Names" in annotation
    return "X" if names else [0.5] if "Float[" in annotation or "Int[" in annotation else RIGHT.get(head)


def text(annotation) -> str:
    named = isinstance(annotation, type)
    return annotation if isinstance(annotation, str) else annotation.__name__ if named else str(annotation)


CHECKED = [
    (name, parameter)
    for name in sorted({*GRADIENT, *BATCH, *HOST})
    if getattr(il, name).__module__.split(".")[1] in ("information", "games", "learning", "loops")
    and (name not in ("patterns", "read_words"))  # words and paths, in their own tests
    for parameter, declared in inspect.signature(getattr(il, name)).parameters.items()
    # what has no right kind here is annotated as anything: its kind is the function's business
    if declared.kind is not inspect.Parameter.VAR_POSITIONAL and right(text(declared.annotation)) is not None
]


def of_right_kinds(name):
    parameters = inspect.signature(getattr(il, name)).parameters.values()
    return {p.name: right(text(p.annotation)) for p in parameters}


@pytest.mark.parametrize(("name", "parameter"), CHECKED, ids=lambda x: x)
def test_the_wrong_kind_of_object_is_named(name, parameter):
    function, arguments = getattr(il, name), of_right_kinds(name)
    del arguments[parameter]
    named = {
        p: v for p, v in arguments.items() if inspect.signature(function).parameters[p].kind.name != "VAR_POSITIONAL"
    }
    with pytest.raises(TypeError) as caught:
        function(**named, **{parameter: object()})
    assert re.fullmatch(rf"{parameter} is a object: give .*", str(caught.value))


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: il.mutual_information([0.5, 0.5], "X", "Y"), "p is a list: give a law, such as a Joint"),  # ty: ignore[invalid-argument-type]
        (lambda: il.contraction(P), "channel is a Joint: give a Channel"),  # ty: ignore[invalid-argument-type]
        (lambda: il.capacity(K, gap=float("inf")), "gap is inf: give a finite number of bits, at least 0"),
        (lambda: il.capacity(K, gap=-1.0), "gap is -1.0: give a finite number of bits, at least 0"),
        (lambda: il.patterns(3, ["ab"]), "guesses is a int: give a list of words"),  # ty: ignore[invalid-argument-type]
        (lambda: il.rounds_needed(float("nan"), 1.0, 1.0), "needed is nan: give a number of bits"),
        (lambda: il.join(0.5, [0, 1]), r"a has shape \(\): give a list, one label for each output"),
        (lambda: il.lattice_height([0, 1], 0.5), r"p_y has shape \(\): give a list, one probability for each output"),
        (lambda: il.unroll(il.Loop(len, len), 3), "keys is a int: give an array with a key for each generation"),  # ty: ignore[invalid-argument-type]
        (lambda: il.information_along(P, "X", il.Channel(P.table, ("Y",), ("Z",)), steps=-1), "steps is -1: .*"),
    ],
)
def test_what_was_let_through_or_said_badly(call, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        call()
    assert re.fullmatch(message, str(caught.value))
