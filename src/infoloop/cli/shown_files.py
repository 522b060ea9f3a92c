"""Models, worlds, experiments, pipelines, logs and warnings as `infoloop show` shows them; read from their files."""

import re
import shlex
from collections.abc import Collection
from pathlib import Path
from typing import Any

from infoloop import pipelines, reporting, statements, studies
from infoloop.cli.markdown_text import format_markdown
from infoloop.cli.shipped_names import shipped_path, shipped_summaries
from infoloop.cli.shown_entry import ShownEntry
from infoloop.cli.source_places import docstring_parts, imports_module, public_signatures, shown_path, source_of_module


def shown_module(kind: str, name: str, blocks: tuple[Any, ...]) -> ShownEntry:
    """Return a model or a world: what it is, its functions, and what uses it.

    Args:
        kind: "model" or "world".
        name: Its name.
        blocks: The statements of theory/, some of whose claims may be about it.
    """
    path, dotted = shipped_path(kind, name), f"infoloop.{kind}s.{name}"
    first, rest = docstring_parts(path)
    calls = public_signatures(path)
    experiments = [
        name for name in shipped_summaries("experiment") if _imports(shipped_path("experiment", name), dotted)
    ]
    claims = {block.label: block.fields["claim"].rpartition(".")[0] for block in blocks if "claim" in block.fields}
    about = {module: _imports(source_of_module(module), dotted) for module in dict.fromkeys(claims.values())}
    labels = [label for label, module in claims.items() if about[module]]
    rows = (
        ("equations", format_markdown(rest)),
        ("experiments", ", ".join(experiments) or "none imports it"),
        ("statements", ", ".join(labels) or "no claim imports it"),
        ("stands in", f"{shown_path(path)}, imported as {dotted}"),
    )
    row = {
        "about": format_markdown(first),
        "equations": format_markdown(rest),
        "module": dotted,
        "path": shown_path(path),
        "functions": [{"signature": signature, "about": about} for signature, about in calls],
        "experiments": experiments,
        "statements": labels,
    }
    table = reporting.text.text_table([(s, format_markdown(a)) for s, a in calls], ("function", ""), indent=0)
    return ShownEntry(kind, name, format_markdown(first), rows, row, (table,))


def _imports(path: Path | None, dotted: str) -> bool:
    return path is not None and imports_module(path, dotted)


def shown_experiment(name: str) -> ShownEntry:
    """Return an experiment: what it asks, what can be set in it, its statements, and how to run it.

    Args:
        name: Its name, or the path of one's own.

    Raises:
        StudyError: It cannot be loaded.
    """
    module = studies.discovery.load(name)
    command = f"infoloop run {shlex.quote(name)}"
    path = Path(str(module.__file__))
    first, rest = docstring_parts(path)
    settings = studies.configuration.settings(module.Config)
    cited = studies.discovery.cited_statements(module)
    rows = (
        ("about", format_markdown(rest)),
        ("tables", ", ".join(module.sweeps(module.Config()))),
        ("figures", ", ".join(module.FIGURES)),
        ("statements", "\n".join(f"{block.label}: {block.title}" for block in cited)),
        ("run it", command + (f" --set {shlex.quote(_assigned(settings[0]))}" if settings else "")),
        ("stands in", shown_path(path)),
    )
    row = {
        "asks": format_markdown(first),
        "about": format_markdown(rest),
        "path": shown_path(path),
        "settings": [setting._asdict() for setting in settings],
        "statements": [block.label for block in cited],
        "figures": list(module.FIGURES),
    }
    table = studies.presentation.settings_table(settings)
    return ShownEntry("experiment", name, format_markdown(first), rows, row, (table,))


def _assigned(setting: Any) -> str:
    return f"{setting.name}={setting.default}"


def shown_pipeline(name: str) -> ShownEntry:
    """Return a pipeline: what it is about, and how to audit it.

    Args:
        name: Its name in the gallery, or the path of one's own, which ends in .toml.

    Raises:
        PipelineFileError: It cannot be read, or is no pipeline.
    """
    path = Path(name) if name.endswith(".toml") else shipped_path("pipeline", name)
    found = pipelines.toml_reader.read_pipeline(path)
    rows = (
        ("about", found.about),
        ("audit it", _audit_command(path)),
        ("stands in", shown_path(path)),
    )
    return ShownEntry(
        "pipeline", name, found.title or path.stem, rows, {"about": found.about, "path": shown_path(path)}
    )


def _audit_command(path: Path) -> str:
    return f"infoloop audit {shlex.quote(shown_path(path))}"


def shown_log(name: str) -> ShownEntry:
    """Return an example of a log: what writes such logs, and how to audit it.

    Args:
        name: Its file or folder in experiments/logs.
    """
    path, about = shipped_path("log", name), shipped_summaries("log")[name]
    rows = (
        ("written like", about),
        ("audit it", _audit_command(path)),
        ("stands in", shown_path(path)),
    )
    return ShownEntry("log", name, about, rows, {"path": shown_path(path)})


def shown_boundary(code: str, blocks: tuple[Any, ...], theory: Path) -> ShownEntry | None:
    """Return a boundary such as B4: what it says, the warnings of `infoloop audit` with its code, and its statements.

    Args:
        code: The code.
        blocks: The blocks of theory/.
        theory: Their folder, which may have a list of boundaries.

    Returns:
        None where nothing knows it.
    """
    listed = statements.boundary_list.read_boundaries(theory).get(code)
    said = pipelines.graph_warnings.warning_texts().get(code, ())
    numbers = listed.numbers if listed else ()
    named = [block for block in blocks if code in _codes(block) or block.fields.get("ref") in numbers]
    if not (listed or said or named):
        return None
    about = format_markdown(" ".join(listed.text.split())) if listed else ""
    rows = (
        ("about", about),
        ("warning", "\n".join(said)),
        ("statements", "\n".join(f"{block.label}: {block.title}" for block in named)),
    )
    row = {"about": about, "warnings": list(said), "statements": [block.label for block in named]}
    if listed:
        title = listed.title
    else:
        title = said[0] if said else f"named by {reporting.text.count_noun(len(named), 'statement')}"
    return ShownEntry("boundary", code, title, rows, row)


def boundary_codes(blocks: tuple[Any, ...], theory: Path) -> list[str]:
    """Return the codes of the boundaries that the list, warnings or statements name, in order."""
    named = {code for block in blocks for code in _codes(block)}
    named |= statements.boundary_list.read_boundaries(theory).keys() | pipelines.graph_warnings.warning_texts().keys()
    return sorted(named, key=lambda code: int(code[1:]))


def is_left_out(code: str, codes: Collection[str]) -> bool:
    """Return whether a code is that of no boundary, though there are some before and after it."""
    numbers = [int(known[1:]) for known in codes]
    return bool(re.fullmatch(r"B[1-9]\d{0,8}", code)) and code not in codes and int(code[1:]) < max(numbers, default=0)


def _codes(block: Any) -> list[str]:
    return re.findall(r"\bboundary (B\d+)\b", block.fields.get("source", ""))
