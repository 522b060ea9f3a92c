"""Make the gallery: `python docs/make_gallery.py` runs each experiment with its small settings, and writes one figure.

The figures lie in `docs/gallery/`, their page is `docs/gallery.md`. Default settings would take hours in all.
"""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import jax

from infoloop.reporting.atomic_files import atomic_write_text
from infoloop.reporting.figures import Figure, Map, Panel, figure_svg
from infoloop.studies import discovery

DOCS = Path(__file__).parent
MOST_PANELS = 2
HEAD = """\
# Gallery

One figure of each experiment. `python docs/make_gallery.py` makes them all, with the **small settings** of the
experiments' own tests: they show what a figure looks like, not the result. The command below each figure makes all its
figures with the default settings, beside the tables and a page.
"""


def first_figure(experiment: ModuleType) -> Figure:
    """Return the first figure of an experiment that its small settings fill, cut to a few panels."""
    found = experiment.run(experiment.SMALL, jax.random.key(0))
    figures = [make(found) for make in experiment.FIGURES.values()]
    cut = [figure._replace(panels=figure.panels[:MOST_PANELS]) for figure in figures]
    return next((figure for figure in cut if all(map(_is_filled, figure.panels))), cut[0])


def _is_filled(panel: Panel) -> bool:
    """Whether a panel has more than lines for orientation, which have no label or are dashed."""
    return any(isinstance(m, Map) or (m.label and getattr(m, "style", "") != "dashed") for m in panel.marks)


def section(name: str, summary: str, experiment: ModuleType, figure: Figure) -> str:
    """Return the part of the page that shows a figure."""
    claims = ", ".join(f"[`{label}`](#{label.lower()})" for label in experiment.CLAIMS)
    return f"""
(experiment-{name})=
## {name}

{summary}

![{figure.caption}](gallery/{name}.svg)

{figure.caption} Statements: {claims}.

```sh
infoloop run {name}
```
"""


def make_gallery(folder: Path) -> None:
    """Write all figures and their page into a folder like `docs/`."""
    (folder / "gallery").mkdir(exist_ok=True)
    page = [HEAD]
    for name, summary in discovery.experiment_summaries().items():
        experiment = discovery.load(name)
        figure = first_figure(experiment)
        atomic_write_text(folder / "gallery" / f"{name}.svg", figure_svg(figure, name))
        page.append(section(name, summary, experiment, figure))
    atomic_write_text(folder / "gallery.md", "".join(page))


if __name__ == "__main__":
    jax.config.update("jax_enable_x64", True)
    make_gallery(DOCS)
