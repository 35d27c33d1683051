"""Phones of a recording and when they are spoken, by forced alignment to its text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from jaxtyping import Float

from interp.corpus.align import SILENCE, AlignedWord, Aligner
from interp.evaluation.clip import Clip
from interp.evaluation.spoken import words_of

MODULES = ("pocketsphinx",)


@dataclass(frozen=True)
class PhoneTimes:
    """Phones in order, ``SIL`` for a pause, and their ``edges_s`` (phones + 1,), seconds."""

    phones: tuple[str, ...]
    edges_s: Float[np.ndarray, " edges"]


@lru_cache(maxsize=32)
def aligned_words(clip: Clip, text: str) -> tuple[AlignedWord, ...] | None:
    """Words with their phones (`interp.corpus.align`, pocketsphinx); None where the alignment fails."""
    peak = max(1e-4, float(np.abs(clip.wav_16k).max()))
    pcm = (clip.wav_16k / peak * 20000).astype(np.int16)
    found = _aligner().align(pcm, " ".join(words_of(text)))
    return tuple(found) if found else None


def phone_times(words: tuple[AlignedWord, ...]) -> PhoneTimes:
    """Phones of all words in one line."""
    phones = tuple(phone for word in words for phone in word.phones)
    starts = [edge for word in words for edge in word.edges_s[:-1]]
    return PhoneTimes(phones, np.array([*starts, words[-1].edges_s[-1]]))


def common_edges(
    here: tuple[AlignedWord, ...], there: tuple[AlignedWord, ...]
) -> tuple[PhoneTimes, PhoneTimes] | None:
    """The same phones in two recordings of one text, from the start of the first word to the end of the last.

    Words that are pronounced in two ways count as one phone each, pauses between words are stretched with
    the words around them. None when the words differ.
    """
    spoken = [[word for word in words if word.text] for words in (here, there)]
    if [w.text for w in spoken[0]] != [w.text for w in spoken[1]] or not spoken[0]:
        return None
    phones: list[str] = []
    edges: list[tuple[float, float]] = []
    for one, other in zip(*spoken, strict=True):
        same = one.phones == other.phones
        phones += one.phones if same else (one.text,)
        inner = slice(None, -1) if same else slice(0, 1)
        edges += zip(one.edges_s[inner], other.edges_s[inner], strict=True)
    edges.append((spoken[0][-1].edges_s[-1], spoken[1][-1].edges_s[-1]))
    first, second = np.array(edges).T
    return PhoneTimes(tuple(phones), first), PhoneTimes(tuple(phones), second)


def is_pause(phone: str) -> bool:
    """Whether a phone is a pause."""
    return phone == SILENCE


@lru_cache(maxsize=1)
def _aligner() -> Aligner:
    return Aligner()
