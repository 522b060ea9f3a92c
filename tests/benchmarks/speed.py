"""What the package computes against what one writes by hand, in one process: a ratio with its spread, and its goal.

Run: python tests/benchmarks/speed.py [--repeats N]. The two of a row take turns, so that both meet the same machine;
the ratio is the median over the turns, and its spread the middle half of them. A goal that is missed is marked.
"""

import argparse
import sys
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from machine import machine_line
from peers import chains, measures
from turns import Work, ratio, take_turns

import infoloop as il
from infoloop.models import wright_fisher
from infoloop.proofs.shannon_prover import prove_linear

jax.config.update("jax_enable_x64", True)
TABLES, SIDE, STATES, STEPS, VARIABLES = 10_000, 8, 64, 1_000, 10
DRAWS, GENERATIONS = 10_000, 1_000
NAMES = ("X", "Y", "Z")


class Row(NamedTuple):
    """What is done, the two ways to do it, of which the second may be None, and the goal: a ratio, or milliseconds."""

    work: str
    ours: Work
    peer: Work | None
    against: str
    goal: float
    most_turns: int = 100


def works_of(row: Row) -> tuple[Work, ...]:
    """Return ours, and its peer if there is one."""
    return (row.ours,) if row.peer is None else (row.ours, row.peer)


def line(row: Row, turns: np.ndarray) -> str:
    """Return the row of the table."""
    middle = np.median(turns, axis=1)
    ours = f"{middle[0]:,.1f} ms"
    if row.peer is None:
        shown = f"≤ {row.goal:,.0f} ms"
        return f"| {row.work} | {ours} | - | - | {shown}{'' if middle[0] <= row.goal else ' (missed)'} |"
    low, found, high = ratio(*turns)
    said = f"{row.against} {middle[1]:.1f} ms"
    missed = "" if found <= row.goal else " (missed)"
    return f"| {row.work} | {ours} | {said} | {found:.2f} [{low:.2f}, {high:.2f}] | ≤ {row.goal:.3g}{missed} |"


def table_rows() -> list[Row]:
    """Measures of many tables, and their gradients against writing an array of their size."""
    tables = jnp.asarray(np.random.default_rng(0).dirichlet(np.ones(SIDE**3), TABLES).reshape(-1, SIDE, SIDE, SIDE))
    ours = {
        "I(X;Y)": lambda t: il.mutual_information(il.Joint(t, NAMES), "X", "Y"),
        "H(X,Y,Z)": lambda t: il.entropy(il.Joint(t, NAMES)),
        "I(X;Y given Z)": lambda t: il.mutual_information(il.Joint(t, NAMES), "X", "Y", given="Z"),
    }
    peers = measures.guarded_information, measures.guarded_entropy, measures.guarded_conditional
    write = jax.jit(lambda t: t * 1.5)
    rows = []
    for (name, measure), peer, goal in zip(ours.items(), peers, (1.0, 0.2, 0.55), strict=True):
        value, by_hand = jax.jit(jax.vmap(measure)), jax.jit(jax.vmap(peer))
        apart = jnp.abs(value(tables) - by_hand(tables)).max()
        if not apart < il.rounding(SIDE**3):
            raise AssertionError(f"{name}: the two are {apart} apart")
        rows.append(Row(name, lambda f=value: f(tables), lambda f=by_hand: f(tables), "guarded JAX", goal))
    for name, measure in ours.items():
        slope = jax.jit(jax.vmap(jax.grad(measure)))
        rows.append(Row(f"gradient of {name}", lambda f=slope: f(tables), lambda: write(tables), "a write", 1.35))
    return rows


def chain_row() -> Row:
    """All I(X;Z_t) of a chain."""
    random = np.random.default_rng(0)
    link = 0.97 * np.eye(STATES) + 0.03 * random.dirichlet(np.ones(STATES), STATES)
    p_x = random.dirichlet(np.ones(STATES))
    start = il.Joint(jnp.diag(jnp.asarray(p_x)), ("X", "Z"))
    step = il.Channel(jnp.asarray(link), ("Z",), ("next",))
    apart = np.abs(il.information_along(start, "X", step, STEPS)[1:] - chains.informations(p_x, link, STEPS)).max()
    if not apart < il.rounding(STATES**2):
        raise AssertionError(f"the chains are {apart} apart")
    work = f"I(X;Z_t), t ≤ {STEPS}, {STATES} states"
    return Row(
        work,
        lambda: il.information_along(start, "X", step, STEPS),
        lambda: chains.informations(p_x, link, STEPS),
        "NumPy loop",
        15 / 28,  # 15 ms where the loop takes 28
    )


def proof_row() -> Row:
    """Han's inequality."""
    names = [f"X{k}" for k in range(VARIABLES)]
    without = " + ".join(f"H({','.join(name for name in names if name != one)})" for one in names)
    claim = f"{VARIABLES - 1} H({','.join(names)}) <= {without}"
    return Row(f"`prove`, Han's inequality, {VARIABLES} variables", lambda: prove_linear(claim), None, "", 1_000)


def resampling_row() -> Row:
    """Wright-Fisher resampling."""
    model = wright_fisher.wright_fisher(DRAWS, np.arange(1, 20) / 20)
    work = f"Wright-Fisher, n = {DRAWS:,}, {GENERATIONS:,} generations, {len(model.rates)} hypotheses"
    return Row(work, lambda: wright_fisher.information(model, GENERATIONS), None, "", 8_000, most_turns=1)


def rows() -> tuple[Row, ...]:
    """Return all rows of the table."""
    return *table_rows(), chain_row(), proof_row(), resampling_row()


HEAD = "| work | here | by hand | ratio | goal |\n|---|---|---|---|---|\n"


def about(repeats: int) -> str:
    """Say what the table shows."""
    return f"{TABLES:,} tables {SIDE}×{SIDE}×{SIDE}, float64; median, and the middle half of {repeats} turns"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--repeats", type=int, default=25)
    repeats = parser.parse_args().repeats
    write = sys.stdout.write
    write(f"{about(repeats)}\n\n{HEAD}")
    for row in rows():
        write(line(row, take_turns(works_of(row), min(repeats, row.most_turns))) + "\n")
        sys.stdout.flush()
    write(f"\n({machine_line()})\n")


if __name__ == "__main__":
    main()
