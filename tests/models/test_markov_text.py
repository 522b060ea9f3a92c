"""The text loop against plain enumeration in fractions, resampling, its absorbing states, and itself by simulation."""

import itertools
import math
from dataclasses import replace
from fractions import Fraction

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from infoloop.information.measures import mutual_information
from infoloop.loops.loop import unroll
from infoloop.models import markov_text as mt
from infoloop.models import wright_fisher as wf
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.fixed_tasks import FixedTaskWarning
from infoloop.probability.numerics import rounding

pytestmark = pytest.mark.slow

FALSE_ALARMS = 1e-6
STICKY = [[[0.875, 0.125], [0.25, 0.75]], [[0.25, 0.75], [0.5, 0.5]]]
THREE = [[[0.5, 0.25, 0.25]], [[0.0, 0.125, 0.875]]]
SECOND = [[[0.5, 0.5], [0.125, 0.875], [1.0, 0.0], [0.25, 0.75]]]


def written(model, prompt, text):
    """The probability of the symbols, and the counts of each context, by walking through the text."""
    contexts, num_symbols = len(model), len(model[0])
    probability, counts, context = Fraction(1), [[0] * num_symbols for _ in model], prompt
    for symbol in text:
        probability *= model[context][symbol]
        counts[context][symbol] += 1
        context = (context * num_symbols + symbol) % contexts
    return probability, counts


def fitted(old, counts, alpha):
    def row(before, seen):
        total = sum(seen) + len(seen) * alpha
        return tuple((c + alpha) / total for c in seen) if total else before

    return tuple(row(before, seen) for before, seen in zip(old, counts, strict=True))


def generation(law, prompts, length, alpha, writer=None):
    """The law of the refit model from that of the model; the text is by `writer` if given, else by the model."""
    after = {}
    for model, mass in law.items():
        source = writer or model
        for prompt, weight in enumerate(prompts):
            for text in itertools.product(range(len(model[0])), repeat=length):
                probability, counts = written(source, prompt, text)
                if probability * weight:
                    new = fitted(model, counts, alpha)
                    after[new] = after.get(new, 0) + mass * probability * weight
    return after


def by_enumeration(rows, prompts, length, generations, alpha=Fraction(0)):
    truth = tuple(tuple(Fraction(float(p)) for p in row) for row in rows)
    uniform = tuple((Fraction(1, len(row)),) * len(row) for row in truth)
    law = generation({uniform: Fraction(1)}, prompts, length, alpha, truth)
    for _ in range(generations - 1):
        law = generation(law, prompts, length, alpha)
    return law


