"""The neural vocoder's parts against closed forms, and the whole of it in time, untrained."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from interp.audio.mel import log_mel
from interp.vocoders.neural.config import VocoderConfig
from interp.vocoders.neural.network import VocoderNetwork, pulled
from interp.vocoders.neural.pitch import PitchGuess, bridge, f0_of, pitch_loss
from interp.vocoders.neural.source import excitation, pulse_train
from interp.vocoders.neural.stft import istft, margin, stft
from masks.errors import InterpError
from masks.f0 import extract_f0
from masks.grid import MelGrid
from masks.mel_f0 import candidates_hz

GRID = MelGrid()
SMALL = VocoderConfig(width=8, mlp_width=8, n_blocks=1, pitch_width=8, pitch_blocks=1)


def speak(mel: torch.Tensor, network: VocoderNetwork, seed: int = 0) -> torch.Tensor:
    n_noise = mel.shape[-1] * GRID.hop_length + GRID.n_fft - GRID.hop_length
    noise = torch.randn(1, n_noise, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return network(mel, noise, torch.zeros(1))[0]


@pytest.fixture(scope="module")
def network() -> VocoderNetwork:
    torch.manual_seed(0)
    return VocoderNetwork(SMALL, GRID).eval()


def test_the_inverse_gives_back_the_samples_of_a_known_spectrum():
    wav = torch.randn(2, 40 * 256 + 2 * margin(GRID), generator=torch.Generator().manual_seed(0))
    back = istft(stft(wav, GRID), GRID)
    assert back.shape == (2, 40 * 256)
    assert torch.allclose(back, wav[:, margin(GRID) : -margin(GRID)], atol=1e-5)


def test_the_frames_are_the_mels_frames():
    """Where the signal is silent beyond its ends the mel's reflected margins say nothing."""
    wav = torch.zeros(1, 30 * 256)
    wav[0, 2000:5000] = torch.randn(3000, generator=torch.Generator().manual_seed(1))
    spectrum = stft(torch.nn.functional.pad(wav, (margin(GRID), margin(GRID))), GRID)
    mel = (torch.tensor(GRID.filter_bank) @ (spectrum.abs() ** 2 + 1e-9).sqrt()).clamp(min=1e-5).log()
    assert torch.allclose(mel, log_mel(wav, GRID), atol=1e-4)


def test_the_pulse_train_is_the_sum_of_its_harmonics():
    f0_hz = torch.full((1, 6), 440.0)
    made = pulse_train(f0_hz, torch.tensor([0.3]), GRID)[0].double()
    cycles = 0.3 + 440 / GRID.sample_rate * torch.arange(1, len(made) + 1, dtype=torch.float64)
    wanted = sum(torch.cos(2 * torch.pi * h * cycles) for h in range(1, int(8000 / 440) + 1))
    assert torch.allclose(made, wanted, atol=1e-4)


def test_the_pulse_train_glides_as_f0_does():
    times_s = torch.from_numpy(GRID.frame_times_s(120))
    f0_hz = (120 * 2 ** (times_s / times_s[-1]))[None].float()
    wav = pulse_train(f0_hz, torch.zeros(1), GRID)[0, margin(GRID) : -margin(GRID)].numpy()
    found = extract_f0(wav * 0.01, GRID, 120)
    cents = 1200 * np.log2(found[8:-8] / f0_hz[0, 8:-8].numpy())
    assert np.abs(cents).max() < 15
    assert abs(np.median(cents)) < 2


def test_a_lone_harmonic_peaks_at_one_and_noise_has_a_mean_square_of_one():
    n_noise = 200 * 256 + 2 * margin(GRID)
    noise = torch.randn(1, n_noise, generator=torch.Generator().manual_seed(0))
    f0_hz = torch.full((1, 200), 20 * GRID.sample_rate / GRID.n_fft)  # on a bin
    pulses, hiss = excitation(f0_hz, torch.zeros(1), noise, GRID)
    assert pulses.abs()[0, 20].mean() == pytest.approx(1.0, abs=0.02)
    assert (hiss[0, 4:-4].abs() ** 2).mean() == pytest.approx(1.0, abs=0.02)


def test_unknown_frames_lie_between_their_neighbours():
    x = torch.tensor([[9.0, 1.0, 9.0, 9.0, 4.0, 9.0]] * 2)
    known = torch.tensor([[False, True, False, False, True, False], [False] * 6])
    assert bridge(x, known, 7.0).tolist() == [[1.0, 1.0, 2.0, 3.0, 4.0, 4.0], [7.0] * 6]


def test_the_likeliest_candidate_is_refined_by_those_beside_it():
    logits = torch.full((1, len(candidates_hz()), 3), -30.0)
    logits[0, 50], logits[0, 51] = 5.0, 5.0
    found = f0_of(PitchGuess(logits, torch.ones(1, 3)))
    assert found[0].tolist() == pytest.approx(
        [np.sqrt(candidates_hz()[50] * candidates_hz()[51])] * 3, rel=1e-4
    )


