"""What users of infoloop rely on, as one JSON description: names, parameters, fields, JSON keys, options, statuses.

The code that is described is whichever `infoloop` Python finds, and only its public names are used to find the rest, so
that one function describes releases whose modules lie elsewhere. `tests/data/public_surface.json` is such a
description; to write one of other code, name its folder:

    PYTHONPATH=CHECKOUT/src:. python -m tests.support.public_surface CHECKOUT PLANTED_EXPERIMENT > FILE
"""

from __future__ import annotations

import dataclasses
import functools
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import infoloop as il

OPERATORS = (
    "add", "bool", "call", "contains", "eq", "float", "getitem", "int", "iter", "len", "lt", "mul", "neg", "radd",
    "rmul", "rshift", "str", "sub", "truediv",
)  # fmt: skip
KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "by position",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "by position or keyword",
    inspect.Parameter.VAR_POSITIONAL: "any by position",
    inspect.Parameter.KEYWORD_ONLY: "by keyword",
    inspect.Parameter.VAR_KEYWORD: "any by keyword",
}


def describe(root: Path, planted: Path, folder: Path, also: Mapping[str, Iterable[str]] | None = None) -> dict:
    """The whole description: `root` is the checkout, `planted` an experiment to run, `folder` takes what is written.

    `also` names what to look for in the models beside what they define themselves.
    """
    from tests.support import public_commands, public_results  # which use this module

    return {
        "names": describe_names(),
        "models": {name_of(model): describe_model(model, (also or {}).get(name_of(model), ())) for model in models()},
        "results": public_results.describe_results(root),
        "states": {name_of(model): public_results.describe_states(model) for model in models()},
        **public_commands.describe_commands(root, planted, folder),
    }


def models() -> tuple[Any, ...]:
    """The modules of the toy models."""
    return il.models.MODELS


def name_of(module: ModuleType) -> str:
    """Its own name, without the package.

    >>> name_of(il.models)
    'models'
    """
    return module.__name__.rpartition(".")[2]


def describe_names() -> dict[str, Any]:
    """Every exported name that is no module."""
    exported = ((name, getattr(il, name)) for name in dir(il))
    return {name: describe_value(value) for name, value in exported if not inspect.ismodule(value)}


def describe_model(model: ModuleType, also: Iterable[str] = ()) -> dict[str, Any]:
    """What a module defines or re-exports, as `import X as X`, of functions, classes and tuples; and `also`."""
    own = (name for name, value in vars(model).items() if _defined(model, name, value))
    names = {*own, *re.findall(r" import (\w+) as \1$", inspect.getsource(model), re.MULTILINE), *also}
    public = sorted(name for name in names if not name.startswith("_") and hasattr(model, name))
    return {name: describe_value(getattr(model, name)) for name in public}


def _defined(model: ModuleType, name: str, value: Any) -> bool:
    return getattr(value, "__module__", "") == model.__name__ or (name.isupper() and isinstance(value, tuple))


def describe_value(value: Any) -> dict[str, Any]:
    """A class by its members, what can be called by its parameters, anything else by its value."""
    if isinstance(value, type):
        return describe_class(value)
    if callable(value):
        return {"kind": "function", "parameters": describe_parameters(value)}
    return {"kind": "constant", "value": repr(value)}


def describe_class(cls: type) -> dict[str, Any]:
    """Builtin bases, parameters of the constructor, fields by place, and public members.

    >>> describe_class(il.CertificateError)["bases"]
    ['ValueError', 'Exception', 'BaseException']
    """
    builtin = [base.__name__ for base in cls.__mro__ if base.__module__ == "builtins" and base is not object]
    return {
        "kind": "class",
        "bases": builtin,
        "parameters": describe_parameters(cls) if _constructed(cls) else None,
        "fields": {name: place for place, name in enumerate(field_names(cls))},
        "members": describe_members(cls),
    }


def _constructed(cls: type) -> bool:
    """Whether infoloop says how it is made: most exceptions are made as builtin ones are."""
    return not issubclass(cls, BaseException) or any("__init__" in vars(base) for base in cls.__mro__ if ours(base))


