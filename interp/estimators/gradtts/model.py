"""Grad-TTS as a whole: from symbols to the mean mel that is decoded, and the score that decodes it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import cast

from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from interp.estimators.gradtts.network import GradTTSEstimator, GradTTSEstimatorConfig
from interp.estimators.parts.alignment import expand, frame_mask_of
from interp.estimators.parts.duration import Rounding, whole_frames
from interp.estimators.parts.text_encoder import EncodedText, TextEncoder, TextEncoderConfig


@dataclass(frozen=True)
class GradTTSConfig:
    """Sizes of a Grad-TTS model; the defaults are those of its published single-speaker checkpoint.

    Parameters
    ----------
    n_spks : int, 1 for a model without speakers
    spk_emb_dim : int, channels of a speaker vector
    encoder : TextEncoderConfig. Published encoders hear no speaker (its ``spk_emb_dim`` 0); later code may.
    estimator : GradTTSEstimatorConfig, its ``spk_emb_dim`` 0 without speakers
    """

    n_spks: int = 1
    spk_emb_dim: int = 64
    encoder: TextEncoderConfig = field(default_factory=TextEncoderConfig)
    estimator: GradTTSEstimatorConfig = field(default_factory=GradTTSEstimatorConfig)


@dataclass(frozen=True)
class GradTTSConditions:
    """What the decoder is given for a batch of sentences.

    Parameters
    ----------
    mu : (B, F, T), mean mel, 0 on padded frames
    frame_mask : (B, T), True on real frames
    durations : (B, N), frames of each symbol
    spk : (B, E) or None, speaker vectors
    """

    mu: Float[Tensor, "B F T"]
    frame_mask: Bool[Tensor, "B T"]
    durations: Int[Tensor, "B N"]
    spk: Float[Tensor, "B E"] | None


class GradTTS(nn.Module):
    """Text encoder, duration predictor and score estimator under the official names of their parameters.

    The reverse process is the sampler's: it takes `score` as a function.
    """

    def __init__(self, config: GradTTSConfig) -> None:
        super().__init__()
        assert (config.n_spks > 1) == (config.estimator.spk_emb_dim > 0), config
        self.config = config
        if config.n_spks > 1:
            self.spk_emb = nn.Embedding(config.n_spks, config.spk_emb_dim)
        self.encoder = TextEncoder(config.encoder)
        self.decoder = nn.ModuleDict({"estimator": GradTTSEstimator(config.estimator)})

    @property
    def estimator(self) -> GradTTSEstimator:
        """The U-Net."""
        return cast(GradTTSEstimator, self.decoder["estimator"])

    def conditions(
        self,
        ids: Int[Tensor, "B N"],
        lengths: Int[Tensor, " B"],
        speaker: Int[Tensor, " B"] | None = None,
        length_scale: float = 1.0,
    ) -> GradTTSConditions:
        """Encode sentences and lay their mean mel out in time.

        Parameters
        ----------
        ids : (B, N), symbols
        lengths : (B,), real symbols of each sentence
        speaker : (B,), 0..n_spks - 1, for a model with speakers
        length_scale : float > 0, larger is slower; before the ceiling, after it with official padding
        """
        spk = None if speaker is None else self.spk_emb(speaker)
        text = self.encode(ids, lengths, spk)
        rounding: Rounding = "ceil_then_scale" if self.config.estimator.padding == "official" else "ceil"
        durations = whole_frames(text.log_durations, text.x_mask, length_scale, rounding)
        return GradTTSConditions(expand(text.mu_x, durations), frame_mask_of(durations), durations, spk)

    def encode(
        self,
        ids: Int[Tensor, "B N"],
        lengths: Int[Tensor, " B"],
        spk: Float[Tensor, "B E"] | None = None,
    ) -> EncodedText:
        """Mean mel and log duration of each symbol, for speaker vectors where the encoder hears them."""
        hears = self.config.encoder.spk_emb_dim > 0
        text: EncodedText = self.encoder(ids, lengths, spk if hears else None)
        return text

    def score(
        self, x_t: Float[Tensor, "B F T"], t: Float[Tensor, " B"], conditions: GradTTSConditions
    ) -> Float[Tensor, "B F T"]:
        """Score of ``x_t`` at diffusion time ``t``."""
        score: Tensor = self.estimator(x_t, conditions.frame_mask, conditions.mu, t, conditions.spk)
        return score
