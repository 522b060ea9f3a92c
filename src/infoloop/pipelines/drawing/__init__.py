"""The drawn graph of an audit: rounds are collapsed, alike nodes merged, edges routed, curves laid out, SVG written.

The modules are those steps in this order: `collapsed_rounds`, `merged_nodes`, `grid_routing`, `geometry`, `svg`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
