"""Enumerated programs against laws written by hand: plain loops over outcomes, in fractions."""

import itertools
import math
import subprocess
import sys
from fractions import Fraction

import jax.numpy as jnp
import numpy as np
import numpyro
import pytest
from numpyro import distributions as dist
from numpyro import handlers

from infoloop.interop import numpyro_enumeration
from infoloop.interop.numpyro_enumeration import from_numpyro
from infoloop.probability.numerics import rounding
from tests.support.numpyro_programs import (
    EMIT,
    MEANS,
    MOVE,
    PRIOR,
    agrees,
    floats,
    looking,
    mixture,
    short_of_mass,
)

pytestmark = pytest.mark.slow

LEAK, FAIL = Fraction(1, 20), (Fraction(3, 10), Fraction(1, 5), Fraction(2, 5))


MIXTURE = {(z, x): PRIOR[z] * MEANS[z][x] for z in range(2) for x in range(3)}


def hidden_markov(steps):
    z = 0
    for t in range(steps):
        z = numpyro.sample(f"Z{t}", dist.Categorical(floats(MOVE)[z]))
        numpyro.sample(f"X{t}", dist.Categorical(floats(EMIT)[z]))


def hidden_markov_law(steps):
    masses = {}
    for path in itertools.product(range(2), repeat=2 * steps):
        z, mass = 0, Fraction(1)
        for after, x in zip(path[::2], path[1::2], strict=True):
            mass, z = mass * MOVE[z][after] * EMIT[after][x], after
        masses[path] = mass
    return masses


def noisy_or():
    causes = [numpyro.sample(f"C{k}", dist.Bernoulli(0.25)) for k in range(3)]
    fails = (1 - float(LEAK)) * math.prod(jnp.where(c == 1, float(q), 1.0) for c, q in zip(causes, FAIL, strict=True))
    numpyro.sample("E", dist.Bernoulli(1 - fails))


def noisy_or_law():
    masses = {}
    for causes in itertools.product(range(2), repeat=3):
        prior = math.prod(Fraction(1, 4) if c else Fraction(3, 4) for c in causes)
        fails = (1 - LEAK) * math.prod(q for c, q in zip(causes, FAIL, strict=True) if c)
        masses[(*causes, 0)], masses[(*causes, 1)] = prior * fails, prior * (1 - fails)
    return masses


def branch():
    if numpyro.sample("X", dist.Bernoulli(0.25)) == 1:
        numpyro.sample("Y", dist.Binomial(2, 0.5))
    numpyro.sample("Z", dist.Bernoulli(0.5))


BRANCH = {(0, z, None): Fraction(3, 8) for z in range(2)} | {
    (1, z, y): Fraction(1, 8) * Fraction(math.comb(2, y), 4) for z in range(2) for y in range(3)
}


def plate():
    c = numpyro.sample("C", dist.Bernoulli(0.5))
    with numpyro.plate("items", 3):
        numpyro.sample("X", dist.Bernoulli(jnp.where(c == 1, 0.9, jnp.array([0.1, 0.2, 0.3]))))


def plate_law():
    probabilities = ((Fraction(1, 10), Fraction(1, 5), Fraction(3, 10)), (Fraction(9, 10),) * 3)
    return {
        (c, *x): Fraction(1, 2) * math.prod(p if k else 1 - p for p, k in zip(probabilities[c], x, strict=True))
        for c in range(2)
        for x in itertools.product(range(2), repeat=3)
    }


def dice():
    with numpyro.plate("dice", 2):
        x = numpyro.sample("X", dist.DiscreteUniform(1, 6))
    numpyro.deterministic("S", jnp.sum(jnp.asarray(x)))


DICE = {(a, b, a + b): Fraction(1, 36) for a in range(1, 7) for b in range(1, 7)}
HMM = tuple(f"{kind}{t}" for t in range(6) for kind in "ZX")
PROGRAMS = [
    (mixture, (), ("Z", "X"), MIXTURE),
    (hidden_markov, (6,), HMM, hidden_markov_law(6)),
    (noisy_or, (), ("C0", "C1", "C2", "E"), noisy_or_law()),
    (branch, (), ("X", "Z", "Y"), BRANCH),
    (plate, (), ("C", "X[0]", "X[1]", "X[2]"), plate_law()),
    (dice, (), ("X[0]", "X[1]", "S"), DICE),
]


