import pytest

from interp.text.numbers import LONGEST_CARDINAL, cardinal, decade, digits, integer, ordinal, year

num2words = pytest.importorskip(
    "num2words", reason="num2words, the independent reader of numbers, is absent"
).num2words

SAMPLE = [*range(0, 1300), 10**4, 10**5 + 1, 123_456_789, 10**6, 10**9 + 17, 10**LONGEST_CARDINAL - 1]


def american(words):
    return words.replace(",", "").replace(" and ", " ")


def test_cardinals_equal_num2words():
    assert [cardinal(n) for n in SAMPLE] == [american(num2words(n)) for n in SAMPLE]


def test_ordinals_equal_num2words():
    assert [ordinal(n) for n in SAMPLE] == [american(num2words(n, to="ordinal")) for n in SAMPLE]


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (1066, "ten sixty-six"),
        (1905, "nineteen oh five"),
        (1909, "nineteen oh nine"),
        (1900, "nineteen hundred"),
        (2000, "two thousand"),
        (2007, "two thousand seven"),
        (2100, "twenty-one hundred"),
    ],
)
def test_year(number, said):
    assert year(number) == said


def test_decade_is_plural():
    assert [decade(1980), decade(1900), decade(60)] == ["nineteen eighties", "nineteen hundreds", "sixties"]


def test_leading_zero_and_great_length_are_read_digit_by_digit():
    assert integer("05") == "zero five"
    assert integer("9" * 16) == digits("9" * 16)
    assert integer("0") == "zero"
