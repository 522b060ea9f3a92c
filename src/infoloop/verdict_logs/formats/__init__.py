"""Formats of logs, a module each: how a file is told, and how its rows become rollouts."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
