import pytest

from interp.text.frontend import Phonemes, Word
from interp.text.gradtts_frontend import GRADTTS_BLANK_ID
from interp.text.gradtts_numbers import expand_numbers
from interp.text.gradtts_phonemes import gradtts_phonemes
from interp.text.lexicon import Lexicon
from masks.errors import InterpError

LEXICON = Lexicon({"go": "G OW1", "mister": "M IH1 S T ER0"})


def test_punctuation_on_a_word_makes_it_spelled():
    assert gradtts_phonemes("Go go.", LEXICON).symbols == ("G", "OW1", " ", "g", "o", ".")


def test_abbreviation_is_expanded_before_the_dictionary():
    assert gradtts_phonemes("Mr.", LEXICON).symbols == ("M", "IH1", "S", "T", "ER0")


def test_it_has_the_shape_of_the_other_front_end():
    read = gradtts_phonemes("- Go, go", LEXICON)
    assert isinstance(read, Phonemes)
    assert read.symbols == ("-", " ", "g", "o", ",", " ", "G", "OW1")
    assert read.words == (Word("go", ("g", "o", ",")), Word("go", ("G", "OW1")))
    assert read.word_spans == ((2, 5), (6, 8))
    assert len(read.ids) == 2 * len(read.symbols) + 1
    assert set(read.ids[::2]) == {GRADTTS_BLANK_ID}


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
        gradtts_phonemes("你好!")
