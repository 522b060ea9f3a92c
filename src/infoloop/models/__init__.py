"""The toy models, one a module: parameters, law, and apart from it the closed form. `MODELS` is the only list."""

from infoloop.models import (
    anchored,
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)

MODELS = (
    anchored,
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)
