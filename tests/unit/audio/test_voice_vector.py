from __future__ import annotations

import numpy as np
import pytest

from interp.audio.voice_vector import VOICE_SIZE, voice_vector


@pytest.fixture
def mel():
    return np.random.default_rng(0).normal(-5.5, 1.0, (80, 40)).astype(np.float32)


VOICED = np.repeat([0.0, 120.0], 20)


def test_shape_and_size(mel):
    vector = voice_vector(mel, VOICED)
    assert (vector.shape, vector.dtype) == ((VOICE_SIZE,), np.float32)
    assert np.abs(vector).max() < 3


def test_unvoiced_frames_and_low_bins_do_not_count(mel):
    other = mel.copy()
    other[:, :20] += 3
    other[:16] += 3
    assert np.array_equal(voice_vector(mel, VOICED), voice_vector(other, VOICED))


def test_a_voiced_frame_counts(mel):
    other = mel.copy()
    other[50, 30] += 3
    assert not np.allclose(voice_vector(mel, VOICED), voice_vector(other, VOICED))


def test_without_voice_every_frame_counts(mel):
    all_voiced = voice_vector(mel, np.full(40, 100.0))
    assert np.allclose(voice_vector(mel, np.zeros(40)), all_voiced, atol=1e-5)


def test_level_moves_the_first_coefficient_alone(mel):
    louder = voice_vector(mel + 1, VOICED) - voice_vector(mel, VOICED)
    assert louder[0] == pytest.approx(4.0, rel=1e-5)
    assert np.allclose(louder[1:], 0, atol=1e-5)


def test_the_order_of_frames_says_nothing(mel):
    order = np.random.default_rng(1).permutation(40)
    shuffled = voice_vector(mel[:, order], VOICED[order])
    assert np.allclose(voice_vector(mel, VOICED), shuffled, atol=1e-5)


def test_harmonics_above_the_first_bins_are_smoothed_away(mel):
    """A comb of the spacing that harmonics of 300 Hz would have leaves the vector almost as it was."""
    comb = mel.copy()
    comb[16:] += np.where(np.arange(64) % 3 == 0, 1.0, -0.5)[:, None]
    assert np.abs(voice_vector(comb, VOICED) - voice_vector(mel, VOICED)).max() < 0.15
