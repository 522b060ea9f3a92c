r"""How many bits one episode brings: rewards, demonstrations and graded verdicts, and what they find a secret for.

A binary reward that is passed with probability p says $h(p)\le1$ bit; $-\log_2p$ is the surprise of a success, not what
an episode brings. A demonstration of one of K answers says $\log_2K$. In between are graded verdicts, here those of
Mastermind: each first guess, and each way to coarsen its verdict. Bits a query decide how many queries a secret takes.
"""

import jax
import jax.numpy as jnp
import numpy as np
from pydantic import Field

from infoloop.games.mastermind import knuth_queries, mastermind_codes, mastermind_signals
from infoloop.games.query_games import Signals, binary_queries, coarsened
from infoloop.games.word_lists import read_words
from infoloop.games.wordle import coarsenings, signal_entropies
from infoloop.probability.numerics import binary_entropy
from infoloop.reporting.figures import Figure, Line, Panel
from infoloop.studies.configuration import Count, Counts, Weights, config
from infoloop.studies.runner import Headline
from infoloop.studies.sweep import Quantity, Sweep, tables

VERDICT_NAMES = {"full": "black and white", "right": "black only", "sum": "black + white", "won": "right or wrong"}


@config
class Config:
    """Mastermind with 4 pegs and 6 colours, as Knuth solved it."""

    chances: Weights = Field(tuple(k / 200 for k in range(1, 200)), description="probabilities that a reward is given")
    answers: Counts = Field((2, 4, 16, 64, 256, 1296), description="answers among which one is to be found")
    pegs: Count = Field(4, description="pegs of Mastermind")
    colours: Count = Field(6, description="colours of Mastermind")
    words: str = Field("", description="file of words, one a line, for the word game (none: without it)")


SMALL = Config(chances=(0.25, 0.5), answers=(2, 4), pegs=2, colours=3)
CLAIMS = (
    "thm:reward-bits",
    "thm:demonstration-beats-verdict",
    "thm:surprisal-per-success",
    "fol:surprisal-per-episode",
    "cnd:one-by-one",
    "cnd:graded-between",
    "thm:secret-game",
)


def sweeps(config: Config) -> dict[str, Sweep]:
    """Declare "reward", over its probability, "search", over answers, "mastermind" and "words", over first guesses."""
    games = {"reward": _reward(config), "search": _search(config), "mastermind": _mastermind(config)}
    return games | ({"words": _words(read_words(config.words))} if config.words else {})


def _reward(config: Config) -> Sweep:
    def measure(key, chance):
        surprise = -jnp.log2(chance)
        return {"bits": binary_entropy(chance), "surprise": surprise, "mean_surprise": chance * surprise}

    quantities = {
        "bits": Quantity("information of a binary reward", "bits"),
        "surprise": Quantity("surprise of a success", "bits"),
        "mean_surprise": Quantity("the part of the information that successes bring", "bits"),
    }
    return Sweep(measure, quantities, traced_grid={"chance": config.chances}, shard_size=4096, batch_size=64)


def _search(config: Config) -> Sweep:
    def measure(key, answers):
        uniform = jnp.full(answers, 1 / answers)
        return {
            "verdicts": binary_queries(uniform),
            "bits": jnp.log2(answers * 1.0),
            "first_bits": binary_entropy(1.0 / answers),
        }

    quantities = {
        "verdicts": Quantity("mean number of yes/no tries that find the answer", "1"),
        "bits": Quantity("what a demonstration says", "bits"),
        "first_bits": Quantity("what the first try says", "bits"),
    }
    return Sweep(measure, quantities, static_grid={"answers": config.answers})


def first_guesses(pegs: int, colours: int) -> np.ndarray:
    """Return one first guess of each kind: the smallest code with each pattern of repetitions."""
    kinds = {}
    for code in mastermind_codes(pegs, colours):
        kinds.setdefault(tuple(sorted(np.bincount(code)[np.bincount(code) > 0])), code)
    return np.array(list(kinds.values()))


