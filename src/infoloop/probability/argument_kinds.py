"""Arguments of the wrong kind: a function refuses them by name, as its annotations say, before it does anything."""

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping
from numbers import Complex, Real
from os import PathLike
from typing import Any, ParamSpec, TypeVar

from jax.core import Tracer

from infoloop.probability.host_functions import check_before
from infoloop.probability.validation import check_numbers

P = ParamSpec("P")
R = TypeVar("R")


def kinds_checked(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function, which then refuses arguments that are not of the kind of their annotation.

    Laws, channels and other classes are told by class, names by being text, whole numbers by being numbers that are not
    traced, arrays by `check_numbers`. Values are the function's business, and so is what is annotated otherwise.

    Args:
        function: any function; its name and signature are kept.

    Returns:
        A function that raises TypeError for the wrong kind of object and ValueError for an array of wrong contents, in
        one line that names the argument.

    >>> @kinds_checked
    ... def length(name: str) -> int:
    ...     return len(name)
    >>> length(3)
    Traceback (most recent call last):
    TypeError: name is a int: give text
    """
    parameters = inspect.signature(function).parameters

    def check(arguments: Mapping[str, Any]) -> None:
        for name, value in arguments.items():
            several = parameters[name].kind is inspect.Parameter.VAR_POSITIONAL
            for one in value if several else (value,):
                if one is not parameters[name].default:
                    _check(name, one, _text(parameters[name].annotation))

    return check_before(function, check)


def _text(annotation: object) -> str:
    """Return an annotation as text, whether it was kept as text or not."""
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).removeprefix("collections.abc.")


def _check(name: str, value: object, annotation: str) -> None:
    head = annotation.partition("[")[0]
    arrays = head != "Callable" and any(word in annotation for word in ("Float[", "Int[", "Numbers", "Batch", "Number"))
    names = any(word in annotation for word in ("Iterable[str]", "Names", "Labels"))
    if names and _is_names(value):
        return
    if arrays:
        check_numbers(value, name)  # ty: ignore[invalid-argument-type]
    elif names:
        raise _wrong(name, value, "a name, or a tuple of names")
    elif annotation == "str" and not isinstance(value, str):
        raise _wrong(name, value, "text")
    elif annotation in ("int", "float"):
        _check_number(name, value, annotation)
    elif annotation.startswith("Key[") and not hasattr(value, "dtype"):
        raise _wrong(name, value, "a key of jax.random, such as jax.random.key(0)")
    elif annotation == "str | Path" and not isinstance(value, str | PathLike):
        raise _wrong(name, value, "the path of a file")
    elif head in _CLASSES:
        has, give = _CLASSES[head]
        if not all(hasattr(value, attribute) for attribute in has) or isinstance(value, type):
            raise _wrong(name, value, give)


# told by what they have, not by class: this module is below most of them
_CLASSES = {
    "Law": (("names",), "a law, such as a Joint"),
    "Joint": (("names", "table"), "a Joint"),
    "Gaussian": (("names", "covariance"), "a Gaussian"),
    "BayesNet": (("names", "factors"), "a BayesNet"),
    "Channel": (("rows", "source", "target"), "a Channel"),
    "Claim": (("label", "exact"), "a Claim"),
    "Loop": (("start", "step"), "a Loop"),
    "Signals": (("counts", "masses"), "Signals, such as verdict_signals makes"),
    "NoisyVerifier": (("false_positive", "false_negative"), "a NoisyVerifier, such as erring_verifier makes"),
    "Callable": (("__call__",), "a function"),
}


def _check_number(name, value, annotation):
    if annotation == "int" and isinstance(value, Tracer):
        raise TypeError(f"{name} is traced by JAX, and what is compiled depends on it: give a known whole number")
    if isinstance(value, Real) or hasattr(value, "dtype"):
        return
    if isinstance(value, Complex):
        raise ValueError(f"{name} is {value}: give a real number")
    raise _wrong(name, value, "a number")


def _is_names(value):
    """Return whether it is a name, some names, or an iterator, which is not looked at, as that would use it up."""
    listed = isinstance(value, Collection) and not hasattr(value, "dtype")
    return isinstance(value, str | Iterator) or (listed and all(isinstance(one, str) for one in value))


def _wrong(name, value, give):
    return TypeError(f"{name} is a {type(value).__name__}: give {give}")
