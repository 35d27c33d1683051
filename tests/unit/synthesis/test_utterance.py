"""Each part of a sentence takes its pitch cells from the reference that it follows."""

from pathlib import Path

import numpy as np
import pytest
import torch

from interp.audio.read import Recording
from interp.audio.reference import ReferenceFeatures
from interp.estimators.sentence import Sentence
from interp.settings.synth import SynthSettings
from interp.synthesis.utterance import Utterance, pieces_of
from masks.errors import InterpError
from masks.grid import MelGrid
from masks.target import static_cells

GRID = MelGrid()
FRAMES, SPLIT = 40, 15
LOW, HIGH, SILENT = np.full(30, 110.0), np.full(30, 230.0), np.zeros(30)


def sentence() -> Sentence:
    voiced = np.arange(FRAMES) % 10 != 0
    return Sentence(None, np.array([FRAMES]), torch.zeros(GRID.n_mels, FRAMES), voiced)  # type: ignore[arg-type]


def reference(f0_hz: np.ndarray) -> ReferenceFeatures:
    recording = Recording(np.zeros(10, np.float32), GRID.sample_rate, Path("a.wav"), 0.1, ())
    zeros = np.zeros((GRID.n_mels, len(f0_hz)), np.float32)
    return ReferenceFeatures(recording, zeros, f0_hz, zeros > 0, np.zeros(16, np.float32))


def cells(first: np.ndarray, second: np.ndarray, mode: str) -> np.ndarray:
    switch = SPLIT if mode == "temp" else None
    said = Utterance("", [sentence()], (reference(first), reference(second)), 0, switch)
    (piece,) = pieces_of(0, said, SynthSettings(mode=mode, crossfade_s=0.0), GRID)
    return piece.target.pitch


def band(f0_hz: np.ndarray) -> np.ndarray:
    return static_cells(f0_hz, sentence().voiced, GRID)


def test_freq_takes_the_band_of_reference_1_throughout() -> None:
    assert np.array_equal(cells(LOW, HIGH, "freq"), band(LOW))


def test_temp_takes_in_each_part_the_band_of_its_own_reference() -> None:
    found = cells(LOW, HIGH, "temp")
    assert np.array_equal(found[:, :SPLIT], band(LOW)[:, :SPLIT])
    assert np.array_equal(found[:, SPLIT:], band(HIGH)[:, SPLIT:])
    assert not np.array_equal(band(LOW), band(HIGH))


@pytest.mark.parametrize(
    ("pair", "empty"), [((SILENT, HIGH), slice(0, SPLIT)), ((LOW, SILENT), slice(SPLIT, None))]
)
def test_temp_goes_without_cells_where_its_reference_has_no_voice(
    pair: tuple[np.ndarray, np.ndarray], empty: slice
) -> None:
    found = cells(*pair, "temp")
    assert not found[:, empty].any()
    assert found.any()


def test_freq_refuses_a_reference_1_without_voice() -> None:
    with pytest.raises(InterpError, match="no voiced frame"):
        cells(SILENT, HIGH, "freq")
