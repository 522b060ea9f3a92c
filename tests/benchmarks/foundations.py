"""Figures of the foundations, each against its peer in the same process. Run: python tests/benchmarks/foundations.py

With --write the table in docs/how_to/speed.md is replaced by the fresh one. dit comes with the extra `bridges`.
"""

import argparse
import importlib
import os
import platform
import re
import subprocess
import sys
import time
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

import infoloop as il

jax.config.update("jax_enable_x64", True)
ROOT = Path(__file__).parents[2]
RNG = np.random.default_rng(0)
CHAPTER = [f"S{k:02}" for k in range(1, 10)]  # the statements of chapter 1


def best(work, repeats: int = 15) -> float:
    """The shortest of several runs after a warm-up, in milliseconds."""
    work()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return 1e3 * min(times)


def information_of_tables(given: str):
    tables = RNG.dirichlet(np.ones(512), 10_000).reshape(-1, 8, 8, 8)
    names = ("X", "Y", "Z")
    ours = jax.jit(jax.vmap(lambda t: il.mutual_information(il.Joint(t, names), "X", "Y", given=given or ())))
    on_device = jnp.asarray(tables)
    peer = numpy_conditional if given else numpy_information
    assert np.abs(ours(on_device) - peer(tables)).max() < il.rounding(512)
    return best(lambda: ours(on_device).block_until_ready()), best(lambda: peer(tables)), tables


def numpy_information(tables):
    p = tables.sum(3)
    return (p * np.log2(p / (p.sum(2, keepdims=True) * p.sum(1, keepdims=True)))).sum((1, 2))


def numpy_conditional(p):
    return (p * np.log2(p * p.sum((1, 2), keepdims=True) / (p.sum(2, keepdims=True) * p.sum(1, keepdims=True)))).sum(
        (1, 2, 3)
    )


def dit_information(tables, count: int = 30) -> float | None:
    """dit's fastest route, milliseconds for one table."""
    try:
        dit, shannon = importlib.import_module("dit"), importlib.import_module("dit.shannon")
    except ImportError:
        return None
    alphabets = [list(range(8))] * 3

    def one(table):
        return shannon.mutual_information(dit.Distribution.from_array(table, ["X", "Y", "Z"], alphabets), ["X"], ["Y"])

    one(tables[0])
    start = time.perf_counter()
    for table in tables[:count]:
        one(table)
    return 1e3 * (time.perf_counter() - start) / count


def chain():
    """All I(X;Z_t), t <= 1000, along 64-state channels; the peer is the NumPy loop, with and without informations."""
    link = 0.97 * np.eye(64) + 0.03 * RNG.dirichlet(np.ones(64), 64)
    p_x = RNG.dirichlet(np.ones(64))
    start, step = il.Joint(jnp.diag(jnp.asarray(p_x)), ("X", "Z")), il.Channel(jnp.asarray(link), ("Z",), ("next",))

    def products():
        p_xz = np.diag(p_x)
        for _ in range(1000):
            p_xz = p_xz @ link

    def informations():
        p_xz, found = np.diag(p_x), []
        for _ in range(1000):
            p_xz = p_xz @ link
            found.append((p_xz * np.log2(p_xz / (p_xz.sum(1, keepdims=True) * p_xz.sum(0)))).sum())
        return np.array(found)

    assert np.abs(il.information_along(start, "X", step, 1000)[1:] - informations()).max() < il.rounding(4096)
    ours = best(lambda: il.information_along(start, "X", step, 1000).block_until_ready())
    return ours, best(informations), best(products)


def seconds_of(*command: str) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True)
    return time.perf_counter() - start


def import_cost() -> float:
    """Milliseconds that loading every public name adds to `import jax`, least of five fresh processes.

    Byte code may be kept, as pip keeps it: without, Python compiles the source anew each time, some 100 ms more.
    """
    code = (
        "import time, jax; t = time.perf_counter(); import infoloop as il; [getattr(il, n) for n in il.__all__];"
        "print(1e3 * (time.perf_counter() - t))"
    )
    command, settings = [sys.executable, "-c", code], os.environ | {"PYTHONDONTWRITEBYTECODE": ""}
    runs = [subprocess.run(command, check=True, capture_output=True, text=True, env=settings) for _ in range(5)]
    return min(float(run.stdout) for run in runs)


def table() -> str:
    ours, peer, tables = information_of_tables("")
    ours_given, peer_given, _ = information_of_tables("Z")
    dit = dit_information(tables)
    along, along_peer, products = chain()
    verify = seconds_of(sys.executable, "-c", "import infoloop.cli.app; infoloop.cli.app.main()", "verify", *CHAPTER)
    numpy_loop = f"{along_peer:.1f} ms, NumPy loop ({products:.1f} ms of it products)"
    rows = [
        ("I(X;Y) of 10 000 tables 8×8×8", f"{ours:.1f} ms", f"{peer:.1f} ms, batched NumPy"),
        ("I(X;Y\\|Z) of the same", f"{ours_given:.1f} ms", f"{peer_given:.1f} ms, batched NumPy"),
        ("I(X;Y), one table", f"{1e3 * ours / 1e4:.2f} µs", "dit not installed" if dit is None else
         f"{dit:.1f} ms, dit ({1e4 * dit / ours:,.0f} times)"),
        ("I(X;Z_t), t ≤ 1000, 64 states", f"{along:.1f} ms", numpy_loop),
        ("`infoloop verify`, chapter 1, cold", f"{verify:.0f} s", "budget 60 s"),
        ("every public name, beyond `import jax`", f"{import_cost():.0f} ms", "budget 300 ms"),
    ]  # fmt: skip
    lines = ["| what | infoloop | peer |", "|---|---|---|", *("| " + " | ".join(row) + " |" for row in rows)]
    versions = f"jax {jax.__version__}, NumPy {np.__version__}, Python {platform.python_version()}"
    return "\n".join([*lines, "", f"({versions}, {jax.devices()[0].platform}; best of 15 runs.)"])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true", help="replace the table in docs/how_to/speed.md")
    found = table()
    sys.stdout.write(found + "\n")
    if parser.parse_args().write:
        page = ROOT / "docs" / "how_to" / "speed.md"
        marked = r"(?s)(<!-- benchmark -->\n).*(<!-- /benchmark -->)"
        page.write_text(re.sub(marked, lambda m: m[1] + found + "\n" + m[2], page.read_text()))


if __name__ == "__main__":
    main()
