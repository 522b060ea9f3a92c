"""Corrupted certificates: none is accepted, unless its sums prove what is printed, and none ends the checker."""

import collections
import json
import subprocess
import sys

import pytest

from infoloop.check import check_certificate, main, readable
from infoloop.proofs.shannon_prover import prove_linear
from tests.support.certificates import as_format_1, is_proof
from tests.support.corruptions import WAYS, corrupted
from tests.support.lanes import seeds
from tests.support.linear_laws import random_case, statement
from tests.support.paths import ROOT

BATCH = 300
KEPT = [json.loads(path.read_text())["proof"] for path in sorted((ROOT / "theory" / "certificates").glob("*.json"))]
SPECIAL = [
    prove_linear("H(XY) <= H(X) + 2/2 H(Y)", "XY _||_ W | V; V = f(XY)"),
    prove_linear("H(Y) <= 0", "H(X) = 1; H(X) = 2"),
    prove_linear("H(X) <= H(X,Y) + 1/2"),
    prove_linear("2 I(C;D) <= I(A;B) + I(A;C,D) + 3 I(C;D|A) + I(C;D|B)", zhang_yeung=True),
]


def random_proofs(batch):
    """Seven random statements that can be proved, and their certificates: 210 in the thirty batches."""
    cases = [random_case(7 * batch + k) for k in range(7)]
    return [prove_linear(statement(form), given) for _, _, form, given in cases]


def proofs_of(batch):
    found = [proof for proof in [*KEPT, *SPECIAL, *random_proofs(batch)] if proof]
    return [as_format_1(proof) if k % 8 == 7 and "XY" not in proof["text"] else proof for k, proof in enumerate(found)]


def files_of(batch, folder):
    """Write a batch of corrupted certificates, and return their paths and how each was corrupted."""
    proofs = proofs_of(batch)
    paths, ways = [], []
    for k in range(BATCH):
        text, way = corrupted(BATCH * batch + k, proofs[k % len(proofs)])
        paths.append(folder / f"{k}.json")
        paths[-1].write_text(text, encoding="utf-8")
        ways.append(way)
    return paths, ways


@pytest.mark.parametrize("batch", seeds(1, 30))
def test_no_corrupted_certificate_is_accepted_unless_it_is_a_proof(tmp_path, capsys, batch):
    paths, ways = files_of(batch, tmp_path)
    assert main([str(path) for path in paths]) == 1
    output = capsys.readouterr().out
    refused = [path for path in paths if f"{path}: REJECTED: " in output]
    accepted = [path for path in paths if f"{path}: holds\n" in output]
    assert len(refused) + len(accepted) == len(paths)
    assert len(refused) > BATCH * 3 / 4
    for path in accepted:
        certificate = json.loads(path.read_text(encoding="utf-8"))
        assert is_proof(certificate, readable(certificate)), path.read_text(encoding="utf-8")
    used = collections.Counter(ways)
    assert min(used[way.__name__] for way in WAYS) >= 10


def test_the_oracle_agrees_on_what_is_right_and_sees_what_is_wrong():
    for proof in proofs_of(0):
        check_certificate(proof)
        printed = readable(proof)
        assert is_proof(proof, printed), proof
        wrong = json.loads(json.dumps(proof))
        wrong["parts"][0]["constant"] = "1/7"
        assert not is_proof(wrong, printed)
        first = wrong["parts"][0]["measures"][:1]
        assert not is_proof(proof | {"parts": [{**proof["parts"][0], "measures": first * 2}]}, printed)


def test_the_file_alone_says_the_same_in_an_empty_environment(tmp_path, capsys):
    paths, _ = files_of(0, tmp_path)
    whole = tmp_path / "right.json"
    whole.write_text(json.dumps(KEPT[-1] or SPECIAL[0]))
    files = [str(path) for path in [*paths[:60], whole]]
    command = [sys.executable, "-S", "-I", str(ROOT / "src" / "infoloop" / "check.py"), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={}, encoding="utf-8")
    assert main(files) == done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == capsys.readouterr().out
    assert f"{whole}: holds" in done.stdout
