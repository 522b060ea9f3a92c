"""Settings of every test process: float64, and a compilation cache outside the repository."""

import getpass
import os
import tempfile

import jax

jax.config.update("jax_enable_x64", True)
_CACHE = os.path.join(tempfile.gettempdir(), f"infoloop-jit-{getpass.getuser()}")
jax.config.update("jax_compilation_cache_dir", _CACHE)
jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
