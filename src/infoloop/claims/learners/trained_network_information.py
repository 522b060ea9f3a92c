"""Chapter 7: what a trained network knows of a random rule, at most; decided on networks that are trained (H5)."""

import itertools
from collections.abc import Mapping
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from flint import fmpq

from infoloop.claims.comparisons import inequality
from infoloop.exact.log_sums import LogSum, entropy_of_masses, exact_binary_entropy, from_rational, rational
from infoloop.information.measures import mutual_information
from infoloop.learners.label_loops import accepted_labels, replayed_labels, verdict_laws
from infoloop.learners.label_training import label_learner, trained_on_labels
from infoloop.learners.perceptron_policy import perceptron
from infoloop.learners.tabular_policy import tabular_softmax
from infoloop.learners.trained_information import (
    label_laws,
    label_sets,
    quantised,
    set_laws,
    state_codes,
    state_law,
    verdicts_information,
)
from infoloop.probability.distributions import Joint
from infoloop.statements.cases import Family, random_numbers
from infoloop.statements.neighbours import without
from infoloop.statements.parameter_grids import parameter_grid
from infoloop.worlds.lookup import lookup_world

LEARNED = "the network is a function of its data set, and of what is drawn apart from rule and data"
LISTED = "the next data set is made of the last one, of the network's answers and of the verdicts that are counted"
UNSELECTED = "no run is selected by what the rule says of it"
SYMBOLS, CLASSES, BASES, PARTS = 2, 2, 4, 64
RULES = np.array(list(itertools.product(range(CLASSES), repeat=SYMBOLS)))
SETS = np.array(list(itertools.product(range(CLASSES + 1), repeat=SYMBOLS)))
MISJUDGED = "1/50"


class TrainedNetworks(NamedTuple):
    """The same learner after training, as arrays of log-probabilities of two trained questions and two held-out ones.

    Attributes:
        pairs: By the first data set and the last one, on both of which it is trained (replay).
        bases: By initial weights and data set; the first ones are those of `pairs`.
        shown: By rule and data set, where right answers to held-out questions are among the labels.
    """

    pairs: np.ndarray
    bases: np.ndarray
    shown: np.ndarray


@cache
def trained_networks(learner: str, seed: int) -> TrainedNetworks:
    """Train a learner on every data set of two binary labels, some of them missing.

    Args:
        learner: "tabular" or "perceptron"; this one has a base that knows another task.
        seed: Of the other task and of the initial weights.

    >>> trained_networks("tabular", 0).bases.shape
    (4, 9, 4, 2)
    """
    return TrainedNetworks(*map(np.asarray, _train(learner, jax.random.key(seed))))


@partial(jax.jit, static_argnums=0)
def _train(learner, key):
    key_world, key_bases = jax.random.split(key)
    world = lookup_world(key_world, SYMBOLS, CLASSES, 1, 1, alphabet=CLASSES, length=1, entangled=False)
    pooled = learner == "perceptron"
    policy_of = partial(perceptron, embedding=4, widths=(8,)) if pooled else tabular_softmax
    optimiser = optax.adam(0.005 if pooled else 0.06)
    who = label_learner(key_bases, world, 2 * SYMBOLS, policy_of, optimiser, BASES, 60, pooled)
    sets = label_sets(SYMBOLS, CLASSES)
    pairs = jnp.pad(replayed_labels(sets, CLASSES, 0.5), ((0, 0), (0, SYMBOLS), (0, 0)))
    single = pairs[-len(SETS) :]
    held_out = jax.nn.one_hot(RULES, CLASSES)
    shown = jnp.concatenate(
        [
            jnp.broadcast_to(single[:, :SYMBOLS], (len(RULES), *single[:, :SYMBOLS].shape)),
            jnp.broadcast_to(held_out[:, None], (len(RULES), len(SETS), *held_out.shape[1:])),
        ],
        axis=2,
    )
    targets = jnp.concatenate([pairs, jnp.tile(single, (BASES, 1, 1)), shown.reshape(-1, *single.shape[1:])])
    numbers = jnp.concatenate(
        [jnp.zeros(len(pairs), int), jnp.repeat(jnp.arange(BASES), len(SETS)), jnp.zeros(len(RULES) * len(SETS), int)]
    )
    logs = trained_on_labels(who, numbers, targets, 25)
    pairs, bases, shown = jnp.split(logs, [len(pairs), len(pairs) + BASES * len(SETS)])
    shape = logs.shape[1:]
    return pairs, bases.reshape(BASES, len(SETS), *shape), shown.reshape(len(RULES), len(SETS), *shape)


def exact_information(masses: np.ndarray) -> LogSum:
    """Return the information between row and column of an exact table, in bits.

    >>> exact_information(np.array([[fmpq(1, 2), fmpq(0)], [fmpq(0), fmpq(1, 2)]])).digits(3)
    '1.00'
    """
    parts = (entropy_of_masses(masses.sum(axis=axis)) for axis in (0, 1))
    return sum(parts, LogSum()) - entropy_of_masses(masses.ravel())


