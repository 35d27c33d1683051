"""From text to symbols and ids of the default model, word by word, with a warning for every guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from interp.text.letter_to_sound import Spoken, pronounce
from interp.text.lexicon import Lexicon, cmudict_lexicon
from interp.text.sentences import split_sentences
from interp.text.symbols import BLANK_ID, ID_OF, PUNCTUATION, SPACE, is_vowel
from interp.text.tokens import read_tokens

__all__ = ["Phonemes", "Word", "encode", "phonemize", "split_sentences"]

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
    read = read_tokens(text)
    spoken = _speak(read.tokens, lexicon if lexicon is not None else cmudict_lexicon())
    warnings = [_dropped_warning(read.dropped)] if read.dropped else []
    warnings += [part.warning for part in spoken if isinstance(part, Spoken) and part.warning]
    return _assemble(_link_articles(spoken), tuple(dict.fromkeys(warnings)))


def encode(symbols: Iterable[str]) -> tuple[int, ...]:
    """Ids of symbols with the blank between and around them: 2N + 1 ids for N symbols."""
    ids = [BLANK_ID]
    for symbol in symbols:
        ids += (ID_OF[symbol], BLANK_ID)
    return tuple(ids)


def _speak(tokens: Sequence[str], lexicon: Lexicon) -> list[Spoken | str]:
    """Words with their phones, punctuation marks as they are."""
    shouted = not any(c.islower() for token in tokens for c in token)
    known: dict[str, list[Spoken]] = {}
    spoken: list[Spoken | str] = []
    for token in tokens:
        if token in PUNCTUATION:
            spoken.append(token)
            continue
        if token not in known:
            known[token] = pronounce(token, lexicon, shouted=shouted)
        spoken += known[token]
    return spoken


def _link_articles(spoken: list[Spoken | str]) -> list[Spoken | str]:
    """``the`` is DH IY0 before a vowel, where nothing parts the two words."""
    linked = list(spoken)
    for index, (part, following) in enumerate(pairwise(spoken)):
        if isinstance(part, str) or isinstance(following, str) or part.text != "the":
            continue
        if is_vowel(following.phones[0]):
            linked[index] = Spoken(part.text, ("DH", "IY0"), part.warning)
    return linked


def _assemble(spoken: Sequence[Spoken | str], warnings: tuple[str, ...]) -> Phonemes:
    symbols: list[str] = []
    words: list[Word] = []
    spans: list[tuple[int, int]] = []
    for part in spoken:
        if isinstance(part, str):
            symbols.append(part)
            continue
        symbols += [SPACE] if symbols else []
        spans.append((len(symbols), len(symbols) + len(part.phones)))
        symbols += part.phones
        words.append(Word(part.text, part.phones))
    return Phonemes(tuple(symbols), encode(symbols), tuple(words), tuple(spans), warnings)


def _dropped_warning(dropped: Sequence[str]) -> str:
    shown = "".join(dropped[:_SHOWN_CHARACTERS])
    return f"not spoken, because English has no reading for them: {shown!r}"
