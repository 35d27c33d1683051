"""The figures of one synthesis, by name: those of `interp eval`, and what the tuning did."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import isfinite
from pathlib import Path

from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.measures import choose, measure
from interp.evaluation.packages import INSTALL
from interp.synthesis.result import GuidanceResult, Synthesis
from interp.system.nearest import did_you_mean
from masks.errors import InterpError
from masks.grid import MelGrid

OWN_FIGURES = {
    "guidance.ref1_pitch_before": "relative attention mass on reference 1's pitch, untuned",
    "guidance.ref1_pitch_after": "relative attention mass on reference 1's pitch, tuned",
    "guidance.ref2_rest_before": "relative attention mass on reference 2's rest, untuned",
    "guidance.ref2_rest_after": "relative attention mass on reference 2's rest, tuned",
    "guidance.accepted_share": "share of tuning iterations that lowered the loss",
    "guidance.displacement_sigmas": "mean length of a tuning step, sigmas",
    "guidance.displacement_share": "mean length of a tuning step, share of the noise's norm",
    "guidance.loss_first": "loss before tuning",
    "guidance.loss_last": "loss after tuning",
    "seconds_audio": "length of the output, s",
    "rtf": "real-time factor",
}
# These depend on the machine: a sweep run twice has all others equal.
TIMED = ("rtf",)


def labels_of(measures: Sequence[str]) -> dict[str, str]:
    """Every figure's name and what it is, with its unit."""
    measured = {key: label for chosen in choose(measures) for key, label in chosen.keys.items()}
    return {**measured, **OWN_FIGURES}


def require_measures(measures: Sequence[str]) -> None:
    """Refuse a measure that is unknown, or whose modules are not installed.

    Raises
    ------
    InterpError
        Naming it.
    """
    for chosen in choose(measures):
        if chosen.missing:
            missing = ", ".join(chosen.missing)
            raise InterpError(f"measures: {chosen.name} needs {missing}, not installed; {INSTALL}")


def require_figure(name: str, measures: Sequence[str]) -> None:
    """Refuse a figure that these measures do not give.

    Raises
    ------
    InterpError
        Naming the nearest known one.
    """
    known = labels_of(measures)
    if name not in known:
        hint = did_you_mean(name, known) or f"allowed: {', '.join(known)}"
        raise InterpError(f"best.figure: {name!r} is not among the figures of these measures; {hint}")


def figures_of(synthesis: Synthesis, measures: Sequence[str]) -> dict[str, float | None]:
    """All figures; None where there is nothing to measure: no voice, no tuning."""
    grid, split = synthesis.grid, synthesis.split_frame
    measured = measure(
        Clip(synthesis.wav, grid),
        *(_reference(reference.path, grid) for reference in synthesis.references),
        text=synthesis.text,
        split_s=None if split is None else split / grid.frame_rate_hz,
        measures=measures,
    )
    found = {
        **measured.figures,
        **dict.fromkeys(OWN_FIGURES),
        **(_guidance(synthesis.guidance) if synthesis.guidance else {}),
        "seconds_audio": synthesis.seconds_audio,
        "rtf": synthesis.real_time_factor,
    }
    return {name: value if value is not None and isfinite(value) else None for name, value in found.items()}


# A clip keeps its features: those of a reference are computed once in each worker.
@lru_cache(maxsize=64)
def _reference(path: str | Path, grid: MelGrid) -> Clip:
    return load_clip(path, grid)


def _guidance(guidance: GuidanceResult) -> dict[str, float | None]:
    summary = guidance.summary
    found: dict[str, float | None] = {
        "accepted_share": summary.accepted / summary.iterations if summary.iterations else None,
        "displacement_sigmas": summary.displacement_sigma,
        "displacement_share": summary.displacement_share,
        "loss_first": summary.loss_first,
        "loss_last": summary.loss_last,
    }
    for when, masses in (("before", guidance.mass_before), ("after", guidance.mass_after)):
        if masses is not None:
            found[f"ref1_pitch_{when}"] = masses.relative.get("ref1.pitch")
            found[f"ref2_rest_{when}"] = masses.relative.get("ref2.rest")
    return {f"guidance.{name}": value for name, value in found.items()}
