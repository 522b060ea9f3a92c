r"""An n-gram model refit, each generation, on a text that it wrote: maximum likelihood or add-alpha, exact when tiny.

Every text starts in a context of law `prompt` (the same in each round, whatever $\theta$) and has `length` symbols. A
row whose context the text never visits stays as it was; before any text all rows are uniform. With `alpha` imagined
symbols of each kind a row is $(c_b+\alpha)/(n+k\alpha)$, visited or not. Generation t is the model fit on the t-th
text, the first of which is real, written by the rows of $\theta$.

With one context (order 0) this is multinomial resampling. With more, rows are no martingales: $E\frac{c_b}n$ is not the
row that wrote the text, since a text ends somewhere (for three fair flips $\frac5{12}$ heads after heads, not
$\frac12$: Miller & Sanjurjo 2018). Without smoothing the loop ends in one of the $k^C$ deterministic models.
"""

from dataclasses import dataclass, field

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.core import Tracer
from jaxtyping import Array, Float, Int

from infoloop.information.markov_chains import information_along
from infoloop.information.measures import mutual_information
from infoloop.loops.diversity import Diversity, diversity_of
from infoloop.loops.loop import Loop, unroll
from infoloop.loops.ngram_statistics import Estimates, digits, estimates, refit_counts, statistics, text_probabilities
from infoloop.probability.array_types import Numbers
from infoloop.probability.channels import Channel
from infoloop.probability.decimals import PlainNumber, RationalLike, plain_number, shortest_decimal
from infoloop.probability.distributions import Joint, joint
from infoloop.probability.fixed_tasks import warn_if_degenerate_prior
from infoloop.probability.validation import check_count, check_int, check_probabilities

_MOST_MODELS = 4096  # the kernel has the square of this many cells: 128 MiB
_MOST_TEXTS = 2**17  # all are enumerated, with the counts of each
_MOST_COUNTS = 2**20  # the table of estimates has a cell for each vector of counts


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """The parameters of a text loop; `markov_text` checks them.

    Attributes:
        length: Symbols of a text.
        alpha: Imagined symbols of each kind; 0 is maximum likelihood. A float means its shortest decimal.
        rows: `rows[x, c, b]`: probability of symbol b after context c under hypothesis x.
        prompt: Law of the context that a text starts in.
        prior: Law of the hypotheses.
    """

    length: int = field(metadata={"static": True})
    alpha: PlainNumber = field(metadata={"static": True})
    rows: Float[Array, "hypotheses contexts symbols"]
    prompt: Float[Array, "contexts"]
    prior: Float[Array, "hypotheses"]

    @property
    def contexts(self) -> int:
        """The number of contexts: 1 for order 0, k for bigrams."""
        return self.rows.shape[1]

    @property
    def letters(self) -> int:
        """The size of the alphabet."""
        return self.rows.shape[2]


def markov_text(
    length: int,
    rows: Float[Numbers, "hypotheses contexts symbols"],
    prior: Float[Numbers, "hypotheses"] | None = None,
    prompt: Float[Numbers, "contexts"] | None = None,
    alpha: RationalLike = 0.0,
) -> Model:
    """Return the checked parameters of a text loop.

    Args:
        length: Symbols of a text, at least 1.
        rows: Law of the next symbol, by hypothesis and context; as many contexts as a power of the number of symbols
            (1 for order 0, k for bigrams), at least 2 symbols.
        prior: Law of the hypotheses, uniform unless given.
        prompt: Law of the context that a text starts in, uniform unless given.
        alpha: Imagined symbols of each kind, at least 0 (maximum likelihood), as a rational: 0.1 and "1/10" are one. It
            decides which models are equal, so it is not traced: derivatives are those in `rows`, `prior`, `prompt`.

    Raises:
        ValueError: One of them is none of these.

    >>> markov_text(4, [[[0.5, 0.5], [0.5, 0.5]], [[0.9, 0.1], [0.1, 0.9]]]).prompt.tolist()
    [0.5, 0.5]
    """
    table = jnp.asarray(check_probabilities(rows, "rows", 1))
    if table.ndim != 3 or table.shape[2] < 2 or not _is_power(table.shape[1], table.shape[2]):
        raise ValueError(
            f"rows have shape {table.shape}: give rows[hypothesis, context, symbol] with at least 2 symbols "
            "and as many contexts as a power of their number (1 for order 0)"
        )
    if (imagined := shortest_decimal(alpha, "alpha")) < 0:
        raise ValueError(f"alpha is {alpha}: give a number from 0 on, 0 for maximum likelihood")
    laws = (_law(prompt, "prompt", table.shape[1]), _law(prior, "prior", table.shape[0]))
    return Model(check_int(length, "length"), plain_number(imagined), table, *laws)


