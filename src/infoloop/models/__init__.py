"""The toy models, one a module: parameters, law, and apart from it the closed form. `MODELS` is the only list."""

from infoloop.models import branching, smoothed, wright_fisher

MODELS = (
    branching,
    smoothed,
    wright_fisher,
)
