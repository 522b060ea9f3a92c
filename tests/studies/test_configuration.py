"""Overrides are typed and checked before anything runs: key, value and remedy in one line."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from infoloop.studies.configuration import (
    ConfigError,
    Count,
    Counts,
    Hypotheses,
    Positive,
    Weight,
    as_dict,
    config,
    override,
    settings,
)


@config
class Config:
    samples: Counts = Field((10, 100), description="draws a generation")
    weight: Weight = 0.5
    spread: Positive = 1.0
    generations: Count = 5
    schedule: Literal["replace", "accumulate"] = "replace"
    rates: Hypotheses = (0.25, 0.75)
    live: bool = True
    pair: Annotated[tuple[int, ...], Field(min_length=2)] = (1, 2)


@pytest.mark.parametrize(
    ("setting", "key", "value"),
    [
        ("samples=3", "samples", (3,)),
        ("samples = 3, 5", "samples", (3, 5)),
        ("weight=1", "weight", 1.0),
        ("spread=1e-3", "spread", 0.001),
        ("schedule=accumulate", "schedule", "accumulate"),
        ("rates=0,0.5,1", "rates", (0.0, 0.5, 1.0)),
        ("samples=3,", "samples", (3,)),
        ("live=false", "live", False),
    ],
)
def test_values_take_the_type_of_their_key(setting, key, value):
    assert getattr(override(Config, [setting]), key) == value


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("generation=3", "there is no key 'generation': did you mean generations[?]; keys are samples, "),
        ("generations", "'generations' is no setting: write key=value"),
        ("generations=0", "generations is '0': input should be greater than or equal to 1"),
        ("generations=2.5", "generations is '2.5': give a whole number, in digits$"),
        ("samples=10,0", r"samples\[1\] is '0': input should be greater than or equal to 1"),
        ("samples=", "samples is '': give at least one value$"),
        ("samples=,", "samples is ',': there is nothing before comma 1: leave it out$"),
        ("weight=1.5", "weight is '1.5': input should be less than or equal to 1"),
        ("weight=nan", "weight is 'nan': this is no number: give one$"),
        ("rates=0.5,NaN", r"rates\[1\] is 'NaN': this is no number: give one$"),
        ("spread=nan", "spread is 'nan': this is no number: give one$"),
        ("weight=much", "weight is 'much': give a number$"),
        ("rates=0.1,,0.2", "rates is '0.1,,0.2': there is nothing before comma 2: leave it out$"),
        ("rates=,0.2", "rates is ',0.2': there is nothing before comma 1: leave it out$"),
        ("schedule=nan", "schedule is 'nan': input should be 'replace' or 'accumulate'"),
        ("pair=1", "pair is '1': give at least 2 values$"),
        ("live=much", "live is 'much': give true or false$"),
        ("generations=1e30", "generations is '1e30': give a whole number, in digits$"),
        ("generations=", "generations is '': give a whole number, in digits$"),
        ("spread=0", "spread is '0': input should be greater than 0"),
        ("spread=inf", "spread is 'inf': input should be a finite number"),
        ("schedule=replce", "schedule is 'replce': input should be 'replace' or 'accumulate'"),
        ("generations=1000000001", "generations is '1000000001': input should be less than or equal to 1000000000"),
        ("generations=1e400", "generations is '1e400': give a whole number, in digits$"),
        ("spread=1e400", "spread is '1e400': input should be a finite number"),
        ("samples=" + "0," * 1000, r"samples\[0\] is '0': .*; samples\[2\] is '0': .*; and 997 more"),
        (
            "generations=" + "9" * 10_000,
            r"generations is '9{40} \.\.\. 9{20}' \(10,000 characters\): give fewer digits$",
        ),
        ("samples=0", "samples\\[0\\] is '0': input should be greater than or equal to 1$"),
        ("x" * 10_000 + "=1", "there is no key 'xxxx"),
        ("x" * 10_000, "'xxx.* is no setting: write key=value"),
        ("rates=0.5", "rates is '0.5': a task X with one value, of which every information is 0"),
        ("rates=0.5,0.5", "rates is '0.5,0.5': a task X with one value"),
    ],
)
def test_bad_settings_are_refused_in_one_line(setting, message):
    with pytest.raises(ConfigError, match=message) as refused:
        override(Config, [setting])
    assert len(str(refused.value).splitlines()) == 1
    assert len(str(refused.value)) < 1000


def test_a_key_set_twice_is_refused():
    with pytest.raises(ConfigError, match="weight is set twice"):
        override(Config, ["weight=0", "weight=1"])


def test_a_configuration_made_in_python_is_checked_too():
    with pytest.raises(ValueError, match="less than or equal to 1"):
        Config(weight=2.0)


def test_a_configuration_is_frozen():
    with pytest.raises(AttributeError):
        override(Config).weight = 0.1


def test_settings_say_type_default_and_meaning():
    shown = {row.name: row for row in settings(Config)}
    assert shown["samples"][1:] == ("list of int", "10,100", "draws a generation")
    assert shown["schedule"].kind == "replace or accumulate"
    assert shown["weight"].kind == "float"


def test_a_configuration_is_plain_json():
    assert as_dict(Config())["rates"] == [0.25, 0.75]
