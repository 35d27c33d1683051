"""F0 of voices from creak to a child's shout without errors of an octave; none of whisper and noise."""

from __future__ import annotations

import numpy as np
import pytest
from made_voices import f0_of, is_syllable, made_voice

from masks import MelGrid, extract_f0

GRID = MelGrid()
RATE = GRID.sample_rate


def track(wav: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    times_s = GRID.frame_times_s(len(wav) // GRID.hop_length)
    return times_s, extract_f0(wav, GRID, len(times_s))


@pytest.mark.parametrize("median_hz", [55, 65, 90, 120, 180, 240, 330, 420, 500, 560])
def test_a_voice_has_its_f0_without_errors_of_an_octave(median_hz: float) -> None:
    formants = 0.8 + median_hz / 900
    times_s, f0_hz = track(made_voice(median_hz, rate=RATE, formants=formants))
    voiced = f0_hz > 0
    off = np.abs(np.log2(f0_hz[voiced] / f0_of(median_hz, times_s[voiced])))
    assert (off > 0.2).mean() <= 0.01
    assert voiced[is_syllable(times_s)].mean() > 0.7


def test_two_voices_over_an_octave_apart_keep_their_own() -> None:
    low, high = made_voice(100, 3.0, rate=RATE), made_voice(240, 4.0, rate=RATE, formants=1.15)
    times_s, f0_hz = track(np.concatenate([low, high]))
    second = times_s > 3
    truth = np.where(second, f0_of(240, times_s - 3), f0_of(100, times_s))
    voiced = f0_hz > 0
    assert voiced[is_syllable(times_s) & ~second].mean() > 0.7
    assert (np.abs(np.log2(f0_hz[voiced] / truth[voiced])) > 0.2).mean() <= 0.02


def white() -> np.ndarray:
    return 0.05 * np.random.default_rng(0).standard_normal(4 * RATE)


@pytest.mark.parametrize(
    "wav",
    [white(), np.cumsum(white()) * 0.02]
    + [made_voice(rate=RATE, whispered=True, formants=k) for k in (0.9, 1.0, 1.2, 1.4)],
    ids=["white noise", "brown noise", "a man's whisper", "whisper", "a woman's", "a child's"],
)
def test_whisper_and_noise_have_none(wav: np.ndarray) -> None:
    assert not track(wav)[1].any()


def test_one_short_word_in_a_long_silence_keeps_its_f0() -> None:
    word = made_voice(150, seconds=0.25, rate=RATE)
    _, f0_hz = track(np.concatenate([np.zeros(3 * RATE), word, np.zeros(3 * RATE)]))
    assert np.count_nonzero(f0_hz) * GRID.hop_length / RATE > 0.12


def test_limits_hold_for_both_passes() -> None:
    _, f0_hz = track(made_voice(420, rate=RATE, formants=1.3))
    limited = extract_f0(made_voice(420, rate=RATE, formants=1.3), GRID, len(f0_hz), 65.0, 300.0)
    assert f0_hz.max() > 420
    assert limited.max() <= 300
