"""Target cells ``x0``: queries follow the harmonics of the clean mel predicted in the step before."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from interp.audio.mel import log_mel
from interp.diffusion.sampler import StepState
from interp.estimators.bin.config import BinConfig
from interp.estimators.bin.queries import PredictedQueries, query_sets
from interp.estimators.contract import TargetCells
from masks.grid import MelGrid

GRID, CONFIG = MelGrid(), BinConfig()
N_FRAMES, F0_HZ = 40, 200.0


@pytest.fixture
def queries():
    """A target whose static cells lie elsewhere, and the mel of a voice at 200 Hz; half of it unvoiced."""
    t = np.arange(N_FRAMES * GRID.hop_length) / GRID.sample_rate
    wav = 0.05 * sum(np.cos(2 * np.pi * h * F0_HZ * t + h) for h in range(1, 30))
    mel = log_mel(torch.from_numpy(wav.astype(np.float32))[None], GRID)[0, :, :N_FRAMES]
    static = np.zeros((80, N_FRAMES), dtype=bool)
    static[30:34] = True
    target = TargetCells(static, None, 120.0)
    sentence = SimpleNamespace(n_frames=N_FRAMES, voiced=np.arange(N_FRAMES) < 20)
    mask = torch.ones(1, N_FRAMES, dtype=torch.bool)
    piece = SimpleNamespace(target=target, sentence=sentence)
    fixed, _ = query_sets([target], mask, CONFIG, GRID)
    made = PredictedQueries(fixed, [piece], 0.3, CONFIG, GRID, lambda x: 2 * x)

    def at(t, clean):
        zero = torch.zeros(1, 80, N_FRAMES)
        return made(StepState(3, t, zero, 1.0, zero, zero, mask, clean))

    return at, fixed, mel[None] / 2


def test_static_cells_until_there_is_a_prediction_to_go_by(queries):
    at, fixed, clean = queries
    assert at(0.5, None) is fixed
    assert at(0.8, clean) is fixed
    assert at(0.6, clean) is not fixed


def test_pitch_queries_are_the_patches_that_hold_harmonics(queries):
    at, _, clean = queries
    pitch = at(0.6, clean).sets[0]["pitch"].unflatten(1, (len(CONFIG.row_heights), -1))[0]
    assert not pitch[:, 5:].any()
    bins = GRID.bins_of_hz(F0_HZ * np.arange(1, 4))
    assert all(pitch[int(b) // 4, 1:4].all() for b in np.round(bins))
    far = [row for row in range(8) if (np.abs(bins - (4 * row + 1.5)) > 3).all()]
    assert far
    assert not pitch[far].any()
