"""Run notebooks and keep what they show. From the root of a checkout: `python -m notebooks.renew [NAME ...]`."""

import sys

import nbformat

from infoloop.reporting.atomic_files import atomic_write_text
from tests.support.notebook_outputs import NOTEBOOKS, output_differences, read_notebook, run_notebook


def renew(names: list[str]) -> None:
    """Run the notebooks whose file names begin with one of the names, or all, and print what they show anew."""
    for path in [path for path in NOTEBOOKS if path.stem.startswith(tuple(names) or "")]:
        ran = run_notebook(path)
        differences = output_differences(path.stem, read_notebook(path), ran)
        atomic_write_text(path, nbformat.writes(ran) + "\n")
        print(*differences, f"{path.stem}: {len(differences)} cells renewed", sep="\n")


if __name__ == "__main__":
    renew(sys.argv[1:])
