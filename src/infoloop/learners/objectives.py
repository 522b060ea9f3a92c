r"""What a learner descends on: one function of its table of log-probabilities for each way of training.

All are means over the trained questions, with weights $w_q$ that add up to 1, and in nats or rewards. Those that sample
take their key and give a loss whose *gradient* is the update; its value is not the objective's.
"""

from collections.abc import Callable, Sequence

import jax
import jax.numpy as jnp
from jax import lax
from jaxtyping import Array, Bool, Float, Int, Key

from infoloop.learners.policy_training import Objective
from infoloop.learning.policy_gradient.advantage_rules import AdvantageRule
from infoloop.learning.policy_gradient.reward_kinds import OutputKinds
from infoloop.learning.policy_gradient.sampled_updates import drawn_advantages, member_advantages
from infoloop.probability.validation import check_int

PerQuestion = Float[Array, "questions"]
Table = Float[Array, "questions outputs"]


def imitation(target: Table, weight: PerQuestion) -> Objective:
    r"""Return $-\sum_qw_q\sum_yt_q(y)\ln\pi(y\mid q)$: supervised fine-tuning on a law of references, or soft labels.

    Args:
        target: $t_q$, a law for each question with weight.
        weight: $w_q$.

    Raises:
        ValueError: `target` is no table of floats with a row for each question.

    >>> loss = imitation(jnp.array([[1.0, 0.0]]), jnp.ones(1))
    >>> round(float(loss(jnp.log(jnp.array([[0.25, 0.75]])), jax.random.key(0))), 6)
    1.386294
    """
    _check_signal(target, "target", weight, 2, "f", "give laws of references; a class label is for class_likelihood")
    return lambda log_policy, key: -_mean(weight, jnp.where(target > 0, target * log_policy, 0.0).sum(axis=1))


def class_likelihood(members: Bool[Array, "questions outputs"], weight: PerQuestion) -> Objective:
    r"""Return $-\sum_qw_q\ln\sum_{y\in A_q}\pi(y\mid q)$: the likelihood of a class label.

    Args:
        members: $A_q$, the outputs of the class that is right; none need be given where the weight is 0.
        weight: $w_q$.

    Raises:
        ValueError: `members` is no table of yes and no with a row for each question.

    >>> loss = class_likelihood(jnp.array([[True, True, False]]), jnp.ones(1))
    >>> round(float(loss(jnp.log(jnp.array([[0.25, 0.25, 0.5]])), jax.random.key(0))), 6)
    0.693147
    """
    _check_signal(members, "members", weight, 2, "b", "give the members of a class; laws are for imitation")
    told = members | (weight == 0)[:, None]
    return lambda log_policy, key: -_mean(weight, jax.nn.logsumexp(jnp.where(told, log_policy, -jnp.inf), axis=1))


def expected_reward(reward: Table, weight: PerQuestion) -> Objective:
    r"""Return $-\sum_qw_q\sum_y\pi(y\mid q)\,r_q(y)$: the exact policy gradient.

    Args:
        reward: $r_q(y)$: a verdict, a grade, the share of a rubric's items.
        weight: $w_q$.

    Raises:
        ValueError: `reward` is no table with a row for each question.

    >>> loss = expected_reward(jnp.array([[1.0, 0.0]]), jnp.ones(1))
    >>> float(loss(jnp.log(jnp.array([[0.25, 0.75]])), jax.random.key(0)))
    -0.25
    """
    _check_signal(reward, "reward", weight, 2, "fbiu", "give each output's reward; pairs are for preference")
    return lambda log_policy, key: -_mean(weight, (jnp.exp(log_policy) * reward).sum(axis=1))


def sampled_policy_gradient(
    rule: AdvantageRule, outputs: OutputKinds, weight: PerQuestion, size: int, groups: int = 1
) -> Objective:
    r"""Return the loss whose gradient is minus a sampled update, $-\sum_qw_q\frac1{nG}\sum_iA_i\ln\pi(y_i\mid q)$.

    Args:
        rule: What makes advantages, such as GRPO.
        outputs: The outputs and their kinds of reward, with a leading axis of questions.
        weight: $w_q$.
        size: G, the size of a group.
        groups: n, groups a question and step.

    >>> from infoloop.learning.policy_gradient.advantage_rules import rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> loss = sampled_policy_gradient(rloo(), output_kinds([[1.0, 1.0]]), jnp.ones(1), size=4)
    >>> slope = jax.grad(loss)(jnp.log(jnp.array([[0.25, 0.75]])), jax.random.key(0))
    >>> slope.tolist()
    [[0.0, 0.0]]
    """
    losses = sampled_policy_gradients((rule,), outputs, weight, size, groups)
    return lambda log_policy, key: losses(log_policy, key)[0]


