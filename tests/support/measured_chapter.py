"""A chapter with a measured thesis, for tests: its experiment is `tests/support/measured_experiment.py`."""

import shutil
from pathlib import Path

from infoloop.statements.measured_theses import MeasuredThesis, read_measured
from infoloop.statements.theory_files import read_blocks
from tests.support.paths import ROOT

CRITERION = "greater; size .01; budget 300 steps; share 1/2; level 95 %; seeds 20; refuted 2/3 against"
CHAPTER = f"""## A planted effect is there {{#hyp:planted}}

- class: H
- ref: Y1
- experiment: study.py
- outcome: by_cell
- criterion: {CRITERION}
- source: planted on purpose

**Statement.** The difference is greater than 0.

**Finding.** It is what was planted.
"""


def write_chapter(folder: Path, text: str = CHAPTER) -> Path:
    """A theory folder with this chapter and the experiment beside it."""
    folder.mkdir(exist_ok=True)
    (folder / "1_planted.md").write_text(text, encoding="utf-8")
    shutil.copy(ROOT / "tests" / "support" / "measured_experiment.py", folder / "study.py")
    return folder


def planted_thesis(folder: Path, text: str = CHAPTER) -> MeasuredThesis:
    """The thesis of such a folder."""
    (thesis,) = read_measured(folder, read_blocks(write_chapter(folder, text)))
    return thesis
