import pytest

from masks.shown import shown


def test_small_values_are_quoted_as_they_are():
    for value in (0.5, "x", [1, 2], {"a": None}, True):
        assert shown(value) == repr(value)


@pytest.mark.parametrize("kind", [str, list, dict])
def test_large_values_are_cut(kind):
    values = {str: "x" * 100_000, list: [0] * 100_000, dict: {str(i): i for i in range(1000)}}
    assert len(shown(values[kind])) < 300


@pytest.mark.parametrize("digits", [400, 4000, 5000])
def test_large_numbers_are_cut(digits):
    assert len(shown(10**digits)) < 300


def test_lists_of_lists_of_the_same_list_are_not_written_out():
    value = ["x"]
    for _ in range(40):
        value = [value] * 10
    assert len(shown(value)) < 10_000
