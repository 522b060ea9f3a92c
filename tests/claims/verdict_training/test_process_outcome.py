"""Components of pairs by hand, and the family that has both kinds of common part."""

from infoloop.claims.verdict_training.process_outcome import components, shortcut_told_apart


def test_components_join_along_a_path():
    path = [(3, 2), (2, 1), (0, 0), (1, 0), (2, 2), (1, 1)]
    assert components(path) == dict.fromkeys(path, 0)
    assert components([*path, (4, 3)])[4, 3] == 1
    assert components([(0, 0), (1, 1), (1, 2)]) == {(0, 0): 0, (1, 1): 1, (1, 2): 1}


def test_rewards_tell_what_is_common_and_at_times_that_is_something():
    assert shortcut_told_apart.exact
    assert shortcut_told_apart.family
    sides = [shortcut_told_apart.exact(law) for law in shortcut_told_apart.family.members()]
    signs = [(whole.sign(), (whole - common).sign()) for whole, common in sides]
    assert set(signs) == {(0, 0), (1, 0)}
