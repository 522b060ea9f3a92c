"""Compiled programs are kept in the user's cache folder, unless the user says where, and not without bound."""

import os
import subprocess
import sys
from typing import Any

import pytest

from infoloop.cli import compiled_programs
from infoloop.cli.compiled_programs import keep_compiled_programs

FOLDER = "JAX_COMPILATION_CACHE_DIR"


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_jax_is_told_a_folder_that_exists_and_is_the_user_s_alone(home):
    environment = {}
    folder: Any = keep_compiled_programs(environment)
    assert environment[FOLDER] == str(folder)
    assert folder.is_relative_to(home)
    assert folder.stat().st_mode & 0o777 == 0o700
    assert keep_compiled_programs({}) == folder


def test_what_the_user_has_set_stays(home):
    environment = {FOLDER: "/elsewhere"}
    assert keep_compiled_programs(environment) is None
    assert environment == {FOLDER: "/elsewhere"}
    least = "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"
    environment = {least: "7"}
    keep_compiled_programs(environment)
    assert environment[least] == "7"


def test_another_kind_of_processor_has_another_folder(home, tmp_path, monkeypatch):
    own: Any = keep_compiled_programs({})
    (tmp_path / "cpuinfo").write_text("processor: 0\nflags: fpu avx9\n")
    monkeypatch.setattr(compiled_programs, "_INSTRUCTIONS", tmp_path / "cpuinfo")
    other: Any = keep_compiled_programs({})
    assert (other.parent, other == own) == (own.parent, False)
    monkeypatch.setattr(compiled_programs, "_INSTRUCTIONS", tmp_path / "none")
    assert keep_compiled_programs({}) not in (own, other, None)


def test_a_folder_that_cannot_be_made_keeps_nothing_and_is_no_error(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    monkeypatch.setenv("HOME", str(tmp_path / "file"))
    environment = {}
    assert keep_compiled_programs(environment) is None
    assert environment == {}


def test_the_oldest_go_where_there_are_too_many_bytes(home, monkeypatch):
    folder: Any = keep_compiled_programs({})
    for age, name in enumerate(("new", "middle", "old")):
        (folder / name).write_bytes(bytes(10))
        os.utime(folder / name, (1000 - age, 1000 - age))
    monkeypatch.setattr(compiled_programs, "MOST_BYTES", 20)
    keep_compiled_programs({})
    assert sorted(path.name for path in folder.iterdir()) == ["middle", "new"]


@pytest.mark.full
def test_a_second_command_finds_the_programs_of_the_first(home):
    code = (
        "from infoloop.cli.terminal import use_float64\nuse_float64()\nimport jax, time\n"
        "jax.jit(lambda x: jax.numpy.linalg.eigh(x @ x.T)[0].sum())(jax.numpy.ones((9, 9))).block_until_ready()"
    )
    environment = {key: value for key, value in os.environ.items() if not key.startswith("JAX_")}
    environment["JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS"] = "0"  # here compilation is made to take no time
    kept = []
    for _ in range(2):
        subprocess.run([sys.executable, "-c", code], check=True, env=environment)
        kept.append({path.name: path.stat().st_mtime_ns for path in home.rglob("*-cache")})
    assert kept[0]
    assert kept[0] == kept[1]
