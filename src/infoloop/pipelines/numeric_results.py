"""What a numeric audit finds, in bits: of a term, of a round, of a target error, of the whole pipeline."""

from __future__ import annotations

from dataclasses import dataclass, field

from infoloop.pipelines.information_flow import TermId
from infoloop.probability.numerics import rounding


@dataclass(frozen=True)
class TermBits:
    r"""One term in bits: `bits` $=I(X;E\mid G)$ an episode, of `observed` $=H(E\mid G)$; `cost` is that of one use.

    `sign` says whether it is positive: "positive" or "zero", decided (floats beyond rounding, fractions otherwise), or
    "undecided" where the law is too large for fractions. `id` is that of the term among those of the graph.
    """

    text: str
    bits: float
    observed: float
    sign: str
    cost: float | None
    id: TermId = field(repr=False)

    @property
    def per_cost(self) -> float | None:
        """Bits for one unit of cost."""
        return self.bits / self.cost if self.cost else None

    @property
    def per_bit(self) -> float | None:
        """The share of what is observed that is about the task; None where nothing is observed."""
        return self.bits / self.observed if self.observed > 0 else None


@dataclass(frozen=True)
class RoundBits:
    r"""A round in bits: I(X;Z_{t-1}) `before`, I(X;Z_{t-1},E_t) with what has entered, I(X;Z_t) `after`.

    `contraction` is $\eta_{KL}$ of the update (Z_{t-1},E_t) -> Z_t over what occurs, or of Z_{t-1} -> Z_t where no term
    enters (None where it is too large). `ceiling` is the strong data processing bound on `after`,
    $\eta_t(\text{ceiling}_{t-1}+\sum\text{terms})$, or H(X) or what a base that closes the pipeline knows, whichever
    is least; `ceiling_set_by` says which: "terms", "task" or "base". `accuracy` is the probability that the state's own
    answer is X, `best` that of the best decoder, `use` by how much the round has raised the accuracy (None where a
    state has no answer).
    """

    t: int
    state: str
    before: float
    terms: tuple[TermBits, ...]
    entering: float
    after: float
    contraction: float | None
    ceiling: float
    accuracy: float | None
    best: float
    use: float | None
    ceiling_set_by: str

    @property
    def effect(self) -> str:
        """Whether the update raises, lowers or leaves the accuracy, rounding apart."""
        if self.use is None:
            return ""
        return "leaves" if abs(self.use) <= rounding(64) else "raises" if self.use > 0 else "lowers"


@dataclass(frozen=True)
class Fano:
    """What a target `error` takes: `needed` bits, of which `held` are there before round 1, a round bringing `most`.

    `most` is the capacity of what a round reads, or H(X) where that is less.
    `rounds` is the fewest rounds of this form that can do, whatever the learner does; None where none suffice.
    `informed_at` is the first round whose state has the bits, `reached_at` that whose own answers err so seldom,
    rounding apart.
    """

    error: float
    needed: float
    held: float
    most: float
    rounds: int | None
    informed_at: int | None
    reached_at: int | None


@dataclass(frozen=True)
class Numbers:
    """A pipeline in bits: `task` is H(X), `bases` what each base knows of X, `learned` is I(X;Z_T)."""

    task: float
    bases: tuple[tuple[tuple[str, ...], float], ...]
    rounds: tuple[RoundBits, ...]
    fano: Fano | None
    cost: float | None

    @property
    def learned(self) -> float:
        """I(X;Z_T)."""
        return self.rounds[-1].after

    @property
    def informative(self) -> tuple[int, ...]:
        """The rounds in which some term is positive with these tables."""
        return tuple(r.t for r in self.rounds if any(term.sign == "positive" for term in r.terms))
