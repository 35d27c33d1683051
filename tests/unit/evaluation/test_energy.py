"""Energy: level and contour of recordings that were made louder by a known amount."""

import numpy as np
import pytest

from interp.evaluation.clip import Clip
from interp.evaluation.energy import energy, energy_db

TEXT = "We were walking."


def test_six_decibels(voice, against):
    louder = Clip(voice.wav * 10 ** (6 / 20), voice.grid)
    found = energy(against(louder, voice, text=TEXT, ref_texts=(TEXT, None)))
    assert found["energy.ref1.level_db"] == pytest.approx(6, abs=0.01)
    assert found["energy.ref1.correlation"] == pytest.approx(1, abs=1e-4)
    assert found["energy.ref1.rmse_db"] == pytest.approx(0, abs=0.05)
    assert found["energy.ref2.correlation"] is None
    assert found["energy.ref2.level_db"] == pytest.approx(6, abs=0.01)


def test_another_speaker_has_another_contour(voice, stranger, against):
    found = energy(against(stranger, voice, text=TEXT, ref_texts=(TEXT, None)))
    assert found["energy.ref1.correlation"] < 0.95
    assert found["energy.ref1.rmse_db"] > 2


def test_energy_of_a_sine_and_of_silence(tone):
    sine = 0.1 * np.sqrt(2) * np.sin(2 * np.pi * 200 * np.arange(22050) / 22050)
    levels = energy_db(Clip(np.concatenate([sine, np.zeros(22050)]).astype(np.float32), tone(100.0).grid))
    assert levels[20] == pytest.approx(-20, abs=0.1)
    assert levels[-20] == pytest.approx(-60, abs=0.2), "held at 40 dB below the loud frames"