def models(m: Model) -> Float[Array, "states contexts symbols"]:
    """Return the rows of every model that the loop can reach (and more), in the order of the states of `loop`.

    Raises:
        ValueError: Texts or models are too many to enumerate.

    >>> models(markov_text(1, [[[0.25, 0.75]]])).tolist()
    [[[0.0, 1.0]], [[0.5, 0.5]], [[1.0, 0.0]]]
    """
    return jnp.asarray(_models(m))


def grams(m: Model) -> tuple[Float[Array, "states grams"], Float[Array, "hypotheses grams"]]:
    """Return the law of a text's prompt and first symbol, for each state and, the true one, for each hypothesis.

    They are the `frequencies` and `targets` of `diversity_of`, over (order + 1)-grams.

    Raises:
        ValueError: Texts or models are too many to enumerate.

    >>> [part.shape for part in grams(markov_text(2, [[[0.5, 0.5], [0.5, 0.5]]]))]
    [(9, 4), (1, 4)]
    """
    states, truth = ((m.prompt[:, None] * rows).reshape(len(rows), -1) for rows in (models(m), m.rows))
    return states, truth


def loop(m: Model) -> Loop:
    """Return the exact loop, whose state is the table `P(theta, model)`, over `models(m)`. It ignores its keys.

    Raises:
        ValueError: Texts or models are too many to enumerate; `sampled` needs no enumeration of texts.
    """
    start, link = _exact(m)
    return Loop(
        start=lambda key: start, step=lambda key, table: jnp.matmul(table, link, precision=lax.Precision.HIGHEST)
    )


def sampled(m: Model, runs: int) -> Loop:
    """Return the loop by simulation, whose state `z[x, r]` is the number of the model in run r of hypothesis x.

    The number is the model's place among `models(m)`. There are `runs` runs for each hypothesis, whatever the prior is.

    Raises:
        ValueError: There is no run, or the models cannot be numbered.
    """
    known = _known(m)
    laws, shape = jnp.asarray(known.laws), (len(m.rows), check_int(runs, "runs"))
    fresh, truth = jnp.full(shape, _fresh(m, known)), jnp.broadcast_to(m.rows[:, None], (*shape, *m.rows.shape[1:]))
    return Loop(
        start=lambda key: _trained(m, known, fresh, truth, key),
        step=lambda key, now: _trained(m, known, now, laws[digits(now, len(laws), m.contexts)], key),
    )


def law(m: Model, generation: int) -> Joint:
    r"""Return the law $P(\theta,Z_t)$ over "theta" and "model", whose values are `models(m)`.

    Raises:
        ValueError: `generation`, t, is no whole number, at least 1, or there is too much to enumerate.

    >>> law(markov_text(1, [[[0.25, 0.75]]]), 3).table.tolist()
    [[0.75, 0.0, 0.25]]
    """
    keys = jnp.arange(check_int(generation, "generation"))
    return Joint(unroll(loop(m), keys)[-1], ("theta", "model"))


def information(m: Model, generations: int) -> Float[Array, "generations"]:
    r"""Return what the model tells of the hypothesis, $I(\theta;Z_t)$ in bits for t = 1..T, exactly.

    Its limit without smoothing is `residual_information`. Warns (FixedTaskWarning) if one hypothesis is certain.

    Raises:
        ValueError: `generations` is no whole number, at least 1, or there is too much to enumerate.

    >>> [round(float(i), 6) for i in information(markov_text(4, [[[0.25, 0.75]], [[0.75, 0.25]]]), 4)]
    [0.538786, 0.364915, 0.301657, 0.266608]
    """
    steps = check_int(generations, "generations") - 1
    warn_if_degenerate_prior(m.prior)
    start, link = _exact(m)
    return information_along(Joint(start, ("theta", "model")), "theta", Channel(link, ("model",), ("next",)), steps)


