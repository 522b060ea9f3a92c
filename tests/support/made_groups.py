"""Tables of groups from counts of passes, without a log: one verdict, which is the reward."""

import numpy as np

from infoloop.verdict_logs.groups.group_table import GroupTable, Measured

NUMBERS = (Measured("reward", ""), Measured("verdict", "tests"))


def table_of(problem, step, size, passes) -> GroupTable:
    """The table of groups with so many passes each, in the order of steps."""
    order = np.argsort(step, kind="stable")
    problem, step, size, passes = (np.asarray(x)[order] for x in (problem, step, size, passes))
    both = np.stack([passes, passes], 1).astype(float)
    steps, of_step = np.unique(step, return_inverse=True)
    right = np.bincount(of_step, passes)
    judged = np.stack([np.bincount(of_step, size) - right, right, 0 * right], 1).astype(int)
    names, place = np.unique([f"p{p:07d}" for p in problem], return_inverse=True)
    return GroupTable(
        problems=names.astype(object), problem=place, step=step, size=size, measured=NUMBERS,
        count=np.stack([size, size], 1), total=both, products=tuple((both[:, k], both[:, k]) for k in range(2)),
        least=(both == size[:, None]).astype(float), largest=(both > 0).astype(float), judged=judged, steps=steps,
    )  # fmt: skip