def _start(case):
    """Return P(x, d) exactly."""
    wrong, missing = rational(case["wrong"]), rational(case["missing"])
    given = {True: (1 - missing) * (1 - wrong), False: (1 - missing) * wrong}
    one = [[missing if y == CLASSES else given[y == x] for y in range(CLASSES + 1)] for x in range(CLASSES)]
    rows = [[one[x[0]][d[0]] * one[x[1]][d[1]] / len(RULES) for d in SETS] for x in RULES]
    return np.array(rows, dtype=object)


def _answers(logs):
    """Return the law of answers to the trained questions, in whole 64ths."""
    shares = np.rint(np.exp(logs[..., :SYMBOLS, 0]) * PARTS).astype(int)
    return np.array([[[fmpq(int(s), PARTS), fmpq(PARTS - int(s), PARTS)] for s in row] for row in shares], dtype=object)


def _next_labels(case, answers, x, d):
    """Return the law of the labels after data set d under rule x, question by question."""
    laws = []
    for q in range(SYMBOLS):
        own = [*answers[d, q], fmpq(0)]
        if case["loop"] == "verified":
            error = rational(MISJUDGED)
            own = [p * (1 - error if y == RULES[x, q] else error) for y, p in enumerate(own)]
            own[SETS[d, q]] += 1 - sum(own, fmpq(0))
        laws.append(own)
    return np.multiply.outer(*(np.array(law, dtype=object) for law in laws)).ravel()


def _by_round(case):
    """Return P(x, d_t) of each round and the network's answers after each data set; with replay d is a pair."""
    networks, start = trained_networks(case["learner"], case["seed"]), _start(case)
    if case["loop"] == "replay":
        answers = _answers(networks.pairs)
        one = np.array([[fmpq(0)] * len(SETS)] * len(RULES), dtype=object)
        first = np.concatenate([np.stack([one] * (len(SETS) - 1), axis=2), start[:, :, None]], axis=2)
        rounds = [first.reshape(len(RULES), -1)]
    else:
        answers, rounds = _answers(networks.bases[0]), [start]
    if case["loop"] == "greedy":
        answers = np.array([[[fmpq(int(p == max(law))) for p in law] for law in row] for row in answers], dtype=object)
        answers[..., 1] = 1 - answers[..., 0]
    for _ in range(case["round"]):
        later = np.array([[fmpq(0)] * rounds[0].shape[1]] * len(RULES), dtype=object)
        for x, d in itertools.product(range(len(RULES)), range(rounds[0].shape[1])):
            if rounds[-1][x, d]:
                kept = d - d % len(SETS) if case["loop"] == "replay" else 0
                later[x, kept : kept + len(SETS)] += rounds[-1][x, d] * _next_labels(case, answers, x, d)
        rounds.append(later)
    return rounds, answers


def _codes(case, logs):
    """Return numbers of the states that are told apart, one a network."""
    readouts = {"all": lambda a: a, "greedy": lambda a: a.argmax(axis=-1), "grid": lambda a: np.round(a * 2)}
    flat = readouts[case["readout"]](logs).reshape(-1, logs.shape[-2] * (1 if case["readout"] == "greedy" else CLASSES))
    return np.unique(flat, axis=0, return_inverse=True)[1].ravel()


def _rules_and_states(masses, codes):
    """Return P(x, z) exactly, of P(x, d) and z(d) or z(x, d)."""
    table = np.array([[fmpq(0)] * (int(codes.max()) + 1)] * len(RULES), dtype=object)
    codes = np.broadcast_to(codes, masses.shape)
    for x, d in np.ndindex(*masses.shape):
        table[x, codes[x, d]] += masses[x, d]
    return table


def _verdict_bits(case, masses, answers):
    """Return I(X;S|D,Y) of the verdicts on one round's answers; of a loop without verdicts it is 0."""
    if case["loop"] != "verified":
        return LogSum()
    error, whole = rational(MISJUDGED), LogSum()
    for d, y in itertools.product(range(len(SETS)), RULES):
        weights = [masses[x, d] * answers[d, 0, y[0]] * answers[d, 1, y[1]] for x in range(len(RULES))]
        total = sum(weights, fmpq(0))
        if not total:
            continue
        verdicts = [fmpq(0)] * 4
        for weight, rule in zip(weights, RULES, strict=True):
            yes = [1 - error if a == b else error for a, b in zip(y, rule, strict=True)]
            for k, (a, b) in enumerate(itertools.product((1 - yes[0], yes[0]), (1 - yes[1], yes[1]))):
                verdicts[k] += weight / total * a * b
        whole = whole + (entropy_of_masses(verdicts) - exact_binary_entropy(error) * SYMBOLS) * total
    return whole


