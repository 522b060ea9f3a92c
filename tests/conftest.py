"""Settings of every test process: float64, and a compilation cache of its own outside the repository."""

import getpass
import os
import tempfile
from pathlib import Path

import jax

FEW_PASSES = "--xla_backend_optimization_level=0 --xla_cpu_use_fusion_emitters=false"
if jax.__version_info__ < (0, 11):  # XLA ends a process that names a flag which it does not know
    os.environ.setdefault("XLA_FLAGS", FEW_PASSES)  # nearly all the time of a cold run is compilation
jax.config.update("jax_enable_x64", True)
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # JAX does not write a cached program at once
_CACHE = os.path.join(tempfile.gettempdir(), f"infoloop-jit-{getpass.getuser()}{_WORKER}")
jax.config.update("jax_compilation_cache_dir", _CACHE)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)

_MAPPED = Path("/proc/self/maps")
_MOST_MAPPED, _EVERY = 20_000, 25


class CompiledCode:
    """Forget compiled programs before the process runs out of memory maps (65 530 on Linux), which would end it."""

    tests = 0

    def pytest_runtest_teardown(self):
        self.tests += 1
        if self.tests % _EVERY == 0 and _MAPPED.exists() and len(_MAPPED.read_bytes().splitlines()) > _MOST_MAPPED:
            jax.clear_caches()


def pytest_configure(config):
    """As a plugin of its own: hooks of a conftest see only the tests of its folder, not the examples in `src`."""
    config.pluginmanager.register(CompiledCode())
