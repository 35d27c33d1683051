"""Weights to go on from, small enough to be kept with the code: text encoder and estimator in eight bits.

The first steps of training mend what the rounding did.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from interp.checkpoints.weights_file import restored, rounded
from interp.system.files import write_bytes
from interp.train.state import TrainState, below
from masks.errors import InterpError


def save_start(path: Path, encoder: nn.Module, state: TrainState) -> None:
    """Write the text encoder, the averaged estimator and the steps done, whole or not at all."""
    tensors = {f"encoder.{k}": v for k, v in encoder.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.items()}
    small: dict[str, Tensor] = {}
    for name, value in tensors.items():
        small |= rounded(name, value)
    write_bytes(path, save(small, {"step": json.dumps(state.step)}))


def encoder_of_start(path: Path, encoder: nn.Module) -> None:
    """Give a fresh text encoder the weights of a file.

    Raises
    ------
    InterpError
        When the file cannot be read or is of another model.
    """
    tensors, _ = _read(path)
    _load(path, encoder, below(tensors, "encoder."))


def go_on_from(path: Path, state: TrainState) -> None:
    """Give a fresh state the weights and the step of a file: the average stands for the model too.

    Raises
    ------
    InterpError
        When the file cannot be read or is of another model.
    """
    tensors, state.step = _read(path)
    average = below(tensors, "average.")
    _load(path, state.model, average)
    device = next(state.model.parameters()).device
    state.average = {k: v.to(device) for k, v in average.items()}


def _read(path: Path) -> tuple[dict[str, Tensor], int]:
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {k: file.get_tensor(k) for k in file.keys()}  # noqa: SIM118
            weights = {k: v.float() for k, v in restored(tensors).items()}
            return weights, int(json.loads((file.metadata() or {})["step"]))
    except (SafetensorError, OSError, KeyError, ValueError, RuntimeError) as error:
        raise InterpError(f"{path}: no weights to go on from ({error}); leave `start` out") from error


def _load(path: Path, model: nn.Module, tensors: Mapping[str, Tensor]) -> None:
    try:
        model.load_state_dict(dict(tensors))
    except RuntimeError as error:
        raise InterpError(
            f"{path}: weights of another model ({str(error).splitlines()[0]}); leave `start` out or give "
            "the sizes it was made with"
        ) from error
