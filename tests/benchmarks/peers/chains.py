"""I(X;Z_t) along a chain as one writes it by hand in NumPy, in bits, for tables without zeros."""

import numpy as np


def products(p_x, link, steps):
    """Only the laws of X and Z_t."""
    p_xz = np.diag(p_x)
    for _ in range(steps):
        p_xz = p_xz @ link


def informations(p_x, link, steps):
    p_xz, found = np.diag(p_x), []
    for _ in range(steps):
        p_xz = p_xz @ link
        found.append((p_xz * np.log2(p_xz / (p_xz.sum(1, keepdims=True) * p_xz.sum(0)))).sum())
    return np.array(found)
