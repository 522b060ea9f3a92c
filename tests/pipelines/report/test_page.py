"""The page of an audit: verdict first, every term, every certificate as it was, nothing from outside, all escaped."""

import html
import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import pytest
from typer.testing import CliRunner

from infoloop.check import check_certificate
from infoloop.cli import app
from infoloop.pipelines.drawing import geometry
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.report.page import pipeline_audit_page
from infoloop.pipelines.toml_reader import read_pipeline
from infoloop.reporting import audit_page
from tests.support.paths import PIPELINES

EVIL = "<script>alert('x')</script> & </title> I(X;<b>)"


def run(*arguments: str):
    return CliRunner().invoke(app.app, ["audit", *arguments])


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What `--json --html` leaves for a pipeline with a hostile title: standard output and error, and the page."""
    folder = tmp_path_factory.mktemp("audit")
    text = (PIPELINES / "rlvr_unit_tests.toml").read_text(encoding="utf-8")
    shutil.copy(PIPELINES / "programs.py", folder)
    (folder / "p.toml").write_text(re.sub('title = ".*"', f'title = "{EVIL}"', text), encoding="utf-8")
    done = run(str(folder / "p.toml"), "--json", "--html", "--out", str(folder / "new" / "page.html"))
    return done, (folder / "new" / "page.html").read_text(encoding="utf-8")


def test_json_stays_alone_and_the_page_is_named(shown):
    done, _ = shown
    assert done.exit_code == 0
    assert json.loads(done.stdout)["title"] == EVIL
    assert "page.html: " in done.stderr


def test_the_verdict_and_its_reason_come_first(shown):
    text = re.sub(r"<[^>]*>|\s+", " ", shown[1][shown[1].index("<body>") :])
    assert re.match(
        r" +open +&lt;script&gt;.*? +X reaches Z10 around Z0: 10 of 10 rounds may add task information", text
    )


def test_every_term_bound_warning_and_role_is_on_the_page(shown):
    row, page = json.loads(shown[0].stdout), shown[1]
    formulas = {html.unescape(text) for text in re.findall('alttext="([^"]*)"', page)}
    assert {term["text"] for ceiling in row["ceilings"] for term in ceiling["terms"]} <= formulas
    assert all(html.escape(caution["text"]) in page for caution in row["cautions"])
    assert all(f">{word}</text>" in page for word in ("X", "S10", "Z2", "signal", "rounds 3 to 9"))


def test_every_number_is_in_the_table_of_bits_and_both_figures_are_drawn(shown):
    numbers, page = json.loads(shown[0].stdout)["numbers"], shown[1]
    cells = set(re.findall(r'<td class="n">([^<]*)</td>', page))
    own = [r[key] for r in numbers["rounds"] for key in ("after", "ceiling", "contraction", "accuracy")]
    terms = [term[key] for r in numbers["rounds"] for term in r["terms"] for key in ("bits", "per_bit", "per_cost")]
    assert {f"{value:.6g}" for value in own + terms} <= cells
    assert page.count("<figcaption>") == 3


def test_every_certificate_can_be_cut_out_or_saved_and_passes_the_checker(shown):
    cut = [
        json.loads(html.unescape(text)) for text in re.findall(r'<pre class="json">(.*?)</pre>', shown[1], re.DOTALL)
    ]
    links = re.findall(r'href="data:application/json;charset=utf-8,([^"]*)"', shown[1])
    assert cut == [json.loads(unquote(html.unescape(link))) for link in links]
    assert cut == [proof for ceiling in json.loads(shown[0].stdout)["ceilings"] for proof in ceiling["proofs"]]
    for proof in cut:
        check_certificate(proof)


def foreign(page: str) -> list[str]:
    """What a browser would load, or run, when it shows the page."""
    return re.findall(r'<script|(?:src|href)="(?!#|data:application/json)[^"]*"|url\((?!#)[^)]*\)|@import', page)


def test_the_page_loads_and_runs_nothing(shown):
    assert foreign(shown[1]) == []
    assert foreign('<img src="http://a.b/c.png">') == ['src="http://a.b/c.png"']


def test_whatever_the_user_wrote_is_escaped(shown):
    assert shown[1].count("</title>") == 1
    assert html.escape(EVIL) in shown[1].replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


def test_formulas_keep_words_and_numbers_apart():
    assert "<msub><mi>S</mi><mrow><mn>12</mn></mrow></msub>" in audit_page.formulas_to_mathml("I(X;S12)")
    assert "<mtext>reward_a</mtext><mrow><mn>3</mn></mrow>" in audit_page.formulas_to_mathml("H(reward_a3)")
    many = ",".join(f"S{k}" for k in range(20))
    assert f'alttext="I(X;{many})"' in audit_page.formulas_to_mathml(f"I(X;{many})")
    assert audit_page.formulas_to_mathml(f"I(X;{many})").striptags() == "I(X;S0,S1,…,S19)"
    assert str(audit_page.formulas_to_mathml("I(<b>;Z)")) == "I(&lt;b&gt;;Z)"


def test_a_graph_that_is_too_large_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(geometry, "LARGEST", 5)
    path = PIPELINES / "teacher.toml"
    audited = pipeline_audit_page(read_pipeline(path), audit(path))
    assert audited.drawing is None
    assert "not drawn" in dict(audited.lines)
    assert '"#graph"' not in audit_page.render_audit_page(audited)


def test_a_page_needs_no_graph_and_takes_tables_and_figures():
    table = audit_page.PageTable("bits", ("what", "bits"), (("I(X;S1)", 0.1234567), ("count", 3)))
    page = audit_page.render_audit_page(
        audit_page.AuditPage("Logs", "open", "reason", figures=(("a caption", "<svg></svg>"),), tables=(table,))
    )
    assert '<td class="n">0.123457</td>' in page
    assert '<td class="n">3</td>' in page
    assert "<figcaption>a caption</figcaption>" in page
    assert "certificates" not in page


def test_what_is_no_plain_file_is_not_replaced_by_a_page(tmp_path):
    os.mkfifo(tmp_path / "pipe.html")
    done = run(str(PIPELINES / "teacher.toml"), "--out", str(tmp_path / "pipe.html"))
    assert "pipe.html is no place for a page" in str(done.exception)
    assert (tmp_path / "pipe.html").is_fifo()


def test_a_log_has_a_page_with_its_ceiling_tables_and_figure(tmp_path):
    log = PIPELINES.parent / "logs" / "verdicts.csv"
    done = run(str(log), "--out", str(tmp_path / "log.html"))
    page = (tmp_path / "log.html").read_text(encoding="utf-8")
    assert done.stdout.startswith("AT MOST 272 BITS")
    assert '<span class="verdict at most 272 bits">' in page
    assert page.count("<table>") == 3
    assert page.count("<svg") == 1


def test_the_error_aimed_at_is_refused_for_a_log():
    assert "leave out --error" in str(run(str(PIPELINES.parent / "logs" / "verdicts.csv"), "--error", "0.1").exception)


def test_the_page_is_named_after_the_file_where_no_name_is_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(str(PIPELINES / "self_distillation.toml"), "--html").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["self_distillation.html"]


@pytest.mark.parametrize(
    ("out", "message"),
    [
        ("/dev/null/x/y.html", "cannot write to /dev/null/x"),
        ("p.toml", "the page would replace p.toml itself"),
        ("notes.txt", "notes.txt is no place for a page: name a folder that exists, or a file that ends in .html"),
        ("/dev/null", "/dev/null is no place for a page"),
    ],
)
def test_a_page_that_cannot_be_written_is_one_line_and_status_3(out, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("p.toml").write_text((PIPELINES / "teacher.toml").read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["infoloop", "audit", "p.toml", "--out", out])
    with pytest.raises(SystemExit) as stop:
        app.main()
    shown = capsys.readouterr()
    assert (stop.value.code, shown.out) == (3, "")
    assert shown.err.startswith("infoloop: " + message)
    assert len(shown.err.splitlines()) == 1
