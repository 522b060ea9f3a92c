"""A size is compared with the memory of the device, and said in one line where it is larger."""

import jax
import jax.numpy as jnp
import pytest

from infoloop.information import memory_limits
from infoloop.information.memory_limits import check_memory, device_memory
from infoloop.probability.bayes_nets import TooLargeError


class Device:
    """A device that says what it has, or not."""

    platform = "gpu"

    def __init__(self, told):
        self.told = told

    def memory_stats(self):
        return self.told


def test_an_accelerator_says_what_it_has(monkeypatch):
    monkeypatch.setattr(jax, "local_devices", lambda: [Device({"bytes_limit": 3 * 2**30})])
    assert device_memory() == 3 * 2**30


@pytest.mark.parametrize("told", [None, {}])
def test_else_it_is_the_memory_of_the_machine(monkeypatch, told):
    monkeypatch.setattr(jax, "local_devices", lambda: [Device(told)])
    monkeypatch.setattr(memory_limits.os, "sysconf_names", {"SC_PHYS_PAGES": 1, "SC_PAGE_SIZE": 2}, raising=False)
    monkeypatch.setattr(memory_limits.os, "sysconf", {"SC_PHYS_PAGES": 1000, "SC_PAGE_SIZE": 4096}.get, raising=False)
    assert device_memory() == 4_096_000


def test_where_nobody_says_nothing_is_refused(monkeypatch):
    monkeypatch.setattr(jax, "local_devices", lambda: [Device(None)])
    monkeypatch.setattr(memory_limits.os, "sysconf_names", {}, raising=False)
    assert device_memory() is None
    check_memory("a table", 10**15, jnp.float64, "give less")


def test_what_does_not_fit_is_refused_with_its_size_and_a_remedy(monkeypatch):
    monkeypatch.setattr(jax, "local_devices", lambda: [Device({"bytes_limit": 2**30})])
    check_memory("a table", 2**27, jnp.float64, "give less")
    with pytest.raises(TooLargeError) as caught:
        check_memory("a table", 2**28, jnp.float64, "give less")
    assert str(caught.value) == "a table takes 2 GiB, and the gpu has 1 GiB: give less"
    check_memory("a table", 2**28, jnp.float32, "give less")
    with pytest.raises(TooLargeError, match=r"takes 7,450,580 GiB"):
        check_memory("a table", 10**15, jnp.float64, "give less")
