"""The memory of tables is estimated from above, and what does not fit is refused in one line."""

import subprocess
import sys

import numpy as np
import pytest

from infoloop.studies import table_memory
from infoloop.studies.discovery import StudyError
from infoloop.studies.sweep import Quantity, Sweep
from infoloop.studies.table_memory import available_bytes, require_memory


def large(points, rounds=1):
    return Sweep(
        lambda key, x: {"y": x * np.ones(rounds)},
        {"y": Quantity("multiples", "1", ("round",))},
        traced_grid={"x": tuple(range(points))},
        axes={"round": range(rounds)},
        shard_size=500,
    )


_RUN = """
import re, sys
from pathlib import Path
import jax.numpy as jnp
from infoloop.studies import run_store
from infoloop.studies.sweep import Quantity, Sweep, compute_shards, dataset, shards
from infoloop.studies.table_memory import table_bytes
import jax

jax.config.update("jax_enable_x64", True)

def most():  # bytes of this program; `ru_maxrss` has those of the process that started it too
    return 1024 * int(re.search(r"VmHWM:\\s*(\\d+)", Path("/proc/self/status").read_text())[1])

def run(points, rounds, size, folder):
    sweep = Sweep(
        lambda key, x: {"y": x * jnp.ones(rounds)}, {"y": Quantity("multiples", "1", ("round",))},
        traced_grid={"x": tuple(range(points))}, axes={"round": range(rounds)}, shard_size=size,
    )
    wanted = {"t": sweep}
    run_store.open_run(folder, {"seed": 0}, {}, files=["t.nc"])
    for shard, found in compute_shards(wanted, shards(wanted), jax.random.key(0)):
        run_store.append_shard(folder, "shards-1-of-1", shard.name, found, {"seed": 0})
    run_store.write_table(folder, "t", dataset(sweep, "t", run_store.completed_shards(folder)))
    return table_bytes(sweep)

points, rounds, size, folder = *map(int, sys.argv[1:4]), Path(sys.argv[4])
run(1, 1, 1, folder / "small")  # imports, and what any run takes
before = most()
said = run(points, rounds, size, folder / "large")
print((most() - before) / said)
"""


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says it in /proc")
@pytest.mark.parametrize(("points", "rounds", "size"), [(300_000, 1, 64), (300_000, 1, 4096), (1000, 10_000, 64)])
def test_a_run_takes_what_is_said_and_no_more(points, rounds, size, tmp_path):
    arguments = [sys.executable, "-c", _RUN, str(points), str(rounds), str(size), str(tmp_path)]
    share = float(subprocess.run(arguments, check=True, capture_output=True, text=True).stdout)
    assert 1 / 4 < share < 1


def test_what_does_not_fit_is_one_line(monkeypatch):
    monkeypatch.setattr(table_memory, "available_bytes", lambda: 2**30)
    require_memory({"small": large(10)})
    with pytest.raises(
        StudyError, match=r"need about \d+\.\d GiB of memory, most of it for large, and 1\.0 GiB"
    ) as said:
        require_memory({"small": large(10), "large": large(1000, 10**6)})
    assert "\n" not in str(said.value)


def test_the_least_of_what_is_free_and_of_the_limit_counts(monkeypatch, tmp_path):
    free, limit = tmp_path / "meminfo", tmp_path / "max"
    monkeypatch.setattr(table_memory, "_AVAILABLE", free)
    monkeypatch.setattr(table_memory, "_LIMIT", limit)
    assert (available_bytes() or 2**30) > 2**20
    free.write_text("MemTotal:  8 kB\nMemAvailable:  5 kB\n")
    limit.write_text("max\n")
    assert available_bytes() == 5 * 1024
    limit.write_text("1000\n")
    assert available_bytes() == 1000
