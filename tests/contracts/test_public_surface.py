"""The public surface is kept: names, parameters, fields, JSON keys, options, exit statuses; whatever is lost is named.

`tests/data/public_surface.json` describes the code before its modules were sorted into packages. A change made on
purpose is a change of that file, by `tests.support.public_surface`.
"""

import copy
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from infoloop.models import wright_fisher
from tests.support.paths import DATA, ROOT
from tests.support.public_commands import key_paths, run
from tests.support.public_results import fields_of
from tests.support.public_surface import (
    describe,
    describe_class,
    describe_model,
    describe_names,
    lost,
    models,
    name_of,
)

pytestmark = pytest.mark.slow

KEPT = json.loads((DATA / "public_surface.json").read_text(encoding="utf-8"))
PLANTED = ROOT / "tests" / "support" / "planted_experiment.py"


@pytest.fixture(scope="module")
def surface(tmp_path_factory):
    return describe(ROOT, PLANTED, tmp_path_factory.mktemp("surface"), KEPT["models"])


@pytest.mark.full
def test_the_public_surface_is_kept(surface):
    assert lost(KEPT, surface) == []


def test_names_and_models_are_kept():
    """The part of it that runs no command; the full lane looks at all of it."""
    found = {name_of(model): describe_model(model, KEPT["models"].get(name_of(model), ())) for model in models()}
    assert lost({"names": KEPT["names"], "models": KEPT["models"]}, {"names": describe_names(), "models": found}) == []


def test_every_entry_that_is_taken_away_is_reported():
    """One at a time; it and nothing else is missed."""
    for part, entries in KEPT.items():
        for name in entries:
            fewer = {key: value for key, value in entries.items() if key != name}
            assert lost(entries, fewer, part) == [f"{part} / {name} is gone"]


