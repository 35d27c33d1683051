"""Numbers of an F0 track."""

import numpy as np
import pytest

from interp.audio.pitch_statistics import pitch_statistics, semitones


def test_unvoiced_frames_do_not_count():
    found = pitch_statistics(np.array([0, 100, 0, 200, 300.0]))
    assert found.median_hz == 200
    assert found.voiced_share == pytest.approx(0.6)


def test_no_voice():
    found = pitch_statistics(np.zeros(5))
    assert (found.median_hz, found.low_hz, found.high_hz, found.voiced_share) == (None, None, None, 0.0)


def test_semitones():
    assert semitones(100, 200) == pytest.approx(12)
    assert semitones(200, 100) == pytest.approx(-12)
