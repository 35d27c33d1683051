"""Two demo voices, short; tones of known pitch; and what Praat changes in a recording by a known amount."""

import numpy as np
import pytest

from interp.evaluation.clip import Clip, load_clip
from interp.evaluation.scene import Scene
from interp.system.shipped import data_path
from interp.train.dataset.features import Variant
from interp.train.dataset.variants import apply_variant
from masks.grid import MelGrid

GRID = MelGrid()
RATE = GRID.sample_rate


@pytest.fixture(scope="session")
def voice():
    """2 s of a voice at about 177 Hz."""
    return load_clip(data_path("resources/demo_ref1.wav")).part(0.0, 2.0)


@pytest.fixture(scope="session")
def sentence():
    """The same voice with all that it says, `said`."""
    return load_clip(data_path("resources/demo_ref1.wav"))


@pytest.fixture(scope="session")
def said():
    return "We were walking along the shore all morning, and the wind was warm."


@pytest.fixture(scope="session")
def stranger():
    """2 s of another voice, at about 101 Hz."""
    return load_clip(data_path("resources/demo_ref2.wav")).part(0.0, 2.0)


@pytest.fixture(scope="session")
def change():
    """A recording with its pitch moved by semitones and its formants scaled, by Praat's "Change gender"."""

    def changed(clip, semitones=0.0, formant_ratio=1.0):
        median = float(np.median(clip.f0_hz[clip.f0_hz > 0]))
        variant = Variant(formant_ratio, median * 2 ** (semitones / 12), 1.0)
        return Clip(apply_variant(clip.wav, RATE, variant).astype(np.float32), GRID)

    return changed


@pytest.fixture(scope="session")
def tone():
    """Harmonics at a given F0 in Hz, a number or a track over samples."""

    def made(f0, seconds=1.5, low_hz=0.0, high_hz=5000.0):
        f0_track = np.broadcast_to(f0, (round(seconds * RATE),)).astype(float)
        phase = 2 * np.pi * np.cumsum(f0_track) / RATE
        audible = ((h, (h * f0_track > low_hz) & (h * f0_track < high_hz)) for h in range(1, 60))
        wav = sum(on * np.sin(h * phase) / h for h, on in audible)
        return Clip((0.1 * wav).astype(np.float32), GRID)

    return made


@pytest.fixture
def against():
    """A scene of an output and its references, of which the second is the first where none is given."""
    return lambda output, ref1, ref2=None, **known: Scene(output, (ref1, ref2 or ref1), **known)
