"""Marks over seeds: the interval of the sign test, circles where there are too few seeds."""

import numpy as np

from infoloop.reporting.figures import Line, Whiskers
from infoloop.studies.marks_over_seeds import seed_marks


def test_whiskers_reach_from_the_6th_to_the_15th_of_20_seeds():
    (mark,) = seed_marks([np.random.default_rng(0).permutation(np.arange(20.0) ** 2)])
    assert isinstance(mark, Whiskers)
    assert [np.asarray(x).tolist() for x in mark[1:4]] == [[90.5], [25.0], [196.0]]


def test_groups_without_an_interval_are_circles_and_those_without_a_value_are_left_out():
    many, few, none = np.arange(20.0), np.arange(3.0), np.full(20, np.nan)
    whiskers, circles = marks = seed_marks([many, few, none], "here", 2, 0.5)
    assert isinstance(whiskers, Whiskers)
    assert isinstance(circles, Line)
    assert [np.asarray(mark.x).tolist() for mark in marks] == [[0.5], [1.5]]
    assert np.asarray(circles.y).tolist() == [1.0]
    assert (whiskers.label, circles.label, circles.style) == ("here", "", "points")
    assert seed_marks([none]) == ()
    assert seed_marks([few], "here")[0].label == "here"
