"""How Sphinx makes the site: `python -m sphinx -W --keep-going -n -b html docs build/docs`, with no network."""

import logging
import sys
from pathlib import Path

import infoloop

sys.path.insert(0, str(Path(__file__).parent / "extensions"))

project, author = "infoloop", "the authors of infoloop"
version = release = infoloop.__version__
html_title = f"infoloop {version}"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "mathml",
    "repository_links",
    "statement_lists",
    "chapter_pages",
    "claim_source",
    "docstrings",
    "api_pages",
    "shared_navigation",
]
exclude_patterns = ["extensions", "static"]
# A part of the site may have no page yet; the warning has no type by which `suppress_warnings` could name it.
logging.getLogger("sphinx.sphinx.directives.other").addFilter(
    lambda record: vars(record).get("subtype") != "empty_glob"
)

myst_enable_extensions = ["attrs_block", "attrs_inline", "colon_fence", "deflist", "dollarmath"]
myst_dmath_double_inline = True
myst_heading_anchors = 3

html_theme = "furo"
html_math_renderer = "mathml"
html_static_path = ["static"]
html_css_files = ["site.css", "formulas.css"]  # the second is made by the extension mathml
html_copy_source = html_show_sphinx = html_show_copyright = False
pygments_style, pygments_dark_style = "a11y-high-contrast-light", "a11y-high-contrast-dark"

autodoc_default_options = {"members": True, "member-order": "bysource"}
autodoc_use_type_comments = False  # there are none, and to look for them takes minutes
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar, napoleon_attr_annotations = True, False
python_use_unqualified_type_names = True
viewcode_line_numbers = True
default_role = "name"  # the extension docstrings
suppress_warnings = ["ref.python"]  # a field such as `label` is one of several classes: any will do
nitpick_ignore_regex = [
    ("py:.*", r"(?!infoloop\.).*"),  # classes of other libraries have no page here
    ("py:class", r".*\.(_\w+|[A-Z])"),  # nor have private ones and type variables
    ("py:class", r"infoloop\.(statements\.neighbour\w*|interop\.numpyro_laws)\.\w+"),  # nor these inner modules
]
