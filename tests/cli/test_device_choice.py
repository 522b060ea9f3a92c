"""A device that is asked for and is not there is named in one line, with what is there; exit status 3."""

import os
import subprocess
import sys

import jax
import pytest

from infoloop.cli import device_choice
from infoloop.cli.device_choice import MissingDeviceError, check_asked_devices
from tests.support.command_line import status_of
from tests.support.paths import PLANTED, ROOT

THERE = f"{jax.local_device_count()} {jax.devices()[0].device_kind}"


@pytest.fixture
def asked(monkeypatch):
    """Ask JAX for platforms, as its variable would have."""
    before = jax.config.values["jax_platforms"]
    monkeypatch.delenv("JAX_PLATFORM_NAME", raising=False)
    yield lambda platforms: jax.config.update("jax_platforms", platforms)
    jax.config.update("jax_platforms", before)


@pytest.mark.parametrize("extra", [True, False], ids=["with the extra", "without"])
@pytest.mark.parametrize("platforms", ["abacus", "abacus,cpu", "cpu,abacus"])
def test_what_was_asked_and_what_is_there_is_said(platforms, extra, asked, monkeypatch):
    monkeypatch.setattr(device_choice, "_has_plugin", lambda: extra)
    asked(platforms)
    with pytest.raises(MissingDeviceError) as refused:
        check_asked_devices({})
    text = f"JAX_PLATFORMS is '{platforms}', but no abacus device is there, only {THERE}: "
    assert str(refused.value) == text + "set JAX_PLATFORMS=cpu or unset JAX_PLATFORMS"
    assert jax.config.values["jax_platforms"] == platforms


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="a card is there")
@pytest.mark.parametrize(
    ("environment", "extra", "remedy"),
    [
        ({}, False, " or install the extra cuda12 or cuda13 on a machine with a card"),
        ({"CUDA_VISIBLE_DEVICES": "9"}, True, " or name a card of nvidia-smi in CUDA_VISIBLE_DEVICES, which is '9'"),
        ({}, True, ""),
    ],
)
def test_for_a_card_it_is_said_what_lacks(environment, extra, remedy, asked, monkeypatch):
    monkeypatch.setattr(device_choice, "_has_plugin", lambda: extra)
    asked("cuda")
    with pytest.raises(MissingDeviceError) as refused:
        check_asked_devices(environment)
    assert str(refused.value).endswith("set JAX_PLATFORMS=cpu or unset JAX_PLATFORMS" + remedy)


def test_the_older_variable_is_read_too(asked):
    asked(None)
    with pytest.raises(MissingDeviceError, match=r"^JAX_PLATFORM_NAME is 'abacus', .* or unset JAX_PLATFORM_NAME$"):
        check_asked_devices({"JAX_PLATFORM_NAME": "abacus"})


@pytest.mark.skipif(jax.default_backend() != "cpu", reason="a card is there")
def test_a_card_that_only_its_variable_names_is_missed_where_jax_could_use_cards(asked, monkeypatch):
    asked(None)
    named = {"CUDA_VISIBLE_DEVICES": "9"}
    check_asked_devices(named)  # without the plugin it is for other programs
    monkeypatch.setattr(device_choice, "_has_plugin", lambda: True)
    with pytest.raises(MissingDeviceError) as refused:
        check_asked_devices(named)
    assert str(refused.value) == (
        f"CUDA_VISIBLE_DEVICES is '9', but no cuda device is there, only {THERE}: "
        "set JAX_PLATFORMS=cpu or name a card of nvidia-smi in CUDA_VISIBLE_DEVICES, which is '9'"
    )
    asked("cpu")
    check_asked_devices(named)


@pytest.mark.parametrize("cards", [None, "", "-1", "none", "NoDevFiles"])
def test_who_asks_for_no_card_gets_what_there_is(cards, asked, monkeypatch):
    monkeypatch.setattr(device_choice, "_has_plugin", lambda: True)
    for platforms in (None, "", "cpu"):
        asked(platforms)
        check_asked_devices({} if cards is None else {"CUDA_VISIBLE_DEVICES": cards})


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "S01"),
        ("run", PLANTED),
        ("measure", "hyp:label-transfers"),
        ("prove", "H(X) <= 1"),
        ("list",),
        ("audit", "a.toml"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_every_command_refuses_in_one_line(arguments, asked, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    asked("abacus")
    assert status_of(*arguments) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("infoloop: JAX_PLATFORMS is 'abacus', but no abacus device is there, only ")
    assert len(shown.err.splitlines()) == 1
    assert [*tmp_path.iterdir()] == []


@pytest.mark.full
@pytest.mark.skipif(jax.default_backend() != "cpu", reason="a card is there")
@pytest.mark.parametrize("platforms", ["cuda", "cuda,cpu", "tpu"])
def test_a_process_of_its_own_refuses_too(platforms):
    """Where JAX has no device yet, it fails in another way for each of these, or takes the processor in silence."""
    done = subprocess.run(
        [sys.executable, "-m", "infoloop", "verify", "S01"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "JAX_PLATFORMS": platforms},
    )
    assert (done.returncode, done.stdout) == (3, "")
    missing = platforms.split(",")[0]
    assert done.stderr.startswith(f"infoloop: JAX_PLATFORMS is '{platforms}', but no {missing} device is there, only ")
    assert len(done.stderr.splitlines()) == 1
