"""The page of an audit: verdict first, every term, every certificate as it was, nothing from outside, all escaped."""

import html
import json
import re
import shutil
from urllib.parse import unquote

import pytest

from infoloop.check import check_certificate
from infoloop.pipelines import limits
from infoloop.pipelines.pipeline_audit import audit
from infoloop.pipelines.report.page import pipeline_audit_page
from infoloop.pipelines.toml_reader import read_pipeline
from infoloop.reporting import audit_page
from tests.support.command_line import run
from tests.support.page_contents import foreign_parts
from tests.support.paths import PIPELINES

EVIL = "<script>alert('x')</script> & </title> I(X;<b>)"


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    """What `--json --html` leaves for a pipeline with a hostile title: standard output and error, and the page."""
    folder = tmp_path_factory.mktemp("audit")
    text = (PIPELINES / "rlvr_unit_tests.toml").read_text(encoding="utf-8")
    shutil.copy(PIPELINES / "programs.py", folder)
    (folder / "p.toml").write_text(re.sub('title = ".*"', f'title = "{EVIL}"', text), encoding="utf-8")
    done = run("audit", str(folder / "p.toml"), "--json", "--html", "--out", str(folder / "new" / "page.html"))
    return done, (folder / "new" / "page.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_json_stays_alone_and_the_page_is_named(shown):
    done, _ = shown
    assert done.exit_code == 0
    assert json.loads(done.stdout)["title"] == EVIL
    assert "page.html: " in done.stderr


@pytest.mark.slow
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


def test_the_page_loads_nothing_and_runs_its_own_script_only(shown):
    assert foreign_parts(shown[1]) == []


def test_whatever_the_user_wrote_is_escaped(shown):
    assert shown[1].count("</title>") == 1
    assert html.escape(EVIL) in shown[1].replace("&#34;", "&quot;").replace("&#39;", "&#x27;")


@pytest.mark.slow
def test_a_graph_that_is_too_large_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(limits, "MOST_DRAWN_NODES", 5)
    path = PIPELINES / "teacher.toml"
    audited = pipeline_audit_page(read_pipeline(path), audit(path))
    assert audited.drawing is None
    assert "not drawn" in dict(audited.lines)
    assert '"#graph"' not in audit_page.render_audit_page(audited)
