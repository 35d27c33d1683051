"""temp: does the output switch from reference 1 to reference 2, where, how hard, and what leaks across?"""

from __future__ import annotations

import numpy as np
from jaxtyping import Float

from interp.audio.pitch_statistics import pitch_statistics, semitones
from interp.evaluation.energy import energy_db
from interp.evaluation.pitch import LEAST_SEMITONES
from interp.evaluation.scene import Figures, Scene

# Ends of the bins of distance from the switch, seconds.
DISTANCES_S = (0.1, 0.2, 0.4, 0.8, 1.6)
JUMP_WINDOW_S = 0.3
LEAST_FRAMES = 5
LEAST_SIDE = 8


def _leak_key(side: str, end_s: float) -> str:
    return f"switch.leak_{side}_{1000 * end_s:g}ms"


KEYS = {
    "switch.first.ref1_semitones": "median F0 before the switch above reference 1's, semitones",
    "switch.first.ref2_semitones": "median F0 before the switch above reference 2's, semitones",
    "switch.second.ref1_semitones": "median F0 after the switch above reference 1's, semitones",
    "switch.second.ref2_semitones": "median F0 after the switch above reference 2's, semitones",
    "switch.found_s": "where log F0 changes its level (two levels, least squares), seconds",
    "switch.late_s": "the same less the time that was asked for, seconds",
    "switch.explained": "share of the variance of log F0 that the two levels explain",
    "switch.jump_semitones": "median F0 of the 0.3 s after the switch above that before it, semitones",
    "switch.jump_db": "mean energy of the 0.3 s after the switch above that before it, dB",
    **{
        _leak_key(side, end): (
            f"leak {side} the switch, up to {end:g} s from it: 0 at the own reference's F0, 1 at the other's"
        )
        for side in ("before", "after")
        for end in DISTANCES_S
    },
}


def switch(scene: Scene) -> Figures:
    """Figures of a change of reference at ``split_s``; None in freq.

    The position is the change point of a piecewise constant log F0 with one change: the frame that leaves
    the least squared error (maximum likelihood under equal variances, Hinkley 1970). A leak is the median of
    ``(log f0 - own) / (other - own)`` over the voiced frames of a bin of distance, own and other the medians
    of the references; None when they lie within half a semitone.
    """
    figures: Figures = dict.fromkeys(KEYS)
    if scene.split_s is None:
        return figures
    f0_hz, times = scene.output.f0_hz, scene.output.times_s
    figures |= _halves(scene, scene.split_s) | _jump(scene, scene.split_s) | _leaks(scene, scene.split_s)
    voiced = f0_hz > 0
    found = change_point(np.log(f0_hz[voiced]))
    if found is None:
        return figures
    index, explained = found
    at = float(times[voiced][index - 1 : index + 1].mean())
    return figures | {
        "switch.found_s": at,
        "switch.late_s": at - scene.split_s,
        "switch.explained": explained,
    }


def change_point(values: Float[np.ndarray, " n"]) -> tuple[int, float] | None:
    """First index of the second level, and the share of variance explained; None of too few values.

    Each level holds 8 values or more.
    """
    n = len(values)
    if n < 2 * LEAST_SIDE:
        return None
    centred = values - values.mean()
    sums, counts = np.cumsum(centred)[:-1], np.arange(1, n)
    # Between-group sum of squares of a cut after each value; the sums of the two groups are opposite.
    between = sums**2 / counts + sums**2 / (n - counts)
    inner = slice(LEAST_SIDE - 1, n - LEAST_SIDE)
    best = int(np.argmax(between[inner])) + LEAST_SIDE
    total = float((centred**2).sum())
    return best, float(between[best - 1] / total) if total > 0 else 0.0


def _halves(scene: Scene, split_s: float) -> Figures:
    figures: Figures = {}
    f0_hz, times = scene.output.f0_hz, scene.output.times_s
    for name, chosen in {"first": times < split_s, "second": times >= split_s}.items():
        here = pitch_statistics(f0_hz[chosen]).median_hz
        for n, ref in enumerate(scene.refs, start=1):
            there = pitch_statistics(ref.f0_hz).median_hz
            if here is not None and there is not None:
                figures[f"switch.{name}.ref{n}_semitones"] = semitones(there, here)
    return figures


def _jump(scene: Scene, split_s: float) -> Figures:
    """Medians over a window, since phones move F0 within a syllable."""
    times, f0_hz, levels = scene.output.times_s, scene.output.f0_hz, energy_db(scene.output)
    before = (times < split_s) & (times >= split_s - JUMP_WINDOW_S)
    after = (times >= split_s) & (times < split_s + JUMP_WINDOW_S)
    figures: Figures = {"switch.jump_semitones": None, "switch.jump_db": None}
    if before.any() and after.any():
        figures["switch.jump_db"] = float(levels[after].mean() - levels[before].mean())
    low, high = (pitch_statistics(f0_hz[side]).median_hz for side in (before, after))
    if low is not None and high is not None:
        figures["switch.jump_semitones"] = semitones(low, high)
    return figures


def _leaks(scene: Scene, split_s: float) -> Figures:
    first, second = (pitch_statistics(ref.f0_hz).median_hz for ref in scene.refs)
    if first is None or second is None or abs(semitones(first, second)) < LEAST_SEMITONES:
        return {}
    f0_hz, distance = scene.output.f0_hz, scene.output.times_s - split_s
    figures: Figures = {}
    for side, sign, own, other in (("before", -1, first, second), ("after", 1, second, first)):
        for start, end in zip((0.0, *DISTANCES_S), DISTANCES_S, strict=False):
            chosen = (f0_hz > 0) & (sign * distance >= start) & (sign * distance < end)
            if chosen.sum() >= LEAST_FRAMES:
                place = np.log(f0_hz[chosen] / own) / np.log(other / own)
                figures[_leak_key(side, end)] = float(np.median(place))
    return figures
