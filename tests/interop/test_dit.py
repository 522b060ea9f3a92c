"""dit's laws and ours: there and back without a change, by dit where it is installed and by a stand-in everywhere."""

import importlib
import math
from dataclasses import dataclass

import pytest

from infoloop.interop import dit
from infoloop.interop.dit import from_dit, to_dit
from infoloop.probability.distributions import from_outcomes, joint

LAWS = [
    joint([[0.4, 0.1], [0.1, 0.4]], "X", "D"),
    joint([0.1, 0.2, 0.7], "X"),
    joint([[0.5, 0.0, 0.0], [0.25, 0.25, 0.0]], "X", "Y"),
    from_outcomes({("rain", 3): 0.1, ("sun", 5): 0.2, ("sun", 3): 0.7}, ("sky", "count")),
]


@dataclass
class Standin:
    """What `from_dit` reads of a dit distribution."""

    outcomes: tuple
    pmf: list
    alphabet: tuple
    names: tuple | None = None
    base: str | int = "linear"

    def get_rv_names(self):
        return self.names

    def get_base(self):
        return self.base


def same(p, q):
    return p.names == q.names and p.alphabets == q.alphabets and p.table.tolist() == q.table.tolist()


@pytest.mark.slow
@pytest.mark.parametrize("p", LAWS)
def test_there_and_back_changes_no_bit(p):
    pytest.importorskip("dit")
    assert same(from_dit(to_dit(p)), p)


def test_dit_agrees_on_the_information():
    dit = pytest.importorskip("dit")
    found = dit.shannon.mutual_information(to_dit(LAWS[0]), ["X"], ["D"])
    assert math.isclose(found, 1 + 0.8 * math.log2(0.8) + 0.2 * math.log2(0.2))


def test_a_standin_becomes_its_law():
    p = from_dit(Standin((("a", 0), ("b", 2)), [0.25, 0.75], (("a", "b"), (0, 1, 2)), ("X", "Y")))
    assert p.outcomes() == {("a", 0): 0.25, ("b", 2): 0.75}
    assert p.alphabets == (("a", "b"), (0, 1, 2))


def test_a_law_of_another_order_would_be_noticed():
    p = Standin((("a", 0), ("b", 2)), [0.75, 0.25], (("a", "b"), (0, 1, 2)), ("X", "Y"))
    q = Standin((("a", 0), ("b", 2)), [0.25, 0.75], (("a", "b"), (0, 1, 2)), ("X", "Y"))
    assert not same(from_dit(p), from_dit(q))


@pytest.mark.parametrize(("base", "pmf"), [(2, [-2.0, -2.0, -1.0]), ("e", [math.log(0.25)] * 2 + [math.log(0.5)])])
def test_logarithms_are_undone(base, pmf):
    p = from_dit(Standin(("00", "01", "11"), pmf, (("0", "1"),) * 2, None, base))
    assert p.names == ("X0", "X1")
    assert p.outcomes() == pytest.approx({("0", "0"): 0.25, ("0", "1"): 0.25, ("1", "1"): 0.5})


def test_one_variable_with_bare_outcomes():
    assert from_dit(Standin((0, 1), [0.25, 0.75], ((0, 1),), ("X",))).table.tolist() == [0.25, 0.75]


def test_a_conditional_law_is_refused():
    with pytest.raises(ValueError, match="mass 2"):
        from_dit(Standin(("00", "11"), [1.0, 1.0], (("0", "1"),) * 2))


def test_without_dit_the_error_names_the_extra(monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(dit.importlib, "import_module", missing)
    with pytest.raises(ValueError, match=r"infoloop\[bridges\]"):
        to_dit(LAWS[0])
    monkeypatch.undo()
    assert importlib.import_module("infoloop.interop.dit") is dit


def test_symbols_that_cannot_be_sorted_are_refused(monkeypatch):
    monkeypatch.setattr(dit, "_dit", lambda: None)
    with pytest.raises(ValueError, match="X has the symbols"):
        to_dit(from_outcomes({0: 0.5, None: 0.5}, "X"))
