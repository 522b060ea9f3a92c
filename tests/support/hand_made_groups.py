"""A table of groups from plain lists of rollouts, by loops: what tests of the audit of groups start from."""

import itertools

import numpy as np

from infoloop.verdict_logs.groups.group_table import GroupTable, Measured


def table_of(groups, measured, problems=None, steps=None):
    """Return the table of groups.

    Args:
        groups: For each group its rollouts, each a list of one number for each of `measured`; NaN for none.
        measured: Pairs (kind, name).
        problems: The name of each group's problem; left out, each has its own.
        steps: The step of each group; left out, 0.
    """
    problems = [f"p{g:04}" for g in range(len(groups))] if problems is None else list(problems)
    steps = [0] * len(groups) if steps is None else list(steps)
    names, m = sorted(set(problems)), len(measured)
    count, total, least, largest = (np.zeros((len(groups), m)) for _ in range(4))
    products = np.zeros((m, m, len(groups)))
    for g, rollouts in enumerate(groups):
        for a in range(m):
            have = [r[a] for r in rollouts if r[a] == r[a]]
            count[g, a], total[g, a] = len(have), sum(have)
            least[g, a], largest[g, a] = (min(have), max(have)) if have else (np.nan, np.nan)
            for b in range(m):
                products[a, b, g] = sum(r[a] * r[b] for r in rollouts if r[a] == r[a] and r[b] == r[b])
    verdicts = [k for k, (kind, _) in enumerate(measured) if kind == "verdict"]
    order = sorted(set(steps))
    judged = np.zeros((len(order), 3 ** len(verdicts)), int)
    for step, rollouts in zip(steps, groups, strict=True):
        for r in rollouts:
            digits = [2 if r[k] != r[k] else int(r[k]) for k in verdicts]
            judged[order.index(step), sum(d * 3**e for d, e in zip(digits[::-1], itertools.count()))] += 1
    return GroupTable(
        np.array(names, object), np.array([names.index(p) for p in problems]), np.array(steps),
        np.array([len(rollouts) for rollouts in groups]),
        tuple(Measured(*pair) for pair in measured), count.astype(int),
        total, tuple(map(tuple, products)), least, largest, judged, np.array(order),
    )  # fmt: skip


def table_of_array(values, measured, steps=None, problems=None):
    """Return the same from an array of shape (groups, rollouts, measured) without gaps, at once: for simulations."""
    g, n, _ = values.shape
    steps = np.zeros(g, int) if steps is None else np.asarray(steps)
    verdicts = [k for k, (kind, _) in enumerate(measured) if kind == "verdict"]
    place = sum((values[:, :, k] * 3**e for e, k in enumerate(verdicts[::-1])), np.zeros((g, n))).astype(int)
    order, which = np.unique(steps, return_inverse=True)
    judged = np.zeros((len(order), 3 ** len(verdicts)), int)
    np.add.at(judged, (np.repeat(which, n), place.ravel()), 1)
    named = np.arange(g) if problems is None else np.asarray(problems)
    names, problem = np.unique(named, return_inverse=True)
    products = tuple(map(tuple, np.einsum("gna,gnb->abg", values, values)))
    return GroupTable(
        names.astype(str), problem, steps, np.full(g, n), tuple(Measured(*pair) for pair in measured),
        np.full((g, len(measured)), n), values.sum(1), products, values.min(1), values.max(1), judged, order,
    )  # fmt: skip
