"""Prove or refute one line of textbook notation: a checked proof, an exact counterexample, or "undecided"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from infoloop.check import readable
from infoloop.probability.host_functions import host_only
from infoloop.probability.validation import check_int
from infoloop.proofs import limits
from infoloop.proofs.counterexamples.exact_decision import Counterexample
from infoloop.proofs.counterexamples.search import SearchReport, refute
from infoloop.proofs.polymatroids import Polymatroid, polymatroid
from infoloop.proofs.problem import Given, parse_problem
from infoloop.proofs.shannon_prover import prove_parsed
from infoloop.reporting.suggestions import escape_unprintable


@dataclass(frozen=True)
class Proof:
    """The finding of `prove` on a statement: `verdict` is "proved", "refuted" or "undecided".

    What is proved has a `certificate` (JSON, accepted by `infoloop.check`), what is refuted a `counterexample` (an
    exact law), and what is undecided an account of what was `tried`; the others are None. Where no proof can exist, an
    undecided statement also has a `polymatroid`, which shows it in fractions; without one, there may be a proof that
    was not found. `given` are the assumptions as texts, those of a graph written out.
    """

    statement: str
    given: tuple[str, ...]
    verdict: str
    certificate: dict[str, Any] | None = None
    counterexample: Counterexample | None = None
    tried: SearchReport | None = None
    polymatroid: Polymatroid | None = None

    @property
    def vacuous(self) -> bool:
        """Whether the proof is that the assumptions contradict each other, so that they hold for no law."""
        return self.certificate is not None and self.certificate["proves"] == "contradiction"

    def row(self) -> dict[str, Any]:
        """Return the finding as JSON."""
        return {
            "statement": self.statement,
            "given": list(self.given),
            "verdict": self.verdict,
            "certificate": self.certificate,
            "counterexample": self.counterexample and self.counterexample.row(),
            "tried": self.tried and str(self.tried),
            "polymatroid": self.polymatroid and self.polymatroid.row(),
        }

    def __str__(self) -> str:
        if self.certificate is not None:
            return readable(self.certificate)
        statement, *given = (escape_unprintable(" ".join(text.split())) for text in (self.statement, *self.given))
        under = "".join(f"\ngiven  {text}" for text in given)
        if self.counterexample is not None:
            return f"{statement}   is refuted, certified{under}\n\n{self.counterexample}"
        if self.polymatroid is None:
            return f"{statement}   is undecided: no proof found, no counterexample found{under}\n\n{self.tried}"
        family = "Shannon's inequalities" + " and those of Zhang and Yeung" * self.polymatroid.zhang_yeung
        neither = f"no proof from {family}, no counterexample found"
        return f"{statement}   is undecided: {neither}{under}\n\n{self.polymatroid}\n\n{self.tried}"


@host_only
def prove(
    statement: str, given: Given = None, zhang_yeung: bool = False, starts: int = 64, steps: int = 300, seed: int = 0
) -> Proof:
    r"""Prove or refute a statement that is linear in entropies, such as `I(X;Z) <= I(X;D) + I(X;S|D)`.

    A proof is a sum of Shannon's elemental inequalities (Yeung, Information Theory and Network Coding, 2008, chapters
    13 and 14), re-checked in fractions. A counterexample meets the assumptions exactly, and ball arithmetic decides
    it. Some true inequalities are not of Shannon type, so a statement may be neither.

    Args:
        statement: two sums of entropies H(A|B), informations I(A;B|C) and numbers, in bits, with <=, >=, =, < or >.
        given: Markov chains `X -> D,S -> Z`, independences `X _||_ Y | Z`, functions `Z = f(X,Y)` and equalities
            `I(X;Z|Y) = 0`, in one text (`;` or new lines between) or a list; a graph `{"Z": ("D", "S"), ...}` of
            parents or a `BayesNet`, which stand for all independences of their graph.
        zhang_yeung: whether a proof may also use the Zhang-Yeung inequalities.
        starts: from how many random laws to descend to a counterexample, at most 10 000; 0 for small laws only.
        steps: the steps of each descent, at most 100 000.
        seed: the seed of the random laws, at least 0.

    Returns:
        The verdict, with its certificate, its counterexample, or what was tried and why there is no proof.

    Raises:
        NotationError: (a ValueError) a text does not parse; the message shows the place with a caret.
        ValueError: there are more variables than fit, a graph has a cycle, or a number is out of its range.

    >>> prove("I(X;Z) <= I(X;D)", given="X -> D -> Z").verdict
    'proved'
    >>> prove("I(X;Z) <= I(X;D)", given="X -> D,S -> Z").counterexample.outcomes
    {'0 0 0 0': '1/2', '1 1 0 1': '1/2'}
    """
    for name, value, most in (
        ("starts", starts, limits.MOST_STARTS),
        ("steps", steps, limits.MOST_DESCENT_STEPS),
        ("seed", seed, limits.MOST_SEED),
    ):
        if check_int(value, name, 0) > most:
            raise ValueError(f"{name} is {value}: give a whole number, at most {most}")
    parsed, assumptions = parse_problem(statement, given)
    texts = tuple(assumption.text for assumption in assumptions)
    certificate = prove_parsed(statement, parsed, assumptions, zhang_yeung)
    if certificate is not None:
        return Proof(statement, texts, "proved", certificate=certificate)
    found = refute(parsed, assumptions, starts=starts, steps=steps, seed=seed)
    if isinstance(found, Counterexample):
        return Proof(statement, texts, "refuted", counterexample=found)
    evidence = polymatroid(parsed, assumptions, zhang_yeung)
    return Proof(statement, texts, "undecided", tried=found, polymatroid=evidence)