def sampled_policy_gradients(
    rules: Sequence[AdvantageRule], outputs: OutputKinds, weight: PerQuestion, size: int, groups: int = 1
) -> Callable[[Table, Key[Array, ""]], tuple[Float[Array, ""], ...]]:
    r"""Return what gives the losses of `sampled_policy_gradient` under several rules, which draw once for all.

    Args:
        rules: What makes advantages; where there are several, none draws again.
        outputs: As there.
        weight: As there.
        size: As there.
        groups: As there.

    Raises:
        ValueError: Of several rules one draws some groups again, or G or n is below 1.

    >>> from infoloop.learning.policy_gradient.advantage_rules import reinforce, rloo
    >>> from infoloop.learning.policy_gradient.reward_kinds import output_kinds
    >>> losses = sampled_policy_gradients((rloo(), reinforce(1.0)), output_kinds([[1.0, 1.0]]), jnp.ones(1), size=4)
    >>> [abs(float(loss)) for loss in losses(jnp.log(jnp.array([[0.25, 0.75]])), jax.random.key(0))]
    [0.0, 0.0]
    """
    size, groups = check_int(size, "size"), check_int(groups, "groups")
    first, *others = rules
    if others and any(rule.redrawn != "never" for rule in rules):
        raise ValueError("a rule draws some groups again, so that rules cannot share them: give it alone")

    def of_question(key, log_pi, kinds):
        members, found, _ = drawn_advantages(key, first, jnp.exp(log_pi), kinds, size, groups)
        shares = jnp.stack([found, *(member_advantages(rule, kinds, members)[0] for rule in others)])
        return members, shares / (size * groups)

    def losses(log_policy, key):
        keys = jax.random.split(key, len(log_policy))
        members, shares = jax.vmap(of_question)(keys, lax.stop_gradient(log_policy), outputs)
        taken = jnp.take_along_axis(log_policy[:, None, :], members, axis=-1)
        update = (lax.stop_gradient(shares) * taken[:, None]).sum(axis=(2, 3))
        return tuple(-_mean(weight, update[:, k]) for k in range(len(rules)))

    return losses


def rejection_imitation(right: Bool[Array, "questions outputs"], weight: PerQuestion, draws: int) -> Objective:
    r"""Return imitation of those of n own outputs that are right, drawn anew each step; no step where none is.

    $-\sum_qw_q\frac1n\sum_iR(y_i)\ln\pi(y_i\mid q)$, whose gradient is right on average for the pass rate.

    Args:
        right: Which outputs the verifier accepts.
        weight: $w_q$.
        draws: n, own outputs a question and step.

    Raises:
        ValueError: `right` is no table of yes and no with a row for each question, or n is below 1.

    >>> loss = rejection_imitation(jnp.array([[False, False]]), jnp.ones(1), draws=4)
    >>> abs(float(loss(jnp.log(jnp.array([[0.25, 0.75]])), jax.random.key(0))))
    0.0
    """
    draws = check_int(draws, "draws")
    _check_signal(right, "right", weight, 2, "b", "give what a verifier accepts; rewards are for expected_reward")

    def loss(log_policy, key):
        members = _sample_outputs(key, log_policy, draws)
        kept = jnp.take_along_axis(right, members, axis=1)
        taken = jnp.take_along_axis(log_policy, members, axis=1)
        return -_mean(weight, jnp.where(kept, taken, 0.0).mean(axis=1))

    return loss


def best_of_n_distillation(base: Table, reward: Table, weight: PerQuestion, n: int) -> Objective:
    r"""Return imitation of the base's best of n, $-\sum_qw_q\sum_yb_q(y)\ln\pi(y\mid q)$, b being `best_of_n_law`.

    Args:
        base: $\ln\pi_0(y\mid q)$.
        reward: $r_q(y)$.
        weight: $w_q$.
        n: Outputs of the base among which the best is chosen.

    >>> loss = best_of_n_distillation(jnp.log(jnp.array([[0.5, 0.5]])), jnp.array([[1.0, 0.0]]), jnp.ones(1), n=2)
    >>> round(float(loss(jnp.log(jnp.array([[0.75, 0.25]])), jax.random.key(0))), 6)
    0.562335
    """
    return imitation(best_of_n_law(base, reward, n), weight)


