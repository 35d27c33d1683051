"""Grad-TTS's own English front end, faults included: its published checkpoints were trained on them.

Source of the facts: huawei-noah/Speech-Backbones, Grad-TTS/text, itself after keithito/tacotron.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from interp.text.fold import fold
from interp.text.gradtts_numbers import expand_numbers
from interp.text.lexicon import Lexicon, Pronunciation, cmudict_lexicon
from interp.text.symbols import CONSONANTS, VOWELS
from masks.errors import InterpError

_PHONES = sorted([*CONSONANTS, *(vowel + stress for vowel in VOWELS for stress in ("", "0", "1", "2"))])
_UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
GRADTTS_SYMBOLS = ("_", "-", *"!'(),.:;? ", *_UPPER, *_UPPER.lower(), *(f"@{phone}" for phone in _PHONES))
GRADTTS_BLANK_ID = len(GRADTTS_SYMBOLS)

_ID_OF = {symbol: index for index, symbol in enumerate(GRADTTS_SYMBOLS) if symbol != "_"}
_ABBREVIATIONS = {
    **{"mrs": "misess", "mr": "mister", "dr": "doctor", "st": "saint", "co": "company", "jr": "junior"},
    **{"maj": "major", "gen": "general", "drs": "doctors", "rev": "reverend", "lt": "lieutenant"},
    **{"hon": "honorable", "sgt": "sergeant", "capt": "captain", "esq": "esquire", "ltd": "limited"},
    **{"col": "colonel", "ft": "fort"},
}
# Where the dictionary of that time differs from today's CMUdict.
_VARIANTS_IN_TRAINING: dict[str, tuple[Pronunciation, ...]] = {"a": (("EY1",),), "etc.": ()}
_ABBREVIATION = re.compile(rf"\b({'|'.join(_ABBREVIATIONS)})\.", re.IGNORECASE)


def read_gradtts(text: str, lexicon: Lexicon | None = None) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """What stands between the spaces of a cleaned text, as it is looked up, and its symbols; some empty.

    A word with a punctuation mark on it is not found in the dictionary, because words are cut at spaces
    alone: it is spelled in letters. Markup in braces is not read.

    Parameters
    ----------
    text : any Unicode text
    lexicon : dictionary to look words up in; CMUdict where none is given

    Raises
    ------
    InterpError
        Nothing in the text has a symbol.
    """
    known = lexicon if lexicon is not None else cmudict_lexicon()
    read = tuple((word, _symbols_of(word, known)) for word in _clean(text).split(" "))
    if not any(symbol.isalpha() or symbol.startswith("@") for _, symbols in read for symbol in symbols):
        raise InterpError(
            f"text: found no word to speak in {text[:40]!r}; give at least one word in English letters"
        )
    return read


def gradtts_ids(symbols: Iterable[str]) -> tuple[int, ...]:
    """Ids of symbols with the blank between and around them, as a published Grad-TTS checkpoint expects."""
    ids = [GRADTTS_BLANK_ID]
    for symbol in symbols:
        ids += (_ID_OF[symbol], GRADTTS_BLANK_ID)
    return tuple(ids)


def _symbols_of(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    variants = _VARIANTS_IN_TRAINING.get(word, lexicon.variants(word))
    return tuple(f"@{phone}" for phone in variants[0]) if variants else tuple(c for c in word if c in _ID_OF)


def _clean(text: str) -> str:
    """ASCII, lower case, numbers and abbreviations in words, runs of white space as one space."""
    lower = fold(text).text.lower()
    expanded = _ABBREVIATION.sub(lambda m: _ABBREVIATIONS[m[1]], expand_numbers(lower))
    return re.sub(r"\s+", " ", expanded)
