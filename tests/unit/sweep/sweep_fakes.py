"""Sweeps without a model: a file, and speakers that count, fail, die and wait as they are told."""

import os
import time
from pathlib import Path

from interp.sweep.point import Outcome

SPEC = """
baseline: {guidance.enabled: false}
grid:
  guidance.gamma: [0.5, 1, 2]
  tau: [[0.1, 0.2], [0.3, 0.6]]
sentences: [The sun rose., He left.]
seeds: [0, 7]
"""
SHA = "f" * 64


def write_spec(folder, text=SPEC, name="tiny.yaml"):
    path = Path(folder) / name
    path.write_text(text, encoding="utf-8")
    return path


def plan_of(folder, text=SPEC, name="tiny.yaml"):
    from interp.sweep.planning import make_plan  # here, so that workers start without torch
    from interp.sweep.spec import read_spec

    return make_plan(read_spec(write_spec(folder, text, name)))


def outcome(point, error=None, audio=None):
    """Figures that follow from the settings alone."""
    guidance = point.settings.guidance
    level = 4.0 if point.baseline else guidance.gamma - guidance.t_tal2
    figures = {
        "pitch.ref1.semitones": level + 0.01 * point.settings.seed,
        "pitch.median_hz": None if point.text == "He left." else 100.0 + level,
        "rtf": 1.0,
    }
    return Outcome(
        point.number, None if error else figures, error, 0.1, {"interp": "0"}, SHA, str(os.getpid()), audio
    )


def speak(batch):
    return [outcome(p, audio=b"OggS" if batch.keep_audio else None) for p in batch.points]


def speak_but_gamma_2(batch):
    """Points of gamma 2 fail."""
    return [outcome(p, "gamma 2: no" if p.settings.guidance.gamma == 2 else None) for p in batch.points]


def speak_slowly(batch):
    time.sleep(0.05)
    return speak(batch)


def speak_and_note(batch):
    """Each point leaves a line in a file that the test named, so that repeats are seen."""
    with open(os.environ["SWEEP_TEST_NOTES"], "a", encoding="utf-8") as notes:
        notes.writelines(f"{p.number}\n" for p in batch.points)
    return speak_slowly(batch)


def die_on_gamma_2(batch):
    """The process ends at points of gamma 2, without a word."""
    if any(p.settings.guidance.gamma == 2 and p.settings.seed == 7 for p in batch.points):
        os._exit(9)
    return speak(batch)


def speak_a_second(batch):
    time.sleep(1.0)
    return speak(batch)
