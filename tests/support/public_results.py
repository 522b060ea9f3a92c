"""The fields of what public functions return, found on real results at any depth, whatever their classes are called."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jax
import jax.numpy as jnp

import infoloop as il
from tests.support.public_surface import describe_members, field_names, ours

UNDECIDED = "2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)"  # of Zhang and Yeung, in halves
PIPELINE = """
title = "A test tells right answers from wrong ones"
rounds = 1
answer = "state"

[nodes]
X = { role = "task", size = 2, table = "uniform" }
D0 = { role = "data", parents = ["X"], table = [[0.75, 0.25], [0.25, 0.75]] }
Z0 = { role = "state", parents = ["D0"], size = 2, formula = "D0" }

[round]
Y = { role = "query", parents = ["Z@-1"], table = [[0.75, 0.25], [0.25, 0.75]] }
S = { role = "signal", parents = ["X", "Y"], size = 2, cost = 1.0, formula = "X == Y" }
Z = { role = "state", parents = ["Z@-1", "Y", "S"], size = 2, formula = "Y if S else Z@-1" }
"""


def fields_of(results: Iterator[tuple[str, Any]]) -> dict[str, dict[str, Any]]:
    """By its path, what each record inside the results has: fields, properties, methods with their parameters."""
    found: dict[str, dict[str, Any]] = {}
    for path, value in results:
        _walk(path, value, found)
    return found


def _walk(path: str, value: Any, found: dict[str, dict[str, Any]]) -> None:
    """Items of one sequence share a path; dictionaries have keys of their own, and are walked too."""
    if isinstance(value, BaseException):
        found[path] = dict.fromkeys(vars(value), "attribute")
    elif ours(type(value)) and field_names(type(value)):
        found.setdefault(path, {}).update({name: f"field {k}" for k, name in enumerate(field_names(type(value)))})
        found[path].update(describe_members(type(value)))
        for name in field_names(type(value)):
            _walk(f"{path}.{name}", getattr(value, name), found)
    elif isinstance(value, tuple | list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            _walk(f"{path}[]", item, found)


def describe_results(root: Path) -> dict[str, dict[str, Any]]:
    """The fields of results of exported functions."""
    data = root / "tests" / "data"
    log = il.audit_log(root / "experiments" / "logs" / "verdicts.csv")
    return {
        **fields_of(_audits()),
        **fields_of(iter([("audit_log", log), ("from_bif", il.from_bif(data / "cancer.bif"))])),
        **fields_of(_proofs()),
        **fields_of(_claims()),
        **fields_of(_laws()),
        **fields_of(_errors()),
    }


def _audits() -> Iterator[tuple[str, Any]]:
    pipeline = il.parse_pipeline(PIPELINE)
    yield "read_pipeline", pipeline
    yield "audit", il.audit(pipeline, error=0.2)


def _proofs() -> Iterator[tuple[str, Any]]:
    yield "prove, proved", il.prove("I(X;Z) <= I(X;D)", given="X -> D -> Z")
    yield "prove, refuted", il.prove("I(X;Z) <= I(X;D)", given="X -> D,S -> Z")
    yield "prove, undecided", il.prove(UNDECIDED, starts=0)


def _claims() -> Iterator[tuple[str, Any]]:
    cases = il.Cases(
        lambda key: jax.random.uniform(key, (2, 2), minval=0.1), lambda x: il.Joint(x / x.sum(), ("X", "Y"))
    )
    claim = il.linear("doc", "H(X) <= I(X;Y)", (), cases)
    yield "linear", claim
    assert claim.exactly is not None
    yield "certify", il.certify(claim, [claim.exactly(il.joint([[0.25, 0.25], [0.25, 0.25]], "X", "Y"))])


def _laws() -> Iterator[tuple[str, Any]]:
    """Where a result is made of arrays alone, tracing shows its fields without computing it."""
    p, flip = il.joint([[0.375, 0.125], [0.125, 0.375]], "X", "Y"), il.bsc(0.25, "X", "Y")
    normal = il.gaussian([[1.0, 0.5], [0.5, 1.0]], "X", "Y")
    yield "joint", p
    yield "bsc", flip
    yield "gaussian", normal
    yield "linear_gaussian", il.linear_gaussian([[1.0]], [[1.0]], "X", "Y")
    yield "bayes_net", il.bayes_net(il.marginal(p, "X"), flip)
    yield "query_cost", il.query_cost(il.bayes_net(il.marginal(p, "X"), flip), "X")
    yield "is_garbling", il.is_garbling(flip, flip)
    yield "mastermind_verdicts", il.mastermind_verdicts([[0, 0, 1, 1]], [[0, 1, 0, 2]])
    yield "capacity", jax.eval_shape(il.capacity, flip)
    yield "contraction_at", jax.eval_shape(il.contraction_at, flip, il.marginal(p, "X"))
    yield "component_efficiencies", jax.eval_shape(lambda p: il.component_efficiencies(p, ("X",), "Y", [0, 1]), p)
    yield "task_bits", jax.eval_shape(lambda p: il.task_bits(p, "X", "Y"), p)
    yield "gaussian_bottleneck", jax.eval_shape(lambda p: il.gaussian_bottleneck(p, "X", "Y", beta=13.0), normal)


def _errors() -> Iterator[tuple[str, Any]]:
    for name, call in (
        ("NotationError", lambda: il.prove("I(X;Z) <= I(X;D")),
        ("PipelineError", lambda: il.pipeline([il.Node("X", "task", size=0)])),
        ("PipelineFileError", lambda: il.parse_pipeline("rounds = 2")),
    ):
        try:
            call()
        except ValueError as error:
            yield name, error


def describe_states(model: Any) -> dict[str, dict[str, Any]]:
    """The fields of the states of a model's exact and sampled loops, traced but not computed."""
    parameters, keys = model.examples()[0], jax.random.split(jax.random.key(0), 2)
    sizes = [2 for name in inspect.signature(model.sampled).parameters if name in ("runs", "generations")]
    loops = {"loop": (model.loop(parameters), jnp.arange(2)), "sampled": (model.sampled(parameters, *sizes), keys)}
    states = (
        (name, jax.eval_shape(functools.partial(il.unroll, loop), times)) for name, (loop, times) in loops.items()
    )
    return fields_of(states)
