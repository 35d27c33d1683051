"""The neural vocoder: ConvNeXt blocks over mel frames filter a harmonic excitation in an inverse-STFT head.

As in Vocos (Siuzdak 2023) a network at frame rate predicts magnitudes and phases, and the inverse STFT does
the upsampling. Unlike there, phase is an angle *relative to a pulse train* at the mel's own F0, and a second
filter shapes noise (source and filter in the time-frequency domain: HiFTNet, Li et al. 2023). So harmonics
are in step before any training, which is what takes Vocos most of its own.

A third output is a magnitude to be pulled towards, and how strongly, bin by bin: pulled, back to samples, and
pulled again, as in Griffin and Lim (1984), but learned through the iterations (Masuyama et al. 2019).
"""

from __future__ import annotations

import math

import numpy as np
import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

from interp.vocoders.neural.config import VocoderConfig
from interp.vocoders.neural.convnext import FrameNetwork
from interp.vocoders.neural.pitch import MEL_MEAN, MEL_STD, PitchReader, f0_of
from interp.vocoders.neural.source import excitation
from interp.vocoders.neural.stft import istft, margin, stft
from masks.grid import MelGrid

LARGEST_LOG_GAIN = math.log(1e3)
QUIETEST_SOURCE = 1e-4
QUIETEST_POWER = 1e-10
# How far below the mel's level noise starts, nepers.
NOISE_START = -1.5


class VocoderNetwork(nn.Module):
    """Natural log mel to samples.

    Every FFT bin up to ``grid.f_max_hz`` of every frame gets a gain and an angle for the pulse train, a gain
    for noise, a magnitude, and the share of the source's own magnitude that is kept. Gains and magnitude
    start from the mel itself, interpolated: an untrained network is a plain vocoder. Bins above are 0.
    """

    to_bins: Tensor
    filters: Tensor

    def __init__(self, config: VocoderConfig, grid: MelGrid) -> None:
        super().__init__()
        self.config, self.grid = config, grid
        self.pitch = PitchReader(config, grid)
        self.n_bins = int(grid.f_max_hz * grid.n_fft / grid.sample_rate) + 1
        self.network = FrameNetwork(
            2 * config.n_mels,
            5 * self.n_bins,
            config.width,
            config.mlp_width,
            config.n_blocks,
            config.kernel_size,
        )
        self.register_buffer("to_bins", _interpolation(grid, self.n_bins), persistent=False)
        self.register_buffer("filters", torch.tensor(grid.filter_bank[:, : self.n_bins]), persistent=False)

    def forward(
        self,
        mel: Float[Tensor, "batch n_mels frames"],
        noise: Float[Tensor, "batch samples"],
        start: Float[Tensor, " batch"],
    ) -> Float[Tensor, "batch samples_out"]:
        """Samples (batch, hop * frames); frame i of the mel is centred at hop (i + 1/2).

        Parameters
        ----------
        mel : (batch, n_mels, frames), natural log, clamped at 1e-5
        noise : (batch, hop * frames + n_fft - hop), standard normal, the excitation of what is unvoiced
        start : (batch,), cycles, phase of the pulse train
        """
        with torch.no_grad():
            f0_hz = f0_of(self.pitch(mel))
        with torch.autocast(mel.device.type, enabled=False):
            pulses, hiss = (s[:, : self.n_bins] for s in excitation(f0_hz, start, noise, self.grid))
            seen = (self.filters @ pulses.abs()).clamp(min=QUIETEST_SOURCE).log()
        refined = self.network(torch.cat([(mel - MEL_MEAN) / MEL_STD, (seen - MEL_MEAN) / MEL_STD], 1))
        with torch.autocast(mel.device.type, enabled=False):
            voice, angle, breath, magnitude, kept = refined.float().chunk(5, 1)
            # A filter's weights sum to 1 / (the FFT's spacing in Hz): the spectrum lies above the mel.
            level = self.to_bins @ mel + math.log(self.grid.sample_rate / self.grid.n_fft)
            source = torch.polar(_gain(level + voice), angle) * pulses
            source = source + _gain(level + NOISE_START + breath) * hiss
            wav = self._samples(pulled(source, level + magnitude, kept.sigmoid()))
            for _ in range(self.config.projections):
                again = stft(functional.pad(wav, (margin(self.grid),) * 2), self.grid)[:, : self.n_bins]
                wav = self._samples(pulled(again, level + magnitude, kept.sigmoid()))
            return wav

    def _samples(self, spectrum: Complex[Tensor, "batch bins frames"]) -> Float[Tensor, "batch samples"]:
        above = self.grid.n_fft // 2 + 1 - self.n_bins
        return istft(functional.pad(spectrum, (0, 0, 0, above)), self.grid)


def pulled(
    spectrum: Complex[Tensor, "*shape"], log_magnitude: Float[Tensor, "*shape"], kept: Float[Tensor, "*shape"]
) -> Complex[Tensor, "*shape"]:
    """The phase of a spectrum, and the weighted geometric mean of its magnitude and of another.

    Parameters
    ----------
    kept : share of the spectrum's own magnitude, 0 to 1; 1 changes nothing
    """
    own = 0.5 * (spectrum.real**2 + spectrum.imag**2 + QUIETEST_POWER).log()
    return spectrum * _gain((1 - kept) * (log_magnitude - own))


def _gain(log_gain: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
    """Clipped, as Vocos clips its magnitudes."""
    return log_gain.clamp(max=LARGEST_LOG_GAIN).exp()


def _interpolation(grid: MelGrid, n_bins: int) -> Float[Tensor, "bins n_mels"]:
    """Matrix from mel bins to FFT bins, linear in Hz between the filters' peaks."""
    place = np.clip(grid.bins_of_hz(np.arange(n_bins) * grid.sample_rate / grid.n_fft), 0, grid.n_mels - 1)
    triangles = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(grid.n_mels)))
    return torch.tensor(triangles, dtype=torch.float32)
