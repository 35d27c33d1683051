import pytest

from interp.text.frontend import encode, phonemize, split_sentences
from interp.text.letter_to_sound import LETTER_NAMES
from interp.text.lexicon import cmudict_lexicon
from interp.text.symbols import BLANK_ID, ID_OF, PAD, SYMBOLS
from masks.errors import InterpError


def test_symbol_table_is_frozen():
    assert (ID_OF[PAD], BLANK_ID, len(SYMBOLS), len(set(SYMBOLS))) == (0, 1, 79, 79)
    assert [ID_OF[s] for s in (" ", ".", "-", "AA0", "UW2", "B", "ZH")] == [2, 3, 9, 10, 54, 55, 78]


def test_words_spans_and_ids():
    read = phonemize("The boy, there!")
    assert [word.text for word in read.words] == ["the", "boy", "there"]
    assert read.symbols == ("DH", "AH0", " ", "B", "OY1", ",", " ", "DH", "EH1", "R", "!")
    assert read.word_spans == ((0, 2), (3, 5), (7, 10))
    assert read.ids == encode(read.symbols)
    assert read.warnings == ()


def test_encode_puts_the_blank_between_and_around():
    assert encode(("B", ".")) == (BLANK_ID, ID_OF["B"], BLANK_ID, ID_OF["."], BLANK_ID)


def test_the_before_a_vowel_unless_parted():
    assert phonemize("the owl").words[0].phones == ("DH", "IY0")
    assert phonemize("the, owl").words[0].phones == ("DH", "AH0")


def test_a_run_of_marks_is_its_strongest_and_none_comes_first():
    assert phonemize("... what?! yes").symbols[3:5] == ("?", " ")
    assert phonemize("... what").symbols == phonemize("what").symbols


def test_warnings_name_unknown_words_once_and_dropped_characters():
    warnings = phonemize("Zyxomma 你 zyxomma").warnings
    assert len(warnings) == 2
    assert "你" in warnings[0]
    assert "zyxomma" in warnings[1]


@pytest.mark.parametrize("text", ["", "  \n", "!!!", "你好", "\x00", "'", "--", "\ud800", "🎉"])
def test_nothing_to_speak_is_an_error_of_one_line(text):
    with pytest.raises(InterpError, match=r"English letters") as caught:
        phonemize(text)
    assert "\n" not in str(caught.value)
    with pytest.raises(InterpError):
        split_sentences(text)


def test_letter_names_are_the_dictionarys():
    lexicon = cmudict_lexicon()
    bare = {letter: [p.rstrip("012") for p in phones] for letter, phones in LETTER_NAMES.items()}
    for letter, phones in bare.items():
        variants = lexicon.variants(f"{letter}.")
        assert phones in [[p.rstrip("012") for p in variant] for variant in variants]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("One. Two? Three! Four", ["One.", "Two?", "Three!", "Four"]),
        ("Mr. Smith met J. R. Tolkien in the U.S. Army.", None),
        ("At 5 p.m. He left.", ["At 5 p.m.", "He left."]),
        ('He said "Go." Then he left.', ['He said "Go."', "Then he left."]),
        ("It cost $3.50 at 1.30 sharp.", None),
        ("cats, etc. and dogs", None),
        ("Yes... no. !!!", ["Yes... no. !!!"]),
        ("!!! Yes.", ["Yes."]),
    ],
)
def test_split_sentences(text, pieces):
    assert split_sentences(text) == (pieces or [text])


def test_long_sentence_is_cut_at_commas_then_spaces_then_inside_words():
    assert split_sentences("one two three, four five six seven", 24) == [
        "one two three,",
        "four five six seven",
    ]
    assert split_sentences("one two three four five six", 20) == ["one two three four", "five six"]
    assert split_sentences("a" * 45, 20) == ["a" * 20, "a" * 20, "a" * 5]


def test_max_chars_too_small_is_an_error():
    with pytest.raises(InterpError, match="max_chars: found 3"):
        split_sentences("hello", 3)
