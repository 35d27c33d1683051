"""Checkpoints: this program's safetensors, or Grad-TTS's state dicts; nothing is unpickled but tensors."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from interp.checkpoints.provenance import read_provenance
from interp.checkpoints.weights_file import WeightsKind
from interp.estimators.gradtts.model import GradTTS
from interp.estimators.gradtts.state_dict import load_gradtts
from interp.estimators.parts.text_encoder import TextEncoderConfig
from interp.estimators.registry import SpeechModelConfig, build
from interp.estimators.speech_model import SpeechModel
from interp.settings.resolve import settings_from
from interp.system.digest import sha256_of
from interp.system.shipped import checkpoint_path
from interp.text.gradtts_frontend import GRADTTS_BLANK_ID
from masks.errors import InterpError

FORMAT = "interp-speech-1"
REMEDY = "give default, or a .safetensors file that `interp train` wrote"
KIND = WeightsKind("checkpoint", FORMAT, REMEDY)
# The one published Grad-TTS checkpoint whose diffusion time is not multiplied by 1000.
UNSCALED_TIME = "grad-tts-old.pt"


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model with what its file says of itself.

    ``provenance``: data, commit, steps, figures; ``sha256``: of the whole file, in hexadecimal.
    """

    model: SpeechModel | GradTTS
    path: Path
    provenance: Mapping[str, Any]
    sha256: str


def save_checkpoint(path: str | Path, model: SpeechModel, provenance: Mapping[str, Any]) -> None:
    """Write weights in half precision with their configuration, and the provenance beside them.

    A mean mel is written in eight bits: the score mends more than that does to it.

    Raises
    ------
    InterpError
        When the folder cannot be written.
    """
    eight_bits = "text_encoder." if model.config.mean == "frames" else None
    KIND.save(path, model.config, model.state_dict(), provenance, eight_bits)


def load_checkpoint(name: str | Path, device: str | torch.device = "cpu") -> Checkpoint:
    """Read a checkpoint in float32, ready for synthesis; parameters do not require gradients.

    Parameters
    ----------
    name : ``default`` for the model that is shipped, or a path: of this program's safetensors, or of a
        Grad-TTS state dict (``.pt``, or any file of PyTorch's own format)

    Raises
    ------
    InterpError
        When the file is missing, truncated, of another kind, or does not fit its own configuration.
    """
    path = checkpoint_path(str(name))
    model = _load_gradtts(path) if is_torch_file(path) else _load_speech_model(path)
    model.to(device).eval().requires_grad_(False)
    return Checkpoint(model, path, read_provenance(path) or {}, sha256_of(path))


def is_torch_file(path: Path) -> bool:
    """Whether a file was written by ``torch.save``: by its name, or as a zip, which safetensors never is."""
    return path.suffix == ".pt" or zipfile.is_zipfile(path)


def _load_gradtts(path: Path) -> GradTTS:
    model = load_gradtts(path, pe_scale=1.0 if path.name == UNSCALED_TIME else 1000.0)
    found, needed = model.config.encoder, TextEncoderConfig(n_vocab=GRADTTS_BLANK_ID + 1)
    if (found.n_vocab, found.n_feats) != (needed.n_vocab, needed.n_feats):
        raise InterpError(
            f"{path}: has {found.n_vocab} symbols and {found.n_feats} mel bins, {needed.n_vocab} symbols and "
            f"{needed.n_feats} mel bins are needed, as the published English checkpoints have; {REMEDY}"
        )
    return model


def _load_speech_model(path: Path) -> SpeechModel:
    stated, weights = KIND.read(path)
    config = settings_from(SpeechModelConfig, stated, str(path))
    with KIND.fitting(path):
        _require_as_many_layers(config, weights)
        with torch.device("meta"):  # no memory for sizes that the file does not hold
            model = build(config)
        model.load_state_dict({k: v.float() for k, v in weights.items()}, assign=True)
    return model


def _require_as_many_layers(config: SpeechModelConfig, weights: Mapping[str, Tensor]) -> None:
    """A million layers take hours to build, even without memory."""
    n_layers = max(config.text.n_layers, getattr(config.sizes, "n_layers", 0))
    if n_layers > len(weights):
        raise ValueError(f"{n_layers} layers, {len(weights)} tensors")
