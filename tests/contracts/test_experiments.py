"""The contract of every experiment: its small run gives finite tables, figures and numbers, the same each time."""

import re
from dataclasses import replace
from functools import cache

import jax
import numpy as np
import pytest
import xarray as xr

from infoloop.learning.disagreeing_pairs import DRAWS
from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import write_figure
from infoloop.statements.cell_verdicts import judge_cell, judge_thesis
from infoloop.statements.criteria import Budget
from infoloop.statements.measured_theses import read_measured
from infoloop.statements.measurements import read_outcomes
from infoloop.statements.theory_files import default_folder, read_blocks
from infoloop.studies import discovery
from infoloop.studies.configuration import settings
from infoloop.studies.measurement import outcomes_of
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import shards

EXPERIMENTS = {name: discovery.load(name) for name in discovery.experiment_summaries()}
KEY = jax.random.key(3)
REPEATED = ("rare_tokens", "noisy_verifiers")  # a sampled loop and a map
TWICE = [pytest.param(name, marks=() if name in REPEATED else pytest.mark.full) for name in EXPERIMENTS]
LONG = (
    "granularity",
    "components_of_a_signal",
    "hacking",
    "phantom_advantage",
    "diversity_of_right_answers",
    "pass_at_k",
    "goodhart",
    "collapse",
    "information_decay",
    "information_of_a_network",
    "self_training",
    "reference_or_verdict",
)  # 5 s to a minute each
DRAWN = [pytest.param(name, marks=pytest.mark.full if name in LONG else ()) for name in EXPERIMENTS]


@cache
def small_tables(name):
    """The tables of the small run, which two tests look at."""
    return EXPERIMENTS[name].run(EXPERIMENTS[name].SMALL, KEY)


@pytest.fixture(params=EXPERIMENTS)
def experiment(request):
    return EXPERIMENTS[request.param]


@pytest.mark.full
@pytest.mark.parametrize("name", TWICE)
def test_the_small_run_is_the_same_each_time(name):
    experiment = EXPERIMENTS[name]
    found, again = small_tables(name), experiment.run(experiment.SMALL, KEY)
    assert [key for key, table in found.items() if not table.equals(again[key])] == []


@pytest.mark.full
@pytest.mark.parametrize("name", DRAWN)
def test_the_small_run_is_finite_and_drawn(name, tmp_path):
    experiment = EXPERIMENTS[name]
    found = small_tables(name)
    for table in found.values():
        assert {v.attrs.keys() >= {"long_name", "units"} for v in table.values()} == {True}
        assert not any(np.isnan(v.values).any() for v in table.values())
    for title, make in experiment.FIGURES.items():
        figure = make(found)
        assert write_figure(figure, tmp_path, title).count("<svg") == 1
        assert figure.caption.endswith(".")
    for entry in experiment.headlines(found):
        headline = entry if isinstance(entry, Headline) else entry()
        assert np.isfinite(headline.found)
        assert len(headline.unit) < 8
        assert (headline.expected is None) == (headline.source == "")  # the column "expected by" holds what expects it
        assert not re.search(r"%|\bof the\b", headline.source)


def test_its_statements_are_stated(experiment):
    assert set(experiment.CLAIMS) <= {block.label for block in read_blocks(default_folder())}
    assert experiment.CLAIMS


def test_every_setting_says_what_it_is_and_is_used(experiment):
    rows = settings(experiment.Config)
    assert all(row.meaning for row in rows)
    source = discovery.source(experiment)
    assert [row.name for row in rows if f"config.{row.name}" not in source] == []


def test_the_default_run_is_cut_in_shards_with_names_of_their_own(experiment):
    names = [shard.name for shard in shards(experiment.sweeps(experiment.Config()))]
    assert len(set(names)) == len(names)


@pytest.mark.full
def test_a_word_list_adds_the_word_game(tmp_path):
    experiment, words = EXPERIMENTS["bits_per_episode"], tmp_path / "words.txt"
    words.write_text("abba\nbaab\nabab\ncaca\n")
    found = experiment.run(replace(experiment.SMALL, words=str(words)), KEY)
    bits = found["words"].bits.sel(word="abba")
    assert float(bits.sel(verdict="full")) == 2.0
    assert experiment.headlines(found)[-1].what == "bits of the best first word, abba"


