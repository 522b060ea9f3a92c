"""A stopwatch counts each second once, in the innermost part, and what JAX says of its compiling."""

import time

import jax
import pytest

from infoloop.statements import spent_time


def test_a_part_inside_another_is_taken_out_of_it():
    watch = spent_time.Stopwatch()
    watch.add("balls", 1.0, 2.0)
    watch.add("proofs", 3.0, 3.5)
    watch.add("exact", 0.0, 10.0)
    watch.add("balls", 10.0, 11.0)
    seconds = watch.spent().seconds
    assert (seconds["balls"], seconds["proofs"], seconds["exact"]) == (2.0, 0.5, 8.5)


def test_parts_and_the_rest_are_all_of_the_time():
    began = time.perf_counter()
    with spent_time.watched() as watch:
        with spent_time.part("exact"), spent_time.part("balls"):
            time.sleep(0.01)
        spent = watch.spent()
    assert spent.seconds["balls"] >= 0.01
    assert sum(spent.seconds.values()) <= time.perf_counter() - began


def test_what_jax_compiles_is_counted_and_its_time_taken_out_of_the_part():
    with spent_time.watched() as watch:
        with spent_time.part("floats"):
            jax.jit(lambda x: x * 3 + 17)(5.0)
        spent = watch.spent()
    assert min(spent.seconds[name] for name in ("trace", "lower", "compile")) > 0
    assert spent.programs >= 1
    jax.jit(lambda x: x * 3 + 18)(5.0)
    assert watch.spent().programs == spent.programs  # it does not hear what comes later


def test_a_program_that_jax_has_kept_counts_as_loaded():
    watch = spent_time.Stopwatch()
    watch.hear("/jax/compilation_cache/cache_retrieval_time_sec", 0.0)
    watch.hear("/jax/core/compile/backend_compile_duration", 0.0)
    watch.hear("/jax/core/compile/backend_compile_duration", 0.0)
    watch.add("load", 0.0, 0.0)
    assert (watch.spent().programs, watch.spent().loaded) == (3, 2)


def test_a_part_ends_and_is_counted_where_an_error_passes():
    with spent_time.watched() as watch:
        with pytest.raises(ValueError, match="within"), spent_time.part("proofs"):
            raise ValueError("within")
        assert watch.spent().seconds["proofs"] > 0
