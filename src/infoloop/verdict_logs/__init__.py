"""`infoloop audit LOG`: what a log of training or of an evaluation says, and what one can do about it.

`formats` has what trainers write and `files` opens it; `groups` has what is said of groups of rollouts;
`rollout_audit` puts it together, `rollout_text` and `rollout_page` show it. `log_audit` bounds the bits of verdicts.
Start with `rollout_audit`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
