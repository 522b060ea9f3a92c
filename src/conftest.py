"""Doctests compute in float64, as the tests do."""

import jax

jax.config.update("jax_enable_x64", True)
