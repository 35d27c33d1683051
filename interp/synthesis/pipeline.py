"""The way through: text and two recordings, features, conditions, key groups, guided sampler, mel, sound."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from interp.audio.read import load_reference
from interp.audio.reference import ReferenceFeatures, reference_features
from interp.checkpoints.checkpoint import Checkpoint, load_checkpoint
from interp.estimators.registry import engine_of
from interp.settings.synth import SynthSettings
from interp.synthesis.decoding import Decoded, decode
from interp.synthesis.notes import pitch_notes, unused_notes, voicing_notes
from interp.synthesis.result import ReferenceResult, Synthesis
from interp.synthesis.utterance import Utterance, utterance_of
from interp.system.cpu_memory import keep_freed_memory
from interp.system.device import choose_device
from interp.vocoders.choose import make_vocoder, sound_of
from interp.vocoders.contract import Vocoder
from masks.f0 import extract_f0
from masks.grid import MelGrid

Progress = Callable[[float], None]


@dataclass(frozen=True)
class Request:
    """One text to speak, the paths of its two references, a seed of its own (None: that of the settings)."""

    text: str
    ref1: str | Path
    ref2: str | Path
    seed: int | None = None


class Synthesizer:
    """A loaded model that speaks; references are read and analysed once and kept.

    Examples
    --------
    >>> from interp import Synthesizer
    >>> synthesizer = Synthesizer.load("default")
    >>> spoken = synthesizer("Good morning.", "a.wav", "b.wav")
    >>> spoken.wav, spoken.sample_rate, spoken.durations
    """

    def __init__(self, checkpoint: Checkpoint, grid: MelGrid | None = None) -> None:
        self.checkpoint = checkpoint
        self.engine = engine_of(checkpoint.model)
        self.grid = grid or MelGrid()
        self._features: dict[tuple[str, float, float | None], ReferenceFeatures] = {}

    @classmethod
    def load(cls, checkpoint: str | Path = "default", device: str = "auto") -> Synthesizer:
        """Load a checkpoint onto a device (``auto``: a GPU where there is one).

        Raises
        ------
        InterpError
            When the checkpoint or the device is not there or will not do.
        """
        keep_freed_memory()
        return cls(load_checkpoint(checkpoint, choose_device(device)))

    def __call__(
        self,
        text: str,
        ref1: str | Path,
        ref2: str | Path,
        settings: SynthSettings | None = None,
        *,
        for_report: bool = False,
        on_progress: Progress | None = None,
    ) -> Synthesis:
        """Speak one text; see `batch`."""
        return self.batch(
            [Request(text, ref1, ref2)], settings, for_report=for_report, on_progress=on_progress
        )[0]

    def batch(
        self,
        requests: Sequence[Request],
        settings: SynthSettings | None = None,
        *,
        for_report: bool = False,
        on_progress: Progress | None = None,
    ) -> list[Synthesis]:
        """Speak several texts with the same settings in one run of the sampler.

        Parameters
        ----------
        requests : what to speak; a long text is split into sentences, which are joined again
        settings : None for the defaults
        for_report : also decode the untuned twin as far as the masses of a report need it
        on_progress : called with the share of the work that is done, 0 to 1

        Raises
        ------
        InterpError
            For a text without a word, a reference that will not do, or settings that do not fit.
        """
        if not requests:
            return []
        started = time.perf_counter()
        asked = settings or SynthSettings()
        settings, adapted = self.engine.adapt(asked)
        vocoder = make_vocoder(settings.vocoder, self.grid)
        utterances = [
            utterance_of(
                self.engine,
                r.text,
                (self.reference(r.ref1, settings), self.reference(r.ref2, settings)),
                settings.seed if r.seed is None else r.seed,
                settings,
                self.grid,
            )
            for r in requests
        ]
        decoded = decode(self.engine, utterances, settings, self.grid, for_report, on_progress)
        seconds = (time.perf_counter() - started) / len(requests)
        told = (*unused_notes(asked), *adapted)
        return [
            self._finish(utterance, one, settings, vocoder, seconds, told)
            for utterance, one in zip(utterances, decoded, strict=True)
        ]

    def reference(self, path: str | Path, settings: SynthSettings) -> ReferenceFeatures:
        """A recording as it is heard with these settings; analysed once.

        Raises
        ------
        InterpError
            When the recording cannot be read or used.
        """
        key = (str(path), settings.ref_max_seconds, settings.ref_level_dbfs)
        if key not in self._features:
            recording = load_reference(
                path, self.grid, max_seconds=settings.ref_max_seconds, level_dbfs=settings.ref_level_dbfs
            )
            self._features[key] = reference_features(recording, self.grid)
        return self._features[key]

    def _finish(
        self,
        utterance: Utterance,
        decoded: Decoded,
        settings: SynthSettings,
        vocoder: Vocoder,
        seconds: float,
        told: Sequence[str],
    ) -> Synthesis:
        started = time.perf_counter()
        wav = sound_of(vocoder, decoded.mel)
        f0_hz = extract_f0(wav, self.grid, decoded.mel.shape[1])
        sentences, pair, split = utterance.sentences, utterance.pair, utterance.switch
        switch = None if split is None else round(split)
        own = slice(switch)  # the part that reference 1 decides
        voiced = utterance.voiced
        voiced_s = np.count_nonzero(voiced[own]) * self.grid.hop_length / self.grid.sample_rate
        notes = (
            [note for reference in pair for note in reference.recording.notes]
            + [note for s in sentences for note in s.phonemes.warnings]
            + list(told)
            + list(decoded.notes)
            + list(voicing_notes(f0_hz, voiced))
            + list(pitch_notes(f0_hz[own], pair[0].f0_hz, voiced_s, settings.guidance.enabled))
        )
        return Synthesis(
            text=utterance.text,
            phonemes=tuple(symbol for s in sentences for symbol in s.phonemes.symbols),
            durations=np.concatenate([s.durations for s in sentences]),
            words=utterance.words,
            mel=decoded.mel,
            mu=decoded.mu,
            wav=wav,
            f0_hz=f0_hz,
            target_mask=decoded.target_mask,
            references=tuple(_reference_result(reference) for reference in pair),
            guidance=decoded.guidance,
            settings=replace(settings, seed=utterance.seed),
            seconds_wall=seconds + time.perf_counter() - started,
            grid=self.grid,
            split_frame=switch,
            notes=tuple(dict.fromkeys(notes)),
            checkpoint_sha256=self.checkpoint.sha256,
        )


def _reference_result(reference: ReferenceFeatures) -> ReferenceResult:
    recording = reference.recording
    return ReferenceResult(str(recording.path), recording.wav, reference.mel, reference.f0_hz, reference.mask)
