"""F0 off a log mel: against signals of known F0, and against Praat on recordings."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
import torch
from harmonic_signals import SIGNALS, at_grid_rate

from interp.audio.mel import log_mel
from interp.audio.read import load_reference
from masks import MelGrid, comb_salience, extract_f0, f0_of_mel

GRID = MelGrid()
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


def mel_of(wav: np.ndarray) -> torch.Tensor:
    return log_mel(torch.from_numpy(np.asarray(wav, dtype=np.float32))[None], GRID)[0]


def semitones_off(mel: torch.Tensor, f0_hz: np.ndarray) -> np.ndarray:
    voiced = f0_hz > 0
    return np.abs(12 * np.log2(f0_of_mel(mel, GRID, -1.0).numpy()[voiced] / f0_hz[voiced]))


@pytest.mark.parametrize("rate", [16000, 44100])
@pytest.mark.parametrize("name", SIGNALS)
def test_known_signals_are_read_within_a_third_of_a_semitone(name: str, rate: int) -> None:
    mel = mel_of(at_grid_rate(SIGNALS[name], rate))
    off = semitones_off(mel, SIGNALS[name].f0_hz(GRID.frame_times_s(mel.shape[1])))
    assert np.median(off) < 0.33
    assert (off < 1).mean() > 0.97


def test_harmonic_frames_are_voiced_and_noise_is_not() -> None:
    noise = 0.1 * np.random.default_rng(0).standard_normal(22050)
    assert (f0_of_mel(mel_of(at_grid_rate(SIGNALS["second 120"], 22050)), GRID) > 0).all()
    assert (f0_of_mel(mel_of(noise), GRID) > 0).float().mean() < 0.1
    assert not f0_of_mel(mel_of(np.zeros(22050)), GRID).any()


def test_level_and_slope_of_the_spectrum_change_nothing() -> None:
    mel = mel_of(at_grid_rate(SIGNALS["rising 90-180"], 22050))
    tilted = mel + 1.5 - 0.03 * torch.arange(80.0)[:, None]
    torch.testing.assert_close(f0_of_mel(tilted, GRID, -1.0), f0_of_mel(mel, GRID, -1.0), rtol=0.03, atol=0)


def test_batches_equal_single_mels_in_either_precision() -> None:
    mels = torch.stack([mel_of(at_grid_rate(SIGNALS[n], 22050)) for n in ("constant 110", "vibrato 200")])
    assert f0_of_mel(mels[:, None], GRID).shape == (2, 1, mels.shape[-1])
    torch.testing.assert_close(f0_of_mel(mels, GRID)[1], f0_of_mel(mels[1], GRID))
    torch.testing.assert_close(
        f0_of_mel(mels.double(), GRID).float(), f0_of_mel(mels, GRID), rtol=1e-3, atol=0
    )


def test_salience_is_a_correlation() -> None:
    salience = comb_salience(mel_of(at_grid_rate(SIGNALS["constant 220"], 22050)), GRID)
    assert salience.abs().max() <= 1 + 1e-5
    assert salience.amax(0).median() > 0.8


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the speech corpus lies outside the repository")
def test_recordings_agree_with_praat() -> None:
    with (CORPUS / "metadata.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if float(row["seconds"]) < 4]
    off = []
    for speaker in ("bdl", "slt", "kathleen", "vcc2016_tm3"):
        path = next(row["path"] for row in rows if row["speaker"] == speaker)
        wav = load_reference(CORPUS / path, GRID).wav
        mel = mel_of(wav)
        off.append(semitones_off(mel, extract_f0(wav, GRID, mel.shape[1])))
    assert np.median(np.concatenate(off)) < 0.25
    assert (np.concatenate(off) > 3).mean() < 0.1
