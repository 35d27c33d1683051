"""Does the output sound like a woman or a man? A score from F0, from vocal-tract length, and from both."""

from __future__ import annotations

import numpy as np

from interp.audio.pitch_statistics import pitch_statistics, semitones
from interp.evaluation.clip import Clip
from interp.evaluation.formants import formants_of
from interp.evaluation.scene import Figures, Scene

# Logistic regressions on 38 readers of LibriSpeech and 61 of speechocean762 whose gender is published, one
# recording of each, both sets and both genders weighing the same. Log-odds of "female" per semitone
# above 157 Hz, per cm above 15.8 cm, and at that point. Accuracy: docs/measures.md.
ORIGIN_HZ, ORIGIN_CM = 157.0, 15.8
PITCH_ALONE = (0.518, 0.0, -0.333)
TRACT_ALONE = (0.0, -0.935, -0.275)
BOTH = (0.464, -0.350, -0.435)
KEYS = {
    key: words
    for start, name in (("", "the output"), ("ref1.", "reference 1"), ("ref2.", "reference 2"))
    for key, words in {
        f"gender.{start}score": f"{name}: 0 male to 1 female, from F0 and vocal-tract length",
        f"gender.{start}pitch_score": f"{name}: the same from F0 alone",
        f"gender.{start}tract_score": f"{name}: the same from vocal-tract length alone",
        f"gender.{start}is_female": f"{name}: 1 when the score is 0.5 or more, else 0",
    }.items()
}


def gender(scene: Scene) -> Figures:
    """Logistic scores of median F0 and apparent vocal-tract length (`formants`).

    F0 decides most of the joint score, so a blend of a man's pitch and a woman's vocal tract shows in the two
    single scores. None without enough voiced frames.
    """
    figures: Figures = {}
    for start, clip in zip(("", "ref1.", "ref2."), (scene.output, *scene.refs), strict=True):
        figures |= {f"gender.{start}{key}": value for key, value in _scores(clip).items()}
    return figures


def _scores(clip: Clip) -> Figures:
    median_hz, shape = pitch_statistics(clip.f0_hz).median_hz, formants_of(clip)
    if median_hz is None or shape is None:
        return dict.fromkeys(("score", "pitch_score", "tract_score", "is_female"))
    at = np.array([semitones(ORIGIN_HZ, median_hz), shape.vtl_cm - ORIGIN_CM, 1.0])
    both, pitch, tract = (float(1 / (1 + np.exp(-at @ w))) for w in (BOTH, PITCH_ALONE, TRACT_ALONE))
    return {"score": both, "pitch_score": pitch, "tract_score": tract, "is_female": float(both >= 0.5)}
