"""Corrupted certificates: none of 9 000 is accepted, and none ends the checker; all that are right are accepted."""

import collections
import itertools
import json
import shutil
import subprocess
import sys

import pytest

from infoloop.check import check_certificate, main, readable
from infoloop.proofs.shannon_prover import prove_linear
from tests.support.certificates import as_format_1, is_certificate_of_a_proof, is_proof
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


@pytest.mark.slow
@pytest.mark.parametrize("batch", seeds(1, 30))
def test_no_corrupted_certificate_is_accepted(tmp_path, capsys, batch):
    """300 files that an oracle finds to be no proofs: each is refused, in one line."""
    paths, ways = files_of(batch, tmp_path)
    assert main([str(path) for path in paths]) == 1
    lines = capsys.readouterr().out.splitlines()
    for path, line in itertools.zip_longest(paths, lines):
        assert line.startswith(f"{path}: REJECTED: "), path.read_text(encoding="utf-8")
    used = collections.Counter(ways)
    assert min(used[way.__name__] for way in WAYS) >= 10


def test_the_oracle_agrees_on_what_is_right_and_sees_what_is_wrong():
    for proof in proofs_of(0):
        check_certificate(proof)
        printed = readable(proof)
        assert is_proof(proof, printed), proof
        assert is_certificate_of_a_proof(json.dumps(proof)), proof
        wrong = json.loads(json.dumps(proof))
        wrong["parts"][0]["constant"] = "1/7"
        assert not is_proof(wrong, printed)
        assert not is_certificate_of_a_proof(json.dumps(wrong)), wrong
        other = proof | {"statement": proof["statement"].replace("H(", "3 H(").replace("I(", "3 I(", 1)}
        assert not is_certificate_of_a_proof(json.dumps(other)) or proof["proves"] == "contradiction", other


def alone(*arguments, **place):
    """Run Python without site packages, in an empty environment."""
    command = [sys.executable, "-S", "-I", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={}, encoding="utf-8", **place)


@pytest.mark.full
def test_the_file_alone_in_an_empty_folder_accepts_what_is_right(tmp_path):
    """All machine proofs of theory/ and 203 random ones, in both formats; and it refuses as the module does."""
    copied = shutil.copy(ROOT / "src" / "infoloop" / "check.py", tmp_path)
    found = [*SPECIAL, *(proof for batch in range(29) for proof in random_proofs(batch))]
    proofs = [proof for proof in [*KEPT, *found] if proof]
    assert None not in found
    assert len(proofs) >= 32 + 4 + 200
    names = [f"{k}.json" for k in range(len(proofs))]
    for k, (name, proof) in enumerate(zip(names, proofs, strict=True)):
        plain = k % 2 and "XY" not in proof["text"]
        (tmp_path / name).write_text(json.dumps(as_format_1(proof) if plain else proof), encoding="utf-8")
    done = alone(copied, *names, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert [line for line in done.stdout.splitlines() if line.endswith(".json: holds")] == [
        f"{n}: holds" for n in names
    ]


@pytest.mark.slow
def test_the_file_alone_says_the_same_in_an_empty_environment(tmp_path, capsys):
    files = [str(path) for path in files_of(0, tmp_path)[0][:60]]
    done = alone(str(ROOT / "src" / "infoloop" / "check.py"), *files)
    assert main(files) == done.returncode == 1
    assert done.stderr == ""
    assert done.stdout == capsys.readouterr().out