@pytest.mark.full
@pytest.mark.parametrize(("program", "args", "names", "masses"), PROGRAMS, ids=lambda v: getattr(v, "__name__", ""))
def test_a_program_has_the_law_written_by_hand_and_a_law_a_little_off_is_caught(program, args, names, masses):
    p = from_numpyro(program)(*args)
    assert agrees(p, names, masses)
    first, last = min(masses, key=str), max(masses, key=str)
    off = masses | {first: masses[first] + Fraction(1, 10**12), last: masses[last] - Fraction(1, 10**12)}
    assert not agrees(p, names, off)


@pytest.mark.parametrize(
    ("program", "names", "masses"), [(mixture, ("Z", "X"), MIXTURE), (dice, ("X[0]", "X[1]", "S"), DICE)]
)
def test_path_by_path_gives_the_same_law(program, names, masses):
    split = {(0, *k): mass for k, mass in masses.items()}
    assert agrees(from_numpyro(looking(program))(), ("first", *names), split)


@pytest.mark.full
def test_zeros_stay_zeros():
    def program():
        numpyro.sample("B", dist.Bernoulli(1.0))
        numpyro.sample("C", dist.Categorical(jnp.array([0.0, 1.0])))
        numpyro.sample("D", dist.Categorical(logits=jnp.array([0.0, -jnp.inf]), validate_args=False))
        numpyro.sample("E", dist.Binomial(2, 1.0))
        numpyro.sample("F", dist.Delta(jnp.array(7)))

    assert from_numpyro(program)().outcomes() == {(1, 1, 0, 2, 7): 1.0}


@pytest.mark.full
def test_laws_of_counts():
    def program():
        numpyro.sample("X", dist.BetaBinomial(1.0, 1.0, 3))
        numpyro.sample("Y", dist.Binomial(jnp.array([1, 2]), logits=jnp.zeros(2)).to_event(1))

    y0, y1 = {0: Fraction(1, 2), 1: Fraction(1, 2)}, {k: Fraction(math.comb(2, k), 4) for k in range(3)}
    masses = {(x, a, b): Fraction(1, 4) * y0[a] * y1[b] for x in range(4) for a in y0 for b in y1}
    assert agrees(from_numpyro(program)(), ("X", "Y[0]", "Y[1]"), masses)


@pytest.mark.full
def test_a_support_that_depends_on_a_site():
    def program():
        n = numpyro.sample("N", dist.DiscreteUniform(1, 2))
        numpyro.sample("X", dist.Binomial(n, 0.5))

    masses = {(n, k): Fraction(math.comb(n, k), 2 ** (n + 1)) for n in (1, 2) for k in range(n + 1)}
    assert agrees(from_numpyro(program)(), ("N", "X"), masses)


def test_a_plate_whose_size_is_a_site():
    def program():
        n = numpyro.sample("N", dist.DiscreteUniform(1, 2))
        with numpyro.plate("items", int(jnp.asarray(n))):
            numpyro.sample("X", dist.Bernoulli(0.25))

    p = from_numpyro(program)()
    assert p.names == ("N", "X[0]", "X[1]")
    assert p.outcomes()[(1, 1, None)] == 0.125


@pytest.mark.parametrize("wrap", [lambda program: program, looking])
def test_observed_sites_condition_the_law(wrap):
    def program(data):
        z = numpyro.sample("Z", dist.Categorical(floats(PRIOR)))
        with numpyro.plate("data", len(data)):
            numpyro.sample("X", dist.Categorical(floats(MEANS)[z]), obs=data)

    p = from_numpyro(wrap(program))(jnp.array([1, 2, 1]))
    weights = [PRIOR[z] * MEANS[z][1] ** 2 * MEANS[z][2] for z in range(2)]
    exact = [float(w / sum(weights)) for w in weights]
    assert np.abs(np.asarray(p.table).ravel()[:2] - exact).max() <= rounding(16)
    assert p.outcomes().keys() == {(0, 0), (0, 1)} if wrap is looking else {(0,), (1,)}


def test_a_thousand_observations_do_not_underflow():
    def program():
        z = numpyro.sample("Z", dist.Bernoulli(0.5))
        with numpyro.plate("data", 1500):
            numpyro.sample("X", dist.Bernoulli(jnp.where(z == 1, 0.25, 0.125)), obs=jnp.ones(1500, int))
        numpyro.sample("Y", dist.Bernoulli(jnp.where(z == 1, 0.25, 0.5)), obs=1)

    assert from_numpyro(program)().table.tolist()[1] == 1.0


