"""Keys that stand in lines of JSON are counted in their bytes, whatever the texts beside them hold."""

import json
import random

import pytest

from infoloop.verdict_logs.files.json_keys import count_key, key_ends, keys_within

TEXTS = ['"a": 1', '{\\"b\\": 2}', 'say "x":', "plain", '\\"', "\u00e9\u2028", 'ends with "']


@pytest.mark.parametrize("ascii_only", [True, False])
def test_as_many_keys_are_counted_as_a_parser_finds(ascii_only):
    draw = random.Random(16)
    rows = [{f"k{j}\u00e9": draw.choice([draw.choice(TEXTS), 7, None, {"in": 1}]) for j in range(5)} for _ in range(50)]
    block = "".join(json.dumps(row, ensure_ascii=ascii_only) + "\n" for row in rows).encode()
    inner = sum(isinstance(value, dict) for row in rows for value in row.values())
    assert key_ends(block) == 5 * len(rows) + inner
    assert [count_key(block, f"k{j}\u00e9") for j in range(5)] == [len(rows)] * 5
    assert count_key(block, "in") == inner


def test_a_block_without_keys_has_none():
    assert (key_ends(b""), key_ends(b"x"), key_ends(b'"": 1')) == (0, 0, 1)


def test_a_key_is_counted_where_it_is_a_key_and_in_each_spelling():
    block = '{"a": "a", "b": ["a", "\u00e9"], "\u00e9": 1}\n{"\\u00e9": 2}'.encode()
    assert (count_key(block, "a"), count_key(block, "\u00e9"), count_key(block, "b")) == (1, 2, 1)


def test_a_lone_surrogate_is_a_key_like_others():
    assert count_key(b'{"\\ud800": 1}', "\ud800") == 1


def test_keys_are_looked_for_in_objects_and_lists_and_not_for_ever():
    deep: object = {"last": 1}
    for _ in range(100):
        deep = [deep]
    assert list(keys_within({"a": [{"b": {"c": 1}}, 2], "d": "e"})) == ["a", "d", "b", "c"]
    assert list(keys_within(deep)) == []
