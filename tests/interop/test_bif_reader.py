"""Published networks from files, against loops over all outcomes in fractions, and against pyagrum."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from infoloop.information.expressions import evaluate
from infoloop.information.measures import mutual_information
from infoloop.interop.bif_reader import from_bif
from infoloop.notation.grammar import NotationError
from infoloop.probability.bayes_nets import separated
from infoloop.probability.channels import Channel
from infoloop.probability.distributions import condition, marginal, relabel
from infoloop.probability.numerics import rounding
from infoloop.proofs.prover import prove
from tests.support.paths import DATA

DATA = DATA
# For each variable its causes, and the probability of its first state where these take the states 0 (first) and 1.
NETWORKS = {
    "asia": {
        "asia": ("", {"": "0.01"}),
        "smoke": ("", {"": "0.5"}),
        "tub": ("asia", {"0": "0.05", "1": "0.01"}),
        "lung": ("smoke", {"0": "0.1", "1": "0.01"}),
        "bronc": ("smoke", {"0": "0.6", "1": "0.3"}),
        "either": ("tub lung", {"00": "1", "01": "1", "10": "1", "11": "0"}),
        "xray": ("either", {"0": "0.98", "1": "0.05"}),
        "dysp": ("either bronc", {"00": "0.9", "01": "0.7", "10": "0.8", "11": "0.1"}),
    },
    "cancer": {
        "Pollution": ("", {"": "0.9"}),
        "Smoker": ("", {"": "0.3"}),
        "Cancer": ("Smoker Pollution", {"00": "0.03", "01": "0.05", "10": "0.001", "11": "0.02"}),
        "Xray": ("Cancer", {"0": "0.9", "1": "0.2"}),
        "Dyspnoea": ("Cancer", {"0": "0.65", "1": "0.3"}),
    },
    "earthquake": {
        "Burglary": ("", {"": "0.01"}),
        "Earth-quake": ("", {"": "0.02"}),
        "Alarm": ("Burglary Earth-quake", {"00": "0.95", "01": "0.94", "10": "0.29", "11": "0.001"}),
        "John.calls": ("Alarm", {"0": "0.9", "1": "0.05"}),
        "Mary.calls": ("Alarm", {"0": "0.7", "1": "0.01"}),
    },
}
INFORMATIONS = [
    ("asia", "smoke", "lung", ()),
    ("asia", "asia", "dysp", ("xray",)),
    ("cancer", "Pollution", "Dyspnoea", ()),
    ("cancer", "Pollution", "Smoker", ("Xray",)),
    ("earthquake", "Burglary", "Mary.calls", ()),
    ("earthquake", "Burglary", "Earth-quake", ("Alarm",)),
]


def law(name, *variables):
    """`{states: mass}` in fractions, by a sum over every outcome of all variables."""
    spec, masses = NETWORKS[name], {}
    for values in itertools.product((0, 1), repeat=len(spec)):
        at, mass = dict(zip(spec, values, strict=True)), Fraction(1)
        for variable, (causes, probabilities) in spec.items():
            first = Fraction(probabilities["".join(str(at[cause]) for cause in causes.split())])
            mass *= first if at[variable] == 0 else 1 - first
        key = tuple(at[variable] for variable in variables)
        masses[key] = masses.get(key, 0) + mass
    return masses


def information(name, x, z, given):
    """I(X;Z|G) in bits by its definition, and whether it is exactly 0; every mass is a fraction."""
    masses, sums = law(name, x, z, *given), {}
    for (i, k, *g), mass in masses.items():
        for key in (("x", i, *g), ("z", k, *g), ("g", *g)):
            sums[key] = sums.get(key, 0) + mass
    pairs = [
        (mass, mass * sums["g", *g], sums["x", i, *g] * sums["z", k, *g]) for (i, k, *g), mass in masses.items() if mass
    ]
    bits = math.fsum(float(mass) * math.log2(joint / apart) for mass, joint, apart in pairs)
    return bits, all(joint == apart for _, joint, apart in pairs)


def parts(factor):
    """Causes, variable and table of one factor of a network."""
    if isinstance(factor, Channel):
        return factor.source, factor.target[0], np.asarray(factor.rows)
    return (), factor.names[0], np.asarray(factor.table)


def read(tmp_path, text, **options):
    path = tmp_path / "net.bif"
    path.write_text(text)
    return from_bif(path, **options)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_table_of_a_file_is_the_published_one(name):
    net = from_bif(DATA / f"{name}.bif")
    for factor in net.factors:
        source, target, rows = parts(factor)
        causes, probabilities = NETWORKS[name][target]
        assert set(source) == set(causes.split())
        for cell in itertools.product((0, 1), repeat=len(source)):
            at = dict(zip(source, cell, strict=True))
            assert rows[cell][0] == float(probabilities["".join(str(at[cause]) for cause in causes.split())])


@pytest.mark.slow
@pytest.mark.parametrize(("name", "x", "z", "given"), INFORMATIONS)
def test_informations_are_those_of_all_outcomes(name, x, z, given):
    net = from_bif(DATA / f"{name}.bif")
    expected, independent = information(name, x, z, given)
    assert abs(float(mutual_information(net, x, z, given=given)) - expected) <= rounding(64)
    assert not independent
    assert not separated(net, x, z, given=given)


@pytest.mark.slow
def test_what_asia_separates_is_independent_in_fractions():
    net = from_bif(DATA / "asia.bif")
    found = [
        (x, z, given)
        for x, z in itertools.combinations(net.names, 2)
        for given in ((), *((g,) for g in net.names if g not in (x, z)))
        if separated(net, x, z, given=given)
    ]
    assert {("asia", "smoke", ()), ("xray", "dysp", ("either",))} <= set(found)
    assert all(information("asia", x, z, given)[1] for x, z, given in found)


def test_states_are_the_symbols():
    net = from_bif(DATA / "asia.bif")
    dyspnoea = marginal(net, "dysp").outcomes()
    assert abs(dyspnoea["yes",] - float(law("asia", "dysp")[0,])) <= rounding(8)
    seen = condition(marginal(net, "lung", "xray"), xray="yes")
    expected = law("asia", "lung", "xray")
    assert abs(seen.outcomes()["yes",] - float(expected[0, 0] / (expected[0, 0] + expected[1, 0]))) <= rounding(8)


def test_names_that_no_statement_can_have_are_given_others():
    net = from_bif(DATA / "earthquake.bif")
    with pytest.raises(NotationError):
        evaluate("I(Burglary;Mary.calls)", net)
    names = {"Burglary": "B", "Earth-quake": "E", "Alarm": "A", "John.calls": "J", "Mary.calls": "M"}
    renamed = relabel(net, **names)
    assert renamed.names == tuple(names.values())
    assert evaluate("I(B;M)", renamed) == mutual_information(net, "Burglary", "Mary.calls")
    assert marginal(renamed, "M").outcomes().keys() == {("True",), ("False",)}
    assert prove("I(B;M) <= I(B;A)", given=renamed).verdict == "proved"
    with pytest.raises(ValueError, match="'A' twice"):
        relabel(net, Burglary="A", Alarm="A")


def test_two_numbers_of_a_table_exchanged_would_be_noticed(tmp_path):
    text = (DATA / "earthquake.bif").read_text().replace("0.94", "?").replace("0.29", "0.94").replace("?", "0.29")
    net = read(tmp_path, text.replace("0.06 0.71", "0.71 0.06"))
    bits = float(mutual_information(net, "Burglary", "Mary.calls"))
    assert abs(bits - information("earthquake", "Burglary", "Mary.calls", ())[0]) > rounding(64)


ROUNDED = """network rounded { }
variable X { type discrete [ 2 ] { a, b }; }
variable Y { type discrete [ 3 ] { u, v, w }; }
probability ( X ) { table 0.25, 0.75; }
probability ( Y | X ) {
  (a) 0.333, 0.333, 0.333;
  (b) 0.1, 0.2, 0.7;
}"""


def test_rounded_rows_are_divided_by_their_sums_where_that_is_asked_for(tmp_path):
    with pytest.raises(ValueError, match=r"net\.bif:6: Y given X=a sums to 0\.999, not 1: pass renormalise=True"):
        read(tmp_path, ROUNDED)
    x, y = read(tmp_path, ROUNDED, renormalise=True).factors
    assert y.rows.tolist() == [[0.333 / 0.999] * 3, [0.1, 0.2, 0.7]]
    assert x.table.tolist() == [0.25, 0.75]


@pytest.mark.parametrize("row", ["0.333, 0.333, 0.233", "0.333, 0.333, 0.3325", "0.0, 0.0, 0.0", "0, 0, 0"])
def test_a_gap_that_rounding_cannot_explain_is_refused_even_then(row, tmp_path):
    with pytest.raises(ValueError, match=r"net\.bif:6: Y given X=a sums to .*, not 1: more than rounding"):
        read(tmp_path, ROUNDED.replace("0.333, 0.333, 0.333", row), renormalise=True)


def large(count):
    """`{name: (causes, table)}` of variables that read up to three of the eight before them, and have 2 or 3 states."""
    rng, spec, sizes = np.random.default_rng(0), {}, {}
    for k in range(count):
        causes = [f"v{j}" for j in rng.choice(np.arange(max(0, k - 8), k), min(k, rng.integers(4)), replace=False)]
        sizes[f"v{k}"] = int(rng.integers(2, 4))
        spec[f"v{k}"] = causes, rng.dirichlet(np.ones(sizes[f"v{k}"]), [sizes[name] for name in causes])
    return spec


def written(spec):
    """The text of a BIF file; every digit of a float is printed."""
    lines = ["network large { }"]
    for name, (_, table) in spec.items():
        states = ", ".join(f"s{k}" for k in range(table.shape[-1]))
        lines.append(f"variable {name} {{ type discrete [ {table.shape[-1]} ] {{ {states} }}; }}")
    for name, (causes, table) in spec.items():
        bar = " | " if causes else ""
        lines.append(f"probability ( {name}{bar}{', '.join(causes)} ) {{")
        for cell in np.ndindex(table.shape[:-1]):
            heading = f"({', '.join(f's{k}' for k in cell)})" if causes else "table"
            lines.append(f"  {heading} {', '.join(map(repr, table[cell].tolist()))};")
        lines.append("}")
    return "\n".join(lines)


def pyagrum_net(gum, spec):
    """The same network, made without a file."""
    net = gum.BayesNet()
    for name, (_, table) in spec.items():
        net.add(gum.LabelizedVariable(name, name, table.shape[-1]))
    for name, (causes, table) in spec.items():
        for cause in causes:
            net.addArc(cause, name)
        for cell in np.ndindex(table.shape[:-1]):
            net.cpt(name)[dict(zip(causes, map(int, cell), strict=True))] = table[cell].tolist()
    return net


@pytest.mark.slow
def test_sixty_variables_have_the_marginals_that_pyagrum_finds(tmp_path):
    gum = pytest.importorskip("pyagrum")
    spec = large(60)
    net = read(tmp_path, written(spec))
    assert all(np.array_equal(rows, spec[target][1]) for _, target, rows in map(parts, net.factors))
    inference = gum.LazyPropagation(pyagrum_net(gum, spec))
    for pair in (("v59", "v57"), ("v30", "v37")):
        inference.addJointTarget(set(pair))
    inference.makeInference()
    for pair in (("v59", "v57"), ("v30", "v37")):
        found = inference.jointPosterior(set(pair))
        ours = np.asarray(marginal(net, *pair).table)
        for i, k in np.ndindex(ours.shape):
            assert abs(ours[i, k] - found[dict(zip(pair, (i, k), strict=True))]) <= rounding(64)


def test_pyagrum_reads_the_same_file_in_single_precision(tmp_path):
    gum = pytest.importorskip("pyagrum")
    ours = read(tmp_path, written(large(20)))
    theirs = gum.loadBN(str(tmp_path / "net.bif"))
    assert theirs.names() == set(ours.names)
    for factor in ours.factors:
        source, target, rows = parts(factor)
        assert theirs.variable(target).labels() == dict(ours.alphabets)[target]
        for cell in np.ndindex(rows.shape):
            at = dict(zip((*source, target), map(int, cell), strict=True))
            assert np.float32(rows[cell]) == theirs.cpt(target)[at]


@pytest.mark.parametrize("numbers", ["0.5, 0.6", "1.0", "0.5, -0.5", "0.2, 0.3, 0.5"])
def test_a_default_that_no_row_uses_is_checked_too(numbers, tmp_path):
    rows = "(a) 0.5, 0.5; (b) 0.25, 0.75;"
    text = "network n {} variable X { type discrete [2] { a, b }; } variable Y { type discrete [2] { c, d }; }"
    path = tmp_path / "net.bif"
    laws = f"probability (X) {{ table 0.5, 0.5; }} probability (Y | X) {{ default {numbers}; {rows} }}"
    path.write_text(f"{text} {laws}")
    with pytest.raises(ValueError, match="the default of Y "):
        from_bif(path)
    path.write_text(f"{text} {laws}".replace(f"default {numbers}", "default 0.5, 0.5"))
    law = from_bif(path).factors[1]
    assert isinstance(law, Channel)
    assert law.rows.tolist() == [[0.5, 0.5], [0.25, 0.75]]