def test_condition_and_intervention():
    p = from_numpyro(handlers.condition(mixture, {"X": jnp.array(1)}))()
    weights = [MIXTURE[z, 1] for z in range(2)]
    assert np.abs(np.asarray(p.table) - [float(w / sum(weights)) for w in weights]).max() <= rounding(16)
    done = from_numpyro(handlers.do(mixture, {"Z": jnp.array(1)}))()
    assert np.abs(np.asarray(done.table).sum(axis=0) - np.array(MEANS[1], float)).max() <= rounding(16)


def test_deterministic_sites_are_chosen_by_name():
    assert from_numpyro(dice, deterministic=())().names == ("X[0]", "X[1]")
    assert from_numpyro(dice, deterministic="S")().names == ("X[0]", "X[1]", "S")
    with pytest.raises(ValueError, match="'T' is no deterministic site: the program has S"):
        from_numpyro(dice, deterministic="T")()


@pytest.mark.parametrize("wrap", [lambda program: program, looking], ids=["cells", "paths"])
def test_symbols_that_are_arrays_have_an_axis_for_each_element(wrap):
    def program():
        z = numpyro.sample("Z", dist.Bernoulli(0.5))
        with numpyro.plate("items", 2):
            rows = jnp.array([[0.25, 0.75], [0.5, 0.5]])[z]
            x = jnp.asarray(numpyro.sample("X", dist.Multinomial(1, rows)))
        numpyro.deterministic("first", x[..., 0].sum()) if wrap is not looking else None

    rows = ((Fraction(1, 4), Fraction(3, 4)), (Fraction(1, 2), Fraction(1, 2)))
    masses = {}
    for z, a, b in itertools.product(range(2), repeat=3):
        key = (z, 1 - a, a, 1 - b, b)
        key = (0, *key) if wrap is looking else (*key, 2 - a - b)
        masses[key] = Fraction(1, 2) * rows[z][a] * rows[z][b]
    names = ("Z", "X[0,0]", "X[0,1]", "X[1,0]", "X[1,1]")
    assert agrees(from_numpyro(wrap(program))(), ("first", *names) if wrap is looking else (*names, "first"), masses)


@pytest.mark.full
def test_an_observed_vector_of_counts_conditions_the_law():
    def program():
        z = numpyro.sample("Z", dist.Bernoulli(0.5))
        numpyro.sample("X", dist.Multinomial(3, jnp.array([[0.25, 0.75], [0.5, 0.5]])[z]), obs=jnp.array([1, 2]))

    weights = [3 * Fraction(1, 4) * Fraction(3, 4) ** 2, 3 * Fraction(1, 8)]
    assert agrees(from_numpyro(program)(), ("Z",), {(z,): w / sum(weights) for z, w in enumerate(weights)})


def test_a_null_context_may_have_any_law():
    def program():
        x = numpyro.sample("X", dist.Bernoulli(0.0))
        numpyro.sample("Y", dist.Categorical(jnp.array([[0.5, 0.5], [jnp.nan, 3.0]])[x]))

    assert from_numpyro(program)().table.tolist() == [[0.5, 0.5], [0.0, 0.0]]


def test_blocks_of_cells_join_without_a_seam(monkeypatch):
    monkeypatch.setattr(numpyro_enumeration, "_BLOCK", 4)
    assert agrees(from_numpyro(mixture)(), ("Z", "X"), MIXTURE)
    with pytest.raises(ValueError, match=r"'X' has masses that sum to 0.9"):
        from_numpyro(short_of_mass)()


def test_the_limit_of_cells_is_the_callers():
    assert from_numpyro(mixture, max_cells=6)().table.size == 6
    with pytest.raises(ValueError, match="max_cells=5"):
        from_numpyro(mixture, max_cells=5)()


def test_a_deterministic_site_counts_towards_the_limit():
    with pytest.raises(ValueError, match="keep fewer deterministic ones"):
        from_numpyro(dice, max_cells=36)()
    assert from_numpyro(dice, max_cells=36, deterministic=())().table.size == 36


def test_a_model_is_a_function():
    with pytest.raises(ValueError, match="model is 3"):
        from_numpyro(3)  # ty: ignore[invalid-argument-type]


@pytest.mark.full
def test_the_package_does_not_import_numpyro():
    code = (
        "import sys, infoloop; infoloop.from_numpyro, infoloop.to_dit; sys.exit('numpyro.distributions' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
