"""PSOLA to a given median, as an independent F0 extractor hears it."""

import librosa
import numpy as np
import pytest

from interp.evaluation.clip import Clip
from interp.evaluation.pitch import pitch
from interp.evaluation.psola import with_pitch


def test_median_and_length(voice, against):
    moved = with_pitch(voice, 140.0)
    assert len(moved.wav) == len(voice.wav)
    assert pitch(against(moved, voice))["pitch.median_hz"] == pytest.approx(140, rel=0.01)
    heard = librosa.yin(moved.wav, fmin=65, fmax=450, sr=22050, frame_length=2048, hop_length=256)
    assert np.median(heard[: len(moved.f0_hz)][moved.f0_hz > 0]) == pytest.approx(140, rel=0.03)


def test_range(voice, against):
    flat = pitch(against(with_pitch(voice, 177.0, range_factor=0.3), voice))
    assert flat["pitch.range_semitones"] < 0.6 * pitch(against(voice, voice))["pitch.range_semitones"]


def test_without_voice_nothing_changes(voice):
    noise = Clip(0.1 * np.random.default_rng(0).standard_normal(22050).astype(np.float32), voice.grid)
    assert with_pitch(noise, 140.0) is noise