def diversities(m: Model, generations: int) -> Diversity:
    """Return diversity, information and risk of the (order + 1)-grams: `diversity_of` with `grams`, t = 1..T.

    Each field has the shape (generations,). No derivatives: where a symbol may be lost a risk is infinite.

    Raises:
        ValueError: `generations` is no whole number, at least 1, or there is too much to enumerate.

    >>> round(float(diversities(markov_text(4, [[[0.5, 0.5]]]), 2).heterozygosity[1]), 12) == 0.5 * 0.75**2
    True
    """
    frequencies, targets = grams(m)
    keys = jnp.arange(check_int(generations, "generations"))
    return unroll(loop(m), keys, lambda table: diversity_of(table, frequencies, targets))


def expected_heterozygosity(m: Model, t: Int[Numbers, "*times"]) -> Float[Array, "*times"]:
    r"""Return the expected heterozygosity $E(1-\sum_bF_b^2)$ of order 0 in closed form.

    With $N=L+k\alpha$
    $$H_t=\rho H_{t-1}+g,\quad\rho=\frac{L(L-1)}{N^2},\quad g=\frac{(k-1)\alpha(2L+k\alpha)}{N^2},$$
    from $E\,c_b^2=LF_b(1-F_b)+L^2F_b^2$: $(1-\frac1L)^tH_0$ without smoothing.

    Args:
        m: The parameters, of one context.
        t: How many texts, from 0 (the truth) on; a traced bad one gives NaN.

    Returns:
        Probabilities that two symbols of one model differ, shaped as `t`.

    Raises:
        ValueError: The order is another, or `t` is no whole number, at least 0.

    >>> float(expected_heterozygosity(markov_text(4, [[[0.5, 0.5]]]), 2))
    0.28125
    """
    if m.contexts != 1:
        raise ValueError(f"the model has {m.contexts} contexts: the closed form is for one, and `diversities` for more")
    steps, n, k, alpha = check_count(t, "t", 0), m.length, m.letters, float(m.alpha)
    scale = (n + k * alpha) ** 2
    rho, gain = n * (n - 1) / scale, (k - 1) * alpha * (2 * n + k * alpha) / scale
    fall, start = rho**steps, m.prior @ (m.rows * (1 - m.rows)).sum((1, 2))
    return fall * start + gain * (1 - fall) / (1 - rho)


def absorption_law(m: Model) -> Joint:
    r"""Return the law of the hypothesis and the deterministic model that the loop ends in.

    $P_\infty=P_D+P_Q(I-Q)^{-1}R$ (Kemeny & Snell 1960). A model is absorbing iff each row has one symbol: another
    changes with positive probability once its row is visited.

    Returns:
        A law over "theta" and "model", which has the $k^C$ deterministic models in the order of `models`.

    Raises:
        ValueError: There is smoothing, which absorbs nothing; a prompt has probability 0, whose row may never be
            visited; or there is too much to enumerate.

    >>> absorption_law(markov_text(3, [[[0.25, 0.75]]])).table.round(12).tolist()
    [[0.75, 0.25]]
    """
    if m.alpha > 0 or not (isinstance(m.prompt, Tracer) or (np.asarray(m.prompt) > 0).all()):
        raise ValueError(f"alpha is {m.alpha}, prompt {m.prompt}: absorption needs alpha = 0 and every prompt possible")
    start, link = _exact(m)
    ends = (_models(m).max(-1) == 1).all(-1)
    within, out = link[~ends][:, ~ends], link[~ends][:, ends]
    reached = jnp.linalg.solve(jnp.eye(len(within)) - within, out)
    total = start[:, ends] + jnp.matmul(start[:, ~ends], reached, precision=lax.Precision.HIGHEST)
    return Joint(total, ("theta", "model"))


