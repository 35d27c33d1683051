"""From text to symbols and ids of the default model, word by word, with a warning for every guess."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from interp.text.heteronyms import heteronyms
from interp.text.letter_to_sound import Spoken, pronounce
from interp.text.lexicon import Lexicon, cmudict_lexicon
from interp.text.markup import Given, Stressed
from interp.text.sentences import split_sentences
from interp.text.symbols import BLANK_ID, ID_OF, PUNCTUATION, SPACE, is_vowel, without_stress
from interp.text.tokens import Token, read_tokens

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
    warnings += read.notes
    warnings += [part.warning for part in spoken if isinstance(part, Spoken) and part.warning]
    return _assemble(_link_articles(spoken), tuple(dict.fromkeys(warnings)))


def encode(symbols: Iterable[str]) -> tuple[int, ...]:
    """Ids of symbols with the blank between and around them: 2N + 1 ids for N symbols."""
    ids = [BLANK_ID]
    for symbol in symbols:
        ids += (ID_OF[symbol], BLANK_ID)
    return tuple(ids)


def _speak(tokens: Sequence[Token], lexicon: Lexicon) -> list[Spoken | str]:
    """Words with their phones, punctuation marks as they are."""
    words = [token if isinstance(token, str) else token.text for token in tokens]
    shouted = not any(c.islower() for word in words for c in word)
    known: dict[str, list[Spoken]] = {}
    by_context = heteronyms()
    spoken: list[Spoken | str] = []
    for index, (token, word) in enumerate(zip(tokens, words, strict=True)):
        if isinstance(token, Given):
            spoken.append(Spoken(token.text, token.phones, ""))
        elif word in PUNCTUATION:
            spoken.append(word)
        elif word.lower() in by_context and not lexicon.has_own(word.lower()):
            phones = by_context[word.lower()].best(words, index)
            spoken.append(Spoken(word.lower(), phones, ""))
        else:
            if word not in known:
                known[word] = pronounce(word, lexicon, shouted=shouted)
            said = known[word]
            spoken += map(_stressed, said) if isinstance(token, Stressed) else said
    return spoken


def _stressed(word: Spoken) -> Spoken:
    """With a main stress: on its first vowel, where it has none."""
    if any(phone.endswith("1") for phone in word.phones):
        return word
    phones, first = list(word.phones), next((i for i, p in enumerate(word.phones) if is_vowel(p)), None)
    if first is not None:
        phones[first] = without_stress(phones[first]) + "1"
    return Spoken(word.text, tuple(phones), word.warning)


def _link_articles(spoken: list[Spoken | str]) -> list[Spoken | str]:
    """``the`` is DH IY0 before a vowel, where nothing parts the two words."""
    linked = list(spoken)
    for index, (part, following) in enumerate(pairwise(spoken)):
        if isinstance(part, str) or isinstance(following, str) or part.text != "the":
            continue
        if is_vowel(following.phones[0]):
            vowel = "IY1" if "AH1" in part.phones or "IY1" in part.phones else "IY0"
            linked[index] = Spoken(part.text, ("DH", vowel), part.warning)
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
