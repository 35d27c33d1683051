"""From sentences and references to mels: key groups, guided sampler, and what the tuning did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from guidance.readout import MassReadout
from guidance.trace import TraceRow, summarise
from guidance.tuner import NoiseTuner
from interp.audio.reference import ReferenceFeatures
from interp.diffusion.noise import NoisePath, draw_noise
from interp.diffusion.sampler import SamplingCancelled, StepState
from interp.estimators.contract import Binding, Engine, Piece
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from interp.synthesis.mass_probe import MassProbe, probe_index
from interp.synthesis.notes import guidance_warnings
from interp.synthesis.pieces import pieces_of
from interp.synthesis.result import GuidanceResult
from interp.synthesis.sampling import Sampling
from interp.synthesis.tuned_path import tuned_path
from masks.errors import InterpError
from masks.grid import MelGrid

LARGEST_BATCH = 8


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
    texts: Sequence[Sequence[Sentence]],
    pairs: Sequence[Sequence[ReferenceFeatures]],
    splits: Sequence[float | None],
    seeds: Sequence[int],
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
    pieces = [
        piece
        for i, (sentences, pair, split, seed) in enumerate(zip(texts, pairs, splits, seeds, strict=True))
        for piece in pieces_of(i, sentences, pair, split, seed, settings, grid)
    ]
    batches = [pieces[i : i + LARGEST_BATCH] for i in range(0, len(pieces), LARGEST_BATCH)]
    outcomes: list[_Outcome] = []
    for number, batch in enumerate(batches):
        share = _part_of(on_progress, number, len(batches))
        with torch.no_grad():
            outcomes += _decode_batch(engine, batch, settings, grid, for_report, share)
    return [
        _join([(p, o) for p, o in zip(pieces, outcomes, strict=True) if p.text == i], engine, settings)
        for i in range(len(texts))
    ]


def _decode_batch(
    engine: Engine,
    pieces: Sequence[Piece],
    settings: SynthSettings,
    grid: MelGrid,
    for_report: bool,
    on_progress: Callable[[float], None],
) -> list[_Outcome]:
    binding = engine.bind(pieces, settings, grid)
    sampling = Sampling(binding.model, engine.process, settings)
    lengths = [p.sentence.n_frames for p in pieces]
    noise = draw_noise([p.seed for p in pieces], lengths, sampling.n_increments, grid.n_mels)
    rows: list[TraceRow] = []
    enabled = settings.guidance.enabled
    index = probe_index(settings.windows, sampling.times) if for_report and enabled else None
    probe = MassProbe(binding.model, None if index is None else sampling.times[index])

    def show(state: StepState, _: Tensor) -> None:
        on_progress((state.index + 1) / settings.n_timesteps)

    step_wise = enabled and settings.guidance.scope == "step"
    tuner = NoiseTuner(binding.tuning, rows.append) if step_wise else None
    tuned = noise if step_wise or not enabled else tuned_path(sampling, binding, noise, rows.append)
    x = sampling(probe, tuned, tuner=tuner, on_step=show)
    _require_finite(x, settings)
    after = probe.readouts(binding.tuning)
    before = [None] * len(pieces) if index is None else _twin_masses(sampling, binding, noise, probe.t, index)
    warnings = guidance_warnings(settings, sampling.times) if enabled else ()
    return [
        _Outcome(
            x[i, :, :length],
            tuple(replace(r, sample=0) for r in rows if r.sample == i),
            before[i],
            after[i],
            (*binding.notes[i], *warnings),
        )
        for i, length in enumerate(lengths)
    ]


def _require_finite(x: Tensor, settings: SynthSettings) -> None:
    """Refuse to hand on what a model that diverged made.

    Raises
    ------
    InterpError
        Naming the solver and the steps.
    """
    if not bool(x.isfinite().all()):
        raise InterpError(
            f"checkpoint: its mel is not finite after {settings.n_timesteps} steps of {settings.sampler} "
            f"{settings.solver}; raise --timesteps, choose --solver euler, or another checkpoint"
        )


def _twin_masses(
    sampling: Sampling, binding: Binding, noise: NoisePath, t: float | None, last: int
) -> list[MassReadout | None]:
    """Masses of the untuned run on the same noise, which is left as soon as they are known."""
    probe = MassProbe(binding.model, t)
    with suppress(SamplingCancelled):
        sampling(probe, noise, on_step=lambda state, _: state.index < last)
    return probe.readouts(binding.tuning)


def _join(parts: Sequence[tuple[Piece, _Outcome]], engine: Engine, settings: SynthSettings) -> Decoded:
    """Sentences of one text, one after another."""
    mel = torch.cat([engine.to_log_mel(o.mel) for _, o in parts], 1).cpu().numpy()
    mu = torch.cat([engine.to_log_mel(p.sentence.mu) for p, _ in parts], 1).cpu().numpy()
    rows = [row for _, o in parts for row in o.rows]
    return Decoded(
        mel=np.maximum(mel, np.log(1e-5)),
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
