"""Learners that are exact: Bayesian, linear, policies under a verifier, and what they take up first.

Start with `bayesian` for exact posteriors, `verifier_feedback` for training on verdicts; networks are in
`infoloop.learners`.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
