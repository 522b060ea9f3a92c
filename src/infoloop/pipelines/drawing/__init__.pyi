from . import collapsed_rounds as collapsed_rounds
from . import geometry as geometry
from . import grid_routing as grid_routing
from . import merged_nodes as merged_nodes
from . import node_texts as node_texts
from . import svg as svg
