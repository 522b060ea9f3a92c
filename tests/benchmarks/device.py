"""A card against the CPU: equal results of every measure, loop and learner; tables against memory; trainings, sweeps.

Run: python -m tests.benchmarks.device, in the folder that holds tests. Exit status 1 if something is not equal. Without
a card it compares one device with eight that XLA makes of the cores, and with two processes; `--cases` also runs every
case on two devices of the CPU (XLA_FLAGS=--xla_force_host_platform_device_count=2), which shows that the cases work.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterable

import jax

from tests.benchmarks.devices import coverage, host_devices, table_work, throughput
from tests.benchmarks.devices.two_devices import Compared, compare_all


def say(line: str) -> None:
    """Write a line at once: a run that is cut off has said what it found so far."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def equal_cases(cpu: jax.Device, card: jax.Device) -> list[str]:
    """Compare every case, say what differs, and return the names of what does, or is left out."""
    cases, start = coverage.cases(), time.perf_counter()
    missing = coverage.left_out(cases, coverage.public_functions(), coverage.NOT_COMPARED)
    found = list(compare_all(cases, cpu, card))
    took = time.perf_counter() - start
    say(f"{len(found)} functions on {card.device_kind} and the CPU, {took:.0f} s; nearest to their bounds:")
    for each in sorted(found, key=lambda each: -each.share)[:5]:
        say(f"  {each.name}: {each.said}")
    for why, names in coverage.NOT_COMPARED.items():
        say(f"  not compared: {len(names)}, what {why}")
    return [*unequal(found), *(f"{name} (not among the cases)" for name in missing)]


def unequal(found: Iterable[Compared]) -> list[str]:
    """Return the names of what is not within its bound."""
    return [f"{each.name} ({each.said})" for each in found if not each.share <= 1]


def on_card(cpu: jax.Device, card: jax.Device) -> list[str]:
    """Compare and time all on a card; return what is not equal."""
    wrong = equal_cases(cpu, card)
    wrong += unequal(table_work.equalities(cpu, card))
    say("\n| work | device | on it | against | ratio |\n|---|---|---|---|---|")
    for row in table_work.rows(card):
        say(row.line(card.device_kind))
    for row in throughput.rows(cpu, card):
        say(row.line(card.device_kind))
        wrong += unequal([row.equal])
    return wrong


def without_card(cases: bool) -> list[str]:
    """Compare what this machine can pretend to have; return what is not equal, or takes too much."""
    wrong = equal_cases(jax.devices()[0], jax.devices()[-1]) if cases else []
    rows = host_devices.compared()
    say("\n| a sweep on | tables | CPU, of that of 1 device | time |\n|---|---|---|---|")
    for row in rows:
        say(row.line())
    most = f"more than {host_devices.MOST_OVERHEAD:.0%} overhead"
    return wrong + [f"{row.name} ({most if row.equal else 'another table'})" for row in rows if not row.within]


def main() -> int:
    """Run, and return the exit status."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", action="store_true", help="without a card, run every case on two devices of the CPU")
    cases, start = parser.parse_args().cases, time.perf_counter()
    platforms = os.environ.get("JAX_PLATFORMS")
    if platforms and "cpu" not in platforms:  # the reference is the CPU's
        jax.config.update("jax_platforms", f"{platforms},cpu")
    jax.config.update("jax_enable_x64", True)
    cpu, card = jax.devices("cpu")[0], jax.devices()[0]
    if card.platform == "cpu":
        say(f"no card is here, only {jax.device_count()} {card.device_kind}: what is asked of a card is left out")
        wrong = without_card(cases)
    else:
        say(f"{card.device_kind} ({card.platform}) against the CPU, jax {jax.__version__}")
        wrong = on_card(cpu, card)
    say(f"\n{time.perf_counter() - start:.0f} s; {'not equal: ' + '; '.join(wrong) if wrong else 'all equal'}")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
