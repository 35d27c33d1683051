"""The forward process: an Ornstein-Uhlenbeck drift from clean mel to noise about mu, and its closed forms.

With ``y = x - mu`` it is the variance-preserving SDE, ``y_t = a y_0 + sigma eps``.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from masks.errors import InterpError


@dataclass(frozen=True)
class DiffusionProcess:
    """Grad-TTS's process: ``beta(t)`` rises linearly; t = 1 is noise, t = 0 is data.

    Parameters
    ----------
    beta_min, beta_max : float, ``0 <= beta_min <= beta_max``, ``beta_max > 0``

    Raises
    ------
    InterpError
        If the betas are not ordered so.

    References
    ----------
    Popov et al. 2021, Grad-TTS, section 3.1; Song et al. 2021, Score-based generative modeling through SDEs,
    eq. 11.
    """

    beta_min: float = 0.05
    beta_max: float = 20.0

    def __post_init__(self) -> None:
        """Refuse betas that do not make a process from data to noise."""
        if not 0.0 <= self.beta_min <= self.beta_max or self.beta_max == 0.0:
            raise InterpError(
                f"process: beta_min={self.beta_min}, beta_max={self.beta_max}; allowed: 0 <= beta_min <= "
                "beta_max and beta_max > 0; give 0.05 and 20 for Grad-TTS"
            )

    def beta(self, t: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """Rate of noising at ``t`` in [0, 1]."""
        return self.beta_min + (self.beta_max - self.beta_min) * t

    def integral(self, t: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """B(t), the integral of beta from 0 to ``t``."""
        return self.beta_min * t + 0.5 * (self.beta_max - self.beta_min) * t**2

    def a_and_sigma(
        self, t: Float[Tensor, "*shape"]
    ) -> tuple[Float[Tensor, "*shape"], Float[Tensor, "*shape"]]:
        """Share of the data and deviation of the noise: ``a = exp(-B / 2)``, ``sigma^2 = 1 - a^2``."""
        noised = self.integral(t)
        # expm1, because 1 - a^2 loses every digit at small t
        return torch.exp(-0.5 * noised), torch.sqrt(-torch.expm1(-noised))

    def log_snr_half(self, t: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """``lambda = log(a / sigma)``, the solvers' clock; falls in t and is infinite at t = 0."""
        noised = self.integral(t)
        return -0.5 * torch.log(torch.expm1(noised))

    def time_of_log_snr_half(self, log_snr_half: Float[Tensor, "*shape"]) -> Float[Tensor, "*shape"]:
        """The ``t`` at which ``log_snr_half(t)`` has the given value."""
        noised = torch.nn.functional.softplus(-2.0 * log_snr_half)  # B = log(1 + e^(-2 lambda))
        slope = self.beta_max - self.beta_min
        # the positive root of slope t^2 / 2 + beta_min t = B, in the form that subtracts nothing
        return 2.0 * noised / (self.beta_min + torch.sqrt(self.beta_min**2 + 2.0 * slope * noised))

    def score_of_v(
        self, y: Float[Tensor, "B n_mels T"], v: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"]
    ) -> Float[Tensor, "B n_mels T"]:
        """Score from ``v = a eps - sigma y_0``: ``eps = sigma y + a v``, ``score = -eps / sigma``.

        References
        ----------
        Salimans and Ho 2022, Progressive distillation, appendix D (there v has the same sign).
        """
        a, sigma = self._planes(t)
        return -(y + (a / sigma) * v)

    def clean_of_score(
        self, y: Float[Tensor, "B n_mels T"], score: Float[Tensor, "B n_mels T"], t: Float[Tensor, " B"]
    ) -> Float[Tensor, "B n_mels T"]:
        """Predicted clean ``y_0`` (about mu): ``(y + sigma^2 score) / a``, Tweedie's formula."""
        a, sigma = self._planes(t)
        return (y + sigma**2 * score) / a

    def _planes(self, t: Float[Tensor, " B"]) -> tuple[Float[Tensor, "B 1 1"], Float[Tensor, "B 1 1"]]:
        a, sigma = self.a_and_sigma(t)
        return a[:, None, None], sigma[:, None, None]
