"""A sweep gives the same numbers in any shards, on any number of devices; each point has its own key."""

import os
import subprocess
import sys

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.studies.sweep import Quantity, Sweep, compute, compute_shards, shards, tables
from tests.support import planted_experiment as planted
from tests.support.paths import ROOT

KEY = jax.random.key(0)
DRAW = Sweep(
    lambda key, rate: {"draw": rate + jax.random.normal(key)},
    {"draw": Quantity("a draw", "1")},
    traced_grid={"rate": (0.0, 0.5, 1.0)},
)


@pytest.mark.slow
def test_a_table_has_an_axis_for_each_name_and_says_its_units():
    table = planted.run(planted.Config(), KEY)["means"]
    assert table["mean"].dims == ("size", "rate")
    assert table["first"].dims == ("size", "rate", "place")
    assert table["mean"].attrs == {"long_name": "mean of the normals", "units": "1"}
    assert table.rate.values.tolist() == [0.0, 0.25, 0.5, 0.75, 1.0]


def test_values_stand_where_their_coordinates_say():
    table = planted.run(planted.Config(), KEY)["means"]
    assert table["mean"].sel(rate=0.0).values.tolist() == [3.0, 5.0]


@pytest.mark.slow
@pytest.mark.parametrize("block", [1, 2, 64])
@pytest.mark.parametrize("width", [1, 2])
def test_blocks_and_widths_change_no_number(block, width):
    other = Sweep(DRAW.measure, DRAW.quantities, traced_grid=DRAW.traced_grid, shard_size=block, batch_size=width)
    ours, theirs = (tables({"draws": sweep}, KEY)["draws"].draw.values for sweep in (DRAW, other))
    assert ours.tolist() == theirs.tolist()


def test_a_point_draws_the_same_whatever_else_is_swept():
    fewer = Sweep(DRAW.measure, DRAW.quantities, traced_grid={"rate": (1.0,)})
    assert tables({"draws": fewer}, KEY)["draws"].draw[0] == tables({"draws": DRAW}, KEY)["draws"].draw[2]


def test_points_and_tables_do_not_share_their_draws():
    twice = tables({"one": DRAW, "two": DRAW}, KEY)
    draws = np.concatenate([twice[name].draw - twice[name].rate for name in ("one", "two")])
    assert len(set(draws.round(6).tolist())) == draws.size


def test_a_measure_that_gives_something_else_is_refused():
    wrong = Sweep(lambda key, rate: {"drawn": rate}, DRAW.quantities, traced_grid=DRAW.traced_grid)
    with pytest.raises(ValueError, match=r"gives \['drawn'\]: describe exactly these"):
        tables({"draws": wrong}, KEY)


def test_what_is_shared_is_made_once_for_a_combination():
    made = []

    def shared(size):
        made.append(size)
        return {"offset": jnp.float64(size)}

    sweep = Sweep(
        lambda key, size, rate, offset: {"sum": rate + offset},
        {"sum": Quantity("a sum", "1")},
        static_grid={"size": (1, 2)},
        traced_grid={"rate": (0.0, 1.0, 2.0)},
        shared_inputs=shared,
        shard_size=1,
    )
    assert tables({"sums": sweep}, KEY)["sums"]["sum"].values.tolist() == [[1.0, 2.0, 3.0], [2.0, 3.0, 4.0]]
    assert made == [1, 2]


def test_a_sweep_without_traced_names_is_one_point():
    alone = Sweep(
        lambda key, n: {"half": jnp.float64(n) / 2}, {"half": Quantity("n/2", "1")}, static_grid={"n": (2, 4)}
    )
    assert tables({"t": alone}, KEY)["t"].half.values.tolist() == [1.0, 2.0]


def test_the_last_shard_has_only_the_points_that_are_left():
    (*_, last) = shards(planted.sweeps(planted.Config()))
    assert compute(planted.sweeps(planted.Config())["means"], last, KEY)["mean"].shape == (1,)


def scaled(sizes, traced=None):
    """A sweep with a program for each size; a program of size 0 cannot be traced. The sizes traced are noted."""

    def measure(key, size, rate):
        if traced is not None:
            traced.append(size)
        return {"sum": 1 / size + rate}

    texts = {"sum": Quantity("a sum", "1")}
    return {"sums": Sweep(measure, texts, {"size": sizes}, {"rate": (0.0, 1.0, 2.0)}, shard_size=2)}


@pytest.mark.slow
def test_programs_that_are_compiled_side_by_side_give_the_shards_in_order_and_each_as_if_alone(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 2)
    traced = []
    sweeps = scaled((1, 2, 3, 4, 5), traced)
    wanted, found = shards(sweeps), []
    for shard, values in compute_shards(sweeps, wanted, KEY):
        found.append((shard.name, values["sum"].tolist()))
        assert len(traced) <= shard.each["size"] + 2  # no further ahead
    assert traced == [1, 2, 3, 4, 5]
    assert found == [(shard.name, compute(sweeps["sums"], shard, KEY)["sum"].tolist()) for shard in wanted]
    assert [x for _, xs in found for x in xs] == [1 / n + rate for n in (1, 2, 3, 4, 5) for rate in (0.0, 1.0, 2.0)]


def test_what_goes_wrong_in_a_program_is_raised_when_its_shard_is_due(monkeypatch):
    sweeps = scaled((1, 0, 3))
    found = compute_shards(sweeps, shards(sweeps), KEY)
    assert [next(found)[0].each["size"] for _ in range(2)] == [1, 1]
    with pytest.raises(ZeroDivisionError):
        next(found)

    def fail(self, *options):
        raise RuntimeError("no memory is left")

    monkeypatch.setattr(jax.stages.Lowered, "compile", fail)
    sweeps = scaled((3, 4))
    found = compute_shards(sweeps, shards(sweeps), KEY)
    with pytest.raises(RuntimeError, match="no memory is left"):
        next(found)


def test_no_program_is_compiled_for_a_run_that_was_left(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 1)
    traced = []
    sweeps = scaled((1, 2, 3, 4), traced)
    found = compute_shards(sweeps, shards(sweeps), KEY)
    next(found)
    found.close()
    assert traced == [1, 2]
    with pytest.raises(StopIteration):
        next(found)


def test_traced_values_of_two_types_in_one_table_are_two_programs():
    texts = {"sum": Quantity("a sum", "1")}
    sweep = Sweep(lambda key, rate: {"sum": 1.0 * rate}, texts, traced_grid={"rate": (1, 2.5)}, shard_size=1)
    assert tables({"t": sweep}, KEY)["t"]["sum"].values.tolist() == [1.0, 2.5]


@pytest.mark.full
def test_eight_devices_give_the_same_table_to_the_bit():
    code = (
        "import jax; jax.config.update('jax_enable_x64', True)\n"
        "from tests.support import planted_experiment as p\n"
        "t = p.run(p.Config(), jax.random.key(0))['means']\n"
        "print(jax.device_count(), t['mean'].values.tobytes().hex(), t['first'].values.tobytes().hex())"
    )
    shown = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={
                **os.environ,
                "XLA_FLAGS": f"{os.environ.get('XLA_FLAGS', '')} --xla_force_host_platform_device_count={n}",
            },
        ).stdout.split()
        for n in (1, 8)
    ]
    assert [s[0] for s in shown] == ["1", "8"]
    assert shown[0][1:] == shown[1][1:]
