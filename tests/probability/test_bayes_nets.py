"""Networks against loops over all outcomes, published numbers, and independence read off the numbers themselves."""

import functools
import itertools
import math
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.measures import entropy, mutual_information
from infoloop.probability import bayes_nets
from infoloop.probability.bayes_nets import BayesNet, bayes_net, query_cost, separated
from infoloop.probability.channels import Channel, channel
from infoloop.probability.distributions import condition, from_outcomes, joint, marginal, relabel
from infoloop.probability.numerics import rounding


def brute_force(spec, sizes, names):
    """The law of `names` by a sum over every outcome of all variables; `spec` lists (source, target, table)."""
    law = np.zeros([sizes[name] for name in names])
    for values in itertools.product(*(range(n) for n in sizes.values())):
        at = dict(zip(sizes, values, strict=True))
        mass = math.prod(float(table[tuple(at[n] for n in source + target)]) for source, target, table in spec)
        law[tuple(at[name] for name in names)] += mass
    return law


def conditional_information(law, axes):
    """I(X;Z|G) in bits of an array whose axes are labelled x, z and g: by loops and the definition."""
    mass = {}
    for cell in itertools.product(*map(range, law.shape)):
        key = tuple(tuple(v for v, label in zip(cell, axes, strict=True) if label == group) for group in "xzg")
        mass[key] = mass.get(key, 0.0) + float(law[cell])

    sums = {}
    for (x, z, g), p in mass.items():
        for key in (("x", x, g), ("z", z, g), ("g", g)):
            sums[key] = sums.get(key, 0.0) + p
    return math.fsum(
        p * math.log2(p * sums["g", g] / (sums["x", x, g] * sums["z", z, g])) for (x, z, g), p in mass.items() if p > 0
    )


def random_spec(seed, blocks):
    """Parts with one or two targets, up to two sources among the variables before, and sizes 2 or 3."""
    rng = np.random.default_rng(seed)
    sizes, spec = {}, []
    for k in range(blocks):
        count = min(len(sizes), int(rng.integers(0, 3)))
        source = tuple(str(name) for name in rng.permutation(list(sizes))[:count])
        target = tuple(f"v{k}{letter}" for letter in "ab"[: rng.integers(1, 3)])
        sizes.update({name: int(rng.integers(2, 4)) for name in target})
        shape = [sizes[name] for name in source + target]
        table = rng.exponential(size=shape)
        axes = tuple(range(len(source), len(shape)))
        spec.append((source, target, table / table.sum(axis=axes, keepdims=True)))
    return spec, sizes


def built(spec):
    return bayes_net(*(channel(table, s, t) if s else joint(table, *t) for s, t, table in spec))


def random_part(rng, size, source, target):
    rows = rng.dirichlet(np.ones(size), size=(size,) * len(source))
    return channel(rows, source, target) if source else joint(rows, target)


def grid(side, size):
    """Each cell reads its left and its upper neighbour."""
    rng, parts = np.random.default_rng(0), []
    for i, j in itertools.product(range(side), repeat=2):
        source = ((f"{i},{j - 1}",) if j else ()) + ((f"{i - 1},{j}",) if i else ())
        parts.append(random_part(rng, size, source, f"{i},{j}"))
    return bayes_net(*parts)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_every_query_of_up_to_three_variables_agrees_with_brute_force(seed):
    spec, sizes = random_spec(seed, 4)
    shuffled = spec[::-1] if seed % 2 else spec[1:] + spec[:1]
    net = built(shuffled)
    assert sorted(net.names) == sorted(sizes)
    orders = list(itertools.permutations(sizes, min(3, len(sizes))))
    for k in np.random.default_rng(seed).choice(len(orders), 6):
        names = orders[k]
        answer = marginal(net, *names)
        assert answer.names == names
        assert np.abs(answer.table - brute_force(spec, sizes, names)).max() <= rounding(64)


def test_the_joint_of_all_and_of_nothing():
    spec, sizes = random_spec(5, 4)
    net = built(spec)
    assert np.abs(marginal(net, *net.names).table - brute_force(spec, sizes, net.names)).max() <= rounding(64)
    nothing = marginal(net)
    assert nothing.names == ()
    assert abs(float(nothing.table) - 1) <= rounding(64)


