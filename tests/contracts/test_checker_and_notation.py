"""The checker reads what the prover reads, and in the same way, though they share no code; and it says so or ends."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

import infoloop.check
from infoloop.check import CertificateError, check_certificate, main
from infoloop.notation.grammar import NotationError, parse_statement
from infoloop.proofs.shannon_prover import prove_linear
from tests.support.lanes import seeds
from tests.support.paths import ROOT

CHECKER = ROOT / "src" / "infoloop" / "check.py"
HARMLESS = [
    ("H(X) >= 0 H(X)", None),
    ("0 H(X) <= 0", None),
    ("+ H(X) >= - 0 H(Y) - - 0", None),
    ("H(X) + -1 H(X|Y) ≥ 0", None),
    ("H(X) − .5·H(X) ≥ 0 bits", None),
    ("H(X) <= 2 × H(X) + 1 bit", None),
    ("H(X) + H(X) >= 2 H(X)", None),
    ("0.5 H(X) = 1/2*H(X)", None),
    ("1/2 I(X;Z) <= .5 I(X;D)", "X − D → Z"),
    ("H(X) <= 2 bits", "+H(X) = 1 bit + 0 H(Y)"),
]


@pytest.mark.parametrize(("text", "given"), HARMLESS)
def test_harmless_forms_are_proved_and_read_alike(text, given):
    proof = prove_linear(text, given)
    assert proof is not None
    assert proof["text"] == text
    check_certificate(json.loads(json.dumps(proof)))


PIECES = ["H(", "I(", "X", "Y", ";", ",", "|", ")", "+", "-", "−", "2", "1/2", ".5", "0", "bit", "bits", "*", "·", " "]
PIECES += ["<=", ">=", "=", "≤", "<", "H(X)", "I(X;Y)", "I(X;Y|Z)", "H(Y|X)", "\n", "->", "_||_", "f(", "'"]


@pytest.mark.parametrize("seed", seeds(1, 30))
def test_both_parsers_read_the_same_texts_in_the_same_way(seed):
    """Of random texts, most of which are no statements; neither parser reads what the other does not."""
    draw, read = random.Random(seed), 0
    for _ in range(3000):
        text = "".join(draw.choice(PIECES) for _ in range(draw.randint(1, 9)))
        text += draw.choice(["", "<=H(X)", ">=0", "=2 bits", " <= - -1"])
        try:
            parsed = parse_statement(text)
        except NotationError:
            with pytest.raises(CertificateError):
                infoloop.check._Reader().statement(text)
            continue
        read += 1
        left, relation, right = infoloop.check._Reader().statement(text)
        sides = [[(t.coefficient, t.groups, t.given) for t in side] for side in (parsed.left, parsed.right)]
        assert ([[tuple(term) for term in side] for side in (left, right)], relation) == (sides, parsed.relation)
    assert read > 30


@pytest.fixture
def proof(tmp_path):
    path = tmp_path / "proof.json"
    path.write_text(json.dumps(prove_linear("I(X;Y) <= H(X)")))
    return path


def ends_in_one_line(path, out):
    """The status and the one line on standard error of the checker that writes to this file."""
    command = [sys.executable, "-S", "-I", str(CHECKER), str(path)]
    done = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True, check=False, env={})
    (line,) = done.stderr.splitlines()
    return done.returncode, line


WHY = "check: what was found cannot be written: "


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_standard_output_is_one_line_and_status_3(proof):
    with Path("/dev/full").open("w") as full:
        assert ends_in_one_line(proof, full) == (3, f"{WHY}[Errno 28] No space left on device")


def test_a_closed_pipe_is_one_line_and_status_3(proof):
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        assert ends_in_one_line(proof, closed) == (3, f"{WHY}[Errno 32] Broken pipe")


def test_no_standard_output_is_one_line_and_status_3(monkeypatch, capsys, proof):
    monkeypatch.setattr(sys, "stdout", None)
    status = main([str(proof)])
    assert (status, len(capsys.readouterr().err.splitlines())) == (3, 1)


def test_without_a_file_the_use_is_shown(capsys):
    assert (main([]), main(["--help"])) == (2, 0)
    shown = capsys.readouterr()
    assert "infoloop.check FILE" in shown.err
    assert shown.out == ""


@pytest.mark.parametrize(
    "statement", ["\x1b[2K\x1b[1A\rc.json: holds\nH(X) <= 0", "\x9b2K", "H(X\x7f) <= 0", "H(\u202eX)"]
)
def test_control_characters_of_an_input_are_escaped(tmp_path, capsys, statement):
    path = tmp_path / "c.json"
    proof = prove_linear("I(X;Y) <= H(X)") or {}
    for changed in (proof | {"statement": statement}, proof | {"inequalities": statement}, statement):
        path.write_text(json.dumps(changed))
        assert main([str(path)]) == 1
        output = capsys.readouterr().out
        assert output.count("\n") == 1
        assert output[:-1].isascii()
        assert output[:-1].isprintable()


def test_the_name_of_a_file_ends_no_line(tmp_path, capsys):
    path = tmp_path / "a.json: holds\nH(X) <= 0   is proved"
    path.write_text("{}")
    assert main([str(path)]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert r"holds\nH(X) <= 0   is proved: REJECTED" in line