def best_of_n_law(base: Table, reward: Table, n: int) -> Table:
    r"""Return the law of the best of n outputs of a base, ties broken by chance.

    With F the base's law of rewards up to and including r, and $F^-$ up to and without it,
    $b(y)=\pi_0(y)\frac{F(r_y)^n-F^-(r_y)^n}{F(r_y)-F^-(r_y)}$.

    Args:
        base: $\ln\pi_0(y\mid q)$.
        reward: $r_q(y)$.
        n: Outputs of the base among which the best is chosen.

    >>> best_of_n_law(jnp.log(jnp.array([[0.5, 0.5]])), jnp.array([[1.0, 0.0]]), 2).tolist()
    [[0.75, 0.25]]
    """
    n, law = check_int(n, "n"), jnp.exp(base)
    up_to = (law[:, None, :] * (reward[:, None, :] <= reward[:, :, None])).sum(axis=-1)
    alike = (law[:, None, :] * (reward[:, None, :] == reward[:, :, None])).sum(axis=-1)
    powers = jnp.arange(n)
    mean_power = ((up_to[..., None] ** powers) * ((up_to - alike)[..., None] ** powers[::-1])).sum(axis=-1)
    return law * mean_power


def preference(
    base: Table, prefers: Float[Array, "questions outputs outputs"], weight: PerQuestion, beta: float
) -> Objective:
    r"""Return DPO, $-\sum_qw_q\sum_{ab}c_q(a,b)\ln\sigma(\beta(h_a-h_b))$, $h=\ln\frac{\pi}{\pi_0}$ (arXiv 2305.18290).

    Args:
        base: $\ln\pi_0(y\mid q)$.
        prefers: $c_q(a,b)$, how often a is preferred to b.
        weight: $w_q$.
        beta: $\beta$, above 0.

    Raises:
        ValueError: `prefers` is no table of floats, of pairs of outputs for each question.

    >>> pairs = jnp.array([[[0.0, 1.0], [0.0, 0.0]]])
    >>> loss = preference(jnp.log(jnp.array([[0.5, 0.5]])), pairs, jnp.ones(1), beta=1.0)
    >>> round(float(loss(jnp.log(jnp.array([[0.75, 0.25]])), jax.random.key(0))), 6)
    0.287682
    """
    remedy = "give how often each output is preferred to each; reward_signals.preference_counts makes it of rewards"
    _check_signal(prefers, "prefers", weight, 3, "f", remedy)

    def loss(log_policy, key):
        gain = beta * (log_policy - base)
        return -_mean(weight, (prefers * jax.nn.log_sigmoid(gain[:, :, None] - gain[:, None, :])).sum(axis=(1, 2)))

    return loss


def pair_preference(
    base: Table,
    chosen: Int[Array, "questions pairs"],
    rejected: Int[Array, "questions pairs"],
    weight: PerQuestion,
    beta: float,
) -> Objective:
    r"""Return `preference` on P pairs a question, $-\sum_qw_q\frac1P\sum_j\ln\sigma(\beta(h_{a_j}-h_{b_j}))$.

    Args:
        base: $\ln\pi_0(y\mid q)$.
        chosen: $a_j$, the preferred output of each pair.
        rejected: $b_j$, the other one.
        weight: $w_q$.
        beta: $\beta$, above 0.

    >>> base, first, second = jnp.log(jnp.array([[0.5, 0.5]])), jnp.array([[0]]), jnp.array([[1]])
    >>> loss = pair_preference(base, first, second, jnp.ones(1), beta=1.0)
    >>> round(float(loss(jnp.log(jnp.array([[0.75, 0.25]])), jax.random.key(0))), 6)
    0.287682
    """

    def loss(log_policy, key):
        gain = beta * (log_policy - base)
        apart = jnp.take_along_axis(gain, chosen, axis=1) - jnp.take_along_axis(gain, rejected, axis=1)
        return -_mean(weight, jax.nn.log_sigmoid(apart).mean(axis=1))

    return loss


def _check_signal(signal, what, weight, axes, kinds, remedy):
    """Refuse a signal that an objective cannot use, as its shape or its kind of entries is another one."""
    if signal.ndim != axes or len(signal) != len(weight) or signal.dtype.kind not in kinds:
        shape = " x ".join(map(str, signal.shape))
        raise ValueError(f"{what} is a table of {signal.dtype}, {shape}, for {len(weight)} questions: {remedy}")


def _mean(weight, value):
    """Return the weighted sum; a question without weight has no part in it, whatever its value is."""
    return (weight * jnp.where(weight > 0, value, 0.0)).sum()


def _sample_outputs(key, log_policy, draws):
    """Return outputs drawn from each question's law, questions x draws."""
    return jax.random.categorical(key, lax.stop_gradient(log_policy), axis=-1, shape=(draws, len(log_policy))).T
