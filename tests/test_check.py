"""The checker believes nothing: each way to spoil a certificate is rejected, with its reason, in bounded time."""

import ast
import copy
import json
import os
import subprocess
import sys
import time

import pytest

import infoloop.check
from infoloop.check import BEYOND, SHANNON, CertificateError, check_certificate, main, readable
from infoloop.proofs.shannon_prover import prove_linear
from tests.support.certificates import as_format_1
from tests.support.paths import ROOT

CHECKER = ROOT / "src" / "infoloop" / "check.py"
BOUND = prove_linear("I(X;Z) <= I(X;D) + I(X;S|D)", "X -> D,S -> Z") or {}
GAP = prove_linear("I(X;D) - I(X;Z) = I(X;D|Z)", "X -> D -> Z") or {}
OFFSET = prove_linear("H(X) <= H(X,Y) + 1/2") or {}
ZHANG_YEUNG = prove_linear("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", zhang_yeung=True) or {}
VOID = prove_linear("H(Y) <= 0", "H(X) = 1; H(X) = 2") or {}
LETTERS = prove_linear("H(XY) <= H(X) + 2/2 H(Y)", "XY _||_ W | V; V = f(XY)") or {}
PROOFS = [BOUND, GAP, OFFSET, ZHANG_YEUNG, VOID, LETTERS]
BOUND_1 = as_format_1(BOUND)


@pytest.mark.parametrize("proof", PROOFS, ids=lambda proof: proof["text"])
def test_a_certificate_holds_after_a_trip_through_json(proof):
    check_certificate(json.loads(json.dumps(proof)))


@pytest.mark.parametrize("proof", PROOFS[:-1], ids=lambda proof: proof["text"])
def test_format_1_is_still_read(proof):
    assert readable(as_format_1(proof)) == readable(proof)


def changed(proof, path, value):
    """A copy of the proof with another value at the place that the path leads to."""
    copied = copy.deepcopy(proof)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = value
    return copied