def test_parts_come_causes_first_and_else_as_given():
    net = bayes_net(random_part(np.random.default_rng(0), 2, ("A", "B"), "C"), joint([1], "Z"), *map(coin, "BA"))
    assert net.names == ("Z", "B", "A", "C")


def coin(name):
    return joint([0.5, 0.5], name)


def copy(source, target):
    return channel([[1, 0], [0, 1]], source, target)


def asia():
    """Lauritzen & Spiegelhalter 1988, table 1; value 1 is `yes`. E says that tuberculosis or lung cancer is present."""
    yes = lambda p: np.stack([1 - np.asarray(p), np.asarray(p)], axis=-1)  # noqa: E731
    return bayes_net(
        joint(yes(0.01), "A"),
        joint(yes(0.5), "S"),
        channel(yes([0.01, 0.05]), "A", "T"),
        channel(yes([0.01, 0.1]), "S", "L"),
        channel(yes([0.3, 0.6]), "S", "B"),
        channel(yes([[0.0, 1.0], [1.0, 1.0]]), ("T", "L"), "E"),
        channel(yes([0.05, 0.98]), "E", "X"),
        channel(yes([[0.1, 0.8], [0.7, 0.9]]), ("E", "B"), "D"),
    )


@pytest.mark.slow
def test_asia():
    # Rational enumeration of the published tables, 60 digits.
    assert abs(marginal(asia(), "X").table[1] - 0.11029004) <= rounding(8)
    assert abs(marginal(asia(), "D").table[1] - 0.4359706) <= rounding(8)
    assert abs(mutual_information(asia(), "S", "D") - 0.040450594129090564) <= rounding(8)
    assert abs(mutual_information(asia(), "A", "S")) <= rounding(8)


@pytest.mark.slow
def test_the_umbrella_world():
    """Russell & Norvig, section 14.2: rain given umbrellas on days 1 and 2, by the forward recursion in rationals."""
    stay, sensor = [[0.3, 0.7], [0.7, 0.3]][::-1], [[0.8, 0.2], [0.1, 0.9]]
    steps = [channel(stay, f"R{t}", f"R{t + 1}") for t in range(2)]
    sensors = [channel(sensor, f"R{t}", f"U{t}") for t in (1, 2)]
    net = bayes_net(coin("R0"), *steps, *sensors)
    rain, dry = Fraction(1, 2), Fraction(1, 2)
    for day in (1, 2):
        rain, dry = (7 * rain + 3 * dry) / 10 * Fraction(9, 10), (3 * rain + 7 * dry) / 10 * Fraction(2, 10)
        seen = {f"U{t}": 1 for t in range(1, day + 1)}
        filtered = condition(marginal(net, f"R{day}", *seen), **seen)
        assert abs(filtered.table[1] - float(rain / (rain + dry))) <= rounding(8)


@pytest.mark.slow
def test_measures_of_a_network_are_those_of_its_joint():
    spec, sizes = random_spec(3, 4)
    net, (x, z, g) = built(spec), list(sizes)[:3]
    law = brute_force(spec, sizes, (x, z, g))
    assert abs(mutual_information(net, x, z, given=g) - conditional_information(law, "xzg")) <= rounding(64)
    everything = brute_force(spec, sizes, tuple(sizes)).ravel()
    assert abs(entropy(net) + math.fsum(p * math.log2(p) for p in everything)) <= rounding(64 * len(sizes))


def test_symbols_survive():
    sky = from_outcomes({"rain": 0.25, "sun": 0.75}, "sky")
    net = bayes_net(sky, copy("sky", "grass"))
    assert marginal(net, "grass", "sky").outcomes() == {(0, "rain"): 0.25, (1, "sun"): 0.75}


@pytest.mark.parametrize("seed", range(8))
def test_separated_exactly_where_random_tables_are_independent(seed):
    spec, sizes = random_spec(seed, 4)
    net, rng = built(spec), np.random.default_rng(seed)
    for _ in range(12):
        label = dict(zip(sizes, rng.choice(list("xzg-"), len(sizes)), strict=True))
        x, z, g = ([name for name in sizes if label[name] == group] for group in "xzg")
        names = [name for name in sizes if label[name] != "-"]
        law = brute_force(spec, sizes, tuple(names))
        dependent = conditional_information(law, [label[name] for name in names]) > rounding(law.size)
        assert separated(net, x, z, given=g) != dependent, (x, z, g)


