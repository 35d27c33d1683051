"""The trained vocoder as the pipeline takes it: the same samples whenever it is asked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from jaxtyping import Float

from interp.vocoders.neural.network import VocoderNetwork
from interp.vocoders.neural.weights import load_vocoder, shipped_vocoder
from masks.grid import MelGrid


@dataclass(frozen=True)
class NeuralVocoder:
    """A trained network (`interp.vocoders.neural.network`) on the CPU, the same samples whenever it is asked.

    Its noise comes from a fixed seed, and the pulse train starts at phase 0.

    Parameters
    ----------
    network : VocoderNetwork, in evaluation
    """

    network: VocoderNetwork

    @classmethod
    def load(cls, grid: MelGrid, path: Path | None = None) -> NeuralVocoder:
        """The vocoder that ships, or one of another file.

        Raises
        ------
        InterpError
            When the file is missing, damaged or made for another mel.
        """
        return cls(load_vocoder(path or shipped_vocoder(), grid))

    @property
    def name(self) -> str:
        """The name it is registered and reported under."""
        return "neural"

    def __call__(self, mel: Float[np.ndarray, "n_mels frames"]) -> Float[np.ndarray, " samples"]:
        """Samples (hop * frames,), float32, from a natural-log mel."""
        grid = self.network.grid
        n_noise = mel.shape[1] * grid.hop_length + grid.n_fft - grid.hop_length
        noise = torch.randn(1, n_noise, generator=torch.Generator().manual_seed(0))
        with torch.inference_mode():
            wav = self.network(torch.from_numpy(mel).float()[None], noise, torch.zeros(1))
        return np.asarray(wav[0].numpy(), dtype=np.float32)
