import re

from hypothesis import given
from hypothesis import strategies as st

from interp.text.frontend import phonemize, split_sentences
from interp.text.gradtts_frontend import GRADTTS_BLANK_ID
from interp.text.gradtts_phonemes import gradtts_phonemes
from interp.text.letter_to_sound import pronounce
from interp.text.lexicon import Lexicon, cmudict_lexicon
from interp.text.normalize import normalize
from interp.text.spelling_rules import spell_out
from interp.text.symbols import BLANK_ID, PHONES, SYMBOLS, is_vowel
from masks.errors import InterpError

FRAGMENTS = (
    *(
        "Mr.",
        "Dr.",
        "St.",
        "U.S.",
        "e.g.",
        "a.m.",
        "p.m.",
        "etc.",
        "No.",
        "Jan.",
        "the",
        "boy's",
        "HTML",
        "US",
    ),
    *(
        "xyz",
        "Well",
        "it",
        "A",
        "I",
        "é",
        "½",
        "你",
        "k",
        "km",
        "$",
        "£",
        "¢",
        "%",
        "°",
        "12",
        "1984",
        "3.50",
    ),
    *("1,000", ":30", "/4", "-5", "th", "st", "'s", "'", "-", "--", "...", "!", "?", ",", ";", "(", ")", '"'),
    *("&", "@", "#", " ", "  ", "\n", "\x00", "\u200b"),
)
PIECES = st.sampled_from(FRAGMENTS)
SENTENCES = st.lists(PIECES, max_size=15).map(" ".join)
HOSTILE = st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=15).map("".join), SENTENCES)
WORDS = st.lists(st.from_regex(r"[a-z]{1,12}[.,!?;:]?", fullmatch=True), min_size=1, max_size=80)


def read_or_refuse(reader, text):
    """What the reader returns, or its error."""
    try:
        return reader(text)
    except InterpError as error:
        return error


@given(HOSTILE)
def test_normal_text_keeps_to_its_alphabet(text):
    assert re.fullmatch(r"[A-Za-z'.,!?;: -]*", normalize(text))


@given(SENTENCES)
def test_normal_text_is_a_fixed_point(text):
    assert normalize(normalize(text)) == normalize(text)


@given(HOSTILE)
def test_any_text_is_read_or_refused(text):
    read = read_or_refuse(phonemize, text)
    if isinstance(read, InterpError):
        assert "\n" not in str(read)
        assert not any(c.isascii() and c.isalnum() for c in text)
        return
    n = len(read.symbols)
    assert len(read.ids) == 2 * n + 1
    assert set(read.ids[::2]) == {BLANK_ID}
    assert tuple(SYMBOLS[i] for i in read.ids[1::2]) == read.symbols
    assert len(read.words) == len(read.word_spans) > 0
    for word, (start, end) in zip(read.words, read.word_spans, strict=True):
        assert read.symbols[start:end] == word.phones
        assert any(is_vowel(phone) for phone in word.phones)


@given(HOSTILE)
def test_grad_tts_reads_or_refuses_any_text(text):
    read = read_or_refuse(gradtts_phonemes, text)
    if not isinstance(read, InterpError):
        assert set(read.ids[::2]) == {GRADTTS_BLANK_ID}
        assert all(0 < i < GRADTTS_BLANK_ID for i in read.ids[1::2])
        assert len(read.ids) == 2 * len(read.symbols) + 1
        for word, (start, end) in zip(read.words, read.word_spans, strict=True):
            assert read.symbols[start:end] == word.phones


@given(HOSTILE, st.integers(20, 60))
def test_pieces_are_speakable_and_short(text, max_chars):
    pieces = read_or_refuse(lambda t: split_sentences(t, max_chars), text)
    for piece in [] if isinstance(pieces, InterpError) else pieces:
        assert len(piece) <= max_chars
        assert phonemize(piece).words


@given(WORDS, st.integers(20, 60))
def test_splitting_loses_no_word(words, max_chars):
    pieces = split_sentences(" ".join(words), max_chars)
    assert " ".join(pieces).split() == words


@given(st.from_regex(r"[a-z]{1,60}", fullmatch=True))
def test_spelling_rules_give_phones_for_any_letters(word):
    assert set(spell_out(word)) <= set(PHONES)


@given(st.from_regex(r"[a-zA-Z']*[a-zA-Z][a-zA-Z']*(-[a-zA-Z]+)?", fullmatch=True))
def test_any_word_is_pronounced_and_a_guess_is_told(token):
    empty = Lexicon({})
    parts = pronounce(token, empty)
    assert parts
    assert all(part.phones and part.warning for part in parts)


@given(st.sampled_from(["record", "tomato", "the", "read", "minnesota"]), st.data())
def test_stress_is_put_back(word, data):
    lexicon = cmudict_lexicon()
    variant = data.draw(st.sampled_from(lexicon.variants(word)))
    bare = tuple(phone.rstrip("012") for phone in variant)
    stressed = lexicon.with_stress(word, bare)
    assert tuple(phone.rstrip("012") for phone in stressed) == bare
    assert stressed in lexicon.variants(word)
