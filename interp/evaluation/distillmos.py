"""Distill-MOS: a small network's guess at how listeners would rate the output."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from functools import lru_cache
from io import StringIO
from types import ModuleType

import torch

from interp.evaluation.scene import Figures, Scene

MODULES = ("distillmos", "xls_r_sqa")

KEYS = {"distillmos.overall": "predicted mean opinion of the whole, 1 to 5"}


def distillmos(scene: Scene) -> Figures:
    """Distill-MOS (Stahl & Gamper 2025) at 16 kHz, by its package, which holds its weights.

    The network hears 7.7 s at one level; a shorter output is filled up with silence, a longer one is heard in
    pieces. It was taught by a larger network, on calls and coded speech.
    """
    with torch.inference_mode():
        rated = _network()(torch.from_numpy(scene.output.wav_16k)[None])
    return {"distillmos.overall": float(rated)}


@lru_cache(maxsize=1)
def _network() -> torch.nn.Module:
    with _torchaudio_stood_in(), redirect_stdout(StringIO()):  # it tells where its weights are
        from distillmos import ConvTransformerSQAModel

        network: torch.nn.Module = ConvTransformerSQAModel().eval()
    return network


@contextmanager
def _torchaudio_stood_in() -> Iterator[None]:
    """An empty torchaudio while the package is imported: only its command line uses one.

    A real one is large, and fails to load beside a torch of another build.
    """
    if "torchaudio" in sys.modules:
        yield
        return
    sys.modules["torchaudio"] = ModuleType("torchaudio")
    try:
        yield
    finally:
        del sys.modules["torchaudio"]
