"""From sentences and references to mels: key groups, guided sampler, and what the tuning did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.readout import MassReadout
from guidance.trace import TraceRow, summarise
from interp.diffusion.sampler import StepState
from interp.estimators.contract import Engine, Piece
from interp.settings.synth import SynthSettings
from interp.synthesis.batch_run import BatchRun, batches_of, log_mel_of
from interp.synthesis.noted_masses import NotedMasses, time_after
from interp.synthesis.notes import guidance_warnings, tuning_notes
from interp.synthesis.result import GuidanceResult
from interp.synthesis.utterance import Utterance, pieces_of
from masks.grid import MelGrid


@dataclass(frozen=True)
class Decoded:
    """One text's mel and mu (n_mels, T), natural log, its pitch cells, what the tuning did, and notes."""

    mel: Float[np.ndarray, "n_mels frames"]
    mu: Float[np.ndarray, "n_mels frames"]
    target_mask: Bool[np.ndarray, "n_mels frames"]
    guidance: GuidanceResult | None
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Outcome:
    """What became of a piece."""

    mel: Tensor
    rows: tuple[TraceRow, ...]
    before: MassReadout | None
    after: MassReadout | None
    notes: tuple[str, ...]


def decode(
    engine: Engine,
    utterances: Sequence[Utterance],
    settings: SynthSettings,
    grid: MelGrid,
    for_report: bool = False,
    on_progress: Callable[[float], None] | None = None,
) -> list[Decoded]:
    """Decode several texts, each of one sentence or more; sentences run in batches and are joined in order.

    Raises
    ------
    InterpError
        Where a reference has no voice and its pitch is asked for, or the objective does not fit.
    """
    pieces = [p for i, utterance in enumerate(utterances) for p in pieces_of(i, utterance, settings, grid)]
    batches = list(batches_of(pieces))
    outcomes: list[_Outcome] = []
    for number, batch in enumerate(batches):
        share = _part_of(on_progress, number, len(batches))
        with torch.no_grad():
            binding = engine.bind(batch, settings, grid)
            run = BatchRun.of(binding, engine.process, batch, settings, grid)
            outcomes += _outcomes(run, for_report, share)
    return [
        _join([(p, o) for p, o in zip(pieces, outcomes, strict=True) if p.text == i], engine, settings)
        for i in range(len(utterances))
    ]


def _outcomes(run: BatchRun, for_report: bool, on_progress: Callable[[float], None]) -> list[_Outcome]:
    settings, times, tuning = run.sampling.settings, run.sampling.times, run.binding.tuning
    rows: list[TraceRow] = []
    enabled = settings.guidance.enabled
    t = time_after(settings.windows, times) if for_report and enabled else None
    noted = NotedMasses(run.binding.model, () if t is None else (t,))

    def show(state: StepState, _: Tensor) -> None:
        on_progress((state.index + 1) / settings.n_timesteps)

    x = run(noted.score, show, rows.append)
    before: Sequence[MassReadout | None] = [None] * len(run.pieces)
    after = before
    if t is not None:  # the untuned twin runs on the same noise
        before, after = (tuning.readouts(masses) for masses in (run.untuned_masses(t), noted.found[t]))
    warnings = guidance_warnings(settings, times) if enabled else ()
    outcomes = []
    for i, mel in enumerate(run.cut(x)):
        mine = tuple(replace(r, sample=0) for r in rows if r.sample == i)
        notes = (*run.binding.notes[i], *warnings, *tuning_notes([r.outcome for r in mine]))
        outcomes.append(_Outcome(mel, mine, before[i], after[i], notes))
    return outcomes


def _join(parts: Sequence[tuple[Piece, _Outcome]], engine: Engine, settings: SynthSettings) -> Decoded:
    """Sentences of one text, one after another."""
    mel = log_mel_of(engine, torch.cat([o.mel for _, o in parts], 1))
    mu = torch.cat([engine.to_log_mel(p.sentence.mu) for p, _ in parts], 1).cpu().numpy()
    rows = [row for _, o in parts for row in o.rows]
    return Decoded(
        mel=mel,
        mu=mu,
        target_mask=np.concatenate([p.target.pitch for p, _ in parts], 1),
        guidance=_guidance_result(rows, parts, settings) if rows else None,
        notes=tuple(dict.fromkeys(note for _, o in parts for note in o.notes)),
    )


def _guidance_result(
    rows: Sequence[TraceRow], parts: Sequence[tuple[Piece, _Outcome]], settings: SynthSettings
) -> GuidanceResult:
    """The tuning of all sentences; the masses are those of the first."""
    trace = [{"sentence": n, **row.as_dict()} for n, (_, o) in enumerate(parts) for row in o.rows]
    first = parts[0][1]
    guidance = settings.guidance
    return GuidanceResult(
        guidance.objective,
        guidance.scope,
        settings.windows.spans,
        summarise(rows),
        first.before,
        first.after,
        tuple(trace),
    )


def _part_of(on_progress: Callable[[float], None] | None, number: int, total: int) -> Callable[[float], None]:
    return lambda share: on_progress((number + share) / total) if on_progress else None
