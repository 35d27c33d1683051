"""Word errors: what a recogniser makes of the output, against the words that it should say."""

from __future__ import annotations

from collections.abc import Sequence

from interp.audio.read import BAND_LIMIT_RATE
from interp.evaluation.recognisers import (
    RECOGNISERS,
    Pocketsphinx,
    Recogniser,
    Whisper,
    best_recogniser,
    load_recogniser,
)
from interp.evaluation.scene import Figures, Scene
from interp.evaluation.spoken import join_as_in, words_of

MODULES = ("jiwer",)
ONE_OF = tuple(kind.modules for kind in RECOGNISERS)
POCKETSPHINX_MODULES = (*MODULES, *Pocketsphinx.modules)

_KEYS = {
    "wer": "word error rate: substitutions, deletions and insertions over words of the text",
    "errors": "substitutions, deletions and insertions",
    "count": "words of the text",
}
BY_WHISPER = "words.by_whisper"
KEYS = {f"words.{key}": said for key, said in _KEYS.items()} | {
    BY_WHISPER: "1 when Whisper base listened, 0 when pocketsphinx"
}
POCKETSPHINX_KEYS = {f"words_pocketsphinx.{key}": said for key, said in _KEYS.items()}


def word_errors(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Substitutions, deletions and insertions: Levenshtein distance in words, by jiwer.

    One word written as two, or two as one, is no error: nobody hears the gap.
    """
    heard = join_as_in(wanted, heard)
    wanted = join_as_in(heard, wanted)
    if not wanted:
        return len(heard)
    import jiwer

    counts = jiwer.process_words(" ".join(wanted), " ".join(heard))
    return int(counts.substitutions + counts.deletions + counts.insertions)


def words(scene: Scene) -> Figures:
    """Word error rate of the output (Morris et al. 2004) by the best recogniser; None without a text.

    Rates of many outputs are pooled as the sum of errors over the sum of words. Every recogniser makes errors
    of its own: compare outputs of the same sentences heard by the same one, not single values.

    Raises
    ------
    InterpError
        When no recogniser is installed.
    """
    wanted = words_of(scene.text or "")
    if not wanted:
        return dict.fromkeys(KEYS)
    recogniser = best_recogniser()
    by_whisper = float(recogniser.name == Whisper.name)
    return _counted("words", scene, wanted, recogniser) | {BY_WHISPER: by_whisper}


def words_pocketsphinx(scene: Scene) -> Figures:
    """The same by pocketsphinx, whether a better one is there or not, as figures of old were."""
    wanted = words_of(scene.text or "")
    if not wanted:
        return dict.fromkeys(POCKETSPHINX_KEYS)
    return _counted("words_pocketsphinx", scene, wanted, load_recogniser(Pocketsphinx))


def _counted(name: str, scene: Scene, wanted: Sequence[str], recogniser: Recogniser) -> Figures:
    errors = word_errors(wanted, recogniser(scene.output.wav_16k, BAND_LIMIT_RATE))
    found = {"wer": errors / len(wanted), "errors": float(errors), "count": float(len(wanted))}
    return {f"{name}.{key}": value for key, value in found.items()}
