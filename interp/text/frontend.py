"""From text to symbols and ids of the default model, word by word, with a warning for every guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from interp.text.fold import fold
from interp.text.letter_to_sound import pronounce
from interp.text.lexicon import Lexicon, cmudict_lexicon
from interp.text.normalize import normalize_folded
from interp.text.symbols import BLANK_ID, ID_OF, PUNCTUATION, SPACE
from masks.errors import InterpError

_TOKEN = re.compile(r"[A-Za-z](?:\.[A-Za-z])+(?![A-Za-z])|[A-Za-z']+(?:-[A-Za-z']+)*|[-.,!?;:]")
# What a run of punctuation is read as: its strongest mark.
_STRENGTH = {mark: rank for rank, mark in enumerate("-,:;.!?")}
_SHOWN_CHARACTERS = 40


@dataclass(frozen=True)
class Word:
    """A spoken word in lower case and its ARPAbet phones with stress, in the order spoken."""

    text: str
    phones: tuple[str, ...]


@dataclass(frozen=True)
class Phonemes:
    """A sentence as the model reads it.

    Parameters
    ----------
    symbols : phones, one space between words, and punctuation directly after the word before it; no blanks
    ids : 2N + 1 ids for N symbols, the blank between and around them
    words : in the order spoken
    word_spans : for every word its first index in ``symbols`` and one past its last
    warnings : one line for every guess: words that the dictionary lacks, characters that are not spoken
    """

    symbols: tuple[str, ...]
    ids: tuple[int, ...]
    words: tuple[Word, ...]
    word_spans: tuple[tuple[int, int], ...]
    warnings: tuple[str, ...]


def phonemize(text: str, lexicon: Lexicon | None = None) -> Phonemes:
    """Read English text out as phones.

    Parameters
    ----------
    text : any Unicode text
    lexicon : dictionary to look words up in; CMUdict where none is given

    Raises
    ------
    InterpError
        The text is empty or holds no word that can be spoken.
    """
    folded = fold(text)
    tokens = _tokens(normalize_folded(folded.text))
    if all(token in PUNCTUATION for token in tokens):
        raise InterpError(_nothing_to_say(text))
    warnings = [_dropped_warning(folded.dropped)] if folded.dropped else []
    return _assemble(tokens, lexicon or cmudict_lexicon(), warnings)


def encode(symbols: Iterable[str]) -> tuple[int, ...]:
    """Ids of symbols with the blank between and around them: 2N + 1 ids for N symbols."""
    ids = [BLANK_ID]
    for symbol in symbols:
        ids += (ID_OF[symbol], BLANK_ID)
    return tuple(ids)


def is_speakable(text: str) -> bool:
    """Whether ``phonemize`` finds a word in the text."""
    return any(token not in PUNCTUATION for token in _tokens(normalize_folded(fold(text).text)))


def _tokens(normal: str) -> list[str]:
    """Words and single punctuation marks of normal text; a word has at least one letter."""
    tokens: list[str] = []
    for token in _TOKEN.findall(normal):
        if token in PUNCTUATION:
            _add_mark(tokens, token)
        elif token.strip("'-"):
            tokens.append(token)
    return tokens


def _add_mark(tokens: list[str], mark: str) -> None:
    if not tokens:
        return
    if tokens[-1] not in PUNCTUATION:
        tokens.append(mark)
    elif _STRENGTH[mark] > _STRENGTH[tokens[-1]]:
        tokens[-1] = mark


def _assemble(tokens: Sequence[str], lexicon: Lexicon, warnings: list[str]) -> Phonemes:
    shouted = not any(c.islower() for token in tokens for c in token)
    symbols: list[str] = []
    words: list[Word] = []
    spans: list[tuple[int, int]] = []
    for token in tokens:
        if token in PUNCTUATION:
            symbols.append(token)
            continue
        for spoken in pronounce(token, lexicon, shouted=shouted):
            symbols += [SPACE] if symbols else []
            spans.append((len(symbols), len(symbols) + len(spoken.phones)))
            symbols += spoken.phones
            words.append(Word(spoken.text, spoken.phones))
            warnings += [spoken.warning] if spoken.warning else []
    unique = tuple(dict.fromkeys(warnings))
    return Phonemes(tuple(symbols), encode(symbols), tuple(words), tuple(spans), unique)


def _dropped_warning(dropped: Sequence[str]) -> str:
    shown = "".join(dropped[:_SHOWN_CHARACTERS])
    return f"not spoken, because English has no reading for them: {shown!r}"


def _nothing_to_say(text: str) -> str:
    remedy = "give at least one word in English letters or a number"
    if not text.strip():
        return f"text: it is empty; {remedy}"
    shown = text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "..."
    return f"text: found no word to speak in {shown!r}; {remedy}"
