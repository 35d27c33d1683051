"""Level of the active part: pauses and clicks do not count."""

import numpy as np
import pytest

from interp.audio.level import active_level_dbfs, amplify_to, peak_dbfs

RATE = 16000
SINE = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 200 * np.arange(RATE) / RATE)


def test_sine():
    assert active_level_dbfs(SINE, RATE) == pytest.approx(-20, abs=0.01)


def test_pauses_do_not_count():
    assert active_level_dbfs(np.concatenate([SINE, np.zeros(3 * RATE)]), RATE) == pytest.approx(-20, abs=0.1)


def test_one_click_does_not_silence_the_rest():
    clicked = SINE.copy()
    clicked[5000:5010] = 30.0
    assert active_level_dbfs(clicked[:4800], RATE) == pytest.approx(-20, abs=0.1)
    assert active_level_dbfs(clicked, RATE) > -20


def test_amplify():
    assert active_level_dbfs(amplify_to(SINE, RATE, -31.0), RATE) == pytest.approx(-31, abs=0.01)


def test_peak_of_silence_is_finite():
    assert peak_dbfs(np.zeros(4)) == -200
    assert peak_dbfs(np.array([0.5, -1.0])) == pytest.approx(0)


def test_shorter_than_a_frame():
    assert active_level_dbfs(np.full(10, 0.1), RATE) == pytest.approx(-20)
