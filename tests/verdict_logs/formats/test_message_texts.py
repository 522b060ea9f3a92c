import numpy as np

from infoloop.verdict_logs.formats.message_texts import content_text, last_text


def test_the_answer_is_the_last_that_the_assistant_said():
    said = [
        {"role": "assistant", "content": "a"},
        {"role": "assistant", "content": "b"},
        {"role": "tool", "content": "c"},
    ]
    assert last_text(said) == last_text(np.array(said, object)) == "b"
    assert last_text([{"role": "tool", "content": "c"}]) == "c"
    assert last_text("text") == "text"


def test_where_nothing_was_said_the_text_is_empty():
    for completion in (None, float("nan"), [], [{"role": "assistant", "content": None}], {"role": "assistant"}):
        assert last_text(completion) == ""


def test_parts_that_are_no_texts_are_passed_over():
    assert content_text([{"type": "text", "text": "a"}, {"type": "image_url", "image_url": "x"}, "b"]) == "ab"