@pytest.mark.parametrize(
    ("x", "z", "given", "expected"),
    [
        ("A", "B", (), True),  # two causes of one effect
        ("A", "B", "C", False),  # explaining away
        ("A", "B", "D", False),  # ... also by an effect of the effect
        ("A", "D", "C", True),  # a chain, cut
        ("A", "D", (), False),
        ("D", "E", "C", True),  # a fork, cut
        ("D", "E", ("A", "B"), False),
        (("A", "D"), "B", "C", False),
        ("A", "A", (), False),  # a variable is not separated from itself
        ("A", "A", "A", True),  # ... unless it is given
    ],
)
def test_separation_by_hand(x, z, given, expected):
    """A -> C <- B, and C -> D, C -> E."""
    both = random_part(np.random.default_rng(0), 2, ("A", "B"), "C")
    net = bayes_net(coin("A"), coin("B"), both, copy("C", "D"), copy("C", "E"))
    assert separated(net, x, z, given) is expected
    assert separated(net, z, x, given) is expected


def test_blocks_tie_their_own_variables_and_nothing_else():
    pair = channel(np.full((2, 2, 2), 0.25), "X", ("Y", "Z"))
    net = bayes_net(joint(np.full((2, 2), 0.25), "X", "W"), pair)
    assert not separated(net, "X", "W")
    assert not separated(net, "Y", "Z", given="X")
    assert separated(net, ("Y", "Z"), "W", given="X")


@pytest.mark.full
def test_jit_vmap_and_grad():
    def x_to_z(crossover):
        rows = jnp.array([[1 - crossover, crossover], [crossover, 1 - crossover]])
        return BayesNet((coin("X"), Channel(rows, ("X",), ("Y",)), Channel(rows, ("Y",), ("Z",))))

    def differs(crossover):
        law = marginal(bayes_net(*reversed(x_to_z(crossover).factors)), "X", "Z").table
        return law[0, 1] + law[1, 0]

    crossovers = jnp.array([0.0, 0.1, 0.5])
    # Two errors in a row differ with probability 2 e (1 - e), of slope 2 - 4 e.
    assert jnp.abs(jax.vmap(jax.jit(differs))(crossovers) - 2 * crossovers * (1 - crossovers)).max() <= rounding(8)
    assert jnp.abs(jax.vmap(jax.grad(differs))(crossovers) - (2 - 4 * crossovers)).max() <= rounding(8)
    nets = jax.vmap(x_to_z)(crossovers)
    assert jax.jit(jax.vmap(lambda net: marginal(net, "Z").table))(nets).shape == (3, 2)


def test_long_chains_and_trees_cost_little():
    rng = np.random.default_rng(0)
    chain = bayes_net(*(random_part(rng, 5, (f"{t - 1}",) if t else (), f"{t}") for t in range(20)))
    tree = bayes_net(*(random_part(rng, 2, (f"{(t - 1) // 2}",) if t else (), f"{t}") for t in range(40)))
    star = bayes_net(coin("0"), *(random_part(rng, 2, ("0",), f"{t}") for t in range(1, 40)))
    assert query_cost(chain, "0", "19").cells == 25
    assert query_cost(tree, "39", "20").cells == query_cost(star, "1", "39").cells == 4
    first, *steps = (f.rows if isinstance(f, Channel) else f.table for f in chain.factors)
    assert jnp.abs(marginal(chain, "19").table - functools.reduce(jnp.matmul, steps, first)).max() <= rounding(32)


def test_causes_introduced_long_before_they_meet_cost_little():
    """A knock-out tournament: 32 coins, and every match reads two of the round before."""
    rng = np.random.default_rng(0)
    coins = [coin(f"0.{i}") for i in range(32)]
    matches = [
        random_part(rng, 2, (f"{k - 1}.{2 * i}", f"{k - 1}.{2 * i + 1}"), f"{k}.{i}")
        for k in range(1, 6)
        for i in range(32 >> k)
    ]
    assert query_cost(bayes_net(*coins, *matches), "5.0").cells <= 2**3