CASES = {
    "order 0": (mt.markov_text(3, THREE), Fraction(0)),
    "bigrams": (mt.markov_text(3, STICKY, [0.25, 0.75], [0.375, 0.625]), Fraction(0)),
    "bigrams, one prompt": (mt.markov_text(4, STICKY, prompt=[1.0, 0.0]), Fraction(0)),
    "bigrams, smoothed": (mt.markov_text(3, STICKY, alpha=0.5), Fraction(1, 2)),
    "trigrams": (mt.markov_text(2, SECOND), Fraction(0)),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("generations", [1, 3])
def test_the_law_is_that_of_plain_enumeration(case, generations):
    m, alpha = CASES[case]
    found, states = np.asarray(mt.law(m, generations).table), np.asarray(mt.models(m))
    names = [tuple(tuple(Fraction(p).limit_denominator(60) for p in row) for row in state) for state in states]
    assert len(set(names)) == len(names)
    for x, rows in enumerate(np.asarray(m.rows)):
        exact = by_enumeration(rows, [Fraction(p) for p in m.prompt.tolist()], m.length, generations, alpha)
        assert set(exact) <= set(names)
        expected = [float(exact.get(name, 0) * Fraction(float(m.prior[x]))) for name in names]
        np.testing.assert_allclose(found[x], expected, atol=rounding(generations * len(names)))


@pytest.mark.full
def test_order_zero_is_multinomial_resampling():
    m = mt.markov_text(4, THREE, [0.25, 0.75])
    many = wf.information_many(4, [row[0] for row in THREE], [0.25, 0.75], 30)
    np.testing.assert_allclose(mt.information(m, 30), many, atol=rounding(30 * 16))
    two = wf.information(wf.wright_fisher(9, [0.25, 0.625]), 30)
    found = mt.information(mt.markov_text(9, [[[0.25, 0.75]], [[0.625, 0.375]]]), 30)
    np.testing.assert_allclose(found, two, atol=rounding(30 * 29))


@pytest.mark.full
@pytest.mark.parametrize("alpha", [0.0, 0.5])
@pytest.mark.parametrize("length", [2, 4])
def test_heterozygosity_of_order_zero_falls_by_the_closed_form(length, alpha):
    m = mt.markov_text(length, THREE, [0.25, 0.75], alpha=alpha)
    found = mt.diversities(m, 12).heterozygosity
    closed = mt.expected_heterozygosity(m, np.arange(1, 13))
    np.testing.assert_allclose(found, closed, atol=rounding(12 * 36))
    assert np.abs(found[1:] - closed[:-1]).max() > 0.01


def test_without_smoothing_heterozygosity_falls_by_one_draw_in_so_many():
    """Two draws are of one ancestor with probability 1/L a generation, and else differ as often as their ancestors."""
    m = mt.markov_text(4, THREE[:1])
    start = 1 - sum(q * q for q in THREE[0][0])
    closed = [start * (1 - 1 / 4) ** t for t in range(5)]
    np.testing.assert_allclose(mt.expected_heterozygosity(m, np.arange(5)), closed, atol=rounding(5))


def test_what_stays_of_order_zero_is_what_one_symbol_tells():
    m = mt.markov_text(5, THREE, [0.25, 0.75])
    symbols = joint(np.array([row[0] for row in THREE]) * [[0.25], [0.75]], "theta", "symbol")
    one = mutual_information(symbols, "theta", "symbol")
    assert abs(float(mt.residual_information(m) - one)) < rounding(5 * 22)


def test_three_fair_flips_have_the_hot_hand_bias():
    """5/12 heads on average after heads, where heads come before the end (Miller & Sanjurjo 2018): in 3 of 4 texts."""
    m = mt.markov_text(2, [[[0.5, 0.5], [0.5, 0.5]]])
    heads = np.asarray(mt.models(m))[:, 1, 1]
    mean = mt.law(m, 1).table[0] @ heads
    assert abs(float(mean) - (3 / 4 * 5 / 12 + 1 / 4 * 1 / 2)) < rounding(9)
    assert abs(float(mean) - 1 / 2) > 1 / 20


def test_texts_of_one_symbol_end_as_derived():
    """A row is fixed at its first visit, the prompt's by the truth, the others by their uniform start."""
    prompt, rows = [0.375, 0.625], STICKY[0]
    m = mt.markov_text(1, [rows], prompt=prompt)
    ends = [z for z in np.asarray(mt.models(m)) if (z.max(1) == 1).all()]
    closed = [sum(prompt[c] * rows[c][z[c].argmax()] / 2 for c in range(2)) for z in ends]
    np.testing.assert_allclose(mt.absorption_law(m).table[0], closed, atol=rounding(9))


@pytest.mark.parametrize("length", [2, 5])
def test_the_deterministic_models_alone_are_absorbing(length):
    m = mt.markov_text(length, STICKY)
    states = mt.models(m)
    alone = np.asarray((states.max(-1) == 1).all(-1))
    later = mt.loop(m).step(None, jnp.eye(len(alone)))
    assert alone.sum() == 4
    assert ((np.diagonal(later) == 1) == alone).all()


@pytest.mark.full
def test_the_loop_reaches_what_absorption_says():
    m, generations = mt.markov_text(5, STICKY), 500
    last, ends = mt.law(m, generations).table, np.asarray((mt.models(m).max(-1) == 1).all(-1))
    slack = rounding(generations * len(ends))
    np.testing.assert_allclose(last[:, ends], mt.absorption_law(m).table, atol=slack)
    assert float(last[:, ~ends].sum()) < slack
    assert abs(float(mt.information(m, generations)[-1] - mt.residual_information(m))) < slack


@pytest.mark.full
def test_fair_bigrams_drift_to_alternation():
    """Rows are no martingales: the end 'other symbol next' has more than ten times the mass of 'same symbol next'."""
    m = mt.markov_text(6, [[[0.5, 0.5], [0.5, 0.5]]])
    ends = [z for z in np.asarray(mt.models(m)) if (z.max(1) == 1).all()]
    names = [tuple(z[:, 0].astype(int).tolist()) for z in ends]
    mass = dict(zip(names, mt.absorption_law(m).table[0].tolist(), strict=True))
    assert mass[0, 1] > 10 * mass[1, 0]
    assert abs(mass[0, 0] - mass[1, 1]) < rounding(169)


def test_information_never_rises_and_smoothing_loses_all_of_it():
    plain, smooth = (mt.information(mt.markov_text(4, STICKY, alpha=alpha), 150) for alpha in (0.0, 0.5))
    assert (np.diff(plain) < rounding(49)).all()
    assert (np.diff(smooth) < rounding(49)).all()
    assert float(smooth[-1]) < rounding(1) < 0.1 < float(plain[-1])


@pytest.mark.full
def test_diversity_counts_grams():
    m = mt.markov_text(5, STICKY)
    found = mt.diversities(m, 300)
    assert abs(float(found.support[-1]) - 2) < rounding(300 * 121)
    assert abs(float(found.entropy[-1]) - 1) < rounding(300 * 121)
    np.testing.assert_allclose(found.state_information, mt.information(m, 300), atol=rounding(300 * 121))
    assert found.mean_excess[-1] == np.inf


def test_one_hypothesis_has_no_information():
    with pytest.warns(FixedTaskWarning, match="theta has one possible value"):
        assert np.abs(mt.information(mt.markov_text(4, STICKY[:1]), 5)).max() < rounding(49)


@pytest.mark.full
def test_the_gradient_is_finite_where_symbols_are_impossible():
    def last(rows):
        m = replace(mt.markov_text(3, STICKY), rows=rows)
        return mt.information(m, 3)[-1]

    assert np.isfinite(jax.grad(last)(jnp.array([[[1.0, 0.0], [0.0, 1.0]], STICKY[0]]))).all()


@pytest.mark.full
def test_what_stays_is_differentiated_under_jit():
    """Against the gradient through the closed form for texts of one symbol."""
    m = mt.markov_text(1, STICKY, prompt=[0.375, 0.625])

    def closed(rows):
        ends = [sum(m.prompt[c] * rows[:, c, b] / 2 for c, b in enumerate(end)) for end in np.ndindex(2, 2)]
        return mutual_information(Joint(jnp.stack(ends, 1) / 2, ("theta", "model")), "theta", "model")

    slope = jax.jit(jax.grad(lambda rows: mt.residual_information(replace(m, rows=rows))))(m.rows)
    np.testing.assert_allclose(slope, jax.grad(closed)(m.rows), atol=rounding(9))


def apart(m, simulated, generations, runs):
    """The largest difference of an exact and a simulated P(number of the model <= z | theta), over theta, t and z."""
    exact = unroll(mt.loop(m), jnp.arange(generations)) / m.prior[:, None]
    numbers = unroll(simulated, jax.random.split(jax.random.key(3), generations))
    frequency = (numbers[..., None] <= np.arange(exact.shape[-1])).mean(axis=2)
    return np.abs(np.cumsum(exact, axis=-1) - frequency).max(), numbers.shape == (generations, len(m.prior), runs)


def radius(comparisons, runs):
    """Dvoretzky-Kiefer-Wolfowitz-Massart, corrected for all laws compared: a true loop fails once in a million."""
    return math.sqrt(math.log(2 * comparisons / FALSE_ALARMS) / (2 * runs))


@pytest.mark.full
@pytest.mark.parametrize("case", CASES)
def test_the_exact_and_the_sampled_loop_have_one_law(case):
    m, runs = CASES[case][0], 10_000
    gap, shaped = apart(m, mt.sampled(m, runs), 4, runs)
    assert shaped
    assert gap < radius(4 * len(m.prior), runs)


@pytest.mark.full
@pytest.mark.parametrize(
    "other",
    [{"prompt": jnp.array([0.6, 0.4])}, {"rows": jnp.array(STICKY) @ jnp.array([[0.9, 0.1], [0.1, 0.9]])}],
    ids=["another prompt", "noisy symbols"],
)
def test_a_wrong_sampler_would_be_noticed(other):
    m, runs = mt.markov_text(3, STICKY), 10_000
    gap, _ = apart(m, mt.sampled(replace(m, **other), runs), 4, runs)
    assert gap > radius(8, runs)


@pytest.mark.full
def test_a_sampler_that_forgets_unvisited_rows_would_be_noticed():
    m, runs = mt.markov_text(3, STICKY), 10_000
    forgets = mt.sampled(m, runs)
    fresh = int(np.flatnonzero((mt.models(m) == 0.5).all((1, 2)))[0])
    base = math.isqrt(len(mt.models(m)))

    def step(key, now):
        after = forgets.step(key, now)
        kept = (after // base == now // base) & (after % base != now % base)
        return jnp.where(kept, fresh // base * base + after % base, after)

    gap, _ = apart(m, forgets._replace(step=step), 4, runs)
    assert gap > radius(8, runs)


@pytest.mark.full
def test_texts_too_many_to_enumerate_are_still_sampled():
    m = mt.markov_text(60, STICKY)
    with pytest.raises(ValueError, match="too many to enumerate"):
        mt.loop(m)
    assert unroll(mt.sampled(m, 3), jax.random.split(jax.random.key(0), 2)).shape == (2, 2, 3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: mt.markov_text(0, STICKY), "length is 0"),
        (lambda: mt.markov_text(3, [[[0.5, 0.6]]]), "rows has mass"),
        (lambda: mt.markov_text(3, [[0.5, 0.5]]), "rows have shape"),
        (lambda: mt.markov_text(3, [[[0.5, 0.5]] * 3]), "rows have shape"),
        (lambda: mt.markov_text(3, STICKY, prior=[1.0]), "prior has 1 weights for 2"),
        (lambda: mt.markov_text(3, STICKY, prompt=[0.5, 0.25, 0.25]), "prompt has 3 weights for 2"),
        (lambda: mt.markov_text(3, STICKY, alpha=-1.0), "alpha is -1.0"),
        (lambda: mt.markov_text(3, STICKY, alpha=math.nan), "alpha is nan"),
        (lambda: mt.markov_text(3, STICKY, alpha="some"), "alpha is 'some'"),
        (lambda: mt.absorption_law(mt.markov_text(3, STICKY, alpha=1.0)), "absorption needs alpha = 0"),
        (lambda: mt.absorption_law(mt.markov_text(3, STICKY, prompt=[1.0, 0.0])), "every prompt possible"),
        (lambda: mt.expected_heterozygosity(mt.markov_text(3, STICKY), 1), "2 contexts"),
        (lambda: mt.expected_heterozygosity(mt.markov_text(3, THREE), -1), "t is"),
        (lambda: mt.information(mt.markov_text(3, STICKY), 0), "generations is 0"),
        (lambda: mt.sampled(mt.markov_text(3, STICKY), 0), "runs is 0"),
        (lambda: mt.sampled(mt.markov_text(40, [[[0.125] * 8]]), 2), "too many counts"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