def test_a_planted_order_is_recovered_and_a_planted_null_gives_no_finding():
    experiment, rng = EXPERIMENTS["components_of_a_signal"], np.random.default_rng(5)
    named, null = rng.normal(size=200), rng.normal(size=200)
    taken = np.where(np.arange(200) < 160, named, -named)  # four of five seeds are right
    found, nothing = experiment.named_share(named, taken), experiment.named_share(named, null)
    assert found[::3] == (0.8, 200)
    assert found.low < 0.8 < found.high
    assert found.low > 0.5
    assert nothing.low < 0.5 < nothing.high
    assert experiment.named_share(np.array([1.0, 0.0, 1.0]), np.array([1.0, 1.0, 0.0])).seeds == 1


def planted_pairs():
    """Two learners and four seeds: the contributions of (.02, three idle bits) and (.2, none) are planted."""
    shape = {"learner": ["token tables", "linear on bits"], "seed": range(4), "draw": list(DRAWS)}
    sizes, levels = tuple(map(len, shape.values())), [0.1, 1.0]
    dims = tuple(shape)
    contribution = np.zeros((*sizes, 2, 2))
    contribution[..., 0, :] = 1.0, 3.0  # at a tenth of the way
    contribution[..., 1, :] = 4.0, 1.0  # at the end
    reached, diverged = np.ones((*sizes, 2)), np.zeros(sizes)
    reached[:, 1, :, 0] = 0
    diverged[:, 2] = 1
    values = {
        "crossovers": ((*dims, "component"), np.broadcast_to([0.02, 0.2], (*sizes, 2))),
        "idle": ((*dims, "component"), np.broadcast_to([3, 0], (*sizes, 2))),
        "contribution": ((*dims, "level", "component"), contribution),
        "reached": ((*dims, "level"), reached),
        "diverged": (dims, diverged),
    }
    return {"pairs": xr.Dataset(values, {**shape, "component": [1, 2], "level": levels})}


@pytest.mark.full
def test_leads_of_components_are_signed_by_their_predictor_and_lost_seeds_are_told():
    experiment, found, tenth = EXPERIMENTS["components_of_a_signal"], planted_pairs(), Budget(0.1, "way")
    cells = ("idle=slow their own, learner=token tables", "idle=slow neither or both, learner=linear on bits")
    for outcome in (experiment.efficient_first, experiment.efficient_over_informative):
        said = outcome(found, tenth)
        assert tuple(said) == cells  # by efficiency the second is ahead: .278 against .215
        for cell in cells:
            assert (said[cell][0], said[cell][2], said[cell][3]) == (0.5, np.inf, 0.5)
            assert np.isnan(said[cell][1])
    fast = experiment.efficient_over_fast(found, tenth)
    assert fast[cells[0]][0] == 0.5
    assert "own rate orders like information" in fast[cells[1]]
    last = experiment.informative_stays(found, Budget(2000.0, "steps"))
    assert last[cells[1]] == {0: 0.6, 1: 0.6, 2: np.inf, 3: 0.6}  # by information the first is
    with pytest.raises(ValueError, match="share of the way"):
        experiment.efficient_first(found, Budget(1.0, "steps"))
    with pytest.raises(ValueError, match="steps of training"):
        experiment.informative_stays(found, tenth)


