"""Old modules are not there, and the message says where to look instead."""

import importlib

import pytest

import infoloop
from infoloop.moved_modules import new_names


def test_every_new_place_exists():
    assert [new for new in new_names().values() if not importlib.import_module(f"infoloop.{new}")] == []


@pytest.mark.parametrize("old", ["numbers", "claims.verifiers"])
def test_importing_an_old_module_names_the_new_place(old):
    with pytest.raises(ModuleNotFoundError, match=f"infoloop.{old} is now infoloop.{new_names()[old]}"):
        importlib.import_module(f"infoloop.{old}")


def test_an_old_attribute_names_the_new_place():
    name = "schedules"
    with pytest.raises(AttributeError, match=r"infoloop\.schedules is now infoloop\.loops\.schedules"):
        getattr(infoloop, name)


def test_a_module_that_never_was_is_refused_as_by_python():
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'infoloop\.nonsense'"):
        importlib.import_module("infoloop.nonsense")
    name = "nonsense"
    with pytest.raises(AttributeError, match=name):
        getattr(infoloop, name)


@pytest.mark.parametrize(("name", "near"), [("entropi", "entropy"), ("mutual_informaton", "mutual_information")])
def test_the_nearest_export_is_named(name, near):
    with pytest.raises(AttributeError, match=f"infoloop has no attribute '{name}': did you mean {near}\\?$"):
        getattr(infoloop, name)
    assert not hasattr(infoloop, "__wrapped__")


def test_no_old_name_is_a_module_again():
    assert [old for old in new_names() if old in dir(infoloop)] == []
