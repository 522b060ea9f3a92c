"""A folder belongs to one run; lines cut off by a kill are not read; numbers come back to the bit."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import numpy as np
import pytest
import xarray

from infoloop.reporting.atomic_files import UnwritableError
from infoloop.studies import run_store
from infoloop.studies.run_store import (
    StoreError,
    append_shard,
    completed_shards,
    open_run,
    read_run_info,
    read_table,
    store_report,
    stored_report,
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


@pytest.mark.parametrize(
    "array",
    [
        np.zeros((0, 3)),
        np.array([0.1, 2], np.float32),
        np.zeros((2, 0, 1), np.int32),
        np.array(True),
        np.array(np.inf, np.float32),
    ],
    ids=str,
)
def test_shapes_and_types_come_back(folder, array):
    append_shard(folder, "shards-1-of-1", "one", {"x": array})
    back = completed_shards(folder)["one"]["x"]
    assert (back.shape, back.dtype, back.tolist()) == (np.shape(array), array.dtype, array.tolist())


OLD_PROCESS = """
import sys
from pathlib import Path
from infoloop.studies.run_store import StoreError, append_shard, open_run
folder, identity = Path(sys.argv[1]), {"seed": 0}
open_run(folder, identity, {})
append_shard(folder, "shards-1-of-1", "one", {"x": [1.0]}, identity)
print("computing", flush=True)
sys.stdin.readline()
try:
    append_shard(folder, "shards-1-of-1", "two", {"x": [1.0]}, identity)
except StoreError as error:
    print(error)
