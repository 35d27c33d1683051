"""Pitch level on recordings whose pitch is known."""

import numpy as np
import pytest

from interp.evaluation.clip import Clip
from interp.evaluation.pitch import KEYS, pitch


def test_a_recording_against_itself(voice, stranger, against):
    found = pitch(against(voice, voice, stranger))
    for key in ("semitones", "range_semitones", "distribution_semitones"):
        assert found[f"pitch.ref1.{key}"] == 0
    assert found["pitch.place"] == pytest.approx(1)
    assert found["pitch.nearer_ref1"] == 1


@pytest.mark.parametrize("semitones", [3.0, -3.0])
def test_shifted_by_praat(voice, change, against, semitones):
    found = pitch(against(change(voice, semitones), voice))
    assert found["pitch.ref1.semitones"] == pytest.approx(semitones, abs=0.15)
    assert found["pitch.ref1.distribution_semitones"] == pytest.approx(3.0, abs=0.2)
    assert found["pitch.ref1.range_semitones"] == pytest.approx(0, abs=0.5)


def test_louder_is_the_same_pitch(voice, against):
    louder = Clip(voice.wav * 2, voice.grid)
    assert pitch(against(louder, voice))["pitch.ref1.semitones"] == pytest.approx(0, abs=0.01)


def test_tones(tone, against):
    found = pitch(against(tone(150.0), tone(100.0), tone(200.0)))
    assert found["pitch.median_hz"] == pytest.approx(150, rel=0.003)
    assert found["pitch.ref1.semitones"] == pytest.approx(12 * np.log2(1.5), abs=0.05)
    assert found["pitch.refs_semitones"] == pytest.approx(-12, abs=0.05)
    assert found["pitch.place"] == pytest.approx(1 - np.log2(1.5), abs=0.01)
    assert found["pitch.nearer_ref1"] == 0


def test_place_means_nothing_between_equal_pitches(tone, against):
    assert pitch(against(tone(150.0), tone(120.0), tone(121.0)))["pitch.place"] is None


def test_without_voice_there_are_no_figures(tone, against):
    noise = Clip(0.1 * np.random.default_rng(0).standard_normal(22050).astype(np.float32), tone(100.0).grid)
    found = pitch(against(noise, tone(100.0)))
    assert set(found) == set(KEYS)
    assert found["pitch.voiced_share"] == 0
    assert found["pitch.ref1.median_hz"] == pytest.approx(100, rel=0.003)
    assert all(found[key] is None for key in ("pitch.ref1.semitones", "pitch.place", "pitch.nearer_ref1"))
