"""DNSMOS: a network's guess at how listeners would rate the output."""

from __future__ import annotations

import numpy as np

from interp.audio.read import BAND_LIMIT_RATE
from interp.evaluation.scene import Figures, Scene

MODULES = ("speechmos", "onnxruntime")

KEYS = {
    "dnsmos.overall": "predicted mean opinion of the whole, 1 to 5",
    "dnsmos.signal": "predicted mean opinion of the speech, 1 to 5",
    "dnsmos.background": "predicted mean opinion of the background, 1 to 5",
    "dnsmos.p808": "predicted mean opinion by the P.808 network, 1 to 5",
}
_THEIRS = ("ovrl_mos", "sig_mos", "bak_mos", "p808_mos")


def dnsmos(scene: Scene) -> Figures:
    """DNSMOS P.835 and P.808 (Reddy et al. 2021, 2022) at 16 kHz, by speechmos.

    The networks hear windows of 9 s; a shorter output is repeated until it fills one. They were trained on
    noisy calls: a guess at noise and artefacts, not at naturalness.
    """
    from speechmos import dnsmos as package

    found = package.run(np.clip(scene.output.wav_16k, -1.0, 1.0), sr=BAND_LIMIT_RATE)
    return {key: float(found[theirs]) for key, theirs in zip(KEYS, _THEIRS, strict=True)}
