"""Read the theses of `theory/` that an experiment decides: which one, by what outcome, and by which criterion."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from infoloop.reporting.package_files import shipped_folder
from infoloop.reporting.suggestions import did_you_mean, list_names, quote
from infoloop.statements.criteria import Criterion, CriterionError, parse_criterion
from infoloop.statements.theory_files import StatementBlock, TheoryError

DECLARED = "declared"  # the status of a thesis whose criterion is committed and whose result is not
_MAY_CHANGE = ("status", "ref", "source", "uses")  # which say nothing of what is measured


@dataclass(frozen=True)
class MeasuredThesis:
    """A block of class H that an experiment decides.

    Attributes:
        block: its block.
        experiment: the file of the experiment.
        outcome: what makes outcomes of its tables: a function of the experiment, or one of infoloop by its dotted name.
        overrides: texts `key=value` that replace defaults of its configuration.
        criterion: what decides.
        declared: whether the block says that there is no result yet.
    """

    block: StatementBlock
    experiment: Path
    outcome: str
    overrides: tuple[str, ...]
    criterion: Criterion
    declared: bool

    @property
    def label(self) -> str:
        """The label of its block."""
        return self.block.label

    @property
    def modules(self) -> tuple[str, ...]:
        """The module of the outcome, where it is not the experiment's."""
        return tuple(filter(None, [self.outcome.rpartition(".")[0]]))


def read_measured(folder: Path, blocks: Iterable[StatementBlock]) -> tuple[MeasuredThesis, ...]:
    """Return the measured theses among blocks, in order.

    Args:
        folder: the folder of the chapters; an experiment that is a path, `my/study.py`, is looked for from there.
        blocks: all blocks of the folder.

    Raises:
        TheoryError: an experiment is missing, or a field says what cannot be; the message names file and line.
    """
    return tuple(_thesis(folder, block) for block in blocks if block.is_measured)


def _thesis(folder: Path, block: StatementBlock) -> MeasuredThesis:
    fields = block.fields
    try:
        criterion = parse_criterion(fields["criterion"])
    except CriterionError as error:
        raise TheoryError(f"{block.place}: {block.label}: {error}") from None
    status = fields.get("status", "")
    if status not in ("", DECLARED):
        raise TheoryError(
            f"{block.place}: status of {block.label} is {quote(status)}: it is '{DECLARED}' before the result, and "
            "left out after it"
        )
    if not re.fullmatch(r"(infoloop\.([^\W\d]\w*\.)+)?[^\W\d]\w*", fields["outcome"]):
        raise TheoryError(
            f"{block.place}: outcome of {block.label} is {quote(fields['outcome'])}: give the name of a function of "
            "the experiment, or the dotted name of one of infoloop"
        )
    overrides = block.listed("config")
    return MeasuredThesis(block, _experiment(folder, block), fields["outcome"], overrides, criterion, bool(status))


def _experiment(folder: Path, block: StatementBlock) -> Path:
    name = block.fields["experiment"]
    shipped = shipped_folder("experiments")
    path = Path(folder) / name if name.endswith(".py") else shipped / f"{name}.py"
    if not path.is_file():
        known = [file.stem for file in sorted(shipped.glob("*.py"))]
        raise TheoryError(
            f"{block.place}: {block.label} names the experiment {quote(name)}, which is missing"
            f"{did_you_mean(name, known)}; there are {list_names(known, near=name)}"
        )
    return path


def block_digest(block: StatementBlock) -> str:
    """Return the SHA-256 of what a measured block says: label, title, statement, and its fields.

    Left out are fields that do not change what is measured (`status`, `ref`, `source`, `uses`) and all paragraphs but
    the statement, in which the finding is told afterwards. White space does not count.
    """
    fields = {key: value for key, value in block.fields.items() if key not in _MAY_CHANGE}
    said = {"label": block.label, "title": block.title, "statement": block.part("Statement"), **fields}
    text = json.dumps({key: " ".join(value.split()) for key, value in said.items()}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def select_measured(theses: tuple[MeasuredThesis, ...], labels: tuple[str, ...]) -> tuple[MeasuredThesis, ...]:
    """Return the theses with these labels or refs; all if none is given. Other labels are not ours to refuse."""
    return tuple(t for t in theses if not labels or {t.label, t.block.fields["ref"]} & set(labels))
