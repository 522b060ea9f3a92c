"""The contract of every experiment: its small run gives finite tables, figures and numbers, the same each time."""

import re
from dataclasses import replace

import jax
import numpy as np
import pytest

from infoloop.reporting.figures import write_figure
from infoloop.statements.theory_files import default_folder, read_blocks
from infoloop.studies import discovery
from infoloop.studies.configuration import settings
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
