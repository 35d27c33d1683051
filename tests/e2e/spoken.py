"""A spoken sentence without a model, and recordings to give to the command line."""

import numpy as np
import soundfile

from guidance.readout import MassReadout
from guidance.trace import TraceSummary
from interp.settings.synth import SynthSettings
from interp.synthesis.result import GuidanceResult, ReferenceResult, Synthesis
from masks.grid import MelGrid
from masks.pitch import pitch_mask
from masks.spans import WordSpan

GRID = MelGrid()
GROUPS = ("ref1.pitch", "ref1.rest", "ref2.pitch", "ref2.rest")
PHONEMES = ("DH", "AH0", " ", "B", "OY1", ".")


def write_voice(path, f0=110.0, seconds=1.0, rate=16000):
    t = np.arange(int(seconds * rate)) / rate
    soundfile.write(path, 0.1 * sum(np.sin(2 * np.pi * f0 * h * t) / h for h in range(1, 8)), rate)
    return path


def read_npz(path):
    with np.load(path) as file:
        return dict(file)


def trace_row(step):
    mass = {name: 0.1 * (i + 1) for i, name in enumerate(GROUPS)}
    noise = {"norm": 166.0, "kurtosis": 3.0}
    return {
        "step": step,
        "progress": step / 10,
        "t": 1 - step / 10,
        "iteration": 0,
        "window": 1,
        "loss_before": 1.0,
        "loss_after": 0.9,
        "accepted": True,
        "step_size": 0.006,
        "grad_norm": 0.1,
        "mass": {"raw": mass, "relative": dict.fromkeys(GROUPS, 0.5)},
        "noise": noise,
    }


def guidance_result():
    mass = MassReadout(dict.fromkeys(GROUPS, 0.25), dict.fromkeys(GROUPS, 0.5))
    summary = TraceSummary(3, 3, 1.0, 0.9, 0.006, 1.0)
    windows = SynthSettings().windows.spans
    return GuidanceResult(
        "matched", "step", windows, summary, mass, mass, tuple(trace_row(i) for i in range(3))
    )


def reference_result(path, f0):
    wav = np.zeros(256 * 50, dtype=np.float32)
    f0_hz = np.full(50, f0)
    f0_hz[:10] = 0
    return ReferenceResult(str(path), wav, np.full((80, 50), -5.0), f0_hz, pitch_mask(f0_hz, GRID))


def make_synthesis(text="The boy.", refs=("a.wav", "b.wav"), settings=None, notes=()):
    settings = settings or SynthSettings()
    f0_hz = np.full(60, 115.0)
    return Synthesis(
        text=text,
        phonemes=PHONEMES,
        durations=np.full(6, 10),
        words=(WordSpan("The", 0, 20), WordSpan("boy", 30, 50)),
        mel=np.full((80, 60), -5.0),
        mu=np.full((80, 60), -6.0),
        wav=np.full(60 * 256, 0.5, dtype=np.float32),
        f0_hz=f0_hz,
        target_mask=pitch_mask(f0_hz, GRID),
        references=tuple(reference_result(path, f0) for path, f0 in zip(refs, (110.0, 190.0), strict=True)),
        guidance=guidance_result() if settings.guidance.enabled else None,
        settings=settings,
        seconds_wall=1.4,
        grid=GRID,
        split_frame=30 if settings.mode == "temp" else None,
        notes=tuple(notes),
    )
