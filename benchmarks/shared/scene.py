"""A sentence bound to the shipped checkpoint and the demo references, as the cost benchmarks need it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import torch

from guidance.settings import GuidanceSettings
from interp.cli.jobs import DEMO_REFERENCES
from interp.diffusion.noise import NoisePath, draw_noise
from interp.diffusion.sampler import SamplingCancelled, StepState
from interp.estimators.contract import Binding
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from interp.synthesis.decoding import decode
from interp.synthesis.pieces import pieces_of
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.sampling import Sampling
from interp.system.shipped import data_path

SENTENCE = "The boy was there when the sun rose, and he told them what he had seen."
PLAIN = SynthSettings(guidance=GuidanceSettings(enabled=False))
GUIDED = SynthSettings()


@dataclass(frozen=True)
class Scene:
    """A synthesizer, an encoded sentence, the demo references."""

    synthesizer: Synthesizer
    sentence: Sentence
    pair: tuple

    @classmethod
    def load(cls, checkpoint: str = "default", text: str = SENTENCE) -> Scene:
        synthesizer = Synthesizer.load(checkpoint)
        with torch.no_grad():
            sentence = synthesizer.engine.encode(text, PLAIN)
        pair = tuple(synthesizer.reference(data_path(name), PLAIN) for name in DEMO_REFERENCES)
        return cls(synthesizer, sentence, pair)

    @property
    def seconds(self) -> float:
        return self.sentence.n_frames / self.synthesizer.grid.frame_rate_hz

    def bind(self, settings: SynthSettings, seed: int = 0) -> tuple[Binding, Sampling, NoisePath]:
        """Model, sampler and noise of the sentence."""
        engine, grid = self.synthesizer.engine, self.synthesizer.grid
        with torch.no_grad():
            binding = engine.bind(
                pieces_of(0, [self.sentence], self.pair, None, seed, settings, grid), settings, grid
            )
        sampling = Sampling(binding.model, engine.process, settings)
        return (
            binding,
            sampling,
            draw_noise([seed], [self.sentence.n_frames], sampling.n_increments, grid.n_mels),
        )

    def state_at(self, progress: float) -> StepState:
        """Where a plain run stands at the first step from this progress on."""
        binding, sampling, noise = self.bind(PLAIN)
        found: list[StepState] = []

        def stop(state: StepState, _: torch.Tensor) -> bool:
            found.append(state)
            return state.progress < progress

        with torch.no_grad(), suppress(SamplingCancelled):
            sampling(binding.model.score, noise, on_step=stop)
        return found[-1]

    def mels(self, settings: SynthSettings, seeds: list[int]) -> list:
        """Log mels of the sentence, one a seed, decoded together."""
        n = len(seeds)
        texts, pairs, synthesizer = [[self.sentence]] * n, [self.pair] * n, self.synthesizer
        done = decode(synthesizer.engine, texts, pairs, [None] * n, seeds, settings, synthesizer.grid)
        return [decoded.mel for decoded in done]


def with_layers(settings: SynthSettings, layers: tuple[int, ...]) -> SynthSettings:
    return replace(settings, guidance=replace(settings.guidance, layers=layers))
