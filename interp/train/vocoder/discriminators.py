"""Discriminators of the vocoder: one a period (HiFi-GAN) and one an STFT resolution (UnivNet), all small."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.parametrizations import weight_norm

PERIODS = (2, 3, 5, 7, 11)
RESOLUTIONS = (512, 1024, 2048)
SLOPE = 0.1
# Speech at -23 dBFS has an RMS of 0.07: judged as it is, discriminators hardly learn.
GAIN = 10.0
Judged = tuple[Tensor, list[Tensor]]


class Judge(nn.Module):
    """A pile of 2-D convolutions: what it says of every place, and its feature maps.

    Parameters
    ----------
    widths : channels, input first
    kernel, stride : along both axes, of all but the last convolutions
    """

    def __init__(self, widths: Sequence[int], kernel: tuple[int, int], stride: tuple[int, int]) -> None:
        super().__init__()
        padding = (kernel[0] // 2, kernel[1] // 2)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, kernel, stride, padding)) for a, b in pairwise(widths)
        )
        self.verdict = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, x: Float[Tensor, "batch channels height width"]) -> Judged:
        """Verdicts and feature maps."""
        maps = []
        for layer in self.layers:
            x = functional.leaky_relu(layer(x), SLOPE)
            maps.append(x)
        return self.verdict(x), maps


class PeriodJudge(nn.Module):
    """Samples folded at a period: those a period apart lie in one column (Kong et al. 2020, section 2.3)."""

    def __init__(self, period: int, width: int) -> None:
        super().__init__()
        self.period = period
        self.judge = Judge((1, width, 4 * width, 8 * width, 8 * width), (5, 1), (3, 1))

    def forward(self, wav: Float[Tensor, "batch samples"]) -> Judged:
        """Verdicts and feature maps."""
        padded = functional.pad(wav[:, None], (0, -wav.shape[1] % self.period), mode="reflect")
        judged: Judged = self.judge(padded.reshape(len(wav), 1, -1, self.period))
        return judged


class ResolutionJudge(nn.Module):
    """Both parts of one STFT (several resolutions: Jang et al. 2021; complex: Zeghidour et al. 2021)."""

    def __init__(self, n_fft: int, width: int) -> None:
        super().__init__()
        self.n_fft = n_fft
        self.judge = Judge((2, width, 2 * width, 2 * width, 2 * width), (5, 3), (3, 1))

    def forward(self, wav: Float[Tensor, "batch samples"]) -> Judged:
        """Verdicts and feature maps."""
        window = torch.hann_window(self.n_fft, device=wav.device)
        x = torch.stft(
            wav.float(), self.n_fft, self.n_fft // 4, window=window, normalized=True, return_complex=True
        )
        judged: Judged = self.judge(torch.stack([x.real, x.imag], 1))
        return judged


class Discriminators(nn.Module):
    """All of them on the same samples.

    Parameters
    ----------
    width : channels of the narrowest layers
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.judges = nn.ModuleList(
            [*(PeriodJudge(p, width) for p in PERIODS), *(ResolutionJudge(n, width) for n in RESOLUTIONS)]
        )

    def forward(self, wav: Float[Tensor, "batch samples"]) -> tuple[list[Tensor], list[list[Tensor]]]:
        """Verdicts, one tensor a discriminator, and their feature maps."""
        judged = [judge(GAIN * wav) for judge in self.judges]
        return [verdict for verdict, _ in judged], [maps for _, maps in judged]