def _mastermind(config: Config) -> Sweep:
    guesses = first_guesses(config.pegs, config.colours)
    black, white = np.divmod(np.arange((config.pegs + 1) ** 2), config.pegs + 1)
    labels = {"full": np.arange(len(black)), "right": black, "sum": black + white, "won": black == config.pegs}

    def measure(key, verdict, masses, counts):
        found = coarsened(Signals(counts, masses), labels[verdict].astype(int))
        return {"bits": found.bits, "left": found.expected_remaining, "guess": jnp.asarray(guesses)}

    def shared(verdict):
        signals = mastermind_signals(guesses, config.pegs, config.colours)
        padding = ((0, 0), (0, len(black) - signals.masses.shape[1]))
        return {"masses": np.pad(signals.masses, padding), "counts": np.pad(signals.counts, padding)}

    quantities = {
        "bits": Quantity("bits of the verdict on a first guess", "bits", ("kind",)),
        "left": Quantity("expected number of secrets that are left", "1", ("kind",)),
        "guess": Quantity("the guess", "1", ("kind", "peg")),
    }
    axes = {"kind": range(len(guesses)), "peg": range(config.pegs)}
    return Sweep(measure, quantities, static_grid={"verdict": tuple(VERDICT_NAMES)}, axes=axes, shared_inputs=shared)


def _words(words: list[str]) -> Sweep:
    labels = coarsenings(len(words[0]))

    def measure(key, verdict, masses, counts):
        return {"bits": coarsened(Signals(counts, masses), labels[verdict]).bits}

    return Sweep(
        measure,
        {"bits": Quantity("bits of the verdict on a first guess, secrets equally likely", "bits", ("word",))},
        static_grid={"verdict": tuple(labels)},
        axes={"word": words},
        shared_inputs=lambda verdict: signal_entropies(words, words)._asdict(),
    )


def run(config: Config, key: jax.Array) -> dict:
    """Return the tables of `sweeps`, computed at once."""
    return tables(sweeps(config), key)


def bits_figure(found: dict) -> Figure:
    """Draw bits of rewards, tries of a search, and bits of first guesses."""
    reward, search, games = found["reward"], found["search"], found["mastermind"]
    seen = reward.where(reward.surprise <= 4, drop=True)
    kinds = ["".join(map(str, games["guess"].values[0, k] + 1)) for k in range(games.kind.size)]
    rewards = (
        Line(reward.chance, reward.bits, "an episode, h(p)"),
        Line(reward.chance, reward.mean_surprise, "its successes' part", "dotted", 0),
        Line(seen.chance, seen.surprise, "surprise of a success", "dashed", 1),
    )
    finds = (
        Line(search.answers, search.verdicts, "yes/no verdicts"),
        Line(search.answers, np.ones(search.answers.size), "demonstrations", colour=1),
    )
    guesses = tuple(
        Line(range(len(kinds)), games.bits.sel(verdict=v), name, "points", k)
        for k, (v, name) in enumerate(VERDICT_NAMES.items())
    )
    panels = (
        Panel("A binary reward", "probability that it is given", "bits", rewards),
        Panel("Finding one answer of K", "K", "mean number of queries", finds, "log", "log"),
        Panel("Mastermind, first guess", "guess", "bits of its verdict", guesses, x_names=tuple(kinds)),
    )
    return Figure(
        panels, "Bits per episode: at most one for a reward, all of them for a demonstration, graded between."
    )


FIGURES = {"bits": bits_figure}


def headlines(found: dict) -> tuple[Headline, ...]:
    """Say the best first guess, and, where the game is Knuth's, what his strategy takes."""
    games, search = found["mastermind"], found["search"]
    best = int(np.argmax(games.bits.sel(verdict="full").values))
    rows = [
        Headline(f"bits of the best first guess, {name}", float(games.bits.sel(verdict=v)[best]), None, "bits", "")
        for v, name in VERDICT_NAMES.items()
    ]
    k, tries = int(search.answers[-1]), float(search.verdicts[-1])
    rows.append(Headline(f"yes/no verdicts to find one of {k}", tries, (k + 1) / 2, "1", "(K+1)/2"))
    if games.peg.size == 4 and float(games.left.sel(verdict="won").max()) > 1000:
        taken = knuth_queries()
        rows.append(Headline("guesses in total, Knuth's strategy", float(taken.sum()), 5801.0, "1", "Knuth (1977)"))
        rows.append(Headline("guesses at most", float(taken.max()), 5.0, "1", "Knuth (1977)"))
    if "words" in found:
        bits = found["words"].bits.sel(verdict="full").to_series()
        rows.append(Headline(f"bits of the best first word, {bits.idxmax()}", float(bits.max()), None, "bits", ""))
    return tuple(rows)