FIRST = ("parts", 0)
OTHER_TEXT = "the text does not say what the statement says"
TAMPERED = {
    "another format": (BOUND, ("format",), "infoloop proof 3", "the format is 'infoloop proof 3'"),
    "a format that is no text": (BOUND, ("format",), [], "the format is a list"),
    "another statement": (BOUND, ("statement",), "I(X;Z) <= I(X;D)", OTHER_TEXT),
    "another text": (BOUND, ("text",), "I(X;Z) <= I(X;D)", OTHER_TEXT),
    "another relation": (BOUND, ("text",), "I(X;Z) = I(X;D) + I(X;S|D)", OTHER_TEXT),
    "sides exchanged": (BOUND, ("text",), "I(X;D) + I(X;S|D) <= I(X;Z)", OTHER_TEXT),
    "another statement of format 1": (BOUND_1, ("statement",), "I(X;Z) <= I(X;D)", "the sum is not the slack"),
    "a stronger statement": (BOUND_1, ("statement",), "1.01 I(X;Z) <= I(X;D) + I(X;S|D)", "not the slack"),
    "an unreadable statement": (BOUND, ("statement",), "I(X;Z <= 1", "is no sum of multiples"),
    "a statement that is no text": (BOUND, ("statement",), 3, "statement of the certificate is a int"),
    "a statement without a relation": (BOUND, ("statement",), "I(X;Z)", "is not a statement"),
    "two relations": (BOUND, ("statement",), "0 <= H(X) <= 1", "is not a statement"),
    "a strict relation": (BOUND_1, ("statement",), "I(X;Z) < I(X;D) + I(X;S|D)", "a strict relation <"),
    "an equality with half a proof": (
        BOUND_1,
        ("statement",),
        "I(X;Z) = I(X;D) + I(X;S|D)",
        "the parts do not prove <= and >=",
    ),
    "no assumption": (BOUND, ("given",), [], "no assumption says that 'I(X;Z|D,S)' is 0"),
    "another assumption": (BOUND, ("given", 0, 0), "X -> D -> Z", "does not say that 0 is 'I(X;Z|D,S)'"),
    "another zero": (BOUND, ("given", 0, 1), ["I(X;Z|D)"], "does not say that 0 is 'I(X;Z|D)'"),
    "a zero too many": (BOUND, ("given", 0, 1), ["I(X;Z|D,S)", "I(X;Z)"], "does not say that 0 is"),
    "a zero too few": (BOUND, ("given", 0, 1), [], "does not say that 0 is ''"),
    "an assumption without its zeros": (BOUND, ("given", 0), "X -> D,S -> Z", "a pair is wanted"),
    "another assumption of format 1": (BOUND_1, ("given",), ["X -> D -> Z"], "no assumption says that"),
    "assumptions that are no list": (BOUND, ("given",), "X -> D,S -> Z", "a list is wanted"),
    "an inequality as an assumption": (BOUND, ("given", 0, 0), "H(X) <= 1", "is not an equality"),
    "a chain of two": (BOUND, ("given", 0, 0), "X -> Z", "is no assumption"),
    "another claim": (BOUND, ("proves",), "everything", "proves is 'everything'"),
    "a contradiction that is none": (BOUND, ("proves",), "contradiction", "the parts do not prove contradiction"),
    "other inequalities": (BOUND, ("inequalities",), "mine", "inequalities is 'mine'"),
    "no parts": (BOUND, ("parts",), [], "the parts do not prove <="),
    "half of an equality": (GAP, ("parts",), GAP["parts"][:1], "the parts do not prove"),
    "the same half twice": (GAP, ("parts",), GAP["parts"][:1] * 2, "the parts do not prove"),
    "another direction": (BOUND, (*FIRST, "direction"), ">=", "the parts do not prove"),
    "a field too many": (BOUND, (*FIRST, "note"), "trust me", "an object with the fields"),
    "a part that is none": (BOUND, FIRST, "trust me", "an object with the fields"),
    "a dropped measure": (BOUND, (*FIRST, "measures"), [], "is not the slack"),
    "a dropped assumption": (BOUND, (*FIRST, "assumptions"), [], "is not the slack"),
    "a measure's sign": (BOUND, (*FIRST, "measures", 0, 0), "-1", "has a negative multiplier"),
    "an assumption's sign": (BOUND, (*FIRST, "assumptions", 0, 0), "1", "is not the slack"),
    "a measure's weight": (BOUND, (*FIRST, "measures", 0, 0), "1000001/1000000", "is not the slack"),
    "a float": (BOUND, (*FIRST, "measures", 0, 0), 1.0, "is a float"),
    "a decimal": (BOUND, (*FIRST, "measures", 0, 0), "1.0", "is not a fraction"),
    "a fraction over zero": (BOUND, (*FIRST, "measures", 0, 0), "1/0", "is not a fraction"),
    "a huge exponent": (BOUND, (*FIRST, "measures", 0, 0), "1e9999999", "is not a fraction"),
    "a huge number": (BOUND, (*FIRST, "measures", 0, 0), "9" * 10_000, "is not a fraction"),
    "a number over zero": (BOUND, (*FIRST, "measures", 0, 1), "1/0 H(X)", "a number is too long, or over 0"),
    "a measure alone": (BOUND, (*FIRST, "measures", 0), "I(X;D,S|Z)", "a pair is wanted"),
    "an unreadable measure": (BOUND, (*FIRST, "measures", 0, 1), "I(X)", "has 1 groups"),
    "an entropy of two groups": (BOUND, (*FIRST, "measures", 0, 1), "H(X;D)", "has 2 groups"),
    "a name that is none": (BOUND, (*FIRST, "measures", 0, 1), "H(2X)", "'2X' is not a name"),
    "an interaction as a measure": (BOUND, (*FIRST, "measures", 0, 1), "I(X;D;S)", "it may be negative"),
    "a sum as a measure": (BOUND, (*FIRST, "measures", 0, 1), "H(X) - H(Y)", "it may be negative"),
    "a negative measure": (BOUND, (*FIRST, "measures", 0, 1), "-H(X)", "it may be negative"),
    "a number as a measure": (BOUND, (*FIRST, "measures", 0, 1), "1", "it may be negative"),
    "letters in a measure": (LETTERS, (*FIRST, "measures", 0, 1), "H(XY)", "is not the slack"),
    "a negative constant": (OFFSET, (*FIRST, "constant"), "-1/2", "has a negative multiplier"),
    "no constant": (OFFSET, (*FIRST, "constant"), "0", "it has -1/2 too much of the constant"),
    "Zhang-Yeung undeclared": (ZHANG_YEUNG, ("inequalities",), SHANNON, "it uses a Zhang-Yeung inequality"),
    "Zhang-Yeung permuted": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "C;D;A;B", "is not the slack"),
    "Zhang-Yeung of three": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "A;B;C", "is not four groups"),
    "Zhang-Yeung given": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "A;B;C;D|E", "'D|E' is not a name"),
    "more than Zhang-Yeung": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 1), "A;B;C;D) - 5 H(Q", "is not a name"),
    "a number of 5000 digits": (BOUND, ("statement",), f"H(X) <= {'9' * 5000} H(X)", "a number is too long"),
    "a denominator of 5000 digits": (BOUND, ("text",), f"H(X) <= 1/{'9' * 5000} H(X)", "a number is too long"),
    "24 groups": (BOUND, ("statement",), f"I({';'.join(f'A{k}' for k in range(24))}) <= 1", "has 24 groups"),
    "Zhang-Yeung reversed": (ZHANG_YEUNG, (*FIRST, "zhang_yeung", 0, 0), "-1", "has a negative multiplier"),
    "assumptions made to agree": (VOID, ("given", 1), ["H(X) = 1", ["H(X) - 1"]], "no assumption says that"),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_certificate_is_rejected_with_its_reason(name):
    proof, path, value, reason = TAMPERED[name]
    with pytest.raises(CertificateError) as caught:
        check_certificate(changed(proof, path, value))
    assert reason in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize("proof", [BOUND, BOUND_1])