def residual_information(m: Model) -> Float[Array, ""]:
    r"""Return what the deterministic model at the end tells, $\lim I(\theta;Z_t)$ in bits, by `absorption_law`.

    For order 0 it is $I(\theta;B)$, B one symbol of the true law. Errors are those of `absorption_law`.

    >>> round(float(residual_information(markov_text(5, [[[0.25, 0.75]], [[0.75, 0.25]]]))), 12)
    0.188721875541
    """
    return mutual_information(absorption_law(m), "theta", "model")


def examples() -> tuple[Model, ...]:
    """Return small models for the contract tests: bigrams, smoothed bigrams, and three symbols of order 0."""
    sticky = [[[0.9, 0.1], [0.1, 0.9]], [[0.25, 0.75], [0.75, 0.25]]]
    three = [[[0.5, 0.25, 0.25]], [[0.125, 0.125, 0.75]]]
    return markov_text(4, sticky), markov_text(3, sticky, prior=[0.25, 0.75], alpha=0.5), markov_text(4, three)


def _is_power(number: int, base: int) -> bool:
    while number % base == 0:
        number //= base
    return number == 1


def _law(weights, what, size):
    table = joint(np.full(size, 1 / size) if weights is None else weights, what).table
    if len(table) != size:
        raise ValueError(f"{what} has {len(table)} weights for {size}: give one for each")
    return table


def _known(m: Model) -> Estimates:
    if (m.length + 1) ** m.letters > _MOST_COUNTS:
        raise ValueError(f"{m.letters} symbols in texts of {m.length} have too many counts: give fewer or shorter ones")
    known = estimates(m.length, m.letters, m.alpha)
    if len(known.laws) ** m.contexts > np.iinfo(np.int64).max:
        raise ValueError(f"{len(known.laws)} ** {m.contexts} models cannot be numbered: give a lower order")
    return known


def _states(m: Model, known: Estimates) -> int:
    states, texts = len(known.laws) ** m.contexts, m.contexts * m.letters**m.length
    if states > _MOST_MODELS or texts > _MOST_TEXTS:
        raise ValueError(
            f"{texts} texts and {states} models are too many to enumerate (at most {_MOST_TEXTS} and {_MOST_MODELS}): "
            "give fewer symbols, a shorter length or a lower order, or use sampled"
        )
    return states


def _models(m: Model) -> np.ndarray:
    known = _known(m)
    return known.laws[digits(np.arange(_states(m, known)), len(known.laws), m.contexts)]


def _fresh(m: Model, known: Estimates) -> int:
    return sum(known.uniform * len(known.laws) ** c for c in range(m.contexts))


@jax.jit
def _exact(m: Model) -> tuple[jax.Array, jax.Array]:
    """Return the law of theta and the first model, and the kernel from model to model."""
    known = _known(m)
    states = _states(m, known)
    found = statistics(m.length, m.letters, m.contexts)
    first = refit_counts(np.array(_fresh(m, known)), found.counts, known, m.length)
    start = jnp.zeros((len(m.rows), states)).at[:, first].add(text_probabilities(m.rows, m.prompt, found))
    now = np.arange(states)[:, None]
    after = refit_counts(now, found.counts, known, m.length)
    link = jnp.zeros((states, states)).at[now, after].add(text_probabilities(_models(m), m.prompt, found))
    return m.prior[:, None] * start, link


def _trained(m, known, now, rows, key):
    """Return the models after one text of each of `rows[x, r, c, b]`: a scan over positions, then `refit_counts`."""
    for_prompts, for_symbols = jax.random.split(key)
    context = jax.random.choice(for_prompts, m.contexts, now.shape, p=m.prompt)

    def position(carry, key):
        context, counts = carry
        here = jax.nn.one_hot(context, m.contexts, dtype=int)[..., None]
        row = jnp.take_along_axis(rows, context[..., None, None], axis=2)[..., 0, :]
        symbol = jax.random.categorical(key, jnp.log(row))
        counts = counts + here * jax.nn.one_hot(symbol, m.letters, dtype=int)[..., None, :]
        return ((context * m.letters + symbol) % m.contexts, counts), None

    empty = jnp.zeros((*now.shape, m.contexts, m.letters), int)
    (_, counts), _ = lax.scan(position, (context, empty), jax.random.split(for_symbols, m.length))
    return refit_counts(now, counts, known, m.length)
