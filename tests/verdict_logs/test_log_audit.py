"""Audits of logs: their numbers by hand, and those of the example log."""

import math
import os
import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest

from infoloop.probability.numerics import rounding
from infoloop.verdict_logs.estimators import ceiling_by_problem, ceiling_by_rate, entropy_estimates
from infoloop.verdict_logs.log_audit import audit_tally, half_from, information_curve
from infoloop.verdict_logs.text import again_table, told_table
from tests.support.paths import LOG, LOGS
from tests.support.tallies import tally


def test_the_example_log_is_made_by_the_script_in_its_readme(tmp_path):
    (script,) = re.findall(r"```python\n(.*?)```", (LOGS / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    subprocess.run([sys.executable, "-c", script], cwd=tmp_path, check=True, env=dict(os.environ))
    assert (tmp_path / "verdicts.csv").read_bytes() == LOG.read_bytes()


def test_the_numbers_of_the_example_are_those_of_a_plain_loop(example):
    rows = [line.split(",") for line in LOG.read_text().splitlines()[1:]]
    counts = {name: sum(row[0] == name and row[2] == "1" for row in rows) for name in {row[0] for row in rows}}
    rates = [Fraction(k, 8) for k in counts.values()]
    bits = sum(-8 * q * math.log2(q) for p in rates for q in (p, 1 - p) if q)
    alike = [list(counts.values()).count(k) for k in range(9)]
    shared = math.comb(68, 8) * math.factorial(60) // math.prod(map(math.factorial, alike))
    code = math.log2(shared * math.prod(math.comb(8, k) for k in counts.values()))
    assert dict(zip(example.tally.problems, example.tally.passes.tolist(), strict=True)) == counts
    assert example.unanimous == (alike[0], alike[8])
    assert example.rate[0] == sum(counts.values()) / 480
    assert abs(example.estimates[0] / bits - 1) < rounding(480)
    assert abs(example.most_told.bits / (code + math.log2(3 / 0.05)) - 1) < rounding(480)
    assert example.most_told.name == "coded by the histogram of passes"


def test_the_least_ceiling_is_named_and_is_one_of_those_shown(example):
    row = example.row()
    for part in ("told", "again"):
        least = [bound for bound in row[part] if bound["least"]]
        assert len(least) == 1
        assert least[0]["bits"] == min(bound["bits"] for bound in row[part])
        assert least[0]["bits_per_verdict"] == least[0]["bits"] / 480


@pytest.mark.parametrize("counts", [[(1, 2)], [(2, 4)] * 3, [(4, 8), (0, 8)], [(k, 8) for k in range(9)]])
@pytest.mark.parametrize("confidence", [0.05, 0.5, 0.95, 0.999])
def test_no_estimate_is_above_the_least_ceiling_and_no_ceiling_above_one_bit_each(counts, confidence):
    found = audit_tally(tally(*counts), confidence)
    assert max(bound.bits for bound in found.again) <= found.verdicts
    assert max(found.estimates) <= found.most_again.bits
    raw = entropy_estimates(*np.transpose(counts))
    assert found.estimates == tuple(min(bits, found.most_again.bits) for bits in raw)
    assert found.cut_estimates == tuple(bits > found.most_again.bits for bits in raw)
    assert (found.bits <= found.most_bits).all()


def test_what_was_cut_says_so():
    found = audit_tally(tally((1, 2)), file="v.csv")
    assert [bound.name for bound in found.again if "cut" in bound.name] == ["sum over problems, cut at one bit each"]
    assert "no ceiling: Miller & Madow, cut at the least one" in [row[3] for row in again_table(found)[2]]
    assert found.row()["entropy_cut_at_ceiling"] == {"plug_in": False, "miller_madow": True}


def test_a_code_longer_than_the_log_shows_no_number(example):
    rows = {row[3]: row for row in told_table(example)[2]}
    row = rows["coded by the overall pass rate: no less than one bit each"]
    assert row[:3] == ("-", "-", "")
    shown = [float(bits.replace(",", "")) for bits, *_ in rows.values() if bits != "-"]
    assert max(shown) == example.verdicts


def test_two_ceilings_that_may_fail_share_the_risk():
    counts = [(0, 8), (1, 8)] * 40
    found = {bound.name: bound.bits for bound in audit_tally(tally(*counts), 0.875).again}
    assert found["sum over problems"] == ceiling_by_problem(*np.transpose(counts), 0.9375)
    assert found["h of the overall pass rate"] == ceiling_by_rate(*np.transpose(counts), 0.9375)


def test_ceilings_by_rates_say_that_they_need_attempts_that_were_fixed_before():
    """One who stops a fair coin when its ceiling is too low, within 30 tosses, gets that too often."""
    confidence, stopped, going = 0.9, Fraction(0), {0: Fraction(1)}
    for n in range(1, 31):
        after = {k: (going.get(k, 0) + going.get(k - 1, 0)) / 2 for k in range(n + 1)}
        low = {k for k in after if ceiling_by_rate([k], [n], confidence) < n}  # the coin tells n bits in n tosses
        assert sum(Fraction(math.comb(n, k), 2**n) for k in low) <= 1 - confidence
        stopped += sum(after[k] for k in low)
        going = {k: mass for k, mass in after.items() if k not in low}
    assert stopped > 2 * (1 - confidence)
    assert all("fixed, independent" in bound.assumes for bound in audit_tally(tally((4, 8))).again[1:])


def test_more_confidence_asks_for_more_bits():
    counts = tally(*[(k % 5, 8) for k in range(40)])
    low, high = (audit_tally(counts, confidence) for confidence in (0.5, 0.99))
    for a, b in zip((*low.told[1:], *low.again[1:]), (*high.told[1:], *high.again[1:]), strict=True):
        assert a.bits < b.bits
    assert (low.intervals[1] - low.intervals[0] < high.intervals[1] - high.intervals[0]).all()


def test_where_the_bits_come_from():
    found = audit_tally(tally((0, 4), (2, 4), (2, 4), (8, 16), (4, 4)))
    shares, brought = information_curve(found)
    assert shares.tolist() == [0.0, 0.2, 0.6, 1.0]
    assert brought.tolist() == [0.0, 16 / 24, 1.0, 1.0]
    assert half_from(found) == 0.2 * 0.5 * 24 / 16


def test_the_curve_ends_at_all_problems_and_all_bits_whatever_the_kinds_of_problems():
    found = audit_tally(tally((8, 16), (4, 8), (2, 4), (1, 2), (0, 2)))
    shares, brought = information_curve(found)
    assert shares.tolist() == [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    assert brought.tolist() == [0.0, 16 / 30, 24 / 30, 28 / 30, 1.0, 1.0]


def test_what_holds_in_the_mean_is_no_ceiling_on_one_log():
    """A log may tell more than a bit a verdict; only the mean over logs may not."""
    found = audit_tally(tally(*[(0, 1), (1, 1)] * 10), file="v.csv")
    assert not found.most_told.mean
    assert found.most_told.bits > found.verdicts == 20
