"""Training loops as two functions, start and step, and what they keep of the truth by generation.

`loop` has `Loop` and `unroll`; `generation` and `schedules` build loops that replace, mix, replay or accumulate data.
Start with `loop`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
