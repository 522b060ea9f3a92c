"""Exact information theory for synthetic-data loops; `__init__.pyi` lists every public name and where it lives.

Start with `infoloop.probability` for laws, `infoloop.information` for quantities, `infoloop.proofs` for `prove`.
Names are loaded when first used, so that `infoloop --help` and stand-alone checkers need not import JAX.
"""

import pkgutil
import sys

from infoloop.moved_modules import MovedModuleFinder, moved_message

try:
    import lazy_loader
except ModuleNotFoundError:  # as under `python -S`: `infoloop.check` needs no library, and is all that works
    lazy_loader = None


def _without_libraries(name: str):
    raise AttributeError(f"infoloop.{name} needs the libraries that infoloop depends on; infoloop.check needs none")


__version__ = "0.2.0"
_public, __dir__, __all__ = (
    lazy_loader.attach_stub(__name__, __file__) if lazy_loader else (_without_libraries, lambda: ["check"], ["check"])
)
if not any(isinstance(finder, MovedModuleFinder) for finder in sys.meta_path):
    sys.meta_path.append(MovedModuleFinder())


def __getattr__(name: str):
    message = moved_message(name)
    if message:
        raise AttributeError(message)
    if lazy_loader and name not in __all__ and not name.startswith("_"):
        hint = pkgutil.resolve_name("infoloop.reporting.suggestions:did_you_mean")(name, __all__)
        raise AttributeError(f"infoloop has no attribute {name!r}{hint}")
    return _public(name)
