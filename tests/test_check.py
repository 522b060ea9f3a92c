"""The checker believes nothing: each way to spoil a certificate is rejected, with its reason."""

import copy
import json
import subprocess
import sys

import pytest

from infoloop.check import BEYOND, SHANNON, CertificateError, check_certificate, main, measure_form, readable
from infoloop.proofs.shannon_prover import prove_linear

BOUND = prove_linear("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z") or {}
GAP = prove_linear("I(X;D) - I(X;Z) = I(X;D|Z)", "X -> D -> Z") or {}
OFFSET = prove_linear("H(X) <= H(X,Y) + 1/2") or {}
ZHANG_YEUNG = prove_linear("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", zhang_yeung=True) or {}
VOID = prove_linear("H(Y) <= 0", "H(X) = 1; H(X) = 2") or {}


@pytest.mark.parametrize("proof", [BOUND, GAP, OFFSET, ZHANG_YEUNG, VOID], ids=lambda proof: proof["statement"])
def test_a_certificate_holds_after_a_trip_through_json(proof):
    check_certificate(json.loads(json.dumps(proof)))


def changed(proof, path, value):
    """A copy of the proof with another value at the place that the path leads to."""
    copied = copy.deepcopy(proof)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


FIRST = ("parts", 0)
TAMPERED = {
    "another format": (BOUND, ("format",), "infoloop proof 2", "the format is"),
    "another statement": (BOUND, ("statement",), "I(X;Z) <= I(X;D)", "differs from the slack"),
    "a stronger statement": (BOUND, ("statement",), "1.01 I(X;Z) <= I(X;D) + I(X;S|D)", "differs from the slack"),
    "an unreadable statement": (BOUND, ("statement",), "I(X;Z <= 1", "cannot be read"),
    "a statement that is no text": (BOUND, ("statement",), 3, "must be texts"),
    "a strict relation": (BOUND, ("statement",), "I(X;Z) < I(X;D) + I(X;S|D)", "a strict relation"),
    "an equality with half a proof": (
        BOUND,
        ("statement",),
        "I(X;Z) = I(X;D) + I(X;S|D)",
        "but ('<=', '>=') is wanted",
    ),
    "no assumption": (BOUND, ("given",), [], "no assumption says that"),
    "another assumption": (BOUND, ("given",), ["X -> D -> Z"], "no assumption says that"),
    "assumptions that are no list": (BOUND, ("given",), "X -> D,S -> Z", "not a list"),
    "another claim": (BOUND, ("proves",), "everything", "proves is 'everything'"),
    "a contradiction that is none": (BOUND, ("proves",), "contradiction", "but ('contradiction',) is wanted"),
    "other inequalities": (BOUND, ("inequalities",), "mine", "inequalities is 'mine'"),
    "no parts": (BOUND, ("parts",), [], "the parts prove ()"),
    "half of an equality": (GAP, ("parts",), GAP["parts"][:1], "is wanted"),
    "the same half twice": (GAP, ("parts",), GAP["parts"][:1] * 2, "is wanted"),
    "another direction": (BOUND, (*FIRST, "direction"), ">=", "the parts prove ('>=',)"),
    "a field too many": (BOUND, (*FIRST, "note"), "trust me", "a part has the fields"),
    "a part that is none": (BOUND, FIRST, "trust me", "a part has the fields"),
    "a dropped measure": (BOUND, (*FIRST, "measures"), [], "differs from the slack"),
    "a dropped assumption": (BOUND, (*FIRST, "assumptions"), [], "differs from the slack"),
    "a measure's sign": (BOUND, (*FIRST, "measures", 0, 0), "-1", "has the negative multiplier -1"),
    "an assumption's sign": (BOUND, (*FIRST, "assumptions", 0, 0), "1", "differs from the slack"),
    "a measure's weight": (BOUND, (*FIRST, "measures", 0, 0), "1000001/1000000", "differs from the slack"),
    "a float": (BOUND, (*FIRST, "measures", 0, 0), 1.0, "is not a fraction in a text"),
    "a decimal": (BOUND, (*FIRST, "measures", 0, 0), "1.0", "is not a fraction in a text"),
    "a fraction over zero": (BOUND, (*FIRST, "measures", 0, 0), "1/0", "is not a fraction in a text"),
    "a huge exponent": (BOUND, (*FIRST, "measures", 0, 0), "1e9999999", "is not a fraction in a text"),
    "a measure alone": (BOUND, (*FIRST, "measures", 0), "I(X;D,S|Z)", "is not a pair"),
    "an unreadable measure": (BOUND, (*FIRST, "measures", 0, 1), "I(X", "needs a second group"),
    "an interaction as a measure": (BOUND, (*FIRST, "measures", 0, 1), "I(X;D;S)", "it may be negative"),
    "a sum as a measure": (BOUND, (*FIRST, "measures", 0, 1), "H(X) - H(Y)", "it may be negative"),
    "a negative measure": (BOUND, (*FIRST, "measures", 0, 1), "-H(X)", "it may be negative"),
    "a negative constant": (OFFSET, (*FIRST, "constant"), "-1/2", "has the negative multiplier"),
    "no constant": (OFFSET, (*FIRST, "constant"), "0", "differs from the slack at the constant: 0 and not 1/2"),
    "Zhang-Yeung undeclared": (ZHANG_YEUNG, ("inequalities",), SHANNON, "it uses a Zhang-Yeung inequality"),
    "Zhang-Yeung permuted": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "C;D;A;B", "differs from the slack"),
    "Zhang-Yeung of three": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "A;B;C", "is not four groups"),
    "Zhang-Yeung reversed": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 0), "-1", "has the negative multiplier"),
    "assumptions made to agree": (VOID, ("given",), ["H(X) = 1", "H(X) = 1"], "no assumption says that"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_certificate_is_rejected_with_its_reason(name):
    proof, path, value, reason = TAMPERED[name]
    with pytest.raises(CertificateError) as caught:
        check_certificate(changed(proof, path, value))
    assert reason in str(caught.value)


def test_a_certificate_without_a_field():
    for field in BOUND:
        with pytest.raises(CertificateError, match="the certificate has the fields"):
            check_certificate({key: value for key, value in BOUND.items() if key != field})


def test_declaring_more_inequalities_than_are_used_is_no_error():
    check_certificate(BOUND | {"inequalities": BEYOND})


@pytest.mark.parametrize("name", ["I(X,Y;Y|Z)", "H(X|X)", "I(X;Y|Y)"])
def test_measures_may_overlap(name):
    measure_form(name)


def test_the_steps_can_be_read():
    assert readable(BOUND).splitlines() == [
        "I(X;Z) <= I(X;D) + I(X;S|D)   is proved, with the inequalities of Shannon",
        "given  X -> D,S -> Z",
        "",
        "  I(X;D) + I(X;S|D) - I(X;Z)",
        "  = I(X;D,S|Z) - I(X;Z|D,S)",
        "  = I(X;D,S|Z)   (I(X;Z|D,S) = 0 by X -> D,S -> Z)",
        "  >= 0",
    ]
    assert "Shannon and Zhang-Yeung" in readable(ZHANG_YEUNG)
    assert "with ZY(A;B;C;D) = I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B) - 2 I(C;D) >= 0" in readable(ZHANG_YEUNG)
    assert "they force 0 >= 1" in readable(VOID)


def test_what_does_not_hold_is_not_printed():
    with pytest.raises(CertificateError):
        readable(changed(BOUND, ("statement",), "I(X;Z) <= I(X;D)"))


def alone(*files):
    code = (
        "import sys\nfrom infoloop.check import main\nstatus = main(sys.argv[1:])\n"
        "assert not {'jax', 'numpy', 'scipy', 'flint'} & set(sys.modules)\nsys.exit(status)"
    )
    return subprocess.run([sys.executable, "-c", code, *map(str, files)], capture_output=True, text=True, check=False)


def test_the_checker_stands_alone(tmp_path):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(BOUND))
    bad.write_text(json.dumps(BOUND | {"given": []}))
    fine, failed = alone(good), alone(good, bad)
    assert (fine.returncode, failed.returncode) == (0, 1), fine.stderr + failed.stderr
    assert f"{good}: holds" in fine.stdout
    assert f"{bad}: REJECTED: part <=: no assumption says that" in failed.stdout


def test_it_runs_as_a_module(tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(GAP))
    assert subprocess.run([sys.executable, "-m", "infoloop.check", str(path)], check=False).returncode == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"format": 1}', "[" * 100_000, "\x00"])
def test_a_file_that_is_no_certificate_is_rejected(tmp_path, capsys, text):
    path = tmp_path / "file.json"
    path.write_text(text)
    assert main([str(path)]) == 1
    assert "REJECTED" in capsys.readouterr().out


def test_a_missing_file_is_rejected(tmp_path, capsys):
    assert main([str(tmp_path / "none.json")]) == 1
    assert "No such file" in capsys.readouterr().out
