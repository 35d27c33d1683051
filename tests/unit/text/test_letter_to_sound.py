import pytest

from interp.text.letter_to_sound import pronounce
from interp.text.lexicon import Lexicon
from interp.text.spelling_rules import spell_out

LEXICON = Lexicon(
    {
        **{"cat": "K AE1 T", "dog": "D AO1 G", "box": "B AA1 K S", "hope": "HH OW1 P", "stop": "S T AA1 P"},
        **{
            "cry": "K R AY1",
            "want": "W AA1 N T",
            "night": "N AY1 T",
            "glow": "G L OW1",
            "quench": "K W EH1 N CH",
        },
        **{"well": "W EH1 L", "sir": "S ER1", "don't": "D OW1 N T", "it": "IH1 T", "us.": "AH1 S"},
        **{"able-bodied": "EY1 B AH0 L B AA1 D IY0 D", "happy": "HH AE1 P IY0", "u.s.": "Y UW2 EH1 S"},
    }
)


def phones(token, **options):
    return [" ".join(part.phones) for part in pronounce(token, LEXICON, **options)]


@pytest.mark.parametrize(
    ("token", "expected"),
    [
        ("Cat", "K AE1 T"),
        ("'cat'", "K AE1 T"),
        ("don't", "D OW1 N T"),
        ("cat's", "K AE1 T S"),
        ("dog's", "D AO1 G Z"),
        ("dogs'", "D AO1 G Z"),
        ("box's", "B AA1 K S IH0 Z"),
        ("boxes", "B AA1 K S IH0 Z"),
        ("cries", "K R AY1 Z"),
        ("hoped", "HH OW1 P T"),
        ("hoping", "HH OW1 P IH0 NG"),
        ("stopped", "S T AA1 P T"),
        ("stopping", "S T AA1 P IH0 NG"),
        ("wanted", "W AA1 N T IH0 D"),
        ("cried", "K R AY1 D"),
        ("happiness", "HH AE1 P IY0 N AH0 S"),
        ("unquenchable", "AH0 N K W EH1 N CH AH0 B AH0 L"),
        ("nightglow", "N AY1 T G L OW2"),
        ("nightglow's", "N AY1 T G L OW2 Z"),
    ],
)
def test_parts(token, expected):
    assert phones(token) == [expected]


def test_known_word_gives_no_warning_and_a_guess_names_the_word():
    assert pronounce("cat", LEXICON)[0].warning == ""
    warning = pronounce("nightglow", LEXICON)[0].warning
    assert "nightglow" in warning
    assert '"night" and "glow"' in warning


def test_hyphens_part_words_that_the_dictionary_has_not_as_one():
    assert [part.text for part in pronounce("well-cat", LEXICON)] == ["well", "cat"]
    assert [part.text for part in pronounce("able-bodied", LEXICON)] == ["able-bodied"]


def test_capitals_are_an_acronym_unless_all_around_is_capitals():
    assert phones("HTML") == ["EY2 CH T IY2 EH2 M EH1 L"]
    assert phones("FLOB", shouted=True) == [" ".join(spell_out("flob"))]
    assert phones("IT") == ["IH1 T"]


def test_letters_with_dots_are_named():
    assert phones("U.S") == ["Y UW2 EH1 S"]
    assert phones("X.Y") == ["EH2 K S W AY1"]


def test_a_word_without_a_vowel_is_named_in_letters():
    assert phones("pxst") == ["P IY2 EH2 K S EH2 S T IY1"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("blick", "B L IH K"),
        ("snode", "S N OW D"),
        ("phrain", "F R EY N"),
        ("thribbing", "TH R IH B IH NG"),
        ("knotch", "N AA CH"),
        ("wrift", "R IH F T"),
        ("blation", "B L EY SH AH N"),
        ("smurgle", "S M ER G AH L"),
        ("cheem", "CH IY M"),
        ("fludge", "F L AH JH"),
        ("quoy", "K W OY"),
        ("frought", "F R AO T"),
    ],
)
def test_spelling_rules(word, expected):
    assert [phone.rstrip("012") for phone in spell_out(word)] == expected.split()