def test_a_certificate_without_a_field(proof):
    for field in proof:
        with pytest.raises(CertificateError, match=r"the fields|the format is"):
            check_certificate({key: value for key, value in proof.items() if key != field})


def test_declaring_more_inequalities_than_are_used_is_no_error():
    check_certificate(BOUND | {"inequalities": BEYOND})


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


def test_what_is_printed_is_what_was_derived():
    """Letters are spelled out, and said to be; marks and numbers are written in one way."""
    assert readable(LETTERS).splitlines()[:4] == [
        "H(X,Y) <= H(X) + H(Y)   is proved, with the inequalities of Shannon",
        "given  X,Y _||_ W | V",
        "given  V = f(X,Y)",
        "where  XY is read as X,Y",
    ]
    other = {"statement": " I(X ; Z)≤1 * I(X;D)+I(X;S|D)", "given": ["X→D , S - Z", "Z'⟂W", "0.5 H(θ)==1/4"]}
    assert readable(BOUND_1 | other).splitlines()[:4] == [
        "I(X;Z) <= I(X;D) + I(X;S|D)   is proved, with the inequalities of Shannon",
        "given  X -> D,S -> Z",
        "given  Z' _||_ W",
        "given  1/2 H(θ) = 1/4",
    ]


def test_letters_are_read_only_where_the_certificate_writes_them_out():
    whole = as_format_1(LETTERS) | {"statement": "H(XY) <= H(X) + H(Y)"}
    with pytest.raises(CertificateError, match="too much of"):
        check_certificate(whole)  # format 1 has a variable XY
    with pytest.raises(CertificateError, match="the texts do not name"):
        check_certificate(OFFSET | {"text": "H(X) <= H(XY) + 1/2"})
    for text in ("H(XX) <= H(X,Y) + 1/2", "H(X) <= H(XY,Y) + 1/2", "H(X) <= H(YZ) + 1/2"):
        with pytest.raises(CertificateError, match=OTHER_TEXT):
            check_certificate(OFFSET | {"text": text})


