"""F0 at the true centre time of every frame, up to the recording's ends, never across a pause."""

from __future__ import annotations

import numpy as np
import pytest
from harmonic_signals import SIGNALS, HarmonicSignal, at_grid_rate, constant, falling

from masks import MelGrid, extract_f0

GRID = MelGrid()
HALF_A_FRAME_S = 0.5 * GRID.hop_length / GRID.sample_rate


def semitones(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return 12 * np.log2(a / b)


@pytest.mark.parametrize("name", ["rising 90-180", "falling 300-100"])
@pytest.mark.parametrize("offset", [0, 100])
def test_values_belong_to_frame_centres_not_half_a_frame_off(name: str, offset: int) -> None:
    wav = at_grid_rate(SIGNALS[name], 22050)[offset:]
    times_s = GRID.frame_times_s(len(wav) // 256) + offset / GRID.sample_rate
    f0_hz = extract_f0(wav, GRID, len(times_s))
    here = np.abs(semitones(f0_hz, SIGNALS[name].f0_hz(times_s))).max()
    half_a_frame_off = np.abs(
        semitones(SIGNALS[name].f0_hz(times_s + HALF_A_FRAME_S), SIGNALS[name].f0_hz(times_s))
    ).min()
    assert here < half_a_frame_off / 4


def test_first_and_last_frames_are_voiced_though_the_window_does_not_reach_them() -> None:
    wav = at_grid_rate(SIGNALS["rising 90-180"], 22050)
    assert (extract_f0(wav, GRID, len(wav) // 256) > 0).all()


def test_values_beside_a_pause_do_not_lean_towards_the_other_side_of_it() -> None:
    low, high = (at_grid_rate(HarmonicSignal(constant(hz), falling()), 22050)[:11025] for hz in (100, 200))
    whole = np.concatenate([low, np.zeros(2205), high])
    for offset in range(
        0, GRID.hop_length, 32
    ):  # some of them put a frame between a voiced and an unvoiced point
        wav = whole[offset:]
        f0_hz = extract_f0(wav, GRID, len(wav) // 256)
        voiced = f0_hz[f0_hz > 0]
        assert 0 < np.count_nonzero(f0_hz == 0) < 12
        assert np.minimum(np.abs(semitones(voiced, 100)), np.abs(semitones(voiced, 200))).max() < 0.5


def test_a_recording_shorter_than_one_window_is_unvoiced() -> None:
    assert not extract_f0(at_grid_rate(SIGNALS["constant 110"], 22050)[:1000], GRID, 3).any()


def test_half_a_second_of_voice_in_two_of_silence_is_voiced_there_alone() -> None:
    wav = np.concatenate(
        [np.zeros(22050), at_grid_rate(SIGNALS["constant 110"], 22050)[:11025], np.zeros(22050)]
    )
    f0_hz = extract_f0(wav, GRID, len(wav) // 256)
    times_s = GRID.frame_times_s(len(f0_hz))
    assert (f0_hz[(times_s > 1.01) & (times_s < 1.49)] > 0).all()
    assert not f0_hz[(times_s < 0.97) | (times_s > 1.53)].any()
