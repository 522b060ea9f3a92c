"""`infoloop run NAME`: an experiment's settings, its sweeps over devices, its folder, and its page.

`discovery` finds experiments, `configuration` checks settings, `sweep` evaluates a measure over a grid, `runner`
computes and resumes a run, `run_store` keeps its folder, `presentation` writes figures and page. Start with `runner`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