def planted_policies():
    """One model, five settings and three seeds: accuracy comes after the marker, and a cure adds .25 of gold."""
    settings = ["no cure", "correlation 0.4", "correlation 1", "comparisons 16", "decorrelated 0.5"]
    curve = lambda *values: np.broadcast_to(values, (1, 3, 5, 3))  # noqa: E731
    gold = np.full((1, 3, 5, 3), 0.125)
    gold[:, :, 4, 2] = 0.375
    diverged = np.zeros((1, 3, 5))
    diverged[0, 1] = 1
    each, look = ("model", "seed", "setting"), ("model", "seed", "setting", "look")
    values = {
        "proxy": (look, curve(0.0, 1.0, 4.0)),
        "best": (each, np.full((1, 3, 5), 5.0)),
        "marker": (look, curve(0.5, 0.8, 0.95)),
        "accuracy": (look, curve(0.2, 0.36, 0.9)),
        "gold": (look, gold),
        "diverged": (each, diverged),
        "correlation": (each, np.broadcast_to([0.8, 0.4, 1.0, 0.8, 0.8], (1, 3, 5))),
        "comparisons": (each, np.broadcast_to([64.0, 64.0, 64.0, 16.0, 64.0], (1, 3, 5))),
    }
    return {"policies": xr.Dataset(values, {"model": ["linear"], "seed": range(3), "setting": settings})}


@pytest.mark.slow
def test_hacking_is_told_by_leads_ends_and_paired_gains():
    experiment, found = EXPERIMENTS["hacking"], planted_policies()
    first = experiment.marker_first(found, Budget(0.1, "way"))
    plain = first["model=linear, correlation=0.8, comparisons=64"]
    assert abs(plain[0] - 0.5) <= rounding(8)  # at half of the first step: .3 of the marker, .1 of accuracy
    assert plain[1] == np.inf
    assert first["model=linear, correlation=0.4, comparisons=64"].startswith("the marker is not the more efficient")
    assert np.isnan(
        experiment.marker_first(found, Budget(0.9, "way"))["model=linear, correlation=1, comparisons=64"][2]
    )
    stays = experiment.marker_stays(found)
    assert list(stays) == ["model=linear, comparisons=64"]
    assert abs(stays["model=linear, comparisons=64"][0] - 0.9) <= rounding(8)
    gained = experiment.gold_gained(found)
    assert gained["model=linear, cure=decorrelated, strength=0.5"] == {0: 0.25, 1: np.inf, 2: 0.25}
    assert "fewer comparisons" in gained["model=linear, cure=comparisons, strength=16"]
    with pytest.raises(ValueError, match="share of the way"):
        experiment.marker_first(found, Budget(1.0, "steps"))


def test_without_a_cure_stands_at_the_weak_end_or_in_its_place():
    experiment = EXPERIMENTS["hacking"]
    table = planted_policies()["policies"]
    along = {curve: experiment._along(table, curve)[1] for curve in ("correlation", "comparisons", "decorrelated")}
    assert along == {
        "correlation": ["correlation 0.4", "no cure", "correlation 1"],
        "comparisons": ["comparisons 16", "no cure"],
        "decorrelated": ["no cure", "decorrelated 0.5"],
    }


def test_each_curve_of_hacking_changes_one_setting_alone():
    experiment = EXPERIMENTS["hacking"]
    (_, _, plain), *rest = experiment.curves(experiment.Config())
    for curve, strength, setting in rest:
        changed = {name: x for name, x in setting._asdict().items() if x != getattr(plain, name)}
        wanted = {curve: strength} if curve != "uncontradicted" else {"correlation": 1.0, "comparisons": strength}
        assert changed == {name: x for name, x in wanted.items() if x != getattr(plain, name)}


def granular_tables(seeds=20, lift=0.6):
    """Return tables as of a trained network: A rises by .1 every 100 steps for all labels, B by its own for each."""
    experiment, steps = EXPERIMENTS["granularity"], np.arange(0, 1000, 100)
    ends = dict.fromkeys(experiment.LEFT, 0.25) | {"2 classes": 0.4, "class": 0.25 + lift, "2 of 4, house": 0.5}
    held_out = np.stack([0.25 + (end - 0.25) * steps / 900 for end in ends.values()])
    noise = np.linspace(-0.01, 0.01, seeds)[:, None, None] * (np.arange(7) == 2)[:, None]  # of the class alone
    shape = (1, seeds, 1, 7, 10)
    dims = ("overlap", "seed", "optimiser", "signal", "step")
    tables = {
        "trained": (dims, np.broadcast_to(0.1 * np.arange(10), shape).copy()),
        "held_out": (dims, np.broadcast_to((held_out + noise)[None, :, None], shape).copy()),
        "diverged": (dims[:-1], np.zeros(shape[:-1])),
    }
    coordinates = {"overlap": [0], "optimiser": ["Adam"], "signal": list(experiment.LEFT), "step": steps}
    return {"transformer": xr.Dataset(tables, {**coordinates, "seed": range(seeds)})}