def field_names(cls: type) -> tuple[str, ...]:
    """The fields of a dataclass or a NamedTuple, in order."""
    if dataclasses.is_dataclass(cls):
        return tuple(field.name for field in dataclasses.fields(cls))
    return tuple(getattr(cls, "_fields", ()))


def describe_members(cls: type) -> dict[str, Any]:
    """Public properties, and methods with their parameters, that infoloop itself defines; operators as `__add__`."""
    written = {name: member for base in reversed(cls.__mro__) if ours(base) for name, member in vars(base).items()}
    automatic = {"__eq__"} if dataclasses.is_dataclass(cls) else set()
    found = {}
    for name in sorted(written.keys() - set(field_names(cls)) - automatic):
        if not name.startswith("_"):
            found[name] = _member(cls, name, written[name])
        elif name[2:-2] in OPERATORS and name == f"__{name[2:-2]}__":
            found[name] = "operator"
    return found


def ours(cls: type) -> bool:
    """Whether a class is defined in infoloop."""
    return cls.__module__.partition(".")[0] == "infoloop"


def _member(cls: type, name: str, member: Any) -> Any:
    if isinstance(member, property | functools.cached_property):
        return "property"
    value = getattr(cls, name)
    return describe_parameters(value) if callable(value) else "value"


def describe_parameters(function: Callable) -> dict[str, str] | None:
    """Name, kind and default of each parameter; None for a builtin that does not say.

    >>> describe_parameters(il.bsc)["dtype"]
    'by position or keyword, 3, default None'
    """
    try:
        parameters = inspect.signature(function).parameters.values()
    except ValueError:
        return None
    return {parameter.name: _parameter(place, parameter) for place, parameter in enumerate(parameters)}


def _parameter(place: int, parameter: inspect.Parameter) -> str:
    where = f", {place}" if parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD) else ""
    default = "" if parameter.default is parameter.empty else f", default {shown(parameter.default)}"
    return f"{KINDS[parameter.kind]}{where}{default}"


def shown(value: Any) -> str:
    """A default as text, without the address of a function and the place of a module.

    >>> shown(il.bsc)
    '<function bsc>'
    """
    text = re.sub(r" at 0x[0-9a-f]+", "", repr(value))
    return re.sub(r"\binfoloop\.(?:\w+\.)+", "", text)


def lost(old: Any, new: Any, path: str = "") -> list[str]:
    """What of an old description is gone or changed in a new one, each with its path; additions are no loss.

    One addition is a loss: a parameter that calls written before do not give.

    >>> lost({"a": {"b": 1, "c": 2}}, {"a": {"c": 3, "d": 4}})
    ['a / b is gone', 'a / c was 2 and is 3']
    """
    if not isinstance(old, dict) or not isinstance(new, dict):
        return [] if old == new else [f"{path} was {old!r} and is {new!r}"]
    found = []
    for key, value in old.items():
        inner = f"{path} / {key}" if path else key
        found += lost(value, new[key], inner) if key in new else [f"{inner} is gone"]
    return found + [f"{path} / {key} is new and must be given" for key in new if key not in old and _asked(new[key])]


def _asked(added: Any) -> bool:
    """Whether an addition is a parameter without a default."""
    return isinstance(added, str) and added.startswith("by ") and ", default " not in added


def as_text(description: dict[str, Any]) -> str:
    """The description as JSON, a line for each entry of its parts."""
    parts = []
    for name, part in sorted(description.items()):
        lines = (f"  {json.dumps(key)}: {json.dumps(part[key], sort_keys=True)}" for key in sorted(part))
        parts.append(f" {json.dumps(name)}: {{\n" + ",\n".join(lines) + "\n }")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def main(arguments: list[str]) -> None:
    """Write the description of the code that Python finds."""
    import tempfile

    import jax

    jax.config.update("jax_enable_x64", True)
    root, planted = (Path(argument).resolve() for argument in arguments)
    with tempfile.TemporaryDirectory() as folder:
        sys.stdout.write(as_text(describe(root, planted, Path(folder))))


if __name__ == "__main__":
    main(sys.argv[1:])
