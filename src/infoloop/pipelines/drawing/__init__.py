"""The drawn graph of an audit: rounds are collapsed, alike nodes merged, edges routed, curves laid out, SVG written.

The modules are those steps in this order: `collapsed_rounds`, `merged_nodes`, `grid_routing`, `geometry`,
`node_texts`, `svg`.

Layout and routing are our own: roles give the rows and rounds the columns, so that all pipelines look alike, the same
bytes come out everywhere, and a page needs no program beside Python. Libraries for layered graphs choose rows and
columns themselves (then every pipeline looks different), or draw straight edges, through the nodes; Graphviz is a
program of its own.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
