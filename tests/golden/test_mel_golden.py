"""The mel against HiFi-GAN's own front end."""

from pathlib import Path

import pytest
from safetensors.torch import load_file

from interp.audio.mel import log_mel
from masks.grid import MelGrid

GOLDEN = Path(__file__).parents[3] / "shared/golden/mel_hifigan.safetensors"


@pytest.mark.skipif(not GOLDEN.is_file(), reason="the reference tensors are not beside this checkout")
def test_mel_equals_hifigan():
    golden = load_file(GOLDEN)
    mel = log_mel(golden["in.wav"], MelGrid())
    assert mel.shape == golden["out.mel"].shape
    assert (mel - golden["out.mel"]).abs().max() < 1e-4
