"""The device that the user has asked JAX for is there, or one line says what is there instead."""

import importlib.util
from collections import Counter
from collections.abc import Mapping

CARDS = "CUDA_VISIBLE_DEVICES"
_FIRST = "JAX_PLATFORM_NAME"  # an older variable of JAX
_PLUGINS = ("jax_cuda12_plugin", "jax_cuda13_plugin")
_NO_CARD = {"", "-1", "none", "void", "nodevfiles"}
_OF_CARDS = {"cuda", "gpu"}
_KINDS = ("gpu", "tpu", "cpu")


class MissingDeviceError(ValueError):
    """JAX was told to use a device that is not there; the message says what is there, and what to do."""


def check_asked_devices(environment: Mapping[str, str]) -> None:
    """Refuse to compute on another device than the user has asked for; before anything is computed.

    JAX itself takes the processor in silence where `JAX_PLATFORMS=cuda,cpu` or `CUDA_VISIBLE_DEVICES` names a card that
    is not there. Without JAX's plugin for CUDA that variable is for other programs, and asks for nothing.

    Args:
        environment: That of the process, `os.environ`.

    Raises:
        MissingDeviceError: A platform of `JAX_PLATFORMS`, or every card of `CUDA_VISIBLE_DEVICES`, is not there.
    """
    import jax  # here, so that --help need not wait for it

    asked = {"JAX_PLATFORMS": jax.config.values["jax_platforms"] or "", _FIRST: environment.get(_FIRST, "")}
    for name, platforms in asked.items():
        for platform in platforms.split(","):
            if platform and not _is_there(platform):
                raise MissingDeviceError(_message(name, platforms, platform, environment))
    named = environment.get(CARDS, "").strip()
    if any(asked.values()) or named.lower() in _NO_CARD or not _has_plugin():
        return
    if not _is_there("gpu"):
        raise MissingDeviceError(_message(CARDS, named, "cuda", environment))


def _is_there(platform: str) -> bool:
    import jax

    try:
        return bool(jax.devices(platform))
    except (RuntimeError, AssertionError):  # the latter, without a word, where a card is asked for and none is seen
        return False


def _has_plugin() -> bool:
    return any(importlib.util.find_spec(plugin) for plugin in _PLUGINS)


def _message(name: str, value: str, platform: str, environment: Mapping[str, str]) -> str:
    remedies = ["set JAX_PLATFORMS=cpu"]
    if name != CARDS:
        remedies.append(f"unset {name}")
    if platform in _OF_CARDS:
        if not _has_plugin():
            remedies.append("install the extra cuda12 or cuda13 on a machine with a card")
        elif CARDS in environment:
            remedies.append(f"name a card of nvidia-smi in {CARDS}, which is {environment[CARDS]!r}")
    return f"{name} is {value!r}, but no {platform} device is there, only {_present()}: {' or '.join(remedies)}"


def _present() -> str:
    """Return the devices that there are, by kind, such as `8 cpu`."""
    import jax

    asked = jax.config.values["jax_platforms"]
    try:
        jax.config.update("jax_platforms", None)
        devices = [device for kind in _KINDS if _is_there(kind) for device in jax.local_devices(backend=kind)]
    finally:
        jax.config.update("jax_platforms", asked)
    return " and ".join(f"{count} {kind}" for kind, count in Counter(x.device_kind for x in devices).items())
