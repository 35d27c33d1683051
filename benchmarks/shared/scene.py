"""A sentence bound to the shipped checkpoint and the demo references, as the cost benchmarks need it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

import torch

from guidance.settings import GuidanceSettings
from interp.cli.jobs import DEMO_REFERENCES
from interp.diffusion.sampler import SamplingCancelled, StepState
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from interp.synthesis.batch_run import BatchRun
from interp.synthesis.decoding import decode
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.utterance import Utterance, pieces_of, utterance_of
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

    def bind(self, settings: SynthSettings, seed: int = 0) -> BatchRun:
        """Model, sampler and noise of the sentence."""
        engine, grid = self.synthesizer.engine, self.synthesizer.grid
        with torch.no_grad():
            pieces = pieces_of(0, self._utterance(settings, seed), settings, grid)
            return BatchRun.of(engine.bind(pieces, settings, grid), engine.process, pieces, settings, grid)

    def _utterance(self, settings: SynthSettings, seed: int) -> Utterance:
        synthesizer, sentences = self.synthesizer, [self.sentence]
        return utterance_of(
            synthesizer.engine, SENTENCE, self.pair, seed, settings, synthesizer.grid, sentences
        )

    def state_at(self, progress: float) -> StepState:
        """Where a plain run stands at the first step from this progress on."""
        run = self.bind(PLAIN)
        found: list[StepState] = []

        def stop(state: StepState, _: torch.Tensor) -> bool:
            found.append(state)
            return state.progress < progress

        with torch.no_grad(), suppress(SamplingCancelled):
            run.untuned(run.binding.model.score, stop)
        return found[-1]

    def mels(self, settings: SynthSettings, seeds: list[int]) -> list:
        """Log mels of the sentence, one a seed, decoded together."""
        utterances = [self._utterance(settings, seed) for seed in seeds]
        done = decode(self.synthesizer.engine, utterances, settings, self.synthesizer.grid)
        return [decoded.mel for decoded in done]


def with_layers(settings: SynthSettings, layers: tuple[int, ...]) -> SynthSettings:
    return replace(settings, guidance=replace(settings.guidance, layers=layers))
