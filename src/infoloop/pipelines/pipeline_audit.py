r"""`audit`: is a pipeline open or closed, relative to what, where does it open, and what bounds what it can learn.

The verdict is the paper's, relative to what the student itself began with: closed if $X\perp Z_T\mid D_0$ or
$X\perp Z_T\mid Z_0$ on the graph. A pipeline that is open so may still be closed relative to its student and its frozen
judges together; then these are the ceiling of what it can learn, however many rounds there are.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

from infoloop.pipelines.bounds import InformationBound, bound_from_base, bound_from_rounds
from infoloop.pipelines.graph_warnings import GraphWarning, find_graph_warnings
from infoloop.pipelines.information_flow import (
    BaseKind,
    ConditioningSet,
    Round,
    conditioning_sets,
    format_mutual_information,
    last_state,
    rounds,
)
from infoloop.pipelines.numeric_evaluation import STEPS_OF_A_ROUND, missing_tables, numeric_audit
from infoloop.pipelines.numeric_results import Numbers
from infoloop.pipelines.pipeline_graph import Pipeline
from infoloop.pipelines.toml_reader import read_pipeline
from infoloop.probability.bayes_nets import TooLargeError
from infoloop.probability.host_functions import host_only
from infoloop.reporting.suggestions import list_names


@dataclass(frozen=True)
class Audit:
    """What the graph of a pipeline says: `verdict` is open or closed, `reason` says why in one line.

    `bases` holds the verdict relative to each base, `rounds` what each round reads and what of it may carry task
    information, `ceilings` the proved bounds on I(X;Z_T), the student's own first, and `cautions` the warnings.
    `numbers` has all of it in bits where every node has a table; else `unmeasured` says what is missing.
    """

    title: str
    verdict: str
    reason: str
    bases: tuple[ConditioningSet, ...]
    rounds: tuple[Round, ...]
    ceilings: tuple[InformationBound, ...]
    cautions: tuple[GraphWarning, ...]
    numbers: Numbers | None = None
    unmeasured: str = ""

    def row(self) -> dict[str, Any]:
        """Return the audit as JSON, with its certificates."""
        return _row(self)


def _row(value: Any) -> Any:
    """Return records as dictionaries of what they show (fields that only the code needs are not), properties last."""
    if isinstance(value, tuple):
        return [_row(part) for part in value]
    if not dataclasses.is_dataclass(value):
        return value
    shown = [field.name for field in dataclasses.fields(value) if field.repr]
    shown += [name for name, member in vars(type(value)).items() if isinstance(member, property)]
    return {name: _row(getattr(value, name)) for name in shown}


@host_only
def audit(
    pipeline: Pipeline | str | Path, error: float = 0.05, step: Callable[[str, int, int], None] | None = None
) -> Audit:
    """Return the audit of a pipeline: its verdict by its graph alone, and its numbers if it has tables.

    `closed` holds for all channels on the graph, `open` for almost all of them: then I(X;E_t|Z_{t-1}) > 0 for what some
    round reads. Each bound is a sum of named terms with a certificate that `check_certificate` accepts.

    Args:
        pipeline: a pipeline, or the path of a TOML file.
        error: the share of wrong answers that the last state may have, from 0 to below 1; Fano's inequality says how
            many rounds that takes.
        step: called before each step of the work, with its name, how many are done, and how many there are in all; at
            the end with no name and all of them done.

    Returns:
        The verdict with its reason, bases, rounds, bounds and warnings; `numbers` holds every term in bits, or None
        where a node has no table or a law would not fit into memory: `unmeasured` says which.

    Raises:
        PipelineError: a ValueError, for a file that is no pipeline.
        ValueError: for an `error` outside its range.
        TypeError: for what is neither a pipeline nor a path.

    >>> from infoloop.pipelines.pipeline_graph import Node, pipeline
    >>> nodes = [Node("X", "task"), Node("D0", "data", ("X",)), Node("Z0", "state", ("D0",))]
    >>> own = pipeline(nodes, [Node("D", "data", ("Z@-1",)), Node("Z", "state", ("D",))], rounds=3)
    >>> found = audit(own)
    >>> found.verdict, found.ceilings[0].bound
    ('closed', 'I(X;Z3) <= I(X;Z0)')
    >>> found.reason
    'Z3 depends on X only through Z0: no round adds to I(X;Z0)'
    """
    if not 0 <= error < 1:
        raise ValueError(
            f"error is {error}: it is the share of wrong answers aimed at, give a number from 0 to below 1"
        )
    if not isinstance(pipeline, Pipeline | str | PathLike):
        raise TypeError(f"pipeline is a {type(pipeline).__name__}: give a Pipeline, or the path of a TOML file")
    p = pipeline if isinstance(pipeline, Pipeline) else read_pipeline(pipeline)
    relative, each = conditioning_sets(p), rounds(p)
    own = [base for base in relative if base.closed and base.kind is BaseKind.STUDENT]
    closed = [*own, *(base for base in relative if base.closed and base not in own)]
    done, total = itertools.count(), len(closed) + (not own) + STEPS_OF_A_ROUND * len(each)

    def tell(name: str) -> None:
        if step is not None:
            step(name, next(done), total)

    ceilings = tuple(_step_shown(tell, "proving a bound", bound_from_base, p, base) for base in closed)
    if not own:
        ceilings += (_step_shown(tell, "proving the bound of all rounds", bound_from_rounds, p, each),)
    numbers, unmeasured = _numbers(p, relative, each, error, tell)
    if step is not None:
        step("", total, total)
    return Audit(
        p.title,
        "closed" if own else "open",
        _reason(p, relative, each),
        relative,
        each,
        ceilings,
        find_graph_warnings(p, each, bool(own)),
        numbers,
        unmeasured,
    )


def _step_shown(tell: Callable[[str], None], name: str, work: Callable[..., InformationBound], *given: Any):
    tell(name)
    return work(*given)


def _numbers(
    p: Pipeline,
    relative: tuple[ConditioningSet, ...],
    each: tuple[Round, ...],
    error: float,
    tell: Callable[[str], None],
):
    """Return the numbers, or why there are none; a graph whose laws do not fit into memory still has its verdict."""
    missing = missing_tables(p)
    if missing:
        return None, f"no table, formula or program for {list_names(missing, most=4)}"
    try:
        return numeric_audit(p, relative, each, error, tell), ""
    except TooLargeError as failure:
        return None, str(failure)


def _reason(p: Pipeline, relative: tuple[ConditioningSet, ...], each: tuple[Round, ...]) -> str:
    last, x, base = last_state(p), p.task, relative[0]
    closed = [b for b in relative if b.closed]
    if closed and closed[0].kind is BaseKind.STUDENT:
        names = closed[0].names
        if not names:
            return f"nothing that {last} depends on knows {x}"
        known = format_mutual_information(x, names)
        only = f"{last} depends on {x} only through {','.join(names)}: no round adds to {known}"
        return only if closed[0] is base else f"{only}; beyond {','.join(base.names)}, what it lost of them may return"
    sources = ", ".join(dict.fromkeys(source for source, _ in base.cut))
    around = f"{sources} {'reach' if ',' in sources else 'reaches'} {last} around {','.join(base.names) or 'nothing'}"
    opened = sum(r.open for r in each)
    if closed:
        return f"{around}, but nothing else does: closed relative to {','.join(closed[0].names)}"
    return f"{around}: {opened} of {len(each)} rounds may add task information"
