"""Word errors: what a recogniser makes of the output, against the words that it should say."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import librosa
import numpy as np
from jaxtyping import Float

from interp.audio.read import BAND_LIMIT_RATE
from interp.evaluation.scene import Figures, Scene
from interp.evaluation.spoken import words_of

MODULES = ("pocketsphinx", "jiwer")
KEYS = {
    "words.wer": "word error rate: substitutions, deletions and insertions over words of the text",
    "words.errors": "substitutions, deletions and insertions",
    "words.count": "words of the text",
}


class Recogniser:
    """pocketsphinx with its own acoustic and language model (US English, in its wheel)."""

    def __init__(self) -> None:
        from pocketsphinx import Config, Decoder

        self._decoder: Any = Decoder(Config(loglevel="FATAL"))

    def __call__(self, wav: Float[np.ndarray, " samples"], rate: int) -> list[str]:
        """Words heard in a recording, lower case."""
        at_16k = librosa.resample(wav.astype(np.float32), orig_sr=rate, target_sr=BAND_LIMIT_RATE)
        pcm = (at_16k / max(1e-4, np.abs(at_16k).max()) * 20000).astype(np.int16)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm.tobytes(), full_utt=True)
        self._decoder.end_utt()
        hypothesis = self._decoder.hyp()
        return words_of(hypothesis.hypstr) if hypothesis else []


def word_errors(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, deletions and insertions: Levenshtein distance in words, by jiwer."""
    if not wanted:
        return len(heard)
    import jiwer

    counts = jiwer.process_words(" ".join(wanted), " ".join(heard))
    return int(counts.substitutions + counts.deletions + counts.insertions)


def words(scene: Scene) -> Figures:
    """Word error rate of the output (Morris et al. 2004); None without a text.

    Rates of many outputs are pooled as the sum of errors over the sum of words. pocketsphinx is an old
    recogniser and makes errors of its own: compare outputs of the same sentences, not single values.
    """
    wanted = words_of(scene.text or "")
    if not wanted:
        return dict.fromkeys(KEYS)
    heard = _recogniser()(scene.output.wav, scene.output.grid.sample_rate)
    errors = word_errors(wanted, heard)
    return {
        "words.wer": errors / len(wanted),
        "words.errors": float(errors),
        "words.count": float(len(wanted)),
    }


@lru_cache(maxsize=1)
def _recogniser() -> Recogniser:
    return Recogniser()
