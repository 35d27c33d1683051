"""Likeness of speakers: the output against each reference, as they are and at one common pitch."""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Any

import numpy as np
from jaxtyping import Float

from interp.audio.level import amplify_to
from interp.audio.pitch_statistics import pitch_statistics
from interp.audio.read import BAND_LIMIT_RATE
from interp.evaluation.clip import Clip
from interp.evaluation.psola import with_pitch
from interp.evaluation.scene import Figures, Scene, per_reference

MODULES = ("resemblyzer", "webrtcvad")
LEVEL_DBFS = -30.0
WINDOWS_A_SECOND = 16

KEYS = per_reference(
    {
        "speaker.{ref}.similarity": "cosine of the speaker embeddings of the output and {ref}",
        "speaker.{ref}.equalised": "the same with both brought to one median F0 by PSOLA",
        "speaker.refs.similarity": "cosine between the two references",
        "speaker.refs.equalised": "the same with both brought to one median F0",
    }
)


def speaker(scene: Scene) -> Figures:
    """Cosine of utterance embeddings, in [0, 1]; 1 for the same recording.

    Resemblyzer's encoder (generalised end-to-end loss, Wan et al. 2018). It hears pitch as well as the
    vocal tract, so the second figure brings the output and both references to the geometric mean of the
    references' median F0 by Praat's PSOLA first; None when a recording has no voiced frame.
    """
    clips = (scene.output, *scene.refs)
    as_is = [embedding(clip) for clip in clips]
    common_hz = common_median_hz(scene)
    level = [embedding(with_pitch(clip, common_hz)) for clip in clips] if common_hz else None
    figures: Figures = {}
    for name, (a, b) in {"ref1": (0, 1), "ref2": (0, 2), "refs": (1, 2)}.items():
        figures[f"speaker.{name}.similarity"] = float(as_is[a] @ as_is[b])
        figures[f"speaker.{name}.equalised"] = float(level[a] @ level[b]) if level else None
    return figures


def common_median_hz(scene: Scene) -> float | None:
    """Geometric mean of the references' median F0, which asks the least shift of them; None without voice."""
    medians = [pitch_statistics(clip.f0_hz).median_hz for clip in (*scene.refs, scene.output)]
    if any(median is None for median in medians):
        return None
    return float(np.sqrt(medians[0] * medians[1]))  # type: ignore[operator]


@lru_cache(maxsize=32)
def embedding(clip: Clip) -> Float[np.ndarray, " 256"]:
    """Unit vector of the speaker."""
    return np.asarray(_encoder().embed_utterance(_prepared(clip)))


def partial_embeddings(
    clip: Clip,
) -> tuple[Float[np.ndarray, " windows"], Float[np.ndarray, "windows 256"]]:
    """Centres in seconds and unit vectors of windows of 1.6 s, 16 a second, pauses kept."""
    _, partial, slices = _encoder().embed_utterance(
        _leveled(clip), return_partials=True, rate=WINDOWS_A_SECOND
    )
    centres = [(s.start + s.stop) / 2 / BAND_LIMIT_RATE for s in slices]
    return np.array(centres), np.asarray(partial)


def _prepared(clip: Clip) -> Float[np.ndarray, " samples"]:
    """Long pauses cut as for the encoder's training; a recording that is all pause stays as it is."""
    from resemblyzer import trim_long_silences

    leveled = _leveled(clip)
    trimmed = trim_long_silences(leveled)
    return np.asarray(trimmed if len(trimmed) else leveled)


def _leveled(clip: Clip) -> Float[np.ndarray, " samples"]:
    """One level for all: the encoder hears a mel that is not logarithmic, so level would count as voice."""
    return np.asarray(np.clip(amplify_to(clip.wav_16k, BAND_LIMIT_RATE, LEVEL_DBFS), -1.0, 1.0))


@lru_cache(maxsize=1)
def _encoder() -> Any:
    with warnings.catch_warnings():  # it asks for a name of scipy that is on its way out
        warnings.simplefilter("ignore", DeprecationWarning)
        from resemblyzer import VoiceEncoder
    return VoiceEncoder("cpu", verbose=False)