def test_the_pitch_loss_is_least_at_praats_f0_and_ignores_it_where_unvoiced():
    def guess(index):
        logits = torch.zeros(1, len(candidates_hz()), 2)
        logits[0, index, 0] = 6.0
        return PitchGuess(logits, torch.tensor([[4.0, -4.0]]))

    f0_hz = torch.tensor([[candidates_hz()[60], 0.0]], dtype=torch.float32)
    at, beside = pitch_loss(guess(60), f0_hz), pitch_loss(guess(64), f0_hz)
    assert at < beside
    logits = guess(60).candidates.clone()
    logits[..., 1] = torch.randn(logits.shape[1])
    assert pitch_loss(PitchGuess(logits, guess(60).voicing), f0_hz) == pytest.approx(float(at))


def voice(f0_hz: np.ndarray) -> torch.Tensor:
    cycles = np.cumsum(f0_hz) / GRID.sample_rate
    return torch.tensor(
        sum(np.sin(2 * np.pi * h * cycles) / h for h in range(1, 30)) * 0.05, dtype=torch.float32
    )[None]


def test_pulling_changes_the_magnitude_by_its_share_and_never_the_phase():
    spectrum = torch.polar(torch.tensor([0.1, 2.0, 3.0]), torch.tensor([0.3, -2.0, 1.0]))
    made = pulled(spectrum, torch.tensor([1.0, 4.0, 9.0]).log(), torch.tensor([0.0, 0.5, 1.0]))
    assert made.abs().tolist() == pytest.approx([1.0, 8**0.5, 3.0], rel=1e-5)
    assert torch.allclose(made.angle(), spectrum.angle(), atol=1e-6)


def test_a_glide_comes_out_as_long_at_its_pitch_and_in_time(network):
    """An untrained network is a plain source and filter: the comb reads F0, the mel sets the gains."""
    n = 80 * 256
    f0_hz = 140 * 2 ** (np.arange(n) / n)
    wav = voice(f0_hz) * (torch.arange(n) > 0.25 * n)
    made = speak(log_mel(wav, GRID), network)
    assert made.shape == (n,)
    found = extract_f0(made.numpy(), GRID, 80)
    truth = f0_hz[np.round(GRID.frame_times_s(80) * GRID.sample_rate).astype(int)]
    voiced = slice(30, 74)
    assert np.median(np.abs(1200 * np.log2(found[voiced] / truth[voiced]))) < 30
    energy = (made.reshape(80, 256) ** 2).mean(1)
    assert int((energy > 0.25 * energy[30:].mean()).nonzero()[0]) == pytest.approx(20, abs=1)


def test_an_impulse_comes_out_where_it_was(network):
    wav = torch.zeros(1, 60 * 256)
    wav[0, 30 * 256 + 128] = 0.9
    made = speak(log_mel(wav, GRID), network)
    centre = float((made**2 * torch.arange(len(made))).sum() / (made**2).sum())
    assert centre == pytest.approx(30 * 256 + 128, abs=64)


def test_nothing_comes_out_above_8_khz(network):
    wav = 0.1 * torch.randn(1, 60 * 256, generator=torch.Generator().manual_seed(0))
    spectrum = torch.fft.rfft(speak(log_mel(wav, GRID), network)).abs() ** 2
    hz = torch.fft.rfftfreq(60 * 256, 1 / GRID.sample_rate)
    assert spectrum[hz > 8100].mean() < 1e-4 * spectrum[hz < 7900].mean()


def test_what_is_beside_a_mel_in_its_batch_does_not_matter(network):
    mels = torch.randn(3, 80, 20, generator=torch.Generator().manual_seed(2)) - 5
    noise = torch.randn(3, 20 * 256 + 768, generator=torch.Generator().manual_seed(3))
    with torch.no_grad():
        together = network(mels, noise, torch.zeros(3))
        alone = network(mels[1:2], noise[1:2], torch.zeros(1))
    assert torch.allclose(together[1:2], alone, atol=1e-5)


def test_every_weight_takes_part(network):
    mel = torch.randn(1, 80, 16, generator=torch.Generator().manual_seed(2)) - 5
    fresh = VocoderNetwork(SMALL, GRID)
    for head in (fresh.network.head, fresh.pitch.network.head):
        torch.nn.init.normal_(head.weight, std=0.1)
    made = fresh(mel, torch.randn(1, 16 * 256 + 768), torch.zeros(1))
    guess = fresh.pitch(mel)
    (made.square().sum() + guess.candidates.square().sum() + guess.voicing.square().sum()).backward()
    silent = [name for name, p in fresh.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []
    rows = fresh.network.head.weight.grad.abs().sum(1).unflatten(0, (5, -1))
    assert (
        (rows > 0).float().mean(1) > 0.9
    ).all()  # gain, angle, noise, magnitude and share of nearly every bin


@pytest.mark.parametrize(("sizes", "said"), [({"kernel_size": 4}, "odd"), ({"width": 0}, "width: 0")])
def test_sizes_that_make_no_layer(sizes, said):
    with pytest.raises(InterpError, match=said):
        VocoderConfig(**sizes)
