from __future__ import annotations

import math

import pytest
import torch

from interp.estimators.parts.duration import DurationPredictor, duration_loss, whole_frames

FRAMES = torch.tensor([[0.4, 2.3, 1.5, 9.0], [3.2, 0.2, 5.0, 5.0]])
X_MASK = torch.tensor([[True] * 4, [True, True, False, False]])


@pytest.mark.parametrize(
    ("rounding", "length_scale", "expected"),
    [
        ("ceil", 1.0, [[1, 3, 2, 9], [4, 1, 0, 0]]),
        ("ceil", 2.0, [[1, 5, 3, 18], [7, 1, 0, 0]]),
        ("ceil_then_scale", 1.0, [[1, 3, 2, 9], [4, 1, 0, 0]]),
        ("ceil_then_scale", 1.25, [[2, 3, 3, 10], [5, 1, 0, 0]]),
        ("cumulative", 1.0, [[0, 3, 1, 9], [3, 0, 0, 0]]),
        ("cumulative", 0.01, [[0, 0, 0, 1], [0, 1, 0, 0]]),
    ],
)
def test_whole_frames(rounding, length_scale, expected):
    log_durations = (FRAMES * (1 - 1e-6)).log()
    assert whole_frames(log_durations, X_MASK, length_scale, rounding).tolist() == expected


def test_loss_is_zero_at_the_truth_and_blind_to_padding():
    durations = torch.tensor([[1, 4, 2, 0], [3, 1, 0, 0]])
    log_durations = durations.double().clamp_min(0.25).log()
    log_durations[1, 2:] = 7.0
    assert duration_loss(log_durations, durations, X_MASK) == 0.0


def test_loss_is_the_mean_square_over_real_symbols():
    durations = torch.ones(2, 4, dtype=torch.long)
    log_durations = torch.full((2, 4), math.log(2.0))
    assert duration_loss(log_durations, durations, X_MASK).item() == pytest.approx(math.log(2.0) ** 2)


@torch.no_grad()
def test_predictor_does_not_see_padding():
    torch.manual_seed(0)
    predictor = DurationPredictor(5, 7, 3, 0.0)
    x = torch.randn(1, 5, 6)
    padded = predictor(x, torch.arange(6)[None] < 4)
    assert torch.allclose(padded[:, :4], predictor(x[..., :4], torch.ones(1, 4, dtype=torch.bool)), atol=1e-6)
    assert not padded[:, 4:].any()
