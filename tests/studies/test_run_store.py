"""A folder belongs to one run; lines cut off by a kill are not read; numbers come back to the bit."""

import json
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import xarray

from infoloop.reporting.atomic_files import write_if_absent
from infoloop.studies.run_store import (
    StoreError,
    append_shard,
    completed_shards,
    open_run,
    read_run_info,
    read_table,
    write_table,
)

IDENTITY = {"experiment": "toy", "config": {"n": 3, "rate": 0.5}, "seed": 0}
VALUES = {"x": np.array([[0.1, 1 / 3], [np.inf, 5e-324]]), "n": np.array([1, 2])}


@pytest.fixture
def folder(tmp_path):
    open_run(tmp_path / "run", IDENTITY, {"device": "cpu"})
    return tmp_path / "run"


def test_numbers_come_back_to_the_bit(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    back = completed_shards(folder)["one"]
    assert back["x"].tobytes() == VALUES["x"].tobytes()
    assert back["n"].tolist() == [1, 2]


def test_a_line_that_was_cut_off_is_not_read_and_the_next_one_is_complete(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    path = folder / "shards-1-of-1.jsonl"
    path.write_bytes(path.read_bytes() + path.read_bytes()[:30])
    assert list(completed_shards(folder)) == ["one"]
    append_shard(folder, "shards-1-of-1", "two", VALUES)
    assert list(completed_shards(folder)) == ["one", "two"]


def test_a_damaged_line_is_named(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    path = folder / "shards-1-of-1.jsonl"
    path.write_bytes(b"{}\n" + path.read_bytes())
    with pytest.raises(StoreError, match=r"shards-1-of-1.jsonl:1 is damaged: remove that line"):
        completed_shards(folder)


def test_the_same_run_goes_on(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    open_run(folder, IDENTITY, {"device": "other"})
    assert list(completed_shards(folder)) == ["one"]
    assert read_run_info(folder)["provenance"] == {"device": "cpu"}


def test_another_run_is_refused_with_what_differs(folder):
    other = {**IDENTITY, "config": {"n": 4, "rate": 0.5}}
    with pytest.raises(StoreError, match="holds another run: config is n=3 there and n=4 here; name another --out"):
        open_run(folder, other, {})


def test_another_run_is_replaced_where_asked_and_only_what_a_run_writes(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    (folder / "notes.txt").write_text("mine")
    open_run(folder, {**IDENTITY, "seed": 1}, {}, overwrite=True)
    assert completed_shards(folder) == {}
    assert (folder / "notes.txt").read_text() == "mine"


def test_files_of_no_run_are_never_touched(tmp_path):
    (tmp_path / "thesis.nc").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(StoreError, match="is not empty and holds no run"):
            open_run(tmp_path, IDENTITY, {}, overwrite)
    assert (tmp_path / "thesis.nc").read_text() == "years of work"


def test_a_run_file_of_something_else_is_refused(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps([1, 2]))
    with pytest.raises(StoreError, match="is not what a run writes"):
        open_run(tmp_path, IDENTITY, {})


def test_a_table_keeps_its_labels_and_where_it_comes_from(folder):
    table = xarray.Dataset({"x": ("n", [0.5, 0.25], {"units": "bits"})}, {"n": [1, 2]})
    write_table(folder, "decay", table)
    back = read_table(folder, "decay")
    assert back.x.attrs["units"] == "bits"
    assert back.n.values.tolist() == [1, 2]
    assert json.loads(back.attrs["config"]) == {"n": 3, "rate": 0.5}
    assert back.attrs["device"] == "cpu"
    assert not list(folder.glob("*.part"))


def test_many_processes_may_open_one_run_at_once(tmp_path):
    """Threads stand for processes: all of them find the folder new, one writes the file, all go on."""
    with ThreadPoolExecutor(max_workers=16) as pool:
        for k in range(20):
            folder = tmp_path / f"run{k}"
            opened = [pool.submit(open_run, folder, IDENTITY, {"device": str(i)}) for i in range(16)]
            assert [future.result() for future in opened] == [None] * 16
            assert [path.name for path in folder.iterdir()] == ["run.json"]


def test_only_the_first_writer_of_a_file_succeeds(tmp_path):
    assert write_if_absent(tmp_path / "a", "one")
    assert not write_if_absent(tmp_path / "a", "two")
    assert (tmp_path / "a").read_text() == "one"