def test_no_name_passes_for_a_mark():
    """A click that looks like | would turn a true statement of a variable X|Y into a false one on conditions."""
    texts = [("H(X\u01c0Y) <= H(X\u01c0Y,Z)", r"H(X\u01c0Y) <= H(X\u01c0Y,Z)")]
    texts += [("H(\u05d0|\u05d1) <= H(\u05d0)", r"H(\u05d0|\u05d1) <= H(\u05d0)")]
    texts += [
        ("H(X\u0663) >= 0", r"H(X\u0663) >= 0"),
        ("H(\U0001e900) >= 0", r"H(\U0001e900) >= 0"),
    ]  # both run leftwards
    texts += [("H(θ₁|数据) <= H(θ₁)", "H(θ₁|数据) <= H(θ₁)")]
    for text, shown in texts:
        assert readable(prove_linear(text) or {}).startswith(f"{shown}   is proved")


@pytest.mark.parametrize("mark", ["\u200b", "\u202e", "\u0301", "\ud800", "\n", " ", "\u2028", "|", "'s", "(", "\0"])
def test_what_is_no_letter_stands_in_no_name(mark):
    with pytest.raises(CertificateError) as caught:
        check_certificate(OFFSET | dict.fromkeys(("text", "statement"), f"H(X{mark}Y) <= H(X{mark}Y,Z) + 1/2"))
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    "number", ["٣", "²", "1e3", "1_0", "0x1", "∞", "nan", "--1", "+-1", "1//2", "1 0", "1.", "..5", ".", "1 * bits"]
)
def test_other_spellings_of_a_number_are_refused(number):
    with pytest.raises(CertificateError):
        check_certificate(OFFSET | dict.fromkeys(("text", "statement"), f"H(X) <= {number} H(X,Y) + 1/2"))
    with pytest.raises(CertificateError, match="is not a fraction"):
        check_certificate(changed(OFFSET, (*FIRST, "constant"), number))


def test_what_does_not_hold_is_not_printed():
    with pytest.raises(CertificateError):
        readable(changed(BOUND, ("statement",), "I(X;Z) <= I(X;D)"))


def alone(*arguments):
    """Run Python without site packages, in an empty environment."""
    command = [sys.executable, "-S", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=CHECKER.parent.parent, env={})


@pytest.mark.parametrize("way", [("-I", CHECKER), ("-m", "infoloop.check")], ids=["file", "module"])
def test_the_checker_stands_alone(tmp_path, way):
    good, bad = tmp_path / "good.json", tmp_path / "bad.json"
    good.write_text(json.dumps(LETTERS))
    bad.write_text(json.dumps(BOUND | {"given": []}))
    fine, failed = alone(*way, good), alone(*way, good, bad)
    assert (fine.returncode, failed.returncode) == (0, 1), fine.stderr + failed.stderr
    assert fine.stdout == f"{good}: holds\n{readable(LETTERS)}\n"
    assert f"{bad}: REJECTED: part <=: no assumption says that" in failed.stdout
    assert fine.stderr + failed.stderr == ""


def test_without_libraries_other_names_say_what_is_missing():
    done = alone("-c", "import infoloop; infoloop.prove")
    assert "infoloop.prove needs the libraries that infoloop depends on" in done.stderr
    assert alone("-c", "from infoloop import check; check.main").returncode == 0


def imported(path):
    """The modules that a source imports, each with the names it takes from them."""
    nodes = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Import | ast.ImportFrom)]
    return [(getattr(n, "module", None) or alias.name, alias.name) for n in nodes for alias in n.names]


def test_the_checker_and_the_prover_share_nothing():
    assert {module.partition(".")[0] for module, _ in imported(CHECKER)} <= sys.stdlib_module_names
    proofs = [pair for path in (ROOT / "src" / "infoloop" / "proofs").rglob("*.py") for pair in imported(path)]
    taken = {name for module, name in proofs if module == "infoloop.check" or name == "check"}
    assert taken == {"CertificateError", "check_certificate", "readable"}


LISTS = "[" * 100_000
NOT_CERTIFICATES = ["", "{", "[]", "3", '{"format": 1}', LISTS, "\x00", json.dumps(BOUND)[:300], f'{{"format": {LISTS}']
NOT_CERTIFICATES += ['{"format": "infoloop proof 2", "format": "infoloop proof 1"}', "9" * 5000, "\ufeff{}"]


