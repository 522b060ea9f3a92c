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
from infoloop.statements.claim import QUICK, call_compiled
from infoloop.statements.spent_time import part

_FOREIGN_CODE = b"custom-call"  # the opcode of a call to code outside of a program
_PACKAGES = ("jax", "jaxlib", "numpy", "scipy", "optax")
_FAILURES = (ValueError, TypeError, AttributeError, NotImplementedError, RuntimeError, pickle.PickleError, ImportError)
_programs: dict[str, Callable] = {}  # those that this process has read or made


class KeptPrograms(NamedTuple):
    """Programs in a folder that its user alone may write, which JAX's own cache does not have too.

    A search finds its program by all that it is made of: every file of the package, the packages below it, the settings
    of JAX, the claim, the static arguments and the shapes of the others. Where a file has changed, the search is traced
    again, and a program of the same operations is used again. Only claims of the package are kept, since `code` is no
    digest of the files of others.

    `folder`: where they are; `settings`, `code`: digests of packages and settings, and of the files of the package.
    """

    folder: Path
    settings: str
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
            name = _digest(self.settings, self.code, jitted.__name__, made_of, rest, tree, shapes)
            if name not in _programs:
                _programs[name] = self._program(name, jitted, static, traced)
            return _programs[name](traced)

        return run

    def _program(self, name: str, jitted: Any, static: tuple, traced: Any) -> Callable:
        known = self.folder / f"{name}.name"
        with contextlib.suppress(OSError, ValueError):
            found = _read(self.folder / f"{known.read_text()}.program")
            if found:
                return found
        lowered = jitted.lower(*static, traced)
        content = _digest(self.settings, QUICK, lowered.in_tree, lowered.out_tree, lowered.as_text())
        kept = self.folder / f"{content}.program"
        found = _read(kept)
        if found is None:
            found = lowered.compile()
            _write(kept, found)
        with contextlib.suppress(OSError, ValueError):
            atomic_write_bytes(known, content.encode())
        return found


def programs_in(folder: Path) -> KeptPrograms | None:
    """Return the programs of a folder, for the package and the settings as they are; None if nothing is to be kept."""
    values = jax.config.values
    if not values["jax_enable_compilation_cache"] or jax.default_backend() != "cpu":
        return None
    settings = sorted((name, value) for name, value in values.items() if "cache" not in name)
    devices = [(device.device_kind, device.client.platform_version) for device in jax.devices()]
    packages = [(name, version(name)) for name in _PACKAGES]
    files = sorted(package_folder().rglob("*.py"))
    code = [(str(path), hashlib.sha256(path.read_bytes()).hexdigest()) for path in files]
    around = (sys.version, packages, devices, os.environ.get("XLA_FLAGS"), settings)
    return KeptPrograms(folder, _digest(*around), _digest(code))


def leave_jax_cache() -> None:
    """Have JAX keep nothing by itself in this process: XLA cannot write down again a program that it has read."""
    jax.config.update("jax_enable_compilation_cache", False)


def _digest(*parts: Any) -> str:
    return hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _read(path: Path) -> Callable | None:
    """Return the program that is kept there; None if there is none, or if it is damaged or of another version."""
    with contextlib.suppress(OSError, EOFError, *_FAILURES):
        content = path.read_bytes()
        if content[:32] == hashlib.sha256(content[32:]).digest():  # damaged machine code would end the process
            with part("load"):
                return deserialize_and_load(*pickle.loads(zlib.decompress(content[32:])))
    return None


def _write(path: Path, program: Any) -> None:
    """Keep a program, unless JAX cannot write it down, the folder cannot be written, or it needs what tracing prepares.

    JAX loads LAPACK only when it lowers a call to it: a kept program would call into nothing, and end the process.
    """
    with contextlib.suppress(OSError, *_FAILURES):
        written = pickle.dumps(serialize(program))
        if _FOREIGN_CODE not in written:
            content = zlib.compress(written, 1)
            atomic_write_bytes(path, hashlib.sha256(content).digest() + content)
