r"""What turns the rewards of a group of outputs into advantages: REINFORCE, RLOO, GRPO, Dr. GRPO and their options.

A rule sees of an output its outcome reward, its shaping, whether it is right, and its length (`reward_kinds.Kinds`);
the reward is $r=\text{outcome}+\lambda\,\text{shaping}$. Numbers of a rule may be traced; its words are static.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from infoloop.probability.argument_kinds import kinds_checked
from infoloop.probability.array_types import Number
from infoloop.probability.validation import check_choice, check_finite
from infoloop.reporting.suggestions import did_you_mean, list_names

_CENTRINGS = ("constant", "others", "group")
DIVISORS = ("population", "sample")  # of the variance in a group: that of its law, or that of a sample
_REDRAWN = ("never", "equal rewards", "equal verdicts")
_GATES = ("open", "some right", "mixed")
_LENGTHS = ("ignored", "own", "group total")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class AdvantageRule:
    r"""How the rewards of a group become advantages; made by `reinforce`, `rloo`, `grpo`, `dr_grpo` or `named_rule`.

    Attributes:
        baseline: What is subtracted from each reward where `centring` is "constant".
        epsilon: $\epsilon$, added to the standard deviation where it divides.
        dose: $\lambda$, weight of the shaping in the reward.
        centring: What is subtracted: a "constant", the mean of the "others", or that of the whole "group".
        divisor: Standard deviation that divides: "none", or that of the "population" (divisor G) or "sample" (G - 1).
        redrawn: Which groups are drawn again until there is none: "never", "equal rewards" or "equal verdicts".
        gate: In which groups shaping counts: in all ("open"), with "some right", or with right and wrong ("mixed").
        lengths: How a length divides: "ignored" (or a constant), an output by its "own", or by the "group total".
    """

    baseline: Float[Array, "*batch"]
    epsilon: Float[Array, "*batch"]
    dose: Float[Array, "*batch"]
    centring: str = jax.tree.static()
    divisor: str = jax.tree.static()
    redrawn: str = jax.tree.static()
    gate: str = jax.tree.static()
    lengths: str = jax.tree.static()

    @property
    def least_size(self) -> int:
        """The least size of a group for which the rule is one: 2 where it compares outputs of a group."""
        return 1 if (self.centring, self.divisor, self.redrawn) == ("constant", "none", "never") else 2


def reinforce(baseline: Number = 0.0) -> AdvantageRule:
    r"""Return REINFORCE with a constant baseline, $A_i=r_i-b$ (Williams 1992).

    Args:
        baseline: b, finite.

    Raises:
        ValueError: `baseline` is not finite.

    >>> reinforce(0.5).centring
    'constant'
    """
    return _rule("constant", "none", baseline=baseline)


def rloo() -> AdvantageRule:
    r"""Return the leave-one-out rule, $A_i=r_i-\frac1{G-1}\sum_{j\ne i}r_j$ (arXiv 2402.14740): unbiased.

    >>> rloo().least_size
    2
    """
    return _rule("others", "none")


def grpo(epsilon: Number = 0.0, divisor: str = "population") -> AdvantageRule:
    r"""Return GRPO's rule, $A_i=\frac{r_i-\bar r}{\sigma+\epsilon}$ (arXiv 2402.03300).

    Args:
        epsilon: $\epsilon$, at least 0; at 0 a group of equal rewards has the advantages 0.
        divisor: of the variance $\sigma^2$ of the group: "population" (G) or "sample" (G - 1).

    Raises:
        ValueError: `epsilon` is negative or not finite, or `divisor` is another word.

    >>> grpo(1e-6, "sample").divisor
    'sample'
    """
    return _rule("group", check_choice(divisor, "divisor", DIVISORS), epsilon=epsilon)


def dr_grpo() -> AdvantageRule:
    r"""Return the centred rule, $A_i=r_i-\bar r$, which divides by no deviation (arXiv 2503.20783).

    >>> dr_grpo().divisor
    'none'
    """
    return _rule("group", "none")


RULES: dict[str, Callable[..., AdvantageRule]] = {
    "reinforce": reinforce,
    "rloo": rloo,
    "grpo": grpo,
    "dr_grpo": dr_grpo,
}


@kinds_checked
def named_rule(name: str, **settings: Any) -> AdvantageRule:
    """Return the rule of this name.

    Args:
        name: "reinforce", "rloo", "grpo" or "dr_grpo".
        settings: what its constructor takes.

    Raises:
        ValueError: There is no such rule, or no such setting of it; the message has the nearest name.

    >>> named_rule("grp0")
    Traceback (most recent call last):
    ValueError: there is no rule 'grp0': did you mean grpo? Rules are reinforce, rloo, grpo, dr_grpo
    """
    if name not in RULES:
        hint = did_you_mean(str(name).lower(), RULES) or "."
        raise ValueError(f"there is no rule {name!r}{hint} Rules are {list_names(RULES)}")
    known = inspect.signature(RULES[name]).parameters
    for word in settings:
        if word not in known:
            hint = did_you_mean(word.lower(), known) or "."
            raise ValueError(f"rule {name} has no setting {word!r}{hint} It has {list_names(known)}")
    return RULES[name](**settings)


def modified(
    rule: AdvantageRule,
    dose: Number | None = None,
    redrawn: str | None = None,
    gate: str | None = None,
    lengths: str | None = None,
) -> AdvantageRule:
    r"""Return the rule with other options; what is None stays.

    Args:
        rule: A rule.
        dose: $\lambda$, weight of the shaping, finite; negative ones reverse it.
        redrawn: Dynamic sampling (DAPO, arXiv 2503.14476): groups of "equal rewards", or of "equal verdicts" (all right
            or all wrong), are drawn again, so that expectations are those of the others; or "never". A question whose
            outputs are all of one kind has no others: its updates are NaN.
        gate: Outcome gate: shaping counts only in groups with "some right", or with right and wrong ("mixed"); or in
            all ("open").
        lengths: "own": an output's advantage is divided by its length (mean over its tokens, then over outputs, as in
            GRPO); "group total": by the mean length of the group (mean over its tokens, DAPO); "ignored": by a constant
            (Dr. GRPO), which is 1 here.

    Raises:
        ValueError: `dose` is not finite, or a word is none of these.

    >>> modified(grpo(), dose=0.1, gate="some right").gate
    'some right'
    """
    changes: dict[str, Any] = {} if dose is None else {"dose": check_finite(dose, "dose")}
    for what, value, options in (
        ("redrawn", redrawn, _REDRAWN),
        ("gate", gate, _GATES),
        ("lengths", lengths, _LENGTHS),
    ):
        changes |= {} if value is None else {what: check_choice(value, what, options)}
    return replace(rule, **changes)


def _rule(centring, divisor, baseline=0.0, epsilon=0.0):
    baseline, epsilon = check_finite(baseline, "baseline"), check_finite(epsilon, "epsilon", 0.0)
    return AdvantageRule(baseline, epsilon, jnp.zeros(()), centring, divisor, _REDRAWN[0], _GATES[0], _LENGTHS[0])
