"""A search that was compiled before is neither traced nor compiled, unless what it is made of has changed."""

import dataclasses
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.experimental.compilation_cache.compilation_cache import reset_cache

from infoloop.claims.processing.data_processing_inequality import data_processing as claim
from infoloop.statements import cases, kept_programs
from infoloop.statements.claim import call_compiled, evaluate_on_samples

PLACE = "infoloop.claims.somewhere.claim"


@pytest.fixture
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(kept_programs, "_programs", {})
    return kept_programs.KeptPrograms(tmp_path, "settings", "code")


def _seen(claim, programs):
    kept_programs._programs.clear()  # as in another process
    return evaluate_on_samples(claim, jax.random.key(0), 20, programs.caller(PLACE))


def _not_traced(case):
    raise AssertionError("traced again")


@pytest.fixture
def fresh_compiling():
    kept_programs.leave_jax_cache()
    reset_cache()
    yield
    jax.config.update("jax_enable_compilation_cache", True)
    reset_cache()


def test_a_second_process_reads_what_the_first_compiled(kept, fresh_compiling):
    first = _seen(claim, kept)
    second = _seen(dataclasses.replace(claim, sides=_not_traced), kept)
    assert jax.tree.all(jax.tree.map(np.array_equal, first, second))
    direct = evaluate_on_samples(claim, jax.random.key(0), 20)
    assert jax.tree.all(jax.tree.map(np.array_equal, first, direct))


def test_changed_code_is_traced_again_and_finds_a_program_of_the_same_operations(kept, fresh_compiling, monkeypatch):
    _seen(claim, kept)
    changed = kept._replace(code="changed")
    with pytest.raises(AssertionError, match="traced again"):
        _seen(dataclasses.replace(claim, sides=_not_traced), changed)
    monkeypatch.setattr(kept_programs, "_write", _not_traced)
    _seen(dataclasses.replace(claim), changed)


def test_other_operations_are_other_programs(kept, fresh_compiling):
    one, other = (
        dataclasses.replace(claim, sides=lambda case, k=k: (k * claim.sides(case)[0], claim.sides(case)[1]))
        for k in (1, 2)
    )
    first = _seen(one, kept)
    assert _seen(other, kept._replace(code="changed")).slack < first.slack


def test_a_damaged_program_is_compiled_anew(kept, fresh_compiling):
    first = _seen(claim, kept)
    for path in kept.folder.glob("*.program"):
        path.write_bytes(path.read_bytes()[:-1] + b"?")
    second = _seen(dataclasses.replace(claim), kept)
    assert second.slack == first.slack


def test_a_folder_that_cannot_be_written_is_no_error(kept, fresh_compiling):
    (kept.folder / "file").write_text("")
    assert _seen(claim, kept._replace(folder=kept.folder / "file")).slack == _seen(claim, kept).slack


def test_equal_draws_of_two_claims_are_one_program(kept, fresh_compiling):
    keys = jax.random.split(jax.random.key(0), 3)
    drawn = jax.jit(lambda draw, keys: jax.vmap(draw)(keys), static_argnums=0)
    for place in ("infoloop.one", "infoloop.other"):
        kept.caller(place)(drawn, (cases.Normals((2,), 1.0),), keys)
    assert sorted(path.suffix for path in kept.folder.iterdir()) == [".name", ".program"]


def test_a_program_that_calls_code_outside_of_it_is_not_kept(kept, fresh_compiling):
    singular = jax.jit(lambda _, x: jnp.linalg.svd(x, compute_uv=False), static_argnums=0)
    assert kept.caller(PLACE)(singular, ("claim",), jnp.eye(3)).tolist() == [1, 1, 1]
    assert list(kept.folder.glob("*.program")) == []


def test_claims_of_others_are_not_kept(kept):
    assert kept.caller("my.module.claim") is call_compiled


def test_the_digest_has_code_and_settings(tmp_path, monkeypatch):
    programs: Any = kept_programs.programs_in(tmp_path)
    assert programs == kept_programs.programs_in(tmp_path)
    monkeypatch.setenv("XLA_FLAGS", "--other")
    other: Any = kept_programs.programs_in(tmp_path)
    assert (other.settings == programs.settings, other.code == programs.code) == (False, True)
    (tmp_path / "module.py").write_text("")
    monkeypatch.setattr(kept_programs, "package_folder", lambda: tmp_path)
    another: Any = kept_programs.programs_in(tmp_path)
    assert another.code != programs.code


def test_nothing_is_kept_where_the_user_wants_nothing_kept_or_on_an_accelerator(tmp_path, monkeypatch):
    monkeypatch.setattr(jax, "default_backend", lambda: "gpu")
    assert kept_programs.programs_in(tmp_path) is None
    monkeypatch.undo()
    jax.config.update("jax_enable_compilation_cache", False)
    try:
        assert kept_programs.programs_in(tmp_path) is None
    finally:
        jax.config.update("jax_enable_compilation_cache", True)
