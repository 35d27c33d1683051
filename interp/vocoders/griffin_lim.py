"""Griffin-Lim: the vocoder that needs no training."""

from __future__ import annotations

from dataclasses import dataclass, field

import librosa
import numpy as np
from jaxtyping import Float

from masks.grid import MelGrid

SPECTRUM_ITERATIONS = 50
PHASE_ITERATIONS = 60


@dataclass(frozen=True)
class GriffinLim:
    """Fast Griffin-Lim (Perraudin et al. 2013) on a non-negative estimate of the linear spectrum.

    Parameters
    ----------
    grid : MelGrid
    n_iterations : int, of the phase; 60 costs about 0.1 s a second of speech on one CPU core
    """

    grid: MelGrid = field(default_factory=MelGrid)
    n_iterations: int = PHASE_ITERATIONS

    @property
    def name(self) -> str:
        """The name it is registered and reported under."""
        return "griffin-lim"

    def __call__(self, mel: Float[np.ndarray, "n_mels frames"]) -> Float[np.ndarray, " samples"]:
        """Samples (hop * frames,), float32, from a natural-log mel; start phases from a fixed seed."""
        n_samples = mel.shape[1] * self.grid.hop_length
        padded = librosa.griffinlim(
            spectrum_of_mel(mel, self.grid),
            n_iter=self.n_iterations,
            hop_length=self.grid.hop_length,
            n_fft=self.grid.n_fft,
            center=False,
            random_state=0,
        )
        # The mel's STFT pads (n_fft - hop) / 2 on both sides; here that padding comes out as samples.
        pad = (self.grid.n_fft - self.grid.hop_length) // 2
        return np.asarray(padded[pad : pad + n_samples], dtype=np.float32)


def spectrum_of_mel(
    mel: Float[np.ndarray, "n_mels frames"], grid: MelGrid
) -> Float[np.ndarray, "n_freqs frames"]:
    """Non-negative linear magnitudes whose mel is the given one.

    Multiplicative updates of non-negative least squares (Lee and Seung 2001, filters fixed), started from the
    transposed bank: on 4 s of speech the mel's mean error is 0.003 nepers after 0.07 s, against 0.04 nepers
    after 0.9 s by ``librosa.util.nnls``.
    """
    bank = grid.filter_bank.astype(np.float32)
    magnitude = np.exp(mel).astype(np.float32)
    target = bank.T @ magnitude
    spectrum = target + 1e-8
    for _ in range(SPECTRUM_ITERATIONS):
        spectrum *= target / np.maximum(bank.T @ (bank @ spectrum), 1e-12)
    return np.asarray(spectrum)
