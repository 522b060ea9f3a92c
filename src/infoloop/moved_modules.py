"""Where the modules of version 0.1 are now: whoever asks for an old one is told the new place.

Version 0.2 put the modules into packages. An old name is no alias: it fails, with the new name in the message.
"""

import functools


@functools.cache
def new_names() -> dict[str, str]:
    """Return the table beside this file: on each line an old name and the new one."""
    with open(__file__.removesuffix(".py") + ".txt", encoding="utf-8") as file:
        return dict(line.split() for line in file)


def moved_message(name: str) -> str | None:
    """Return what to say of `infoloop.NAME`, or None if no module of that name has moved.

    >>> moved_message("numbers")
    'infoloop.numbers is now infoloop.pipelines.numeric_evaluation'
    """
    new = new_names().get(name)
    return f"infoloop.{name} is now infoloop.{new}" if new else None


class MovedModuleFinder:
    """The last finder that Python asks: it finds nothing, and names the new place of a module that has moved."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> None:
        """Raise ModuleNotFoundError for a module that has moved; return None for every other name."""
        message = moved_message(fullname.removeprefix("infoloop.")) if fullname.startswith("infoloop.") else None
        if message:
            raise ModuleNotFoundError(message, name=fullname)
