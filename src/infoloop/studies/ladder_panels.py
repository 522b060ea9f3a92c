"""Panels of a figure for a ladder of signals: transfer, rungs at equal accuracy, and accuracy over each budget.

A table has what `ladder_outcomes` returns, with the axes seed, signal, level and step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from infoloop.learners.ladder_measures import BUDGETS, at_level, spent
from infoloop.learners.ladder_predictions import measured_and_predicted
from infoloop.learners.signal_ladder import SAMPLED_SIGNALS
from infoloop.reporting.figures import Line, Panel
from infoloop.studies.marks_over_seeds import seed_marks

if TYPE_CHECKING:
    import xarray

SHORT = {"best_of_n": "best of n", "samples": "GRPO", "preferences": "DPO"}


def transfer_panel(title: str, table: xarray.Dataset, signals: Sequence[str]) -> Panel:
    """Return held-out against trained accuracy, medians over seeds: a signal that is only slower has the same curve.

    Args:
        title: Title of the panel.
        table: Quantities of the ladder.
        signals: Which signals; those that the table lacks are left out.
    """
    middle = table[["trained_curve", "held_out_curve"]].median("seed")
    lines = tuple(
        Line(middle.trained_curve.sel(signal=s), middle.held_out_curve.sel(signal=s), SHORT.get(s, s), colour=j)
        for j, s in _there(table, signals)
    )
    return Panel(title, "pass rate, trained", "pass rate, held out", lines)


def rung_panel(title: str, words: str, tables: Mapping[str, xarray.Dataset], quantity: str, level: float) -> Panel:
    """Return a quantity of all signals when trained questions reach an accuracy, with intervals over seeds.

    Args:
        title: Title of the panel.
        words: What the quantity is.
        tables: Tables of the same signals, by what the legend says.
        quantity: One of `ladder_measures.AT_LEVEL`.
        level: The accuracy.
    """
    marks, names = [], [str(s) for s in next(iter(tables.values())).signal.values]
    for j, (label, table) in enumerate(tables.items()):
        values = [at_level(table, quantity, level, s).values for s in names]
        marks += seed_marks(values, label, j, 0.2 * j - 0.1)
    return Panel(title, "", words, tuple(marks), x_names=tuple(SHORT.get(s, s) for s in names))


def budget_panels(table: xarray.Dataset, signals: Sequence[str]) -> tuple[Panel, ...]:
    """Return accuracy on trained questions over steps, then on held-out ones over each budget, medians over seeds.

    What is told once, before the first step, is a circle at the end of its training.

    Args:
        table: Quantities of the ladder.
        signals: Which signals; those that the table lacks are left out, and those that cost nothing of a budget.
    """
    middle, every = table.median("seed"), _there(table, signals)
    lines = [Line(middle.step, middle.trained_curve.sel(signal=s), SHORT.get(s, s), colour=j) for j, s in every]
    panels = [Panel("trained questions", "steps", "pass rate", tuple(lines))]
    for unit in BUDGETS:
        lines = []
        for j, s in every:
            cost, accuracy = spent(middle, unit, s), middle.held_out_curve.sel(signal=s)
            grows = unit == "steps" or s in SAMPLED_SIGNALS
            if cost[-1] > 0:
                first, style = (1, "line") if grows else (-1, "points")
                lines.append(Line(cost[first:], accuracy[first:], SHORT.get(s, s), style, j))
        scale = "linear" if unit == "steps" else "log"
        if lines:
            panels.append(Panel(f"held-out questions, {unit}", unit, "pass rate", tuple(lines), x_scale=scale))
    return tuple(panels)


def prediction_panel(title: str, table: xarray.Dataset, signals: Sequence[str], shared: float, forms: int) -> Panel:
    """Return held-out against trained accuracy of a log-linear learner: circles as measured, lines as predicted.

    Args:
        title: Title of the panel.
        table: Quantities of the ladder, without an axis of seeds.
        signals: Which signals.
        shared: Kernel weight of a class in all domains; that of a question's own output is the rest to 1.
        forms: M, right outputs a question.
    """
    lines = []
    for j, s in enumerate(signals):
        trained, held_out, line = measured_and_predicted(table, s, shared, forms)
        lines += [Line(trained, line, "", colour=j), Line(trained[::8], held_out[::8], SHORT.get(s, s), "points", j)]
    return Panel(title, "pass rate, trained", "pass rate, held out", tuple(lines))


def _there(table, signals):
    return [(j, s) for j, s in enumerate(signals) if s in table.signal.values]
