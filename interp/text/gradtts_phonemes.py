"""What Grad-TTS's own front end reads, in the shape of the default one: symbols, ids, words, their places."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from interp.text.frontend import Phonemes, Word
from interp.text.gradtts_frontend import gradtts_ids, read_gradtts
from interp.text.lexicon import Lexicon

VOICED_LETTERS = frozenset("abdegijlmnoruvwyz")
_MARKS = "!'(),.:;?-"


def gradtts_phonemes(text: str, lexicon: Lexicon | None = None) -> Phonemes:
    """A sentence as a published Grad-TTS checkpoint reads it.

    Its symbols are ARPAbet phones, lower-case letters of words that are spelled, punctuation and spaces;
    words carry no punctuation and are what can be split at.

    Parameters
    ----------
    text : any Unicode text
    lexicon : dictionary to look words up in; CMUdict where none is given

    Raises
    ------
    InterpError
        Nothing in the text has a symbol.
    """
    read = read_gradtts(text, lexicon)
    marked = tuple(symbol for _, symbols in read for symbol in (*symbols, " "))[:-1]
    symbols = tuple(symbol.removeprefix("@") for symbol in marked)
    ends = list(accumulate(len(of_word) + 1 for _, of_word in read))
    spans = [(end - 1 - len(of_word), end - 1) for end, (_, of_word) in zip(ends, read, strict=True)]
    words = [
        (Word(word.strip(_MARKS), symbols[start:end]), (start, end))
        for (word, _), (start, end) in zip(read, spans, strict=True)
        if any(symbol[0].isalpha() for symbol in symbols[start:end])
    ]
    spoken, word_spans = tuple(word for word, _ in words), tuple(span for _, span in words)
    return Phonemes(symbols, gradtts_ids(marked), spoken, word_spans, ())


def voiced_symbols(symbols: Sequence[str]) -> tuple[str, ...]:
    """Symbols with every spelled letter that mostly has voice replaced by a voiced phone."""
    return tuple("AH0" if symbol in VOICED_LETTERS else symbol for symbol in symbols)
