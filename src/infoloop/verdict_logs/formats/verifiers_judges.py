"""Which functions of a verifiers environment judge whether an answer is right, and which its form, or count.

A rubric has functions with weights and metrics of weight 0, and all stand side by side in the file. Those judge that
give 0 and 1 alone and whose names speak of being right; without such a name, those that have a weight in the reward and
do not speak of the form. Where the weights are not in the file, they are those of the one weighted sum that gives the
rewards of its rows, if there is one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from infoloop.verdict_logs.formats.column_values import zero_one_verdicts

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")  # of a name like math_verify, ExactMatch or XMLFormat
_RIGHT = ("acc", "correct", "exact", "match", "equal", "solv", "resolv", "pass", "succe", "right", "verif", "judge")
_FORM = ("format", "box", "tag", "xml", "json", "pars", "styl", "len", "turn", "tool", "token", "time", "num", "has")


def judging_scores(scores: Mapping[str, np.ndarray], weights: Mapping[str, float]) -> dict[str, np.ndarray]:
    """Return the verdicts of the functions that judge, by name; nothing where none does.

    Args:
        scores: What each function gave, by its name; NaN for none.
        weights: In the reward; a function without one, and one of NaN, may have any.

    >>> flags = np.array([0.0, 1.0])
    >>> list(judging_scores({"has_box": flags, "exact": flags, "num_turns": flags}, {}))
    ['exact']
    >>> list(judging_scores({"used_hint": flags, "works": flags, "tidy": flags / 2}, {"used_hint": 0.0}))
    ['works']
    """
    found = zero_one_verdicts(scores)
    named = [name for name in found if speaks_of_right(name)]
    weighted = [name for name in found if weights.get(name, np.nan) != 0 and not _has_word(name, _FORM)]
    return {name: found[name] for name in named or weighted}


def speaks_of_right(name: str) -> bool:
    """Return whether the name of a function speaks of being right, and not of the form.

    >>> [speaks_of_right(name) for name in ("correct_answer", "math_verify", "incorrect", "correct_format", "works")]
    [True, True, False, False, False]
    """
    return _has_word(name, _RIGHT) and not _has_word(name, _FORM)


def caution(names: Sequence[str]) -> str:
    """Return what to say of the verifiers of a log; nothing where their names speak of being right.

    Args:
        names: Of the verifiers.

    >>> caution(["correct_answer"]), caution(["works"])
    ('', 'verifiers: no name of a function speaks of being right: see --columns pass=NAME')
    """
    if not names or names[0] == "reward" or speaks_of_right(names[0]):
        return ""
    return "verifiers: no name of a function speaks of being right: see --columns pass=NAME"


def weights_of_functions(scores: Mapping[str, np.ndarray], reward: np.ndarray) -> dict[str, float]:
    """Return the weight of each function in the rewards; NaN where rows do not tell, or are no weighted sum.

    Args:
        scores: What each function gave, by its name; NaN for none.
        reward: Of each row.

    >>> flags = np.array([0.0, 1.0, 1.0])
    >>> weights_of_functions({"a": flags, "b": np.array([1.0, 0.0, 1.0])}, 2 * flags)
    {'a': 2.0, 'b': 0.0}
    """
    unknown = dict.fromkeys(scores, np.nan)
    columns = np.array(list(scores.values())).T if scores else np.zeros((len(reward), 0))
    known = ~np.isnan(columns).any(axis=1) & np.isfinite(reward)
    if known.sum() < columns.shape[1] or not columns.size:
        return unknown
    columns, reward = columns[known], reward[known]
    weights, _, rank, _ = np.linalg.lstsq(columns, reward)
    largest = np.abs(columns).max(axis=0)
    rounding = np.finfo(np.float32).eps * (np.abs(reward).max() + np.abs(weights) @ largest)  # trainers have float32
    if rank < columns.shape[1] or np.abs(columns @ weights - reward).max() > rounding:
        return unknown
    return {
        name: float(weight) if abs(weight) * most > rounding else 0.0
        for name, weight, most in zip(scores, weights, largest, strict=True)
    }


def _has_word(name: str, starts: tuple[str, ...]) -> bool:
    return any(word.lower().startswith(starts) for word in _WORD.findall(name))
