"""Exact information theory for synthetic-data loops; `__init__.pyi` lists every public name and where it lives.

Start with `infoloop.probability` for laws, `infoloop.information` for quantities, `infoloop.proofs` for `prove`.
Names are loaded when first used, so that `infoloop --help` and stand-alone checkers need not import JAX.
"""

import sys

import lazy_loader

from infoloop.moved_modules import MovedModuleFinder, moved_message

__version__ = "0.2.0"
_public, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
if not any(isinstance(finder, MovedModuleFinder) for finder in sys.meta_path):
    sys.meta_path.append(MovedModuleFinder())


def __getattr__(name: str):
    message = moved_message(name)
    if message:
        raise AttributeError(message)
    return _public(name)
