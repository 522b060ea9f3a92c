"""Every limit has its reason beside it, and is used."""

import re

from infoloop.pipelines import limits
from tests.support.paths import ROOT

PACKAGE = ROOT / "src" / "infoloop" / "pipelines"
LIMITS = [name for name in vars(limits) if name.isupper()]


def test_every_limit_is_a_positive_whole_number_with_a_reason():
    for name in LIMITS:
        assert isinstance(getattr(limits, name), int), name
        assert getattr(limits, name) > 0, name
        assert re.search(rf"^{name} = \S+  # \w", (PACKAGE / "limits.py").read_text(), re.MULTILINE), name


def test_every_limit_is_used_and_no_other_module_has_one():
    source = {path.name: path.read_text() for path in PACKAGE.rglob("*.py") if path.name != "limits.py"}
    assert [name for name in LIMITS if not any(f"limits.{name}" in text for text in source.values())] == []
    assert [name for name, text in source.items() if re.search(r"^(MOST|FEWEST|LARGEST)\w* = ", text, re.M)] == []
