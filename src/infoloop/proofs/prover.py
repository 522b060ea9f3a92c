"""`prove`: one line of textbook notation becomes a checked proof, an exact counterexample, or an honest "undecided"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infoloop.check import readable
from infoloop.notation.assumptions import parse_problem
from infoloop.probability.bayes_nets import BayesNet
from infoloop.probability.channels import Channel
from infoloop.proofs.counterexamples.search import LawCounterexample, SearchReport, refute
from infoloop.proofs.shannon_prover import prove_linear


@dataclass(frozen=True)
class Proof:
    """What `prove` found: `verdict` is proved, refuted or undecided.

    A proof has its `certificate` (JSON, re-checked by `infoloop.check`), a refutation its `counterexample` (exact
    fractions), and what is undecided an account of what was `tried`.
    """

    statement: str
    given: tuple[str, ...]
    verdict: str
    certificate: dict[str, Any] | None = None
    counterexample: LawCounterexample | None = None
    tried: SearchReport | None = None

    @property
    def vacuous(self) -> bool:
        """Whether the proof shows that the assumptions contradict each other, so that they hold for no law."""
        return self.certificate is not None and self.certificate["proves"] == "contradiction"

    def row(self) -> dict[str, Any]:
        """The finding as JSON."""
        against = self.counterexample
        return {
            "statement": self.statement,
            "given": list(self.given),
            "verdict": self.verdict,
            "certificate": self.certificate,
            "counterexample": against
            and {
                "names": list(against.names),
                "outcomes": against.outcomes,
                "lesser": against.lesser,
                "relation": against.relation,
                "greater": against.greater,
                "found": against.found,
            },
            "tried": self.tried and str(self.tried),
        }

    def __str__(self) -> str:
        if self.certificate is not None:
            return readable(self.certificate)
        under = "".join(f"\ngiven  {text}" for text in self.given)
        if self.counterexample is not None:
            return f"{self.statement}   is refuted, certified{under}\n\n{self.counterexample}"
        neither = "no proof from Shannon's inequalities, no counterexample"
        return f"{self.statement}   is undecided: {neither}{under}\n\n{self.tried}"


def prove(
    statement: str, given=None, zhang_yeung: bool = False, starts: int = 64, steps: int = 300, seed: int = 0
) -> Proof:
    r"""Prove or refute a statement that is linear in entropies, such as `I(X;Z) <= I(X;D) + I(X;S|D)`.

    `given` takes Markov chains `X -> D,S -> Z`, independences `X _||_ Y | Z`, functions `Z = f(X,Y)` and equalities
    `I(X;Z|Y) = 0`, in one text (`;` or new lines between) or a list, a graph `{"Z": ("D", "S"), ...}` or a `BayesNet`
    (its graph: all its independences). A proof is a sum of Shannon's elemental inequalities (with `zhang_yeung` also
    of theirs), re-checked in fractions. A counterexample meets the assumptions exactly, and ball arithmetic decides it.
    What is neither is undecided: some true inequalities are not of Shannon type. Raises NotationError (a ValueError)
    with a caret where a text does not parse, and ValueError for more variables than fit or a cyclic graph.

    >>> prove("I(X;Z) <= I(X;D)", given="X -> D -> Z").verdict
    'proved'
    >>> prove("I(X;Z) <= I(X;D)", given="X -> D,S -> Z").counterexample.outcomes
    {'0 0 0 0': '1/2', '1 1 0 1': '1/2'}
    """
    known = _graph(given) if isinstance(given, BayesNet) else given
    parsed, assumptions = parse_problem(statement, known)
    texts = tuple(assumption.text for assumption in assumptions)
    certificate = prove_linear(statement, known, zhang_yeung=zhang_yeung)
    if certificate is not None:
        return Proof(statement, texts, "proved", certificate=certificate)
    found = refute(parsed, assumptions, starts=starts, steps=steps, seed=seed)
    if isinstance(found, LawCounterexample):
        return Proof(statement, texts, "refuted", counterexample=found)
    return Proof(statement, texts, "undecided", tried=found)


def _graph(net: BayesNet) -> Mapping[str, tuple[str, ...]]:
    """The parents of each variable; the targets of one part depend on each other, each on those before it."""
    parents = {}
    for part in net.factors:
        source, target = (part.source, part.target) if isinstance(part, Channel) else ((), part.names)
        for k, name in enumerate(target):
            parents[name] = source + target[:k]
    return parents
