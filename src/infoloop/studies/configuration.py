"""Configurations of experiments: frozen, checked dataclasses, and typed overrides `key=value` of their defaults."""

from __future__ import annotations

import dataclasses
import typing
from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypeVar

import pydantic
from pydantic import AfterValidator, Field

from infoloop.reporting.suggestions import cut_text, did_you_mean, list_names, quote

T = TypeVar("T")
MOST = 10**9  # of what is counted; more would fill any memory
Count = Annotated[int, Field(ge=1, le=MOST)]
Weight = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Counts = Annotated[tuple[Count, ...], Field(min_length=1)]
Weights = Annotated[tuple[Weight, ...], Field(min_length=1)]
Positives = Annotated[tuple[Positive, ...], Field(min_length=1)]


def _random_task(rates: tuple[float, ...]) -> tuple[float, ...]:
    if len(set(rates)) < 2:
        raise ValueError("a task X with one value, of which every information is 0: give at least two different ones")
    return rates


Hypotheses = Annotated[tuple[Weight, ...], AfterValidator(_random_task)]
_REMEDIES = {  # where pydantic's own words name its types
    "int_parsing": "give a whole number, in digits",
    "int_from_float": "give a whole number, in digits",
    "int_parsing_size": "give fewer digits",
    "float_parsing": "give a number",
    "bool_parsing": "give true or false",
}
_OF_NUMBERS = ("finite_number", "greater_than", "greater_than_equal", "less_than", "less_than_equal")


class ConfigError(ValueError):
    """A configuration that cannot be: the message names the key, the value and what it should be."""


class Setting(NamedTuple):
    """A key of a configuration: its name, type, default and meaning, in words."""

    name: str
    kind: str
    default: str
    meaning: str


@typing.dataclass_transform(frozen_default=True, field_specifiers=(Field,))
def config(cls: type[T]) -> type[T]:
    """Return the class as a frozen dataclass whose fields are checked against their types when it is made.

    An object with a wrong field raises `pydantic.ValidationError`.

    >>> @config
    ... class Sizes:
    ...     samples: Counts = (10, 100)
    >>> Sizes(samples=(3,)).samples
    (3,)
    """
    return pydantic.dataclasses.dataclass(frozen=True, config=pydantic.ConfigDict(extra="forbid"))(cls)


def override(cls: Any, overrides: Sequence[str] = ()) -> Any:
    """Return the configuration with some of its defaults replaced.

    Args:
        cls: A class made by `config`.
        overrides: Texts `key=value`; commas separate the items of a list.

    Raises:
        ConfigError: A key is unknown (the message has the nearest one) or repeated, or a value of another type or
            range.

    >>> @config
    ... class Sizes:
    ...     samples: Counts = (10, 100)
    ...     rate: Weight = 0.5
    >>> override(Sizes, ["samples=3,5"])
    Sizes(samples=(3, 5), rate=0.5)
    >>> override(Sizes, ["rate=2"])
    Traceback (most recent call last):
    infoloop.studies.configuration.ConfigError: rate is '2': input should be less than or equal to 1
    """
    fields = [f.name for f in dataclasses.fields(cls)]
    values: dict[str, Any] = {}
    for text in overrides:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not equals:
            raise ConfigError(f"{quote(text)} is no setting: write key=value, keys are {list_names(fields, key)}")
        if key not in fields:
            known = list_names(fields, key)
            raise ConfigError(f"there is no key {quote(key)}{did_you_mean(key, fields)}; keys are {known}")
        if key in values:
            raise ConfigError(f"{key} is set twice: give its values once, with commas")
        values[key] = _items(key, value) if _is_list(cls, key) else value
    try:
        return cls(**values)
    except pydantic.ValidationError as error:
        wrong = _own_errors(error.errors())
        more = f"; and {len(wrong) - 3:,} more" if len(wrong) > 3 else ""
        raise ConfigError("; ".join(map(_line, wrong[:3])) + more) from None
    except OverflowError as error:
        raise ConfigError(f"{'; '.join(map(quote, overrides))}: a number is too large: {error}") from None


def settings(cls: Any) -> tuple[Setting, ...]:
    """Return the keys of a configuration, as a user may set them.

    Args:
        cls: A class made by `config`.

    >>> @config
    ... class Sizes:
    ...     samples: Counts = Field((10, 100), description="draws a generation")
    >>> settings(Sizes)
    (Setting(name='samples', kind='list of int', default='10,100', meaning='draws a generation'),)
    """
    default = cls()
    return tuple(
        Setting(name, _kind(cls, name), plain(getattr(default, name)), info.description or "")
        for name, info in cls.__pydantic_fields__.items()
    )


def plain(value: Any) -> str:
    """Return a value as it is written after `key=`.

    >>> plain((0.5, 2.0))
    '0.5,2.0'
    """
    return ",".join(map(str, value)) if isinstance(value, tuple | list) else str(value)


def as_dict(chosen: Any) -> dict[str, Any]:
    """Return a configuration as JSON has it."""
    return {name: list(v) if isinstance(v, tuple) else v for name, v in dataclasses.asdict(chosen).items()}


def _items(key: str, text: str) -> list[str]:
    """Return the items between commas; one comma may end them, as in a tuple of Python."""
    items = [item.strip() for item in text.split(",")]
    if not items[-1]:
        items.pop()
    if "" in items:
        raise ConfigError(f"{key} is {quote(text)}: there is nothing before comma {items.index('') + 1}: leave it out")
    return items


def _is_list(cls: Any, key: str) -> bool:
    return typing.get_origin(cls.__pydantic_fields__[key].annotation) is tuple


def _kind(cls: Any, key: str) -> str:
    kind = cls.__pydantic_fields__[key].annotation
    item = typing.get_args(kind)[0] if _is_list(cls, key) else kind
    item = typing.get_args(item)[0] if typing.get_origin(item) is Annotated else item
    one = " or ".join(map(str, typing.get_args(item))) if typing.get_origin(item) else item.__name__
    return f"list of {one}" if _is_list(cls, key) else one


def _own_errors(errors: Sequence[Any]) -> list[Any]:
    """Return the errors but those of a list of which an item is wrong: pydantic counts what is left of it."""
    inner = {error["loc"][:-1] for error in errors}
    return [error for error in errors if error["loc"] not in inner]


def _line(error: Any) -> str:
    """Return one error of pydantic as a phrase: the key, its value, the remedy."""
    key = "".join(f"[{part}]" if isinstance(part, int) else str(part) for part in error["loc"])
    value, kind = plain(error["input"]), error["type"]
    if kind == "too_short":
        least = error["ctx"]["min_length"]
        remedy = f"give at least {'one value' if least == 1 else f'{least} values'}"
    elif kind in _OF_NUMBERS and value.lower().lstrip("+-") == "nan":
        remedy = "this is no number: give one"
    else:
        remedy = _REMEDIES.get(kind) or error["msg"].removeprefix("Value error, ")
    return f"{key} is {quote(value)}: {cut_text(remedy[0].lower() + remedy[1:], 300)}"
