"""Information in 1 000 generations of 10 000 draws: time, memory. Run: python tests/benchmarks/resampling.py"""

import resource
import sys
import time

import jax
import numpy as np

from infoloop.models import wright_fisher

jax.config.update("jax_enable_x64", True)
SECONDS, KIBIBYTES = 20, 2**20 // 2  # the budget, on two cores that are free


def main() -> int:
    start = time.perf_counter()
    model = wright_fisher.wright_fisher(10_000, np.arange(1, 20) / 20)
    bits = np.asarray(wright_fisher.information(model, 1_000))
    seconds, memory = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(f"{bits[0]:.6f} to {bits[-1]:.6f} bits; {seconds:.1f} s, {memory / 2**20:.2f} GiB\n")
    return int(seconds > SECONDS or memory > KIBIBYTES)


if __name__ == "__main__":
    sys.exit(main())
