"""Windows of steps: every step is in one, and none has far more rollouts than its share."""

import numpy as np
import pytest

from infoloop.verdict_logs.groups.step_windows import cut_steps
from tests.support.made_groups import table_of


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("most", [1, 2, 5, 100])
def test_windows_part_the_groups_by_steps_into_about_equal_shares(seed, most):
    draw = np.random.default_rng(seed)
    step, size = draw.integers(-5, 30, 80), draw.integers(1, 9, 80)
    table = table_of(np.arange(80), step, size, 0 * size)
    windows = cut_steps(table, most)
    assert np.concatenate([np.arange(80)[w.groups] for w in windows]).tolist() == list(range(80))
    assert len(windows) <= most
    for window in windows:
        assert (window.first, window.last) == (table.step[window.groups].min(), table.step[window.groups].max())
        largest = max(size[step == s].sum() for s in np.unique(step))
        assert table.size[window.groups].sum() <= size.sum() / most + largest
    assert sum(len(set(table.step[w.groups])) for w in windows) == len(set(step))


@pytest.mark.parametrize(("rollouts", "cut"), [([3, 4, 1], 1), ([1, 4, 3], 2), ([6, 1, 1, 1], 1), ([1, 1, 1, 6], 3)])
def test_a_step_is_in_the_window_that_has_its_middle_rollout(rollouts, cut):
    """Of all cuts in two this is the most even one."""
    step = np.arange(len(rollouts))
    first, last = cut_steps(table_of(step, step, np.array(rollouts), 0 * step), 2)
    assert (first.groups, last.groups) == (slice(0, cut), slice(cut, len(rollouts)))
    gaps = [abs(sum(rollouts[:k]) - sum(rollouts[k:])) for k in range(1, len(rollouts))]
    assert gaps[cut - 1] == min(gaps)


def test_no_window_is_refused():
    with pytest.raises(ValueError, match="most is 0: give a number of windows from 1 on"):
        cut_steps(table_of([0], [0], np.array([1]), np.array([1])), 0)
