"""Keep the compiled searches of the package's own claims: what was compiled before is neither traced nor compiled."""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import zlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

import jax
from jax.experimental.serialize_executable import deserialize_and_load, serialize

from infoloop.reporting.atomic_files import atomic_write_bytes
from infoloop.reporting.package_files import package_folder
from infoloop.statements.cases import Normals, SpreadLogits
from infoloop.statements.claim import call_compiled
from infoloop.statements.spent_time import part

_PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "optax")
_FAILURES = (ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError, pickle.PickleError, ImportError)
_programs: dict[Path, Callable] = {}  # those that this process has read or made


class KeptPrograms(NamedTuple):
    """Programs in a folder that its user alone may write; `code` is a digest of all that they are made of.

    A program is used again where its claim, its static arguments and the shapes of its other ones are the same, and
    every file of the package, the packages below it and the settings of JAX. Only claims of the package are kept, since
    the code of others is not in the digest.
    """

    folder: Path
    code: str

    def caller(self, claim: str) -> Callable[[Callable, tuple, Any], Any]:
        """Return how to call what is compiled for a claim, which is given by its place, such as "my.module.claim"."""
        if not claim.startswith(f"{__name__.split('.')[0]}."):
            return call_compiled

        def run(jitted: Any, static: tuple, traced: Any) -> Any:
            first, *rest = static
            made_of = first if isinstance(first, Normals | SpreadLogits) else claim
            leaves, tree = jax.tree.flatten(traced)
            shapes = [(leaf.shape, str(leaf.dtype)) for leaf in leaves]
            name = repr((self.code, jitted.__name__, made_of, rest, str(tree), shapes))
            return _program(self.folder / f"{_digest(name)}.program", jitted, static, traced)(traced)

        return run


def kept_programs(folder: Path) -> KeptPrograms | None:
    """Return the programs of a folder, for the package and the settings as they are; None if JAX is to keep nothing."""
    if not jax.config.values["jax_enable_compilation_cache"]:
        return None
    settings = {name: value for name, value in jax.config.values.items() if "cache" not in name}
    packages = [(name, version(name)) for name in _PACKAGES]
    devices = [(device.device_kind, device.client.platform_version) for device in jax.devices()]
    around = (sys.version, packages, devices, os.environ.get("XLA_FLAGS"), sorted(settings.items()))
    files = sorted(package_folder().rglob("*.py"))
    code = [(str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    return KeptPrograms(folder, _digest(repr((around, code))))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _program(path: Path, jitted: Any, static: tuple, traced: Any) -> Callable:
    if path not in _programs:
        found = _read(path) if path.is_file() else None
        if found is None:
            found = jitted.lower(*static, traced).compile()
            _write(path, found)
        _programs[path] = found
    return _programs[path]


def _read(path: Path) -> Callable | None:
    """Return the program that is kept there; None if there is none, or if it is damaged or of another version."""
    with part("load"), contextlib.suppress(OSError, EOFError, *_FAILURES):
        content = path.read_bytes()
        if content[:32] == hashlib.sha256(content[32:]).digest():  # damaged machine code would end the process
            return deserialize_and_load(*pickle.loads(zlib.decompress(content[32:])))
    return None


def _write(path: Path, program: Any) -> None:
    """Keep a program, unless JAX cannot write it down or the folder cannot be written."""
    with contextlib.suppress(OSError, *_FAILURES):
        content = zlib.compress(pickle.dumps(serialize(program)), 1)
        atomic_write_bytes(path, hashlib.sha256(content).digest() + content)
