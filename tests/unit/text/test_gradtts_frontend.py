import pytest

from interp.text.gradtts_frontend import gradtts_ids, gradtts_symbols
from interp.text.gradtts_numbers import expand_numbers
from interp.text.lexicon import Lexicon
from masks.errors import InterpError

LEXICON = Lexicon({"go": "G OW1", "mister": "M IH1 S T ER0"})


def test_punctuation_on_a_word_makes_it_spelled():
    assert gradtts_symbols("Go go.", LEXICON) == ("@G", "@OW1", " ", "g", "o", ".")


def test_abbreviation_is_expanded_before_the_dictionary():
    assert gradtts_symbols("Mr.", LEXICON) == ("@M", "@IH1", "@S", "@T", "@ER0")


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1984", "nineteen eighty-four"),
        ("1905", "nineteen oh five"),
        ("2000", "two thousand"),
        ("2007", "two thousand seven"),
        ("3,001", "three thousand one"),
        ("3,010", "three thousand ten"),
        ("12,345", "twelve thousand, three hundred forty-five"),
        ("$3.50", "three dollars, fifty cents"),
        ("$1", "one dollar"),
        ("$0", "zero dollars"),
        ("£5", "five pounds"),
        ("3.14", "three point fourteen"),
        ("101st", "one hundred and first"),
        ("200th", "two hundredth"),
        ("231088th", "two hundred and thirty-one thousand and eighty-eighth"),
    ],
)
def test_numbers_as_the_published_front_end_says_them(written, said):
    assert expand_numbers(written) == said


def test_nothing_to_speak_is_an_error():
    with pytest.raises(InterpError, match="found no word"):
        gradtts_ids("你好!")
