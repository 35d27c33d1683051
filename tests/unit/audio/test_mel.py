"""Log mel: where a tone and a click land, and what silence gives."""

import math

import pytest
import torch

from interp.audio.mel import LOG_FLOOR, log_mel
from masks.grid import MelGrid

GRID = MelGrid()


def tone(hz: float, seconds: float = 0.5) -> torch.Tensor:
    t = torch.arange(int(seconds * GRID.sample_rate)) / GRID.sample_rate
    return torch.sin(2 * math.pi * hz * t)[None]


@pytest.mark.parametrize("k", [3, 10, 25, 60, 77])
def test_tone_peaks_in_the_bin_it_is_the_centre_of(k):
    mel = log_mel(tone(GRID.centres_hz[k]), GRID)
    assert set(mel[0, :, 5:-5].argmax(0).tolist()) == {k}


@pytest.mark.parametrize("frame", [4, 11, 30])
def test_click_is_loudest_in_the_frame_centred_on_it(frame):
    wav = torch.zeros(1, 256 * 40)
    wav[0, round(GRID.frame_times_s(40)[frame] * GRID.sample_rate)] = 1.0
    assert log_mel(wav, GRID)[0].mean(0).argmax() == frame


@pytest.mark.parametrize("samples", [256 * 20, 256 * 20 + 255])
def test_one_frame_a_hop(samples):
    assert log_mel(torch.zeros(2, samples), GRID).shape == (2, 80, 20)


def test_silence_lies_at_the_floor():
    mel = log_mel(torch.zeros(1, 8000), GRID)
    # sqrt(1e-9) in every FFT bin, weighted by filters of small area
    assert mel.max() < -8
    assert mel.min() >= math.log(LOG_FLOOR) - 1e-6


def test_doubling_the_wave_adds_ln_2():
    wav = 0.2 * torch.randn(1, 9000, generator=torch.Generator().manual_seed(0))
    assert torch.allclose(log_mel(2 * wav, GRID) - log_mel(wav, GRID), torch.tensor(math.log(2)), atol=1e-3)
