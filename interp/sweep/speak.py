"""The work itself: speak a batch with the engine, measure each point, and turn failures into outcomes."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from interp.audio.write import sound_bytes
from interp.sweep.figures import figures_of
from interp.sweep.outcomes import failed, versions, worker_name
from interp.sweep.point import Batch, Outcome, Point
from interp.synthesis.pipeline import Request, Synthesizer
from interp.synthesis.result import Synthesis
from masks.errors import InterpError


def speak_batch(batch: Batch) -> list[Outcome]:
    """Speak points of equal settings in one run of the sampler.

    A batch that fails is taken apart, so that only the points that fail by themselves are recorded as failed.
    """
    started = time.perf_counter()
    try:
        spoken = _synthesise(batch.points)
        seconds = (time.perf_counter() - started) / len(batch.points)
        return [_done(p, s, seconds, batch) for p, s in zip(batch.points, spoken, strict=True)]
    except Exception as error:  # a point must not end the sweep, whatever it died of
        if len(batch.points) > 1:
            return [o for point in batch.points for o in speak_batch(replace(batch, points=(point,)))]
        return [failed(batch.points[0], error, time.perf_counter() - started)]


# Kept in each worker: the weights, and with them the features of every reference that was heard.
@lru_cache(maxsize=2)
def _synthesizer(checkpoint: str, device: str) -> Synthesizer:
    return Synthesizer.load(checkpoint, device)


def _synthesise(points: Sequence[Point]) -> list[Synthesis]:
    first = points[0]
    synthesizer = _synthesizer(first.settings.checkpoint, first.settings.device)
    found = synthesizer.checkpoint.sha256
    if found != first.checkpoint_sha256:
        raise InterpError(
            f"{synthesizer.checkpoint.path}: is not the checkpoint that was planned with ({found[:12]}, not "
            f"{first.checkpoint_sha256[:12]}); put the same file on every machine, then --retry-failed"
        )
    requests = [Request(p.text, p.ref1, p.ref2, p.settings.seed) for p in points]
    return synthesizer.batch(requests, first.shared_settings, for_report=True)


def _done(point: Point, synthesis: Synthesis, seconds: float, batch: Batch) -> Outcome:
    return Outcome(
        number=point.number,
        figures=figures_of(synthesis, batch.measures),
        error=None,
        seconds=seconds,
        versions=versions(),
        checkpoint_sha256=point.checkpoint_sha256,
        worker=worker_name(),
        audio=_heard(synthesis) if batch.keep_audio else None,
    )


def _heard(synthesis: Synthesis) -> bytes:
    return sound_bytes(synthesis.wav, synthesis.sample_rate, "OGG", "VORBIS")
