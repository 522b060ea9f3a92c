"""`infoloop audit FILE.toml`: whether a training pipeline is open or closed, where, and how many bits may enter.

`node` and `pipeline_graph` say what a pipeline is, `toml_reader` reads one, `pipeline_audit` gives the verdict and
`numeric_evaluation` every term in bits. Start with `pipeline_audit`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
