"""An oracle: laws of linear images of fair bits, whose entropies are ranks. Nothing here comes from infoloop."""

import itertools
from fractions import Fraction

import numpy as np


def rank(vectors):
    """The rank over GF(2) of vectors given as bit masks."""
    basis = []
    for vector in vectors:
        for row in basis:
            vector = min(vector, vector ^ row)
        if vector:
            basis.append(vector)
    return len(basis)


def subsets(names):
    """All sets of names but the empty one."""
    return [frozenset(s) for k in range(1, len(names) + 1) for s in itertools.combinations(names, k)]


def random_law(rng, names, bits=3):
    """The entropies of variables that are linear images of `bits` fair bits, by set of names."""
    images = {name: rng.integers(0, 2**bits, rng.integers(0, 3)).tolist() for name in names}
    return {s: rank([v for name in s for v in images[name]]) for s in subsets(names)}


def value(form, law):
    """A form over joint entropies at a law."""
    return sum(c * (law[s] if s else 1) for s, c in form.items())


def measure(x, y, given=()):
    """The form of I(x;y|given) of single names, or of H(x|given) where x is y."""
    given, form = frozenset(given), {}
    signed = [(given | {x}, 1), (given | {y}, 1), (given | {x, y}, -1), (given, -1)]
    for s, c in [(given | {x}, 1), (given, -1)] if x == y else signed:
        if s:
            form[s] = form.get(s, 0) + c
    return form


def elementals(names):
    """The forms of the elemental measures of these names."""
    forms = [measure(x, x, set(names) - {x}) for x in names]
    for x, y in itertools.combinations(names, 2):
        rest = [name for name in names if name not in (x, y)]
        forms += [measure(x, y, s) for s in [frozenset(), *subsets(rest)]]
    return forms


def added(forms, weights):
    """The weighted sum of forms."""
    total = {}
    for form, weight in zip(forms, weights, strict=True):
        for s, c in form.items():
            total[s] = total.get(s, 0) + c * weight
    return {s: c for s, c in total.items() if c}


def statement(form):
    """The text which says that the form is at least 0."""
    return " + ".join(f"{c} H({','.join(sorted(s))})" for s, c in form.items()).replace("+ -", "- ") + " >= 0"


CHAINS = {3: ("X", "Y", "Z"), 4: ("W", "X", "Y", "Z"), 5: ("V", "W", "X", "Y", "Z")}


def random_case(seed):
    """A form that is at least 0 because elementals are and, for odd seeds, because W -> X -> Y -> Z; and that chain."""
    rng = np.random.default_rng(seed)
    names = CHAINS[3 + seed % 3]
    forms = elementals(names)
    chosen = [forms[k] for k in rng.choice(len(forms), 4, replace=False)]
    weights = [Fraction(int(a), int(b)) for a, b in zip(rng.integers(1, 7, 4), rng.integers(1, 5, 4), strict=True)]
    if seed % 2:
        chosen += [measure(a, c, {b}) for a, b, c in zip(names, names[1:], names[2:], strict=False)]
        weights += [Fraction(int(a)) for a in rng.integers(-6, 7, len(chosen) - 4)]
    return rng, names, added(chosen, weights), " -> ".join(names) if seed % 2 else None


def lowered(rng, names, form, given):
    """The form with one coefficient lowered, and a law that meets the chain and shows that this one is false."""
    for _ in range(2000):
        law = random_law(rng, names)
        follows = given is None or all(value(zero, law) == 0 for zero in chain_forms(names))
        hit = [s for s in form if law[s]]
        if follows and hit and value(form, law) < 1:
            s = hit[int(rng.integers(len(hit)))]
            return added([form, {s: 1}], [1, -1 - value(form, law)]), law
    return None


def chain_forms(names):
    """I(all before; next | last), each of which the chain makes 0."""
    forms = []
    for k in range(2, len(names)):
        past, last, now = frozenset(names[: k - 1]), frozenset({names[k - 1]}), frozenset({names[k]})
        forms.append(added([{past | last: 1}, {now | last: 1}, {past | last | now: 1}, {last: 1}], [1, 1, -1, -1]))
    return forms
