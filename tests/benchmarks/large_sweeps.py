"""A sweep of a million points as a run: time, memory, files; killed half-way, it goes on and gives the same table.

Run: python tests/benchmarks/large_sweeps.py [--side N]. The points are N x N binary channels, I(X;Y) of each.
"""

import argparse
import platform
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import jax
import numpy as np

from infoloop.studies import discovery, run_store, runner
from infoloop.studies.table_memory import table_bytes

jax.config.update("jax_enable_x64", True)
GIBIBYTES = 2**20  # of KiB, in which Linux counts
STUDY = '''"""What a binary channel tells, over its error rate and the weight of a 1."""
import jax.numpy as jnp
import numpy as np
from infoloop.information.measures import mutual_information
from infoloop.probability.distributions import Joint
from infoloop.reporting.figures import Figure, Map, Panel
from infoloop.studies.configuration import Count, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

@config
class Config:
    side: Count = 1000

CLAIMS, SMALL, QUANTITIES = (), Config(side=3), {"bits": Quantity("I(X;Y)", "bits")}

def measure(key, error, weight):
    rows = jnp.array([[1 - error, error], [error, 1 - error]])
    return {"bits": mutual_information(Joint(jnp.array([1 - weight, weight])[:, None] * rows, ("X", "Y")), "X", "Y")}

def sweeps(config):
    grid = np.linspace(0, 1, config.side)
    traced = {"error": tuple(grid / 2), "weight": tuple(grid)}
    return {"channel": Sweep(measure, QUANTITIES, traced_grid=traced)}

def run(config, key):
    return tables(sweeps(config), key)

def figure(found):
    t = found["channel"]
    bits = Map(t.weight, t.error, t.bits.values, "bits")
    return Figure((Panel("all", "weight", "error", (bits,)),), "Binary channels.")

FIGURES = {"channel": figure}

def headlines(found):
    return (Headline("most bits", float(found["channel"].bits.max()), 1.0, "bits", ""),)
'''


def compute(study: Path, side: int, folder: Path) -> None:
    """Compute and collect the run in this process, and say what it took."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTES
    clock, work = time.perf_counter(), time.process_time()
    experiment = discovery.load(str(study))
    config = experiment.Config(side=side)
    steps = list(runner.execute(experiment, config, 0, folder))
    tables = runner.collect(experiment, config, folder)
    seconds, work = time.perf_counter() - clock, time.process_time() - work
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / GIBIBYTES
    done = steps[-1].done - steps[0].done
    said = table_bytes(experiment.sweeps(config)["channel"]) / 2**30
    assert tables is not None
    files = sum(path.stat().st_size for path in folder.iterdir()) / 2**20
    sys.stdout.write(
        f"{side**2:,} points, {done:,} of {steps[-1].total:,} shards computed: {seconds:.1f} s, {work:.1f} s of CPU; "
        f"{memory:.2f} GiB, {before:.2f} before, {said:.2f} said; files of {files:.0f} MiB; "
        f"most {float(tables['channel'].bits.max()):.6f} bits\n"
    )


def killed_half_way(study: Path, side: int, folder: Path) -> None:
    """Kill a run when half of its shards are stored, which this process sees from outside."""
    arguments = [sys.executable, __file__, "--side", str(side), "--study", str(study), "--folder", str(folder)]
    process = subprocess.Popen(arguments)
    journal, wanted = folder / "shards-1-of-1.jsonl", -(-(side**2) // 64) // 2
    while process.poll() is None and (not journal.exists() or journal.read_bytes().count(b"\n") < wanted):
        time.sleep(0.5)
    process.send_signal(signal.SIGKILL)
    process.wait()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--side", type=int, default=1000)
    parser.add_argument("--study", type=Path, help="compute this study in --folder, and nothing else")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.study:
        compute(given.study, given.side, given.folder)
        return
    with tempfile.TemporaryDirectory() as place:
        study = Path(place) / "channels.py"
        study.write_text(STUDY)
        command = [sys.executable, __file__, "--side", str(given.side), "--study", str(study), "--folder"]
        whole, killed = Path(place) / "whole", Path(place) / "killed"
        subprocess.run([*command, str(whole)], check=True)
        killed_half_way(study, given.side, killed)
        subprocess.run([*command, str(killed)], check=True)
        tables = [run_store.read_table(folder, "channel").bits.values for folder in (whole, killed)]
        same = "the same" if np.array_equal(*tables) else "ANOTHER"
        sys.stdout.write(f"killed half-way and run again, it gives {same} table\n")
    sys.stdout.write(f"(jax {jax.__version__}, Python {platform.python_version()}, {jax.devices()[0].device_kind}.)\n")


if __name__ == "__main__":
    main()
