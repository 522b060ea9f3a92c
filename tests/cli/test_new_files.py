"""New files are all written or none: nothing is overwritten, and what was begun is removed."""

from pathlib import Path

import pytest

from infoloop.cli import new_files
from infoloop.cli.new_files import label_part, skeleton_files, skeleton_kinds, write_new_files
from infoloop.reporting.atomic_files import UnwritableError

FILES = {Path("a.py"): "a\n", Path("sub/b.md"): "b\n"}


def contents(folder: Path) -> dict[str, str]:
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_all_files_are_written(tmp_path):
    assert write_new_files(tmp_path / "new", FILES) == (tmp_path / "new" / "a.py", tmp_path / "new" / "sub" / "b.md")
    assert contents(tmp_path) == {"new/a.py": "a\n", "new/sub/b.md": "b\n"}


@pytest.mark.parametrize("there", ["a.py", "sub/b.md"])
def test_nothing_is_overwritten_and_nothing_is_written_beside_it(there, tmp_path):
    (tmp_path / there).parent.mkdir(exist_ok=True)
    (tmp_path / there).write_text("mine")
    with pytest.raises(UnwritableError, match="is there already, and nothing is overwritten"):
        write_new_files(tmp_path, FILES)
    assert contents(tmp_path) == {there: "mine"}


def test_a_link_to_nowhere_is_not_overwritten(tmp_path):
    (tmp_path / "a.py").symlink_to("nowhere")
    with pytest.raises(UnwritableError, match="is there already"):
        write_new_files(tmp_path, FILES)


@pytest.mark.parametrize("failure", [UnwritableError("full"), KeyboardInterrupt()])
def test_what_was_begun_is_removed_with_the_folders_made_for_it(failure, tmp_path, monkeypatch):
    def fails_at_the_second(path, text):
        if path.name == "b.md":
            path.parent.mkdir(parents=True)
            raise failure
        return write(path, text)

    write = new_files.write_if_absent
    monkeypatch.setattr(new_files, "write_if_absent", fails_at_the_second)
    with pytest.raises(type(failure)):
        write_new_files(tmp_path / "new", FILES)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_appears_meanwhile_is_kept(tmp_path, monkeypatch):
    def late(path, text):
        if path.name == "b.md":
            path.parent.mkdir()
            path.write_text("theirs")
        return write(path, text)

    write = new_files.write_if_absent
    monkeypatch.setattr(new_files, "write_if_absent", late)
    with pytest.raises(UnwritableError, match="is there already"):
        write_new_files(tmp_path, FILES)
    assert contents(tmp_path) == {"sub/b.md": "theirs"}


@pytest.mark.parametrize("kind", skeleton_kinds())
def test_a_skeleton_has_a_test_and_its_first_lines_say_what_to_change(kind):
    files = skeleton_files(kind, "my_own")
    first, *rest = [path.as_posix() for path in files]
    assert first in ("my_own.py", "my_own.toml")
    assert rest[-1] == "test_my_own.py"
    assert "To change:" in "\n".join(files[Path(first)].splitlines()[:5])
    assert all("skeleton" not in text and text.endswith("\n") for text in files.values())
    assert max(len(line) for text in files.values() for line in text.splitlines()) <= 120


def test_a_name_is_part_of_a_label_with_hyphens():
    assert label_part("two_big_models") == "two-big-models"
    assert "{#thm:two-big-models}" in skeleton_files("statement", "two_big_models")[Path("theory/two_big_models.md")]
