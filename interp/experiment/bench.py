"""The bench on which conditions run: cases to pieces, a model bound to them, one run of the sampler."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from guidance.bound_objective import BoundObjective
from guidance.trace import TraceRow
from guidance.tuner import NoiseTuner
from interp.diffusion.sampler import ScoreFunction, StepState, Tuner
from interp.estimators.contract import Binding, Piece
from interp.estimators.sentence import Sentence
from interp.experiment.kept import Kept
from interp.experiment.made import Cost, Made, Masses, Take
from interp.experiment.trial import Trial
from interp.settings.synth import SynthSettings
from interp.synthesis.batch_run import BatchRun, batches_of, log_mel_of
from interp.synthesis.noted_masses import NotedMasses, time_after
from interp.synthesis.pipeline import Synthesizer
from interp.synthesis.utterance import Pair, Utterance, pieces_of, utterance_of
from interp.vocoders.choose import make_vocoder, sound_of
from masks.groups import STYLE_GROUPS

MakeTuner = Callable[[BoundObjective, Sequence[Piece]], Tuner]
Change = Callable[[Binding, Sequence[Piece]], Binding]


class Bench:
    """A synthesizer, taken apart so that conditions can change any of its parts.

    Nothing here depends on what else is in a batch but the time: a case comes out the same alone.
    ``takes`` and ``searched`` keep what several conditions of one case have in common: untuned runs, and
    objective and work of seeds that were run as far as the windows; each condition is charged for all of it.
    """

    def __init__(self, synthesizer: Synthesizer) -> None:
        self.engine, self.grid = synthesizer.engine, synthesizer.grid
        self._reference = synthesizer.reference
        self._sentences: Kept[Sentence] = Kept(64)
        self.takes: Kept[Take] = Kept(256)
        self.searched: Kept[tuple[float, Cost]] = Kept(4096)

    def pair(self, trial: Trial, settings: SynthSettings) -> Pair:
        """Features of both references."""
        return tuple(self._reference(path, settings) for path in trial.refs)

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
        said = [
            self._utterance(sentence, pair, seed, settings)
            for sentence, pair, seed in zip(sentences, pairs, seeds, strict=True)
        ]
        return [piece for i, one in enumerate(said) for piece in pieces_of(i, one, settings, self.grid)]

    def bind(self, pieces: Sequence[Piece], settings: SynthSettings) -> Binding:
        """The model of a batch."""
        with torch.no_grad():
            return self.engine.bind(pieces, settings, self.grid)

    def run(
        self,
        pieces: Sequence[Piece],
        settings: SynthSettings,
        *,
        change: Change | None = None,
        make_tuner: MakeTuner | None = None,
    ) -> list[Take]:
        """Sample, tuned as the settings say, batch by batch.

        Parameters
        ----------
        change : of the bound model; masses are then read by the one as it was
        make_tuner : in place of `NoiseTuner`
        """
        return [take for part in batches_of(pieces) for take in self._run(part, settings, change, make_tuner)]

    def _run(
        self,
        pieces: Sequence[Piece],
        settings: SynthSettings,
        change: Change | None,
        make_tuner: MakeTuner | None,
    ) -> list[Take]:
        started = time.perf_counter()
        with torch.no_grad():
            plain = self._batch(pieces, settings)
            asked = plain.binding if change is None else change(plain.binding, pieces)
            noted = NotedMasses(asked.model, plain.sampling.times)
            # Where the model asked has other groups, the plain one is asked once more a step.
            reader = noted if change is None else NotedMasses(plain.binding.model, noted.times)
            seen = replace(asked, model=noted, tuning=replace(asked.tuning, model=noted))
            run = replace(plain, binding=seen, sampling=replace(plain.sampling, model=noted))

            def read(state: StepState, _: Tensor) -> None:
                if reader is not noted:
                    reader.score(state.x_t, state.times)

            x = run(noted.score, read, make_tuner=_with_pieces(make_tuner, pieces))
        seconds = (time.perf_counter() - started) / len(pieces)
        cost = Cost(float(noted.evaluations * branches_of(settings)), float(noted.gradients), seconds)
        masses = _numbers(plain.binding.tuning, reader)
        return [Take(log_mel_of(self.engine, mel), masses[i], cost) for i, mel in enumerate(run.cut(x))]

    def _batch(self, pieces: Sequence[Piece], settings: SynthSettings) -> BatchRun:
        binding = self.bind(pieces, settings)
        return BatchRun.of(binding, self.engine.process, pieces, settings, self.grid)

    def run_score(
        self, score: ScoreFunction, binding: Binding, pieces: Sequence[Piece], settings: SynthSettings
    ) -> list[Float[np.ndarray, "n_mels frames"]]:
        """Sample by any score function, untuned; the binding's model gives mu and mask."""
        with torch.no_grad():
            run = BatchRun.of(binding, self.engine.process, pieces, settings, self.grid)
            return [log_mel_of(self.engine, mel) for mel in run.cut(run.untuned(score))]

    def losses_at_probe(self, pieces: Sequence[Piece], settings: SynthSettings) -> list[tuple[float, Cost]]:
        """The objective of every piece at the first evaluation after the windows, untuned, and the work."""
        return [found for part in batches_of(pieces) for found in self._losses_at_probe(part, settings)]

    def _losses_at_probe(self, pieces: Sequence[Piece], settings: SynthSettings) -> list[tuple[float, Cost]]:
        started = time.perf_counter()
        with torch.no_grad():
            run = self._batch(pieces, settings)
            times, after = run.sampling.times, time_after(settings.windows, run.sampling.times)
            last = times[-1] if after is None else after
            losses: list[float] = run.binding.tuning.losses(run.untuned_masses(last)).tolist()
        n_evaluations = (times.index(last) + 1) * branches_of(settings)
        cost = Cost(n_evaluations, 0.0, (time.perf_counter() - started) / len(pieces))
        return [(loss, cost) for loss in losses]

    def finish(self, takes: Sequence[Take], pieces: Sequence[Piece], settings: SynthSettings) -> list[Made]:
        """Takes with their sound."""
        vocoder = make_vocoder(settings.vocoder, self.grid)
        made = []
        for take, piece in zip(takes, pieces, strict=True):
            wav = sound_of(vocoder, take.mel)
            switch = self._utterance(piece.sentence, piece.pair, piece.seed, settings).switch
            split_s = None if switch is None else switch / self.grid.frame_rate_hz
            made.append(Made(wav, take, split_s))
        return made

    def _utterance(self, sentence: Sentence, pair: Pair, seed: int, settings: SynthSettings) -> Utterance:
        return utterance_of(self.engine, "", pair, seed, settings, self.grid, [sentence])


def branches_of(settings: SynthSettings) -> int:
    """Evaluations of the network that one score takes."""
    return 1 + (settings.cfg_pitch != 1.0) + (settings.cfg_rest != 1.0)


def _numbers(tuning: BoundObjective, noted: NotedMasses) -> list[Masses]:
    """What was noted at every time, sample by sample."""
    t, found = np.array(noted.times), [noted.found[t] for t in noted.times]
    readouts = [tuning.readouts(masses) for masses in found]
    losses = np.array([tuning.losses(masses).tolist() for masses in found])
    names = [name for name in STYLE_GROUPS if name in readouts[0][0].raw]
    return [
        Masses(
            t,
            np.array([[readout.raw[name] for name in names] for readout in of_sample]),
            np.array([[readout.relative[name] for name in names] for readout in of_sample]),
            losses[:, i],
        )
        for i, of_sample in enumerate(zip(*readouts, strict=True))
    ]


def _with_pieces(
    make_tuner: MakeTuner | None, pieces: Sequence[Piece]
) -> Callable[[BoundObjective, Callable[[TraceRow], None]], Tuner]:
    return NoiseTuner if make_tuner is None else lambda tuning, _: make_tuner(tuning, pieces)
