"""The bench on which conditions run: cases to pieces, a model bound to them, one run of the sampler."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.objectives import objective_loss
from guidance.path import PathTuner
from guidance.tuner import NoiseTuner
from interp.audio.read import load_reference
from interp.audio.reference import ReferenceFeatures, reference_features
from interp.diffusion.noise import NoisePath, draw_noise
from interp.diffusion.sampler import SamplingCancelled, ScoreFunction, Tuner
from interp.estimators.contract import BatchModel, Binding, Piece
from interp.estimators.sentence import Sentence
from interp.experiment.kept import Kept
from interp.experiment.made import Cost, Made, Take
from interp.experiment.trial import Trial
from interp.experiment.witness import Counted, Witness
from interp.settings.synth import SynthSettings
from interp.synthesis.decoding import LARGEST_BATCH
from interp.synthesis.mass_probe import probe_index
from interp.synthesis.modes.temp import split_frame_of
from interp.synthesis.pieces import Pair, pieces_of
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.sampling import Sampling
from interp.synthesis.tuned_path import TunedPath, evaluations_read, normals_tuned
from interp.vocoders.choose import make_vocoder
from masks.errors import InterpError

MakeTuner = Callable[[BoundObjective, Sequence[Piece]], Tuner]


class Bench:
    """A synthesizer, taken apart so that conditions can change any of its parts.

    Nothing here depends on what else is in a batch but the time: a case comes out the same alone.
    ``takes`` and ``searched`` keep what several conditions of one case have in common: untuned runs, and
    objective and work of seeds that were run as far as the windows; each condition is charged for all of it.
    """

    def __init__(self, synthesizer: Synthesizer) -> None:
        self.engine, self.grid = synthesizer.engine, synthesizer.grid
        self._features: dict[tuple[str, float, float | None], ReferenceFeatures] = {}
        self._sentences: Kept[Sentence] = Kept(64)
        self.takes: Kept[Take] = Kept(256)
        self.searched: Kept[tuple[float, Cost]] = Kept(4096)

    def pair(self, trial: Trial, settings: SynthSettings) -> Pair:
        """Features of both references, kept once they are known."""
        return tuple(self._reference(str(path), settings) for path in trial.refs)

    def pieces(
        self,
        trials: Sequence[Trial],
        settings: SynthSettings,
        *,
        pairs: Sequence[Pair] | None = None,
        seeds: Sequence[int] | None = None,
    ) -> list[Piece]:
        """One sentence a case, with its own references and seed unless others are given.

        Raises
        ------
        InterpError
            When a reference or text will not do.
        """
        pairs = pairs or [self.pair(trial, settings) for trial in trials]
        seeds = seeds or [trial.seed for trial in trials]
        with torch.no_grad():
            sentences = self._sentences.values(
                [(trial.text, settings) for trial in trials],
                lambda new: [self.engine.encode(trials[i].text, settings) for i in new],
            )
        pieces = []
        for i, (sentence, pair, seed) in enumerate(zip(sentences, pairs, seeds, strict=True)):
            split = split_frame_of(settings, [sentence], self.grid)
            pieces += pieces_of(i, [sentence], pair, split, seed, settings, self.grid)
        return pieces

    def bind(self, pieces: Sequence[Piece], settings: SynthSettings) -> Binding:
        """The model of a batch."""
        with torch.no_grad():
            return self.engine.bind(pieces, settings, self.grid)

    def run(
        self,
        pieces: Sequence[Piece],
        settings: SynthSettings,
        *,
        change: Callable[[Binding, Sequence[Piece]], Binding] | None = None,
        make_tuner: MakeTuner | None = None,
    ) -> list[Take]:
        """Sample, tuned as the settings say, batch by batch.

        Parameters
        ----------
        change : of the bound model; masses are then read by the one as it was
        make_tuner : in place of `NoiseTuner`
        """
        return [take for part in _parts(pieces) for take in self._run(part, settings, change, make_tuner)]

    def _run(
        self,
        pieces: Sequence[Piece],
        settings: SynthSettings,
        change: Callable[[Binding, Sequence[Piece]], Binding] | None,
        make_tuner: MakeTuner | None,
    ) -> list[Take]:
        started = time.perf_counter()
        plain = self.bind(pieces, settings)
        binding = plain if change is None else change(plain, pieces)
        counted = Counted(binding.model, branches_of(settings))
        witness = Witness(counted, plain, ask_reader=change is not None)
        tuning = replace(binding.tuning, model=counted)
        sampling = Sampling(counted, self.engine.process, settings)
        noise, tuner = self.noise(pieces, sampling), None
        with torch.no_grad():
            if settings.guidance.enabled and settings.guidance.scope == "step":
                tuner = (make_tuner or _noise_tuner)(tuning, pieces)
            elif settings.guidance.enabled:
                noise = _tuned_path(sampling, tuning, noise)
            x = sampling(counted.score, noise, tuner=tuner, on_step=witness)
        cost = counted.cost + Cost(seconds=(time.perf_counter() - started) / len(pieces))
        mels = self.log_mels(x, pieces)
        return [Take(mel, witness.of(i), cost) for i, mel in enumerate(mels)]

    def run_score(
        self, score: ScoreFunction, model: BatchModel, pieces: Sequence[Piece], settings: SynthSettings
    ) -> list[Float[np.ndarray, "n_mels frames"]]:
        """Sample by any score function, untuned; `model` gives mu and mask."""
        sampling = Sampling(model, self.engine.process, settings)
        with torch.no_grad():
            return self.log_mels(sampling(score, self.noise(pieces, sampling)), pieces)

    def losses_at_probe(self, pieces: Sequence[Piece], settings: SynthSettings) -> list[tuple[float, Cost]]:
        """The objective of every piece at the first evaluation after the windows, untuned, and the work."""
        return [found for part in _parts(pieces) for found in self._losses_at_probe(part, settings)]

    def _losses_at_probe(self, pieces: Sequence[Piece], settings: SynthSettings) -> list[tuple[float, Cost]]:
        started = time.perf_counter()
        binding = self.bind(pieces, settings)
        counted = Counted(binding.model, branches_of(settings))
        sampling = Sampling(counted, self.engine.process, settings)
        last = last_index(settings, sampling.times)
        with torch.no_grad(), suppress(SamplingCancelled):
            noise = self.noise(pieces, sampling)
            sampling(counted.score, noise, on_step=lambda state, _: state.index < last)
        cost = Cost(counted.evaluations, 0.0, (time.perf_counter() - started) / len(pieces))
        return [(loss, cost) for loss in _losses(binding, counted)]

    def noise(self, pieces: Sequence[Piece], sampling: Sampling) -> NoisePath:
        """Fresh noise by the pieces' seeds, on the model's device."""
        lengths = [p.sentence.n_frames for p in pieces]
        seeds = [p.seed for p in pieces]
        drawn = draw_noise(seeds, lengths, sampling.n_increments, self.grid.n_mels)
        return drawn.to_like(sampling.model.mu)

    def log_mels(
        self, x: Float[Tensor, "batch n_mels frames"], pieces: Sequence[Piece]
    ) -> list[Float[np.ndarray, "n_mels frames"]]:
        """Natural log mels of the real frames.

        Raises
        ------
        InterpError
            When one of them is not finite.
        """
        if not bool(x.isfinite().all()):
            raise InterpError("checkpoint: its mel is not finite; raise n_timesteps or choose another solver")
        mels = self.engine.to_log_mel(x).cpu().numpy()
        return [
            np.maximum(mel[:, : p.sentence.n_frames], np.log(1e-5))
            for mel, p in zip(mels, pieces, strict=True)
        ]

    def finish(self, takes: Sequence[Take], pieces: Sequence[Piece], settings: SynthSettings) -> list[Made]:
        """Takes with their sound."""
        vocoder = make_vocoder(settings.vocoder, self.grid)
        made = []
        for take, piece in zip(takes, pieces, strict=True):
            wav = vocoder(take.mel)
            split = split_frame_of(settings, [piece.sentence], self.grid)
            split_s = None if split is None else split / self.grid.frame_rate_hz
            made.append(Made(wav / max(1.0, float(np.abs(wav).max(initial=0.0))), take, split_s))
        return made

    def _reference(self, path: str, settings: SynthSettings) -> ReferenceFeatures:
        key = (path, settings.ref_max_seconds, settings.ref_level_dbfs)
        if key not in self._features:
            recording = load_reference(path, self.grid, max_seconds=key[1], level_dbfs=key[2])
            self._features[key] = reference_features(recording, self.grid)
        return self._features[key]


def branches_of(settings: SynthSettings) -> int:
    """Evaluations of the network that one score takes."""
    return 1 + (settings.cfg_pitch != 1.0) + (settings.cfg_rest != 1.0)


def last_index(settings: SynthSettings, times: Sequence[float]) -> int:
    """The first evaluation after the windows, or the last one of all."""
    index = probe_index(settings.windows, tuple(times))
    return len(times) - 1 if index is None else index


def _losses(binding: Binding, counted: Counted) -> list[float]:
    tuning = binding.tuning
    assert counted.last is not None
    terms = tuning.objective.terms(2) or tuning.objective.terms(1)
    losses: list[float] = objective_loss(terms, counted.last, tuning.reading(counted.last)).tolist()
    return losses


def _noise_tuner(tuning: BoundObjective, _: Sequence[Piece]) -> Tuner:
    return NoiseTuner(tuning)


def _tuned_path(sampling: Sampling, tuning: BoundObjective, noise: NoisePath) -> NoisePath:
    """Scopes ``initial`` and ``trajectory``: the noise is tuned before the run."""
    guidance, times = sampling.settings.guidance, sampling.times
    n_evaluations = evaluations_read(sampling.settings, times)
    if n_evaluations == 0:
        return noise
    n_normals = normals_tuned(guidance, sampling.settings.sampler, n_evaluations)
    path = TunedPath(sampling, noise, n_evaluations, n_normals)
    return path.noise_of(PathTuner(tuning, path, times[0])(path.normals, sampling.model.frame_mask))


def _parts(pieces: Sequence[Piece]) -> list[Sequence[Piece]]:
    return [pieces[i : i + LARGEST_BATCH] for i in range(0, len(pieces), LARGEST_BATCH)]
