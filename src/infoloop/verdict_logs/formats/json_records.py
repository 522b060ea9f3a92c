"""JSON read within bounds, a document or lines; what is wrong is a ValueError of one line: the reader adds the file."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator
from typing import IO, Any

from infoloop.reporting.suggestions import cut_text

LONGEST_DOCUMENT = 2**30  # bytes of one JSON value; in memory it takes several times as many
LONGEST_LINE = 2**26  # bytes of a line


class Fault(str):
    """Why a line is no JSON value: a text of the reader, where a text of the file would be a plain one."""

    __slots__ = ()


def whole_document(source: IO[bytes]) -> Any:
    """Return the JSON value that an open file holds; raise ValueError where it holds none, or one beyond the bounds.

    >>> import io
    >>> whole_document(io.BytesIO(b'{"eval": {}}'))
    {'eval': {}}
    """
    data = source.read(LONGEST_DOCUMENT + 1)
    if len(data) > LONGEST_DOCUMENT:
        raise ValueError(f"the document is longer than {LONGEST_DOCUMENT >> 20:,} MiB: give it in parts")
    return parsed_json(data)


def parsed_json(data: bytes) -> Any:
    """Return the JSON value of these bytes; raise ValueError where they are none.

    >>> parsed_json(b"[" * 100_000)
    Traceback (most recent call last):
    ValueError: not JSON: nested too deep
    """
    try:
        return json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not JSON: {cut_text(str(error), 120)}") from None
    except RecursionError:
        raise ValueError("not JSON: nested too deep") from None
    except ValueError:  # a whole number with more digits than Python reads
        return json.loads(data, parse_int=lambda digits: int(digits) if len(digits) < 4000 else float(digits))


def numbered_records(source: IO[bytes]) -> Iterator[tuple[int, Any]]:
    r"""Yield the JSON values of a file with their lines, of an array with their places; a `Fault` says what is wrong.

    A file whose first line is no JSON value of its own is read as one document.

    >>> import io
    >>> list(numbered_records(io.BytesIO(b'{"a": 1}\n\n{"a": ')))
    [(1, {'a': 1}), (3, 'a line that is not JSON')]
    """
    first = source.readline(LONGEST_LINE).removeprefix(codecs.BOM_UTF8)
    number = 1
    while first.isspace():
        first, number = source.readline(LONGEST_LINE), number + 1
    try:
        records = parsed_json(first)
    except ValueError:
        records = whole_document(io.BytesIO(first + source.read(LONGEST_DOCUMENT + 1 - len(first))))
    if isinstance(records, list):
        if not (source.read(LONGEST_LINE) or b" ").isspace():
            raise ValueError("not JSON: there is more after the array")
        yield from enumerate(records, start=1)
        return
    yield number, records
    for line in iter(lambda: source.readline(LONGEST_LINE), b""):
        number += 1
        if len(line) == LONGEST_LINE and not line.endswith(b"\n"):
            while line and not line.endswith(b"\n"):
                line = source.readline(LONGEST_LINE)
            yield number, Fault(f"a line longer than {LONGEST_LINE >> 20} MiB")
        elif not line.isspace():
            try:
                yield number, parsed_json(line)
            except ValueError:
                yield number, Fault("a line that is not JSON")
