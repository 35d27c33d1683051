from __future__ import annotations

from interp.experiment.kept import Kept


def squares(asked):
    def make(positions):
        asked.append(list(positions))
        return [10 * i for i in positions]

    return make


def test_only_what_is_missing_is_made():
    kept, asked = Kept(10), []
    assert kept.values("ab", squares(asked)) == [0, 10]
    assert kept.values("bca", squares(asked)) == [10, 10, 0]
    assert kept.values("abc", squares(asked)) == [0, 10, 10]
    assert asked == [[0, 1], [1]]


def test_a_key_that_comes_twice_is_made_once():
    kept, asked = Kept(10), []
    assert kept.values("abab", squares(asked)) == [0, 10, 0, 10]
    assert asked == [[0, 1]]


def test_the_latest_stay_and_all_that_are_asked_for_come():
    kept, asked = Kept(2), []
    assert kept.values("abc", squares(asked)) == [0, 10, 20]
    kept.values("bc", squares(asked))
    assert asked == [[0, 1, 2]]
    kept.values("a", squares(asked))
    kept.values("cb", squares(asked))
    assert asked == [[0, 1, 2], [0], [1]]
