"""Forced alignment of recordings to phones by pocketsphinx, whose acoustic model ships in its wheel."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Int16

ALIGN_RATE_HZ = 16000
FRAME_S = 0.01
WINDOW_CENTRE_S = 0.0078  # a segment's edge lies half a window and half a hop after its first frame's start
SILENCE = "SIL"
_WORD = re.compile(r"[a-z']+")
_VARIANT = re.compile(r"\(\d+\)$")


@dataclass(frozen=True)
class AlignedWord:
    """A word, its phones without stress, and the phones' edges in seconds (one more than phones).

    A pause is a word ``""`` with the one phone ``SIL``.
    """

    text: str
    phones: tuple[str, ...]
    edges_s: tuple[float, ...]


class Aligner:
    """Aligns recordings to their texts; one decoder, used for one recording after another."""

    def __init__(self) -> None:
        from pocketsphinx import Config, Decoder

        self._decoder: Any = Decoder(Config(lm=None, bestpath=False, loglevel="FATAL"))

    def align(self, samples: Int16[np.ndarray, " samples"], text: str) -> list[AlignedWord] | None:
        """Phones of a recording and where they lie; None where the aligner fails.

        Parameters
        ----------
        samples : (samples,) int16 at 16 kHz
        text : what is said; words that pocketsphinx's dictionary lacks make the alignment fail
        """
        words = " ".join(_WORD.findall(text.lower()))
        try:
            self._decoder.set_align_text(words)
            self._decode(samples)
            self._decoder.set_alignment()
            self._decode(samples)
            found = self._decoder.get_alignment()
        except RuntimeError:
            return None
        return [_aligned_word(word) for word in found] if found is not None else None

    def _decode(self, samples: Int16[np.ndarray, " samples"]) -> None:
        self._decoder.start_utt()
        self._decoder.process_raw(samples.tobytes(), full_utt=True)
        self._decoder.end_utt()


def _aligned_word(word: Any) -> AlignedWord:
    phones = [(p.name, p.start, p.duration) for p in word]
    starts = [p[1] for p in phones] + [phones[-1][1] + phones[-1][2]]
    edges = tuple(round(s * FRAME_S + WINDOW_CENTRE_S, 4) for s in starts)
    silent = all(name == SILENCE or name.startswith("+") for name, _, _ in phones)
    if silent:
        return AlignedWord("", (SILENCE,), (edges[0], edges[-1]))
    return AlignedWord(_VARIANT.sub("", word.name), tuple(p[0] for p in phones), edges)
