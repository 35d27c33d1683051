"""How long points will take: a cost in evaluations of the estimator, and what an evaluation costs here."""

from __future__ import annotations

from collections.abc import Sequence

from interp.settings.synth import SynthSettings
from interp.sweep.ledger import Row

# Speech says about 14 characters a second.
CHARACTERS_PER_SECOND = 14.0
# A tuning iteration, forward and back and measured again, against a plain evaluation of the same length.
ITERATION_EVALUATIONS = 6.0
# One evaluation per second of speech, on one free CPU core; only until the first point has been timed.
SECONDS_PER_EVALUATION = 0.05


def cost_of(settings: SynthSettings, text: str) -> float:
    """Evaluations of the estimator times seconds of speech, roughly.

    The tuned steps are taken twice more: once for the untuned twin that masses are compared with.
    """
    seconds = len(text) / CHARACTERS_PER_SECOND * settings.length_scale
    guidance = settings.guidance
    if not guidance.enabled:
        return seconds * settings.n_timesteps
    inside = settings.n_timesteps * settings.windows.t_tal2
    tuned = inside if guidance.scope == "step" else 1 + guidance.lookahead
    return seconds * (settings.n_timesteps + inside + ITERATION_EVALUATIONS * guidance.epochs * tuned)


def seconds_of(settings: SynthSettings, text: str) -> float:
    """Seconds on one free CPU core, before anything has been timed."""
    return cost_of(settings, text) * SECONDS_PER_EVALUATION


def seconds_left(rows: Sequence[Row], workers: int) -> float:
    """Time for the points that wait, from those that are done where there are any."""
    timed = [row for row in rows if row.state == "done" and row.seconds is not None]
    spent, costs = sum(row.seconds or 0.0 for row in timed), sum(row.cost for row in timed)
    rate = spent / costs if costs else SECONDS_PER_EVALUATION
    return sum(row.cost for row in rows if row.state in ("pending", "running")) * rate / workers


def in_words(seconds: float) -> str:
    """A time to read: 45 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 90 * 60 else f"{seconds / 3600:.1f} h"
