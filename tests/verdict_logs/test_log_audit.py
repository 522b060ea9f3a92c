"""Audits of logs from file to screen: their numbers by hand, the example log, both formats, texts and figures."""

import json
import math
import os
import re
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from infoloop.cli import app
from infoloop.probability.numerics import rounding
from infoloop.reporting.figures import Line, Panel, write_figure
from infoloop.verdict_logs.estimators import Tally, ceiling_by_problem, ceiling_by_rate
from infoloop.verdict_logs.figures import log_figure
from infoloop.verdict_logs.log_audit import audit_log, audit_tally, half_from, information_curve
from infoloop.verdict_logs.text import log_tables, log_text
from tests.support.paths import LOGS

LOG = LOGS / "verdicts.csv"


def tally(*counts: tuple[int, int]) -> Tally:
    passes, attempts = zip(*counts, strict=True)
    return Tally(np.array([f"p{k}" for k in range(len(counts))], object), np.array(attempts), np.array(passes))


@pytest.fixture(scope="module")
def example():
    return audit_log(LOG)


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


def test_two_ceilings_that_may_fail_share_the_risk():
    found = {bound.name: bound.bits for bound in audit_tally(tally((0, 8), (3, 8)), 0.875).again}
    assert found["sum over problems"] == ceiling_by_problem([0, 3], [8, 8], 0.9375)
    assert found["h of the overall pass rate"] == ceiling_by_rate([0, 3], [8, 8], 0.9375)


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


def test_problems_that_are_all_passed_or_failed_leave_the_second_panel_out(tmp_path):
    found = audit_tally(tally((0, 4), (4, 4)), file="v.csv")
    figure = log_figure(found)
    assert half_from(found) is None
    assert len(figure.panels) == 1
    assert "no problem has an estimate above 0 bits" in figure.caption
    assert "informative" not in log_text(found)
    assert write_figure(figure, tmp_path, "log").count("<svg") == 1


def curve_of_problems(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    (curve,) = (mark for mark in panel.marks if isinstance(mark, Line) and mark.label == "problems")
    return np.asarray(curve.x, float), np.asarray(curve.y, float)


def test_the_curves_end_at_one_and_the_second_passes_through_half(example):
    rates, shares = log_figure(example).panels
    x, y = curve_of_problems(rates)
    assert min(np.diff(x).min(), np.diff(y).min()) >= 0
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert y[2] == example.unanimous[0] / 60
    assert abs(
        np.interp(example.row()["half_of_bits_from_share_of_problems"], *curve_of_problems(shares)) - 0.5
    ) < rounding(60)


def test_the_text_says_first_that_it_is_a_ceiling_and_fits(example):
    lines = log_text(example).splitlines()
    assert lines[0] == "AT MOST 272 BITS   verdicts.csv: 480 verdicts, 60 problems tried 8 times"
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 100
    assert "These are upper bounds" in log_text(example)


def test_problems_that_were_tried_once_are_said_to_be_unknown():
    found = audit_tally(tally((0, 1), (1, 1), (0, 8)))
    assert found.row()["tried_once"] == 2
    assert "tried once   2 problems: every estimate counts them as 0 bits, no ceiling does" in log_text(found)
    assert found.most_bits[:2].tolist() == [1, 1]


@pytest.mark.parametrize(
    "counts", [((0, 1),), ((1, 1),), ((12_345, 1_234_567), (3, 4)), tuple((k, 9) for k in range(10))]
)
def test_the_tables_are_rectangular_and_the_text_fits_whatever_the_counts(counts):
    found = audit_tally(tally(*counts), 0.999, "a_rather_long_name_of_a_log.parquet")
    for _, headers, rows in log_tables(found):
        assert {len(row) for row in rows} == {len(headers)}
    assert max(map(len, log_text(found).splitlines())) <= 100
    json.dumps(found.row(), allow_nan=False)


def test_the_command_gives_the_same_of_both_formats(tmp_path):
    renamed = pd.read_csv(LOG).rename(columns={"problem": "task_id", "pass": "reward"})
    renamed.sample(frac=1, random_state=1).to_parquet(tmp_path / "verdicts.parquet")
    options = ["--confidence", "0.9", "--json"]
    shown = [
        CliRunner().invoke(app.app, ["audit", str(LOG), *options]),
        CliRunner().invoke(
            app.app,
            ["audit", str(tmp_path / "verdicts.parquet"), "--columns", "problem=task_id,pass=reward", *options],
        ),
    ]
    rows = [json.loads(result.stdout) for result in shown]
    assert [row.pop("file") for row in rows] == ["verdicts.csv", "verdicts.parquet"]
    assert rows[0] == rows[1]
    assert rows[0]["confidence"] == 0.9
    assert rows[0]["problems"]["problem"][0] == "algebra-01"


def test_the_command_shows_the_text():
    shown = CliRunner().invoke(app.app, ["audit", str(LOG)])
    assert (shown.exit_code, shown.stdout) == (0, log_text(audit_log(LOG)) + "\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([str(LOG), "--confidence", "1"], "confidence is 1.0: give a number above 0 and below 1, such as 0.95"),
        (
            [str(LOG), "--columns", "pass"],
            "columns: 'pass' is not understood: write problem=NAME,attempt=NAME,pass=NAME",
        ),
        ([str(LOG), "--columns", "pass=tokens"], f"{LOG}:2: tokens: '663' is no verdict: give 0, 1, true or false"),
        (["p.json"], "p.json: the suffix '.json' is not known: give a log in .csv or .parquet, or a pipeline in .toml"),
        (
            ["p.toml", "--confidence", "0.9"],
            "p.toml is no log: leave out --columns and --confidence, or give a .csv or ",
        ),
    ],
)
def test_bad_input_is_one_line_and_status_3(arguments, message, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", *arguments])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr().err
    assert stop.value.code == 3
    assert shown.startswith(f"infoloop: {message}")
    assert len(shown.splitlines()) == 1


def test_what_holds_in_the_mean_is_no_ceiling_on_one_log():
    """A log may tell more than a bit a verdict; only the mean over logs may not."""
    found = audit_tally(tally(*[(0, 1), (1, 1)] * 10), file="v.csv")
    assert not found.most_told.mean
    assert found.most_told.bits > found.verdicts == 20
    assert log_text(found).startswith("AT MOST 20 BITS IN THE MEAN   v.csv: 20 verdicts, 20 problems tried once")
