import numpy as np
import pandas as pd

from infoloop.verdict_logs.files.whole_runs import keep_runs_whole


def test_no_run_is_cut_and_no_row_is_lost_or_moved():
    draw = np.random.default_rng(0)
    runs = np.repeat(np.arange(40), draw.integers(1, 6, 40))
    table = pd.DataFrame(
        {"step": runs // 4, "prompt": [[{"content": f"p{k % 4}"}] for k in runs], "row": np.arange(len(runs))}
    )
    table.index += 1
    for size in (7, 9, 30):
        frames = [table.iloc[k : k + size] for k in range(0, len(table), size)]
        found = list(keep_runs_whole(iter(frames), ["step", "prompt"]))
        assert pd.concat(found).equals(table)
        ends = np.cumsum([len(frame) for frame in found])[:-1]
        assert (runs[ends] != runs[ends - 1]).all()


def test_a_run_that_fills_a_frame_is_cut_so_that_memory_is_bounded():
    frames = [pd.DataFrame({"prompt": ["a"] * 3})] * 4
    assert [len(frame) for frame in keep_runs_whole(iter(frames), ["prompt"])] == [3] * 4


def test_a_column_that_the_rows_do_not_have_says_nothing_of_runs():
    frames = [pd.DataFrame({"prompt": list("aab")}), pd.DataFrame({"prompt": list("bc")})]
    found = keep_runs_whole(iter(frames), ["prompt", "step"])
    assert [frame["prompt"].tolist() for frame in found] == [["a", "a"], ["b", "b", "c"]]


def test_missing_values_are_equal_and_arrays_are_compared():
    tokens = [np.array([1, 2]), np.array([3, 4])]
    rows = pd.DataFrame({"step": [1.0, np.nan, np.nan, np.nan], "prompt": [tokens[0], *[tokens[1]] * 3]})
    found = list(keep_runs_whole(iter([rows[:2], rows[2:]]), ["step", "prompt"]))
    assert [len(frame) for frame in found] == [1, 3]


def test_a_column_that_only_a_later_frame_has_tells_no_run():
    frames = [pd.DataFrame({"prompt": ["a", "b"]}), pd.DataFrame({"step": [1], "prompt": ["b"]})]
    assert [frame["prompt"].tolist() for frame in keep_runs_whole(iter(frames), ["step", "prompt"])] == [
        ["a"],
        ["b", "b"],
    ]
