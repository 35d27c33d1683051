"""Checkpoints: safetensors with the configuration as JSON in the metadata; nothing is unpickled."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from interp.config import mapping_of, settings_from
from interp.files import whole_file, write_json
from interp.installation import checkpoint_path, read_provenance
from interp.models.speech_model import SpeechModel, SpeechModelConfig
from masks.errors import InterpError

FORMAT = "interp-speech-1"
REMEDY = "give default, or a .safetensors file that `interp train` wrote"


@dataclass(frozen=True)
class Checkpoint:
    """A loaded model with what its file says of itself.

    ``provenance``: data, commit, steps, figures; ``sha256``: of the whole file, in hexadecimal.
    """

    model: SpeechModel
    path: Path
    provenance: Mapping[str, Any]
    sha256: str


def save_checkpoint(path: str | Path, model: SpeechModel, provenance: Mapping[str, Any]) -> None:
    """Write weights in half precision with their configuration, and the provenance beside them.

    Raises
    ------
    InterpError
        When the folder cannot be written.
    """
    weights = {k: v.detach().cpu().half().contiguous() for k, v in model.state_dict().items()}
    metadata = {"format": FORMAT, "config": json.dumps(mapping_of(model.config))}
    with whole_file(path) as temporary:
        save_file(weights, temporary, metadata=metadata)
    write_json(Path(path).with_suffix(".provenance.json"), provenance)


def load_checkpoint(name: str | Path, device: str | torch.device = "cpu") -> Checkpoint:
    """Read a checkpoint in float32, ready for synthesis; parameters do not require gradients.

    Parameters
    ----------
    name : ``default`` for the model that is shipped, or a path

    Raises
    ------
    InterpError
        When the file is missing, truncated, of another kind, or does not fit its own configuration.
    """
    path = checkpoint_path(str(name))
    metadata, weights = _read(path)
    if metadata.get("format") != FORMAT:
        raise InterpError(
            f"{path}: no checkpoint of this program (format {metadata.get('format')!r}); {REMEDY}"
        )
    config = settings_from(SpeechModelConfig, _json(path, metadata, "config"), str(path))
    model = SpeechModel(config)
    try:
        model.load_state_dict({k: v.float() for k, v in weights.items()})
    except RuntimeError as error:
        raise InterpError(
            f"{path}: weights do not fit the configuration ({_first_line(error)}); {REMEDY}"
        ) from error
    model.to(device).eval().requires_grad_(False)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    return Checkpoint(model, path, read_provenance(path) or {}, sha256)


def _read(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt") as file:
            return file.metadata() or {}, {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError) as error:
        raise InterpError(f"{path}: not a readable checkpoint ({_first_line(error)}); {REMEDY}") from error


def _json(path: Path, metadata: Mapping[str, str], key: str) -> dict[str, Any]:
    try:
        found = json.loads(metadata[key])
    except (KeyError, ValueError) as error:
        raise InterpError(f"{path}: its {key} is missing or damaged; {REMEDY}") from error
    if not isinstance(found, dict):
        raise InterpError(f"{path}: its {key} is no mapping; {REMEDY}")
    return found


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
