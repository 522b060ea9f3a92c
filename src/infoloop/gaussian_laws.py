"""placeholder"""
from dataclasses import dataclass


@dataclass(frozen=True)
class Gaussian:
    names: tuple


def differential_entropy(law, names, given): ...
def gaussian_divergence(p, q): ...
def gaussian_information(law, x, y, given): ...
