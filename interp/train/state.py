"""State of a run between sessions: weights, their average and the optimiser; nothing is pickled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor, nn

from interp.system.files import write_bytes
from masks.errors import InterpError


@dataclass
class TrainState:
    """What training changes: the model, its average, the optimisers, the steps done."""

    model: nn.Module
    average: dict[str, Tensor]
    optimizers: list[torch.optim.Optimizer]
    step: int = 0


def move_average(average: Mapping[str, Tensor], model: nn.Module, step: int, decay: float) -> None:
    """Move an exponential average of weights towards a model's, by more in the first steps."""
    keep = min(decay, (1 + step) / (10 + step))
    with torch.no_grad():
        for name, value in model.state_dict().items():
            average[name].lerp_(value, 1 - keep)


def save_state(path: Path, state: TrainState) -> None:
    """Write whole or not at all."""
    tensors = {f"model.{k}": v for k, v in state.model.state_dict().items()}
    tensors |= {f"average.{k}": v for k, v in state.average.items()}
    for which, optimizer in enumerate(state.optimizers):
        for index, slots in optimizer.state_dict()["state"].items():
            tensors |= {f"optimizer.{which}.{index}.{k}": torch.as_tensor(v) for k, v in slots.items()}
    contiguous = {k: v.detach().cpu().contiguous().clone() for k, v in tensors.items()}
    write_bytes(path, save(contiguous, metadata={"step": json.dumps(state.step)}))


def save_half(folder: Path, state: TrainState) -> None:
    """Weights and averaged weights in half precision, a file each, no optimiser: small enough to travel."""
    for name, tensors in (("model", state.model.state_dict()), ("average", state.average)):
        halved = {f"{name}.{k}": v.detach().cpu().half().contiguous() for k, v in tensors.items()}
        write_bytes(folder / f"half.{name}.safetensors", save(halved, {"step": json.dumps(state.step)}))


def load_newest(folder: Path, state: TrainState) -> bool:
    """Go on from the full state of a folder, else from its half-precision weights; whether there was one."""
    if (folder / "state.safetensors").exists():
        load_state(folder / "state.safetensors", state)
    elif (folder / "half.model.safetensors").exists():
        load_state(folder / "half.model.safetensors", state)
        device = next(state.model.parameters()).device
        tensors, _ = _read(folder / "half.average.safetensors")
        state.average = {k: v.float().to(device) for k, v in below(tensors, "average.").items()}
    return state.step > 0


def load_state(path: Path, state: TrainState) -> None:
    """Read into a freshly built state.

    Raises
    ------
    InterpError
        When the file cannot be read or is of another model.
    """
    tensors, state.step = _read(path)
    try:
        state.model.load_state_dict(below(tensors, "model."))
    except RuntimeError as error:
        raise InterpError(
            f"{path}: state of another model ({str(error).splitlines()[0]}); start anew"
        ) from error
    device = next(state.model.parameters()).device
    state.average = {k: v.float().to(device) for k, v in below(tensors, "average.").items()}
    for which, optimizer in enumerate(state.optimizers):
        slots: dict[int, dict[str, Tensor]] = {}
        for key, value in below(tensors, f"optimizer.{which}.").items():
            index, name = key.split(".", 1)
            slots.setdefault(int(index), {})[name] = value
        if slots:
            groups = optimizer.state_dict()["param_groups"]
            optimizer.load_state_dict({"state": slots, "param_groups": groups})


def _read(path: Path) -> tuple[dict[str, Tensor], int]:
    try:
        with safe_open(path, framework="pt") as file:
            step = int(json.loads((file.metadata() or {})["step"]))
            return {k: file.get_tensor(k) for k in file.keys()}, step  # noqa: SIM118
    except (SafetensorError, OSError, KeyError, ValueError) as error:
        raise InterpError(
            f"{path}: not a readable state of a run ({error}); delete it to start anew"
        ) from error


def below(tensors: dict[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """What stands under a prefix, without it."""
    return {k[len(prefix) :]: v for k, v in tensors.items() if k.startswith(prefix)}
