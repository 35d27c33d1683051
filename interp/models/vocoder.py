"""The neural vocoder: ConvNeXt blocks over mel frames filter a harmonic excitation in an inverse-STFT head.

As in Vocos (Siuzdak 2023) a network at frame rate predicts magnitudes and phases, and the inverse STFT does
the upsampling. Unlike there, phase is an angle *relative to a pulse train* at the mel's own F0, and a second
filter shapes noise (source and filter in the time-frequency domain: HiFTNet, Li et al. 2023). So harmonics
are in step before any training, which is what takes Vocos most of its own.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from jaxtyping import Complex, Float
from torch import Tensor, nn
from torch.nn import functional

from interp.models.convnext import FrameNetwork
from interp.models.vocoder_config import VocoderConfig
from interp.models.vocoder_pitch import MEL_MEAN, MEL_STD, PitchReader, f0_of
from interp.models.vocoder_source import excitation
from interp.models.vocoder_stft import istft
from masks.grid import MelGrid

LARGEST_LOG_GAIN = math.log(1e3)
QUIETEST_SOURCE = 1e-4
# How far below the mel's level noise starts, nepers.
NOISE_START = -1.5


class VocoderNetwork(nn.Module):
    """Natural log mel to samples.

    Every FFT bin up to ``grid.f_max_hz`` of every frame gets a gain and an angle for the pulse train and a
    gain for noise; both gains start from the mel itself, interpolated, so that an untrained network is a
    plain harmonics-plus-noise vocoder. Bins above are 0.
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
            3 * self.n_bins,
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
            spectrum = self._filtered(mel, refined.float(), pulses, hiss)
            above = self.grid.n_fft // 2 + 1 - self.n_bins
            return istft(functional.pad(spectrum, (0, 0, 0, above)), self.grid)

    def _filtered(
        self,
        mel: Float[Tensor, "batch n_mels frames"],
        refined: Float[Tensor, "batch three_bins frames"],
        pulses: Complex[Tensor, "batch bins frames"],
        hiss: Complex[Tensor, "batch bins frames"],
    ) -> Complex[Tensor, "batch bins frames"]:
        # A filter's weights sum to 1 / (the FFT's spacing in Hz): so much above the mel lies the spectrum.
        level = self.to_bins @ mel + math.log(self.grid.sample_rate / self.grid.n_fft)
        voice, angle, breath = refined.chunk(3, 1)
        voice_gain = (level + voice).clamp(max=LARGEST_LOG_GAIN).exp()
        breath_gain = (level + NOISE_START + breath).clamp(max=LARGEST_LOG_GAIN).exp()
        return torch.polar(voice_gain, angle) * pulses + breath_gain * hiss


def _interpolation(grid: MelGrid, n_bins: int) -> Float[Tensor, "bins n_mels"]:
    """Matrix from mel bins to FFT bins, linear in Hz between the filters' peaks."""
    place = np.clip(grid.bins_of_hz(np.arange(n_bins) * grid.sample_rate / grid.n_fft), 0, grid.n_mels - 1)
    triangles = np.maximum(0.0, 1.0 - np.abs(place[:, None] - np.arange(grid.n_mels)))
    return torch.tensor(triangles, dtype=torch.float32)
