"""Tags, phonemes in the text, and pronunciations of one's own."""

from __future__ import annotations

import pytest

from interp.text.frontend import phonemize
from interp.text.ipa import arpabet_of_ipa
from interp.text.lexicon import lexicon_with
from masks.errors import InterpError


def phones(text, lexicon=None):
    return [" ".join(word.phones) for word in phonemize(text, lexicon).words]


@pytest.fixture
def write(tmp_path):
    def call(text):
        (tmp_path / "mine.txt").write_text(text, encoding="utf-8")
        lexicon_with.cache_clear()
        return str(tmp_path / "mine.txt")

    return call


def test_phonemes_in_braces_are_a_word():
    assert phones("Say {HH AH0 L OW1} now.")[1] == "HH AH0 L OW1"
    assert phones("{HH AH L OW}") == ["HH AH1 L OW0"]


@pytest.mark.parametrize("text", ["a {word} here", "{x} y", "{ } b", "{HH XX} c"])
def test_other_braces_are_read_as_before(text):
    assert all(p for p in phones(text))


def test_ssml_is_honoured():
    read = phonemize(
        '<speak>A <phoneme alphabet="ipa" ph="t\u0259\u02c8me\u026ato\u028a">x</phoneme>.</speak>'
    )
    assert read.words[1].phones == ("T", "AH0", "M", "EY1", "T", "OW0")
    assert phones("<emphasis>the</emphasis> end")[0] in ("DH AH1", "DH IY1")
    assert "," in phonemize('one <break time="200ms"/> two').symbols
    assert "." in phonemize('one <break time="2s"/> two').symbols
    assert not read.warnings


def test_other_tags_are_left_out_with_one_note():
    (note,) = phonemize("<blink>Hello</blink> [laugh] <blink>you</blink>").warnings
    assert note == "left out, not spoken: [laugh], <blink>"


def test_a_phoneme_that_cannot_be_read_is_noted_and_the_word_is_spoken():
    read = phonemize('<phoneme alphabet="x-sampa" ph="h">hello</phoneme>')
    assert read.words[0].text == "hello"
    assert "x-sampa" in read.warnings[0]


def test_ipa():
    assert " ".join(arpabet_of_ipa("/h\u0259\u02c8lo\u028a/")) == "HH AH0 L OW1"
    assert " ".join(arpabet_of_ipa("\u02c8t\u0283\u025d\u02cct\u0283")) == "CH ER1 CH"
    with pytest.raises(InterpError, match="is no IPA sign"):
        arpabet_of_ipa("\u0127")


def test_words_of_ones_own_stand_over_dictionary_and_context(write):
    mine = lexicon_with(write("# mine\nread\tR EH1 D\nZorblax\tz\u0254\u02c8bl\u00e6ks\n\n"))
    assert phones("I will read Zorblax.", mine)[2:] == ["R EH1 D", "Z AO0 B L AE1 K S"]
    assert not phonemize("Zorblax.", mine).warnings
    assert phones("Hello.", mine) == phones("Hello.")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("word only", r"mine.txt:1: 'word only' is no entry"),
        ("a\tAH0\nb\t\u0127", r"mine.txt:2: .*no IPA sign"),
        ("a\tAH0\na\tEY1", r"mine.txt:2: 'a' stands there twice"),
        ("two words\tAH0", r"mine.txt:1: .*no entry"),
    ],
)
def test_a_line_that_will_not_do_is_named(write, text, says):
    with pytest.raises(InterpError, match=says):
        lexicon_with(write(text))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InterpError, match=r"none\.txt: cannot be read"):
        lexicon_with(str(tmp_path / "none.txt"))


@pytest.mark.parametrize(
    ("text", "index", "wanted"),
    [
        ("I will read it tomorrow.", 2, "R IY1 D"),
        ("She has read it.", 2, "R EH1 D"),
        ("They use it daily.", 1, "Y UW1 Z"),
        ("It is of no use.", 4, "Y UW1 S"),
        ("The wind blew hard.", 1, "W IH1 N D"),
        ("They live in town.", 1, "L IH1 V"),
        ("We record it.", 1, "R AH0 K AO1 R D"),
        ("It was a record year.", 3, "R EH1 K ER0 D"),
    ],
)
def test_heteronyms_are_read_by_what_stands_around(text, index, wanted):
    assert phones(text)[index] == wanted


@pytest.mark.parametrize(("word", "wanted"), [("Noooo", "N OW1"), ("AAAAAH", "AA1"), ("psst", "P S IH1 S T")])
def test_drawn_out_words(word, wanted):
    read = phonemize(f"{word}!")
    assert read.words[0].phones == tuple(wanted.split())
    assert "spoken as" in read.warnings[0]


def test_accents_that_make_another_word():
    assert phones("my r\u00e9sum\u00e9")[1] == phones("my re\u0301sume\u0301")[1] == "R EH1 Z AH0 M EY2"
    assert phones("to resume")[1] != "R EH1 Z AH0 M EY2"


def test_vowels_with_and_without_their_stress_may_stand_together(write):
    mine = lexicon_with(write("zorb\tZ AO L AH0 B OW\nzarb\tZ AA L AH1 B"))
    assert phones("Zorb zarb.", mine) == ["Z AO1 L AH0 B OW0", "Z AA0 L AH1 B"]


def test_a_mark_is_no_phoneme():
    read = phonemize('<phoneme alphabet="x-arpabet" ph=".">go</phoneme> on')
    assert read.words[0].phones == ("G", "OW1")
    assert "is not read" in read.warnings[0]


def test_an_element_that_is_empty_or_inside_another_is_passed_over():
    assert [w.text for w in phonemize('<sub alias="x"/>So <sub alias="we">I <b>am</b></sub> go').words] == [
        *("so", "we", "go")
    ]
