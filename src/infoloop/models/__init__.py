"""The toy models, one a module: parameters, law, and apart from it the closed form. `MODELS` is the only list."""

from infoloop.models import (
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    wright_fisher,
)

MODELS = (
    branching,
    cascade,
    gaussian_mean,
    gaussian_refit,
    markov_text,
    mixing,
    regression,
    smoothed,
    wright_fisher,
)
