"""Texts of messages as chat models exchange them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def last_text(completion: Any) -> str:
    """Return the answer in a completion: a text, or the last message of the assistant, or of anyone where it said none.

    >>> last_text([{"role": "assistant", "content": "7"}, {"role": "user", "content": "Sure?"}])
    '7'
    """
    if isinstance(completion, str):
        return completion
    messages = [message for message in _listed(completion) if isinstance(message, Mapping)]
    said = [message for message in messages if message.get("role") == "assistant"]
    return content_text((said or messages or [{}])[-1].get("content"))


def content_text(content: Any) -> str:
    """Return the text of a message's content: a text, or parts of which some are texts, or nothing.

    >>> content_text([{"type": "text", "text": "3+4"}, {"type": "text", "text": "?"}])
    '3+4?'
    """
    if isinstance(content, str):
        return content
    parts = (part.get("text") if isinstance(part, Mapping) else part for part in _listed(content))
    return "".join(part for part in parts if isinstance(part, str))


def _listed(value: Any) -> list[Any]:
    if value is None or isinstance(value, str | float | int | Mapping):
        return []
    return list(value)  # of Parquet an array