"""


@pytest.mark.slow
def test_a_process_of_the_run_before_adds_nothing_to_the_new_one(tmp_path):
    """It still computes when another process overwrites its run."""
    command = [sys.executable, "-c", OLD_PROCESS, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as old:
        assert old.stdout is not None
        assert old.stdout.readline() == "computing\n"
        journal = (tmp_path / "shards-1-of-1.jsonl").read_bytes()
        open_run(tmp_path, {"seed": 1}, {}, overwrite=True)
        assert completed_shards(tmp_path) == {}
        said, _ = old.communicate("go on\n")
    assert said == f"{tmp_path} holds another run by now, begun with --overwrite: name another --out\n"
    append_shard(tmp_path, "shards-1-of-1", "three", VALUES, {"seed": 1})
    with (tmp_path / "shards-1-of-1.jsonl").open("ab") as file:
        file.write(journal)  # as if the old process had looked just before the new one came
    assert list(completed_shards(tmp_path)) == ["three"]


def test_the_same_run_goes_on(folder):
    append_shard(folder, "shards-1-of-1", "one", VALUES)
    open_run(folder, IDENTITY, {"device": "other"})
    assert list(completed_shards(folder)) == ["one"]
    assert read_run_info(folder)["provenance"] == {"device": "cpu"}


def test_another_run_is_refused_with_what_differs(folder):
    other = {**IDENTITY, "config": {"n": 4, "rate": 0.5}}
    with pytest.raises(StoreError, match="holds another run: config is n=3 there and n=4 here; name another --out"):
        open_run(folder, other, {})


def test_the_first_key_that_differs_is_named_and_long_values_are_cut(tmp_path):
    run = {"experiment": "toy", "config": {}, "seed": 0, "code": "0123456789abcdef" * 4}
    open_run(tmp_path / "run", run, {})
    with pytest.raises(StoreError, match=r"another run: code is 0123456789ab\.\.\. there and x{40} here"):
        open_run(tmp_path / "run", {**run, "code": "x" * 40}, {})
    with pytest.raises(StoreError, match=r"another run: code is 0123456789ab\.\.\. there and x{12}\.\.\. here"):
        open_run(tmp_path / "run", {**run, "code": "x" * 41}, {})
    with pytest.raises(StoreError, match="another run: seed is 0 there and 1 here"):
        open_run(tmp_path / "run", {**run, "seed": 1, "code": "x"}, {})
    with pytest.raises(StoreError, match="another run: config is without them there and k=1 here"):
        open_run(tmp_path / "run", {**run, "config": {"k": 1}}, {})


@pytest.fixture
def finished(tmp_path):
    """A folder with a run's files, and the user's own."""
    folder = tmp_path / "run"
    open_run(folder, IDENTITY, {"device": "cpu"}, files=("means.nc", "means.svg", "report.html"))
    append_shard(folder, "shards-1-of-2", "one", VALUES)
    append_shard(folder, "shards-2-of-2", "two", VALUES)
    for name in ("means.nc", "means.svg", "report.html"):
        (folder / name).write_text("the run's")
    for name in ("notes.html", "mine.nc", "mine.json", "thesis.png", "log.jsonl", "notes.txt"):
        (folder / name).write_text("mine")
    return folder


def test_another_run_replaces_what_a_run_wrote_and_nothing_else(finished):
    (finished / "means.nc12345678.infoloop.part").write_text("half")
    open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True, files=("means.nc", "decay.nc"))
    assert completed_shards(finished) == {}
    assert {path.name for path in finished.iterdir()} == {
        "run.json", "notes.html", "mine.nc", "mine.json", "thesis.png", "log.jsonl", "notes.txt",
    }  # fmt: skip
    assert (finished / "notes.html").read_text() == "mine"
    assert read_run_info(finished)["identity"]["seed"] == 1


@pytest.mark.parametrize("kept", ["means.nc", "shards-1-of-2.jsonl"])
def test_a_folder_in_the_way_stops_before_anything_is_deleted(kept, finished):
    (finished / kept).unlink()
    (finished / kept).mkdir()
    before = {path.name for path in finished.iterdir()}
    with pytest.raises(StoreError, match=rf"{kept} is a folder, which no run makes: move it"):
        open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True)
    assert {path.name for path in finished.iterdir()} == before
    assert read_run_info(finished)["identity"] == IDENTITY


def test_a_file_of_the_user_that_the_new_run_would_replace_stops_it(finished):
    with pytest.raises(StoreError, match=r"mine\.nc would be replaced, and no run wrote it: move it"):
        open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True, files=("mine.nc",))
    assert (finished / "means.nc").exists()


def test_the_runs_own_file_is_replaced_last(finished, monkeypatch):
    def killed(path, text):
        assert not (finished / "means.nc").exists()
        raise KeyboardInterrupt

    monkeypatch.setattr(run_store, "atomic_write_text", killed)
    with pytest.raises(KeyboardInterrupt):
        open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True)
    assert read_run_info(finished)["identity"] == IDENTITY  # so that the same command goes on


def test_files_of_no_run_are_never_touched(tmp_path):
    (tmp_path / "thesis.nc").write_text("years of work")
    for overwrite in (False, True):
        with pytest.raises(StoreError, match="is not empty and holds no run"):
            open_run(tmp_path, IDENTITY, {}, overwrite)
    assert (tmp_path / "thesis.nc").read_text() == "years of work"


def sealed(**changes):
    run = {"identity": IDENTITY, "provenance": {}, "files": [], **changes}
    return run_store._sealed_run(run).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"[1, 2]", "is not what a run writes"),
        (b'"x"', "is not what a run writes"),
        (b"", "is not what a run writes"),
        (b'{"identity": []}', "is not what a run writes"),
        (b'{"identity": {}}', "is not what a run writes"),
        (b"[" * 100_000, "is not what a run writes"),
        (b'{"identity": {}, "provenance": ' + b"[" * 100_000, "is not what a run writes"),
        (b'{"identity": {}, "provenance": {"machine": "\xff"}}', "is not what a run writes"),
        (b'{"identity": {}, "provenance": {}}', "has no checksum, as a run writes it since infoloop 0.2"),
        (sealed().replace(b"toy", b"toi"), "is damaged: its checksum is that of another text"),
        (sealed(files=["../thesis.nc"]), "is not what a run writes"),
        (sealed(files=["/thesis.nc"]), "is not what a run writes"),
        (sealed(files=["notes.txt"]), "is not what a run writes"),
        (sealed(files=[3]), "is not what a run writes"),
        (sealed(files="x"), "is damaged"),
    ],
)
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_run_file_of_something_else_is_one_line(content, message, overwrite, tmp_path):
    (tmp_path / "run.json").write_bytes(content)
    with pytest.raises(StoreError, match=message) as refused:
        open_run(tmp_path, IDENTITY, {}, overwrite)
    assert len(str(refused.value).splitlines()) == 1
    assert (tmp_path / "run.json").read_bytes() == content


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_a_run_file_that_is_no_file_is_one_line(make, tmp_path):
    make(tmp_path / "run.json")
    with pytest.raises(StoreError, match=r"run\.json is no regular file"):
        open_run(tmp_path, IDENTITY, {}, overwrite=True)


def test_a_folder_without_a_run_has_no_information(tmp_path):
    with pytest.raises(StoreError, match=r"holds no run: there is no run\.json"):
        read_run_info(tmp_path)


def test_what_a_killed_process_left_half_written_is_removed(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    for name in ("run.json", "means.nc", "report.html"):
        (folder / f"{name}01234abc.infoloop.part").write_text("half")
    (folder / "means.nc").write_text("mine")
    with pytest.raises(StoreError, match="is not empty and holds no run"):
        open_run(folder, IDENTITY, {}, files=("means.nc", "report.html"))
    assert [path.name for path in folder.iterdir()] == ["means.nc"]


REPORT = ("texts", ["means"], [{"what": "mean", "found": 0.1, "expected": None, "unit": "1", "source": ""}])


def test_what_a_finished_run_showed_is_kept_as_long_as_its_files_are(finished):
    assert stored_report(finished, "texts") is None
    store_report(finished, "shards-1-of-2", *REPORT)
    kept = stored_report(finished, "texts")
    assert kept is not None
    assert [list(kept.tables), list(kept.headlines)] == list(REPORT[1:])
    assert set(kept.files) == {"means.nc", "means.svg", "report.html"}
    assert stored_report(finished, "other texts") is None
    (finished / "means.svg").write_text("changed")
    assert stored_report(finished, "texts") is None
    (finished / "means.svg").unlink()
    assert stored_report(finished, "texts") is None
    assert set(completed_shards(finished)) == {"one", "two"}


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


def test_of_two_parts_that_overwrite_at_once_neither_deletes_what_the_other_finished(finished, monkeypatch):
    """A thread stands for the other part; it begins when this one has seen that another run is to be deleted."""
    other_run, others, delete = {**IDENTITY, "seed": 1}, [], run_store._delete_written

    def open_and_finish_a_shard():
        open_run(finished, other_run, {}, overwrite=True)
        append_shard(finished, "shards-1-of-2", "new", VALUES)

    def delete_late(*arguments):
        monkeypatch.setattr(run_store, "_delete_written", delete)
        others.append(Thread(target=open_and_finish_a_shard))
        others[0].start()
        others[0].join(timeout=0.2)
        delete(*arguments)

    monkeypatch.setattr(run_store, "_delete_written", delete_late)
    open_run(finished, other_run, {}, overwrite=True)
    others[0].join()
    assert list(completed_shards(finished)) == ["new"]


def test_a_lock_that_cannot_be_is_one_line(tmp_path):
    (tmp_path / ".infoloop.lock").mkdir()
    with pytest.raises(UnwritableError, match=r"cannot write .*\.infoloop\.lock: Is a directory; name another folder"):
        open_run(tmp_path, IDENTITY, {})


@pytest.mark.parametrize(
    "config", [{"rate": float("nan")}, {"pair": ((1, 2), 3)}, {3: "x"}, {"rates": (0.1, float("inf"))}, {None: True}]
)
def test_a_run_goes_on_whatever_json_makes_of_its_identity(config, tmp_path):
    for _ in range(2):
        open_run(tmp_path, {**IDENTITY, "config": config}, {})
    with pytest.raises(StoreError, match="another run: config is "):
        open_run(tmp_path, {**IDENTITY, "config": {**config, "more": 1}}, {})


def test_a_link_to_nothing_in_place_of_the_runs_file_is_one_line(tmp_path):
    (tmp_path / "run.json").symlink_to("nowhere.json")
    with pytest.raises(StoreError, match=r"run\.json is a link to nothing: remove it, or name another --out"):
        open_run(tmp_path, IDENTITY, {})


@pytest.mark.parametrize("content", [b'{"my": 1}\n{"my": 2}\n', b"years of work", b'{"sha256": "mine"}\n', b"\n"])
def test_a_file_of_the_user_that_is_named_like_a_journal_stops_it(content, finished):
    (finished / "shards-9-of-9.jsonl").write_bytes(content)
    with pytest.raises(StoreError, match=r"shards-9-of-9\.jsonl is not what a run writes: move it"):
        open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True)
    assert (finished / "means.nc").exists()
    assert (finished / "shards-9-of-9.jsonl").read_bytes() == content


def test_journals_that_a_kill_cut_off_or_that_are_damaged_may_be_overwritten(finished):
    line = (finished / "shards-1-of-2.jsonl").read_bytes()
    for k, content in enumerate((b"", line[:5], line[:-1], line.replace(b"one", b"six"))):
        (finished / f"shards-{k}-of-9.jsonl").write_bytes(content)
    open_run(finished, {**IDENTITY, "seed": 1}, {}, overwrite=True)
    assert completed_shards(finished) == {}