@pytest.mark.parametrize("text", NOT_CERTIFICATES, ids=lambda text: repr(text[:20]))
def test_a_file_that_is_no_certificate_is_rejected(tmp_path, capsys, text):
    path = tmp_path / "file.json"
    path.write_text(text)
    assert main([str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert line.startswith(f"{path}: REJECTED: ")


def test_a_file_that_cannot_be_read_is_rejected(tmp_path, capsys):
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe")
    (tmp_path / "large.json").write_bytes(b" " * (infoloop.check.MOST_BYTES + 1))
    os.mkfifo(tmp_path / "pipe")
    paths = [tmp_path / name for name in ("none.json", ".", "pipe", "bytes.json", "large.json")] + ["/dev/zero"]
    assert main([str(path) for path in paths]) == 1
    lines = capsys.readouterr().out.splitlines()
    reasons = ["No such file", *["not a regular file"] * 2, "can't decode", "more than", "not a regular file"]
    for line, reason in zip(lines, reasons, strict=True):
        assert reason in line


def test_a_field_that_is_given_twice_is_refused(tmp_path, capsys):
    """Readers of JSON differ in which of the two they take."""
    path = tmp_path / "proof.json"
    path.write_text('{"proves": "statement", ' + json.dumps(GAP)[1:], encoding="utf-8")
    assert main([str(path)]) == 1
    assert "a field is given twice" in capsys.readouterr().out


def test_a_certificate_cut_anywhere_is_rejected(tmp_path, capsys):
    whole = json.dumps(BOUND)
    paths = [tmp_path / f"{length}.json" for length in range(0, len(whole), 7)]
    for path in paths:
        path.write_text(whole[: int(path.stem)])
    assert main([str(path) for path in paths]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(paths)
    assert all(": REJECTED: " in line for line in lines)


MANY = 20_000
HUGE = {
    "a text": {"statement": "H(X) <= H(X)" + " + H(X)" * MANY},
    "numbers whose hashes are equal": {"given": [f"H(X) = {k * (2**61 - 1) + 1}" for k in range(MANY)]},
    "measures": {"parts": [{**BOUND["parts"][0], "measures": [["1", "H(X)"]] * 10**5}]},
    "Zhang-Yeung": {"parts": [{**ZHANG_YEUNG["parts"][0], "zhang_yeung": [["1", "A;B;C;D"]] * 10**5}]},
    "long names": {"statement": f"H(X) <= I({';'.join(f'{k * 4000}' for k in 'ABCDEFGHIJKLMN')})"},
    "a function": {"given": ["Z = f" + "'" * MANY + " " * MANY + "!"]},
    "a number over a number": {"statement": "H(X) <= " + "1/" * MANY},
    "names": {"statement": f"H(X) <= H({','.join(f'X{k}' for k in range(2001))})"},
    "groups": {"statement": f"H(X) <= I({';'.join(f'X{k}' for k in range(17))})"},
    "terms": {"given": ["H(X) = " + "+".join(["H(X)"] * MANY)] * 200},
    "many groups": {"statement": f"H(X) <= {'+'.join(['I(A;B;C;D;E;F;G;H;I;J;K;L;M;N;O;P)'] * 100)}"},
    "a chain": {"given": [" -> ".join(f"X{k}" for k in range(MANY // 2))]},
    "numbers": {"statement": f"H(X) <= {'+'.join(f'1/{10**299 + k} H(X)' for k in range(200))}"},
    "brackets": {"statement": "H(" * (MANY * 2)},
    "spaces": {"statement": " " * (4 * MANY) + "!"},
    "assumptions": {"given": ["X -> D,S -> Z"] * 10**5},
}


@pytest.mark.parametrize("name", HUGE)
def test_what_is_too_large_is_refused_in_seconds(name):
    began = time.process_time()
    with pytest.raises(CertificateError) as caught:
        check_certificate(BOUND_1 | HUGE[name])
    assert time.process_time() - began < 10
    assert len(str(caught.value)) <= 500


def test_the_bounds_leave_room_for_what_the_prover_writes():
    """Fifty variables that count as one, and thirteen groups of an information."""
    many = ",".join(f"Y{k}" for k in range(50))
    assert prove_linear(f"I(X;{many}|Z) <= H({many})") is not None
