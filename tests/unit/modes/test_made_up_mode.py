"""A mode is one file and one line: one that is made up here is chosen, validated, spoken and noted."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pytest
import soundfile

from guidance.settings import GuidanceSettings
from interp.modes.registry import MODES
from interp.settings.synth import SynthSettings, for_mode
from interp.system.shipped import data_path
from masks.errors import InterpError

# The mode of the test: reference 2 first, then reference 1, and the change always in the middle.
PROGRAM = """
import json, sys
from interp.modes.registry import MODES
from interp.modes.temp import Temp

class Mirrored(Temp):
    name, gives, own_settings = "mirrored", "the second half", ("crossfade_s",)
    def switch_frame(self, settings, words, n_frames, grid):
        return n_frames / 2
    def spans(self, n_frames, switch, crossfade):
        return super().spans(n_frames, switch, crossfade).flip(0)

MODES["mirrored"] = Mirrored()

import click.testing
from interp.cli import main
said = []
for words in sys.argv[1:]:
    done = click.testing.CliRunner().invoke(main, words.split("|"))
    said.append([done.exit_code, done.output, done.stderr])
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What three commands say where the mode is in the list."""
    folder = tmp_path_factory.mktemp("mirrored")
    speak = f"synth|--text|So it is.|--no-guidance|--timesteps|2|--out|{folder}/{{0}}.wav|--mode|{{0}}"
    masked = speak + "|--attend|masked|--ref1|{1}|--ref2|{2}"
    one, two = (str(data_path(f"resources/demo_ref{n}.wav")) for n in (1, 2))
    commands = [
        "synth|--help",
        masked.format("mirrored", one, two),
        masked.format("temp", two, one),
        speak.format("mirrored").replace("mirrored.wav", "noted.wav") + "|--split|0.3",
    ]
    done = subprocess.run([sys.executable, "-c", PROGRAM, *commands], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder, json.loads(done.stdout.splitlines()[-1])


def test_it_can_be_chosen_and_its_help_is_its_own(said):
    _, (asked, *_) = said
    assert "[freq|temp|mirrored]" in asked[1]
    assert "the second half" in asked[1]


def test_it_speaks_and_is_temp_with_its_references_changed_over(said):
    folder, (_, mirrored, temp, _) = said
    assert (mirrored[0], temp[0]) == (0, 0), mirrored[2] + temp[2]
    one, other = (soundfile.read(folder / f"{name}.wav")[0] for name in ("mirrored", "temp"))
    assert np.abs(one - other).max() < 1e-3 < np.abs(one).max()  # in another order sums round otherwise


def test_a_setting_that_it_does_not_read_is_noted(said):
    _, (*_, split) = said
    assert "split: no effect here, mode is mirrored; add --mode temp" in split[2]


@pytest.mark.parametrize("mode", list(MODES))
def test_every_mode_brings_its_objective(mode):
    assert SynthSettings(mode=mode).guidance.objective == MODES[mode].objective
    assert for_mode(SynthSettings(), mode) == SynthSettings(mode=mode)


def test_an_objective_of_another_mode_is_refused():
    with pytest.raises(InterpError, match="'temp' needs mode temp"):
        SynthSettings(guidance=GuidanceSettings(objective="temp"))
