"""Settings of every test process: float64, a compilation cache outside the repository, lanes, and bounded memory."""

import ctypes
import gc
import getpass
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import Any

import jax
import pytest

FEW_PASSES = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
if jax.__version_info__ < (0, 11):  # XLA ends a process that names a flag which it does not know
    os.environ.setdefault("XLA_FLAGS", FEW_PASSES)  # nearly all the time of a cold run is compilation
jax.config.update("jax_enable_x64", True)
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # JAX does not write a cached program at once
_CACHE = os.path.join(tempfile.gettempdir(), f"infoloop-jit-{getpass.getuser()}{_WORKER}")
jax.config.update("jax_compilation_cache_dir", _CACHE)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)

_COMPILED_EXAMPLES = {"loops", "models", "worlds"}
_LONG_EXAMPLES = {"learners", "learning"}  # they train, or compile samplers: minutes in all
_PROCESS = Path("/proc/self")
_EVERY, _MOST_MAPS = 25, 20_000  # tests between two counts; Linux ends a process at 65 530 memory maps
_MOST_BYTES = 3 * 2**29  # half of the 3 GiB that a test process may take


class CompiledCode:
    """Forget compiled programs before a test process runs out of memory maps or takes more than 3 GiB."""

    tests = 0

    def pytest_runtest_teardown(self):
        self.tests += 1
        if _PROCESS.exists() and (_bytes() > _MOST_BYTES or (self.tests % _EVERY == 0 and _maps() > _MOST_MAPS)):
            jax.clear_caches()
            gc.collect()
            if sys.platform == "linux":
                ctypes.CDLL("libc.so.6").malloc_trim(0)  # else freed memory stays with the process


def _bytes() -> int:
    return int((_PROCESS / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _maps() -> int:
    return len((_PROCESS / "maps").read_bytes().splitlines())


def pytest_configure(config):
    """As a plugin of its own: hooks of a conftest see only the tests of its folder, not the examples in `src`."""
    config.pluginmanager.register(CompiledCode())


def pytest_collection_modifyitems(config, items):
    """What only the full lane runs is slow too; examples that train or compile scans wait for later lanes."""
    for item in items:
        packages = _parts(item.path, config.rootpath) if isinstance(item, pytest.DoctestItem) else set()
        if packages & _LONG_EXAMPLES:
            item.add_marker(pytest.mark.full)
        if packages & _COMPILED_EXAMPLES or item.get_closest_marker("full"):
            item.add_marker(pytest.mark.slow)


def _parts(path: Path, root: Path) -> set[str]:
    return set(path.relative_to(root).parts) if path.is_relative_to(root) else set()


@pytest.fixture(scope="session")
def chromium() -> Generator[Any]:
    """The system's browser, without a window: one a worker, since Playwright runs once in a thread."""
    from tests.support.browser import browser

    with browser() as running:
        yield running
