"""Folders are found in a checkout and in an installed package, which goes first."""

from infoloop.reporting import package_files
from tests.support.paths import ROOT


def test_in_a_checkout_the_folders_lie_beside_the_source():
    assert package_files.package_folder() == ROOT / "src" / "infoloop"
    assert package_files.shipped_folder("theory") == ROOT / "theory"


def test_what_is_inside_the_package_goes_before_what_lies_beside_it(tmp_path, monkeypatch):
    package = tmp_path / "lib" / "python" / "infoloop"
    (package / "theory").mkdir(parents=True)
    (tmp_path / "lib" / "theory").mkdir()
    monkeypatch.setattr(package_files, "package_folder", lambda: package)
    assert package_files.shipped_folder("theory") == package / "theory"