def network_bound(case: Mapping[str, Any]) -> tuple[LogSum, LogSum]:
    """Return both sides of the bound on the network, or of that on a round, as the case says.

    >>> case = {"learner": "tabular", "seed": 0, "wrong": "1/10", "missing": "1/4", "loop": "closed", "round": 0}
    >>> lesser, greater = network_bound({**case, "bound": "network", "readout": "all"})
    >>> (greater - lesser).sign()
    0
    """
    rounds, answers = _by_round(case)
    known = exact_information(rounds[-1])
    if case["bound"] == "round":
        return known, exact_information(rounds[-2]) + _verdict_bits(case, rounds[-2], answers)
    networks = trained_networks(case["learner"], case["seed"])
    logs = networks.pairs if case["loop"] == "replay" else networks.bases[0]
    leak = case.get("leak")
    if leak == "held-out answers":
        logs = networks.shown
    if leak == "selection":
        right = (networks.bases[:, None, :, SYMBOLS:].argmax(axis=-1) == RULES[:, None]).sum(axis=-1)
        logs = networks.bases[right.argmax(axis=0), np.arange(len(SETS))]
    codes = _codes(case, logs)
    return exact_information(_rules_and_states(rounds[-1], codes.reshape(rounds[-1].shape) if leak else codes)), known


def _without_told(case):
    lesser, _ = network_bound(case)
    return lesser, exact_information(_by_round(case)[0][-2])


def _float_case(x):
    """Return a table of logits before training, and the rates of wrong and missing labels and of wrong verdicts."""
    return x[:4].reshape(2, 2), jax.nn.sigmoid(x[4:7] - 1)


def _float_sides(case):
    logits, (wrong, missing, misjudged) = case
    sets, rules = label_sets(SYMBOLS, CLASSES), jnp.asarray(RULES)
    start = set_laws(label_laws(rules, CLASSES, wrong, missing)) / len(RULES)
    labels = jax.nn.one_hot(sets, CLASSES, dtype=float)
    push = labels - labels.sum(axis=-1, keepdims=True) * jax.nn.softmax(logits)
    logs = jax.nn.log_softmax(logits + 2 * push)
    answers = jnp.exp(logs)
    link = accepted_labels(answers, sets, rules, misjudged)
    later = jnp.einsum("xd,xde->xe", start, link)
    told = verdicts_information(start, set_laws(answers), verdict_laws(rules, rules, misjudged))
    data = [mutual_information(Joint(table, ("X", "D")), "X", "D") for table in (start, later)]
    state = state_law(later, state_codes(quantised(logs, 1.0)))
    return jnp.stack([mutual_information(state, "X", "Z"), data[1]]), jnp.stack([data[1], data[0] + told])


def _float_sides_untold(case):
    lesser, greater = _float_sides(case)
    logits, rates = case
    blind = _float_sides((logits, rates.at[2].set(0.5)))[1]
    return lesser, jnp.stack([greater[0], blind[1]])


_plain = {"learner": "perceptron", "seed": 0, "wrong": "1/10", "missing": "1/4"}
_WHO: dict[str, Any] = {
    "learner": ("tabular", "perceptron"),
    "seed": (0, 1),
    "wrong": ("1/10",),
    "missing": ("1/4",),
}
_first = {**_plain, "loop": "closed", "round": 0, "bound": "network", "readout": "all"}
_replayed = {**_plain, "loop": "replay", "round": 1, "bound": "round"}
trained_network = inequality(
    "thm:trained-network-information",
    (LEARNED, LISTED, UNSELECTED),
    _float_sides,
    random_numbers(7, _float_case),
    exact=network_bound,
    family=Family(
        "four rules of two binary questions, labels wrong one time in ten and missing one in four; a table of logits "
        "and a perceptron with a pre-trained base, two seeds each, trained on each of the 9 data sets; after 0 and 2 "
        "rounds of closed and verified loops what all logits, logits on a grid and greedy tables know; rounds 1 and 2 "
        "of closed, greedy and verified loops, round 1 of replay",
        lambda: itertools.chain(
            parameter_grid(
                **_WHO,
                loop=("closed", "verified"),
                round=(0, 2),
                bound=("network",),
                readout=("all", "grid", "greedy"),
            ),
            parameter_grid(**_WHO, loop=("closed", "greedy", "verified"), round=(1, 2), bound=("round",)),
            parameter_grid(**_WHO, loop=("replay",), round=(1,), bound=("round",)),
        ),
    ),
    edges=(_first, _replayed),
    neighbours=(
        without(LEARNED, {**_first, "readout": "greedy", "leak": "held-out answers"}),
        without(LISTED, {**_plain, "loop": "verified", "round": 1, "bound": "round"}, exact=_without_told),
        without(UNSELECTED, {**_first, "leak": "selection"}),
    ),
    wrong=_float_sides_untold,
    ceiling=lambda case: from_rational(SYMBOLS),
)