def leaves(description: dict, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The path of every entry that holds no further ones."""
    for key, value in description.items():
        yield from leaves(value, (*path, key)) if isinstance(value, dict) and value else [(*path, key)]


def test_every_single_field_key_and_parameter_is_looked_at():
    """A description that differs in one leaf differs at the path of that leaf and nowhere else."""
    looked_at = 0
    for name, entry in ((name, entry) for part in KEPT.values() for name, entry in part.items()):
        for path in leaves({name: entry}):
            changed, inside = _with_own({name: entry}, path[:-1])
            inside[path[-1]] = "another"
            (report,) = lost({name: entry}, changed)
            assert report.startswith(" / ".join(path) + " was ")
            looked_at += 1
    assert looked_at > 2000


def _with_own(description: dict, path: Sequence[str]) -> tuple[dict, dict]:
    """A copy whose dictionaries along a path are its own, and the last of these."""
    changed = inside = copy.copy(description)
    for key in path:
        inside[key] = copy.copy(inside[key])
        inside = inside[key]
    return changed, inside


@pytest.mark.parametrize(
    ("path", "report"),
    [
        (("names", "prove"), "names / prove is gone"),
        (("names", "prove", "parameters", "given"), "names / prove / parameters / given is gone"),
        (("names", "Audit", "fields", "ceilings"), "names / Audit / fields / ceilings is gone"),
        (("names", "LogAudit", "members", "most_told"), "names / LogAudit / members / most_told is gone"),
        (("models", "wright_fisher", "kernel"), "models / wright_fisher / kernel is gone"),
        (("results", "audit.bases[]", "open_at"), "results / audit.bases[] / open_at is gone"),
        (("results", "audit.numbers.rounds[]", "effect"), "results / audit.numbers.rounds[] / effect is gone"),
        (("results", "prove, undecided.tried", "witnesses"), "results / prove, undecided.tried / witnesses is gone"),
        (("json", "verify", "[].counterexample.case.*.*"), "json / verify / [].counterexample.case.*.* is gone"),
        (("commands", "audit", "--confidence"), "commands / audit / --confidence is gone"),
        (("statements", "thm:dpi"), "statements / thm:dpi is gone"),
        (("settings", "collapse", "generations"), "settings / collapse / generations is gone"),
    ],
)
def test_what_was_removed_is_named(path, report):
    *outer, last = path
    fewer, inside = _with_own(KEPT, outer)
    del inside[last]
    assert lost(KEPT, fewer) == [report]


@pytest.mark.parametrize(
    ("path", "value", "report"),
    [
        (("statuses", "prove, refuted"), 0, "statuses / prove, refuted was 1 and is 0"),
        (("statements", "thm:dpi", "ref"), "S02", "statements / thm:dpi / ref was 'S01' and is 'S02'"),
        (("names", "NotationError", "bases"), ["Exception"], "names / NotationError / bases was ['ValueError', "),
        (("names", "bsc", "parameters", "dtype"), "by keyword", "names / bsc / parameters / dtype was 'by position "),
        (("json", "list", "statements[].ref"), "null", "json / list / statements[].ref was 'text' and is 'null'"),
    ],
)
def test_what_was_changed_is_named(path, value, report):
    *outer, last = path
    changed, inside = _with_own(KEPT, outer)
    inside[last] = value
    (found,) = lost(KEPT, changed)
    assert found.startswith(report)


def test_additions_are_no_loss_unless_calls_must_give_them():
    more, parameters = _with_own(KEPT, ["names", "entropy", "parameters"])
    more["names"]["another_measure"] = {"kind": "function", "parameters": {"p": "by position or keyword, 0"}}
    parameters["base"] = "by keyword, default 2"
    assert lost(KEPT, more) == []
    parameters["base"] = "by keyword"
    assert lost(KEPT, more) == ["names / entropy / parameters / base is new and must be given"]


@dataclass
class Before:
    """A record, as it was."""

    first: int
    second: int = 2

    @property
    def total(self) -> int:
        """A property."""
        return self.first + self.second

    def scaled(self, factor: int = 3) -> int:
        """A method."""
        return factor * self.total


@dataclass
class After:
    """The same with its fields in another order, another default, a property renamed and a method's keyword too."""

    second: int = 3
    first: int = 1

    @property
    def whole(self) -> int:
        """The property, renamed."""
        return self.first + self.second

    def scaled(self, by: int = 3) -> int:
        """The method, with another keyword."""
        return by * self.whole


@dataclass
class Around:
    """A record with a record in it."""

    inner: Before


def test_a_class_that_is_not_the_same_is_described_otherwise(monkeypatch):
    monkeypatch.setattr(Before, "__module__", "infoloop.records")
    monkeypatch.setattr(After, "__module__", "infoloop.elsewhere")
    assert lost(describe_class(Before), describe_class(Before)) == []
    assert sorted(lost(describe_class(Before), describe_class(After))) == [
        "fields / first was 0 and is 1",
        "fields / second was 1 and is 0",
        "members / scaled / factor is gone",
        "members / total is gone",
        "parameters / first was 'by position or keyword, 0' and is 'by position or keyword, 1, default 1'",
        "parameters / second was 'by position or keyword, 1, default 2' and is 'by position or keyword, 0, default 3'",
    ]


def test_results_are_walked_to_any_depth_whatever_their_classes_are_called(monkeypatch):
    monkeypatch.setattr(Before, "__module__", "infoloop.records")
    monkeypatch.setattr(Around, "__module__", "infoloop.records")
    found = fields_of(iter([("outer", [{"a": Before(1)}, Around(Before(1))])]))
    assert found["outer[]"] == {"inner": "field 0"}
    assert found["outer[].inner"] == found["outer[][]"] == {
        "first": "field 0", "second": "field 1", "total": "property",
        "scaled": {"self": "by position or keyword, 0", "factor": "by position or keyword, 1, default 3"},
    }  # fmt: skip


def test_a_model_may_have_a_kept_name_from_elsewhere():
    assert "kernel" not in describe_model(wright_fisher)
    assert describe_model(wright_fisher, ["kernel", "gone"])["kernel"] == KEPT["models"]["wright_fisher"]["kernel"]
    assert "gone" not in describe_model(wright_fisher, ["kernel", "gone"])


def test_json_keys_that_are_data_are_not_compared_by_name():
    one, two = ({"case": {f"P({names})": {outcome: "1/2"}}} for names, outcome in (("X,Y", "0 1"), ("X", "1")))
    assert key_paths(one) == key_paths(two) == {"case.*.*": "text"}
    assert lost(key_paths({"rows": [{"n": 1}]}), key_paths({"rows": [{"m": 1}]})) == ["rows[].n is gone"]


def test_a_command_that_is_not_there_exits_with_status_3(tmp_path: Path):
    assert run("nowhere", str(tmp_path))[0] == 3
