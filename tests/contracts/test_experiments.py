"""The contract of every experiment: its small run gives finite tables, figures and numbers, the same each time."""

import re
from dataclasses import replace

import jax
import numpy as np
import pytest
import xarray as xr

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
)  # 5 s to a minute each
DRAWN = [pytest.param(name, marks=pytest.mark.full if name in LONG else ()) for name in EXPERIMENTS]


@pytest.fixture(params=EXPERIMENTS)
def experiment(request):
    return EXPERIMENTS[request.param]


@pytest.mark.slow
@pytest.mark.parametrize("name", TWICE)
def test_the_small_run_is_the_same_each_time(name):
    experiment = EXPERIMENTS[name]
    found, again = (experiment.run(experiment.SMALL, KEY) for _ in range(2))
    assert [key for key, table in found.items() if not table.equals(again[key])] == []


@pytest.mark.slow
@pytest.mark.parametrize("name", DRAWN)
def test_the_small_run_is_finite_and_drawn(name, tmp_path):
    experiment = EXPERIMENTS[name]
    found = experiment.run(experiment.SMALL, KEY)
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


@pytest.mark.slow
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


def test_drawn_pairs_are_of_the_kind_that_was_asked_for():
    experiment = EXPERIMENTS["components_of_a_signal"]
    for draw, rival in ((1, "information"), (2, "rate")):
        pairs = jax.vmap(lambda key, draw=draw: experiment.drawn_pair(key, experiment.Config(), draw))(
            jax.random.split(KEY, 50)
        )
        said = jax.vmap(experiment.predicted)(pairs.crossovers, pairs.idle)
        leads = {name: np.asarray(x[:, 0] - x[:, 1]) for name, x in said.items()}
        assert (leads["efficiency"] * leads[rival] < 0).all()


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
    returned = experiment.class_less_one_output(tables, budget=Budget(0.8, "accuracy"))
    cells = read_outcomes(returned, "gap")
    assert [cells[f"{CELL}, label={kind}"].missing for kind in ("house", "drawn")] == [(), (3,)]
    assert [cells[f"{CELL}, label={kind}"].diverged for kind in ("house", "drawn")] == [(5,), (5,)]
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
