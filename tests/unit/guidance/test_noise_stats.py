"""Statistics of noise: white noise passes, and each kind of untypical noise shows where it should."""

from __future__ import annotations

import math

import pytest
import torch

from guidance.degeneracy import is_flat
from guidance.noise_stats import noise_stats

FULL = torch.ones(1, 300, dtype=torch.bool)


def white(seed=0, frames=300):
    return torch.randn(1, 80, frames, generator=torch.Generator().manual_seed(seed))


def test_white_noise_is_within_its_standard_errors():
    off = [noise_stats(white(seed), FULL)[0].against_fresh for seed in range(12)]
    for name in off[0]:
        values = torch.tensor([o[name] for o in off])
        assert values.abs().max() < 5, name
        if "spectrum" not in name:
            # Standard errors that are too large would hide what they are to show.
            assert 0.5 < values.std() < 1.6, name


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (lambda z: 1.1 * z, "norm"),
        (lambda z: z.sign() * z.abs() ** 1.3, "kurtosis"),
        (lambda z: (z + 0.1 * z.roll(1, 2)) / math.sqrt(1.01), "lag1_time"),
        (lambda z: (z + 0.1 * z.roll(1, 1)) / math.sqrt(1.01), "lag1_frequency"),
        (lambda z: z + 0.5 * torch.cos(torch.arange(300) * 0.9), "spectrum_time"),
        (lambda z: z + 0.5 * torch.cos(torch.arange(80) * 0.9)[:, None], "spectrum_frequency"),
    ],
)
def test_untypical_noise_shows(change, shows):
    assert abs(noise_stats(change(white()), FULL)[0].against_fresh[shows]) > 8


def test_values_are_those_of_numpy_and_padding_is_left_out():
    z = white(frames=200)
    mask = torch.arange(300)[None] < 200
    padded = torch.nn.functional.pad(z, (0, 100), value=50.0)
    (found,) = noise_stats(padded, mask)
    assert found.n_values == 16000
    assert found.norm == pytest.approx(float(z.double().square().sum().sqrt()))
    a, b = z[0, :, :-1].flatten(), z[0, :, 1:].flatten()
    assert found.lag1_time == pytest.approx(float(torch.corrcoef(torch.stack([a, b]))[0, 1]), abs=1e-4)
    assert len(found.spectrum_time) == len(found.spectrum_frequency) == 8
    assert sum(found.spectrum_time) / 8 == pytest.approx(1, abs=0.05)


def test_slow_noise_has_its_power_in_the_first_band():
    slow = torch.nn.functional.avg_pool1d(white()[0], 9, 1, 4)[None]
    spectrum = noise_stats(slow, FULL)[0].spectrum_time
    assert spectrum[0] > 3 > 0.5 > max(spectrum[2:])


def test_a_few_frames_are_enough():
    (found,) = noise_stats(white(frames=1), torch.ones(1, 1, dtype=torch.bool))
    assert all(math.isfinite(value) for value in found.against_fresh.values())


def test_flat_is_what_rounding_would_hide():
    loss = torch.tensor([1.0, 1.0, 100.0])
    assert is_flat(loss, torch.tensor([1e-7, 1e-5, 1e-5])).tolist() == [True, False, True]
    assert not is_flat(loss.double(), torch.tensor([1e-7] * 3).double()).any()