LESS_ONE = "class_less_one_output"
CELL = "learner=transformer, optimiser=Adam, forms=other"


def test_outcomes_of_labels_are_differences_by_seed_at_the_budget():
    experiment, tables = EXPERIMENTS["granularity"], granular_tables()
    accuracy, steps = Budget(0.8, "accuracy"), Budget(400.0, "steps")
    noise = np.linspace(-0.01, 0.01, 20)

    def found(outcome, budget, label="", noise=noise):
        gap = outcome(tables, budget=budget)[CELL + label]
        return list(gap) == list(range(20)) and np.array(list(gap.values())) - noise

    # B ends at .85 for the class, .4 for two classes, .5 for two house forms, .25 for all others; A is .8 at step 800.
    assert np.allclose(found(experiment.class_less_one_output, accuracy, ", label=house"), 0.6 * 8 / 9)
    assert np.allclose(found(experiment.class_less_one_output, accuracy, ", label=drawn"), 0.6 * 8 / 9)
    assert np.allclose(found(experiment.class_less_two_classes, steps), 0.45 * 4 / 9)
    assert np.allclose(found(experiment.part_less_class, accuracy, ", label=house", -noise), -0.35 * 8 / 9)
    assert np.allclose(found(experiment.part_less_one_output, accuracy, ", label=house", 0), 0.25 * 8 / 9)
    assert np.allclose(found(experiment.part_less_one_output, accuracy, ", label=drawn", 0), 0)
    with pytest.raises(ValueError, match="budget is in bits"):
        experiment.class_less_one_output(tables, budget=Budget(3.0, "bits"))


def test_seeds_without_an_outcome_are_missing_or_diverged_and_a_cell_without_transfer_is_void():
    experiment, tables = EXPERIMENTS["granularity"], granular_tables()
    table = tables["transformer"]
    table.trained.loc[{"seed": 3, "signal": "1 of 4, drawn"}] = 0.5
    table.diverged.loc[{"seed": 5, "signal": "class"}] = 1.0
    table.diverged.loc[{"seed": 7, "signal": "1 of 4, house"}] = 1.0
    returned = experiment.class_less_one_output(tables, budget=Budget(0.8, "accuracy"))
    cells = read_outcomes(returned, "gap")
    assert [cells[f"{CELL}, label={kind}"].missing for kind in ("house", "drawn")] == [(), (3,)]
    assert [cells[f"{CELL}, label={kind}"].diverged for kind in ("house", "drawn")] == [(5, 7), (5,)]
    beyond = experiment.class_less_two_classes(tables, budget=Budget(1000.0, "steps"))[CELL]
    assert np.isnan([value for seed, value in beyond.items() if seed != 5]).all()
    table.held_out[...] = 0.25 + 0.009 * np.arange(10) / 9
    assert "no label transfers" in experiment.class_less_two_classes(tables, budget=Budget(400.0, "steps"))[CELL]


@pytest.mark.parametrize(("lift", "verdict"), [(0.6, "supported"), (0.0, "refuted")])
def test_a_planted_advantage_of_the_class_is_recovered_and_a_planted_null_refutes(lift, verdict):
    experiment = EXPERIMENTS["granularity"]
    tables = granular_tables(lift=lift)
    thesis = next(t for t in read_measured(default_folder(), read_blocks(default_folder())) if t.outcome == LESS_ONE)
    cells = outcomes_of(thesis, experiment, tables)
    findings = tuple(judge_cell(thesis.criterion, cell, outcomes) for cell, outcomes in cells.items())
    assert judge_thesis(thesis.criterion, findings) == verdict
