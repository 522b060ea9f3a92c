"""What the extensions of the site compute: statuses from certificates, links, docstrings, the pages of the API."""

import doctest
import importlib
import json
import shutil
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from infoloop.statements.theory_files import TheoryError, default_folder
from infoloop.statements.verification import digest
from tests.support.paths import ROOT

pytestmark = pytest.mark.slow
FOLDER = ROOT / "docs" / "extensions"


@pytest.fixture(autouse=True)
def _importable(monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))


def extension(name: str):
    return importlib.import_module(name)


@pytest.mark.parametrize("name", sorted(path.stem for path in FOLDER.glob("*.py")))
def test_the_examples_of_extensions_are_right(name):
    assert doctest.testmod(extension(name)).failed == 0


@pytest.fixture
def theory(tmp_path, monkeypatch) -> Generator[Path]:
    """A copy of the theory that may be changed, which the site is then made from."""
    folder = Path(shutil.copytree(default_folder(), tmp_path / "theory"))
    module = extension("statement_status")
    monkeypatch.setattr(module, "default_folder", lambda: folder)
    for cached in (module.statuses, module.by_number):
        cached.cache_clear()
    yield folder
    for cached in (module.statuses, module.by_number):
        cached.cache_clear()


def badges(label: str) -> list[str]:
    return [badge.text for badge in extension("statement_status").statuses()[label].badges]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ("thm:dpi", ["theorem", "machine proof", "certified"]),
        ("fol:dpi-without-markov", ["folklore, false as it stands", "REFUTED"]),
        ("pub:C01", ["needs a condition"]),
    ],
)
def test_the_status_of_a_statement_is_that_of_its_certificate(label, words):
    assert badges(label) == words


def test_a_measured_thesis_has_the_verdict_of_its_outcomes(theory):
    path = theory / "measured" / "hyp_verdict-transfers.json"
    before = badges("hyp:verdict-transfers")
    assert before[0] == "thesis"
    assert before[1].startswith("measured: ")
    path.unlink()
    extension("statement_status").statuses.cache_clear()
    assert badges("hyp:verdict-transfers") == ["thesis", "not measured"]


def changed(path: Path, seal: bool, **fields) -> None:
    content = {**json.loads(path.read_text()), **fields}
    sealed = content.pop("sha256")
    path.write_text(json.dumps({**content, "sha256": digest(content) if seal else sealed}))


def test_what_is_no_longer_certified_is_called_so(theory):
    (theory / "certificates" / "thm_dpi.json").unlink()
    changed(theory / "certificates" / "thm_dpi-gap.json", True, verdict="refuted")
    assert badges("thm:dpi") == ["theorem", "written proof", "not certified"]
    assert badges("thm:dpi-gap")[-1] == "REFUTED"


def test_a_published_claim_follows_from_what_decides_it(theory):
    (theory / "certificates" / "thm_dead-groups.json").unlink()
    assert badges("pub:C02") == ["undecided"]


def test_a_certificate_that_was_tampered_with_is_refused(theory):
    changed(theory / "certificates" / "thm_dpi.json", False, cases=7)
    with pytest.raises(TheoryError, match=r"thm_dpi\.json was tampered with"):
        badges("thm:dpi")


def test_a_boundary_has_the_statements_that_cite_it():
    found = extension("statement_status").by_number()
    assert [status.block.label for status in found["B1"]] == ["fol:open-improves"]
    assert {"thm:dpi", "thm:dpi-gap"} <= {status.block.label for status in found["S01"]}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("[a](../theory/notation.md)", "[a](theory/notation.md)"),
        ("[a](../theory/notation.md#how)", "[a](theory/notation.md#how)"),
        ("[a](../CHANGELOG.md)", "[a](changelog.md)"),
        ("[a](../experiments/)", "a"),
        ("[a](../experiments/collapse.py)", "[a](../experiments/collapse.py)"),
        ("[a](jax.md) [b](https://arxiv.org) [c](#here)", "[a](jax.md) [b](https://arxiv.org) [c](#here)"),
    ],
)
def test_links_out_of_the_sources_lead_into_the_site(text, wanted):
    docs = ROOT / "docs"
    assert extension("repository_links").in_the_site(text, docs / "glossary.md", docs) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The law $p_x$ of x.", r"The law :math:`p_x`\  of x."),
        ("$$a\n  b$$", r":math:`a b`\ "),
        ("Two `Joint`s", r"Two `Joint`\ s"),
        ("the loss |r| is $|q|^*p$", r"the loss \|r| is :math:`|q|^*p`\ "),
        ('("a", *given)', r'("a", \*given)'),
        ("a\n\n>>> f('$x$')\n'$x$'", "a\n\n>>> f('$x$')\n'$x$'"),
    ],
)
def test_docstrings_become_restructured_text(text, wanted):
    assert extension("docstrings").restructured(text.split("\n")) == wanted.split("\n")


def test_every_package_with_public_names_has_a_page():
    api = extension("api_pages")
    names = [name for name, _ in api.pages(ROOT)]
    assert names[0] == "index"
    assert names.index("probability") < names.index("information") < names.index("claims")
    assert {"check", "learning.policy_gradient", "claims.processing"} <= set(names)


def test_the_gallery_has_a_figure_of_every_experiment():
    names = {path.stem for path in (ROOT / "experiments").glob("*.py")}
    assert {path.stem for path in (ROOT / "docs" / "gallery").glob("*.svg")} == names
    page = (ROOT / "docs" / "gallery.md").read_text(encoding="utf-8")
    assert [name for name in names if f"(experiment-{name})=" not in page or f"gallery/{name}.svg" not in page] == []
    assert "sphinx" in sys.modules
