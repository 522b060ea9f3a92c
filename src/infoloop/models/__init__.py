"""The toy models, one a module: parameters, law, and apart from it the closed form. `MODELS` is the only list."""

from infoloop.models import (
    anchored,
    branching,
    gaussian_mean,
    gaussian_refit,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)

MODELS = (
    anchored,
    branching,
    gaussian_mean,
    gaussian_refit,
    mixing,
    regression,
    smoothed,
    urn,
    wright_fisher,
)
