"""F0 read off a log mel by a small network, for the vocoder's excitation; every frame gets a value."""

from __future__ import annotations

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float
from torch import Tensor, nn
from torch.nn import functional

from interp.vocoders.neural.config import VocoderConfig
from interp.vocoders.neural.convnext import FrameNetwork
from masks.f0 import FLOOR_HZ
from masks.grid import MelGrid
from masks.mel_f0 import STEPS_PER_SEMITONE, candidates_hz, comb_salience

UNVOICED_HZ = 150.0
PEAK_REACH = 3
BLUR_STEPS = 1.0
SALIENCE_SCALE = 10.0
MEL_MEAN, MEL_STD = -6.0, 2.0


class PitchGuess(NamedTuple):
    """``candidates`` (batch, n, frames) and ``voicing`` (batch, frames), both logits."""

    candidates: Float[Tensor, "batch candidates frames"]
    voicing: Float[Tensor, "batch frames"]


class PitchReader(nn.Module):
    """Classification over a raster of a quarter semitone, as CREPE does from samples (Kim et al. 2018).

    It sees the mel and the comb's salience of every candidate (`masks.mel_f0`) and adds to the latter, so
    that an untrained one is the comb.
    """

    def __init__(self, config: VocoderConfig, grid: MelGrid) -> None:
        super().__init__()
        self.grid = grid
        n_candidates = len(candidates_hz())
        self.network = FrameNetwork(
            config.n_mels + n_candidates,
            n_candidates + 1,
            config.pitch_width,
            3 * config.pitch_width,
            config.pitch_blocks,
            config.kernel_size,
        )

    def forward(self, mel: Float[Tensor, "batch n_mels frames"]) -> PitchGuess:
        """Logits for a natural log mel."""
        with torch.autocast(mel.device.type, enabled=False):
            salience = comb_salience(mel, self.grid)
        out = self.network(torch.cat([(mel - MEL_MEAN) / MEL_STD, salience], 1)).float()
        return PitchGuess(SALIENCE_SCALE * salience + out[:, :-1], out[:, -1])


def f0_of(guess: PitchGuess) -> Float[Tensor, "batch frames"]:
    """Hz in every frame: the mean around the likeliest candidate; unvoiced frames between their neighbours.

    150 Hz throughout where no frame is voiced.
    """
    return _hz(bridge(_likeliest(guess), guess.voicing > 0, _steps(torch.tensor(UNVOICED_HZ)).item()))


def _likeliest(guess: PitchGuess) -> Float[Tensor, "batch frames"]:
    """Steps of the raster."""
    best = guess.candidates.argmax(1, keepdim=True)
    n = guess.candidates.shape[1]
    near = (best + torch.arange(-PEAK_REACH, PEAK_REACH + 1, device=best.device)[:, None]).clamp(0, n - 1)
    return (guess.candidates.gather(1, near).softmax(1) * near).sum(1)


def bridge(
    x: Float[Tensor, "batch frames"], known: Bool[Tensor, "batch frames"], otherwise: float
) -> Float[Tensor, "batch frames"]:
    """Linear between known frames, constant before the first and after the last."""
    n = x.shape[1]
    index = torch.arange(n, device=x.device).expand_as(x)
    before = torch.where(known, index, -1).cummax(1).values
    after = torch.where(known, index, n).flip(1).cummin(1).values.flip(1)
    left = torch.where(before < 0, after, before).clamp(0, n - 1)
    right = torch.where(after >= n, before, after).clamp(0, n - 1)
    share = (index - left) / (right - left).clamp(min=1)
    filled = torch.lerp(x.gather(1, left), x.gather(1, right), share.clamp(0, 1).to(x))
    return torch.where(known.any(1, keepdim=True), filled, otherwise)


def pitch_loss(guess: PitchGuess, f0_hz: Float[Tensor, "batch frames"]) -> Float[Tensor, ""]:
    """Cross-entropies, of candidates against a Gaussian of a quarter semitone and of voicing, and distance.

    The distance is that of `f0_of` from F0 in quarter semitones, no more than 2: what is further off is
    another harmonic's, and a matter of the first.

    Parameters
    ----------
    f0_hz : (batch, frames), 0 where unvoiced
    """
    voiced = f0_hz > 0
    raster = torch.arange(guess.candidates.shape[1], device=f0_hz.device)[:, None]
    steps = _steps(f0_hz.clamp(min=FLOOR_HZ))
    offset = raster - steps[:, None]
    target = (-0.5 * (offset / BLUR_STEPS) ** 2).softmax(1)
    entropy = -(target * guess.candidates.log_softmax(1)).sum(1)
    distance = (_likeliest(guess) - steps).abs().clamp(max=2.0)
    pitch = ((entropy + distance) * voiced).sum() / voiced.sum().clamp(min=1)
    return pitch + functional.binary_cross_entropy_with_logits(guess.voicing, voiced.float())


def _steps(hz: Tensor) -> Tensor:
    return 12 * STEPS_PER_SEMITONE * torch.log2(hz / FLOOR_HZ)


def _hz(steps: Tensor) -> Tensor:
    return FLOOR_HZ * torch.exp2(steps / (12 * STEPS_PER_SEMITONE))
