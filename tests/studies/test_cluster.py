"""Parts are named i/n, processes are joined by three arguments or none, jobs are started by a launcher."""

import pytest

from infoloop.studies.cluster import LaunchError, join_processes, parse_shard, submit
from infoloop.studies.run_store import completed_shards
from tests.support.paths import PLANTED


def test_a_part_is_two_numbers():
    assert parse_shard("1/4") == (1, 4)


@pytest.mark.parametrize("text", ["0/4", "5/4", "1", "a/b", "1/", "-1/4", "1.5/2"])
def test_other_parts_are_refused(text):
    with pytest.raises(LaunchError, match="give i/n with i from 1 to n"):
        parse_shard(text)


def test_half_an_address_is_refused():
    with pytest.raises(LaunchError, match="give all of --coordinator"):
        join_processes("127.0.0.1:1", 2, None)


@pytest.mark.full
def test_local_jobs_compute_the_parts_of_one_run(tmp_path):
    arguments = [PLANTED, f"--out={tmp_path / 'run'}"]
    jobs = submit(arguments, 2, tmp_path / "logs", cluster="local")
    for job in jobs:
        job.result()
    assert len(completed_shards(tmp_path / "run")) == 6
    assert (tmp_path / "run" / "means.nc").exists()