def test_effects_that_nobody_asks_about_cost_nothing():
    net = grid(12, 2)
    assert query_cost(net, "0,0").operations == 2
    assert query_cost(net, "1,1").cells <= 8


@pytest.mark.slow
def test_a_grid_is_answered_at_its_width():
    net, transposed = grid(12, 2), {f"{i},{j}": f"{j},{i}" for i in range(12) for j in range(12)}
    cost = query_cost(net, "11,11")
    assert cost.cells <= 2**13
    assert cost.operations < 2 * 144 * 2**13
    # The same law from the mirrored network, which is eliminated along the other diagonal.
    renamed = lambda names: tuple(transposed[name] for name in names)  # noqa: E731
    parts = (
        Channel(f.rows, renamed(f.source), renamed(f.target)) if isinstance(f, Channel) else joint(f.table, "0,0")
        for f in net.factors
    )
    mirrored = bayes_net(*parts)
    law = marginal(net, "11,11", "0,11").table
    assert abs(law.sum() - 1) <= rounding(1024)
    assert jnp.abs(law - marginal(mirrored, "11,11", "11,0").table).max() <= rounding(1024)


def test_what_does_not_fit_is_refused_with_its_size():
    with pytest.raises(ValueError, match=r"law of 0,0, 0,1 and 142 more needs .* 2\.2 \* 10\^43 cells .* fewer"):
        marginal(grid(12, 2), *grid(12, 2).names)
    with pytest.raises(ValueError, match=r"law of 11,11 needs a table of 2\.4 \* 10\^8 cells \(1 GiB"):
        marginal(grid(12, 5), "11,11")


def test_the_budget_is_met_exactly(monkeypatch):
    net = bayes_net(coin("X"), copy("X", "Y"))
    monkeypatch.setattr(bayes_nets, "BUDGET", 4)
    assert marginal(net, "X", "Y").table.size == 4
    monkeypatch.setattr(bayes_nets, "BUDGET", 3)
    with pytest.raises(ValueError, match="4 cells"):
        marginal(net, "X", "Y")


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ((), "no parts"),
        ((coin("X"), coin("X")), "'X' twice"),
        ((coin("X"), copy("X", "Y"), copy("X", "Y")), "'Y' twice"),
        ((copy("X", "Y"),), "'X' is read by Y but no part defines it"),
        ((joint([0.2, 0.3, 0.5], "X"), copy("X", "Y")), "X takes 3 values in the network but 2"),
        ((coin("W"), copy("W", "D"), copy("C", "A"), copy("A", "B"), copy("B", "C")), "cycle A -> B -> C -> A:"),
        ((random_part(np.random.default_rng(0), 2, ("W", "A"), "A2"), coin("W"), copy("A2", "A")), "A2 -> A -> A2:"),
    ],
)
def test_bad_networks(parts, message):
    with pytest.raises(ValueError, match=message):
        bayes_net(*parts)


def test_bad_queries():
    net = bayes_net(coin("X"), copy("X", "Y"))
    for ask in (lambda: marginal(net, "Q"), lambda: query_cost(net, "Q"), lambda: separated(net, "X", "Y", given="Q")):
        with pytest.raises(ValueError, match="unknown variable 'Q'"):
            ask()
    with pytest.raises(ValueError, match="'X' twice"):
        marginal(net, "X", "X")


def test_relabelling_a_network_renames_sources_targets_and_laws():
    k = channel([[0.9, 0.1], [0.2, 0.8]], "X", "Y")
    net = bayes_net(from_outcomes({"rain": 0.25, "sun": 0.75}, "X"), k)
    swapped = relabel(net, X="Y", Y="X")
    assert swapped.names == ("Y", "X")
    (_, renamed) = swapped.factors
    assert isinstance(renamed, Channel)
    assert (renamed.source, renamed.target) == (("Y",), ("X",))
    assert np.array_equal(renamed.rows, k.rows)
    assert marginal(swapped, "X", "Y").outcomes() == {
        (x, y): mass for (y, x), mass in marginal(net, "X", "Y").outcomes().items()
    }


def test_a_network_is_made_of_laws_and_channels():
    with pytest.raises(TypeError, match=r"^part 1 of the network is a ndarray: give a Joint or a Channel"):
        bayes_net(joint([1.0], "X"), np.ones((1, 1)))  # ty: ignore[invalid-argument-type]
