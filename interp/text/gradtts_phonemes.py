"""What Grad-TTS's own front end reads, told as phonemes and words for reports and splits."""

from __future__ import annotations

from collections.abc import Sequence

from interp.text.frontend import Phonemes, Word
from interp.text.gradtts_frontend import gradtts_ids, gradtts_symbols, gradtts_words
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
    symbols = tuple(symbol.removeprefix("@") for symbol in gradtts_symbols(text, lexicon))
    words = [
        (Word(word.strip(_MARKS), symbols[start:end]), (start, end))
        for word, (start, end) in zip(gradtts_words(text), _spans(symbols), strict=True)
        if any(symbol[0].isalpha() for symbol in symbols[start:end])
    ]
    spoken, spans = tuple(word for word, _ in words), tuple(span for _, span in words)
    return Phonemes(symbols, gradtts_ids(text, lexicon), spoken, spans, ())


def voiced_symbols(symbols: Sequence[str]) -> tuple[str, ...]:
    """Symbols with every spelled letter that mostly has voice replaced by a voiced phone."""
    return tuple("AH0" if symbol in VOICED_LETTERS else symbol for symbol in symbols)


def _spans(symbols: Sequence[str]) -> list[tuple[int, int]]:
    """First index and one past the last of what stands between spaces."""
    spaces = [i for i, symbol in enumerate(symbols) if symbol == " "]
    return list(zip([0, *(i + 1 for i in spaces)], [*spaces, len(symbols)], strict=True))
