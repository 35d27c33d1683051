"""What is installed here: versions, device, the checkpoint and where it comes from."""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from interp import __version__
from interp.data import data_path
from masks.errors import InterpError

SHOWN_PACKAGES = ("torch", "numpy", "librosa", "praat-parselmouth", "soundfile")
# Below this slope of output log F0 on reference log F0 the output does not follow its references.
LEAST_SLOPE = 0.3


def checkpoint_path(name: str) -> Path:
    """File of a checkpoint: ``default`` is the one that ships, anything else is a path.

    Raises
    ------
    InterpError
        When there is no such file.
    """
    path = data_path("checkpts/default.safetensors") if name == "default" else Path(name)
    if not path.is_file():
        raise InterpError(f"{path}: no such checkpoint; give a .safetensors or .pt file, or 'default'")
    return path


def describe_installation(checkpoint: str) -> tuple[str, ...]:
    """Lines of ``interp info``.

    Raises
    ------
    InterpError
        When the checkpoint is missing, is neither a safetensors file nor a Grad-TTS ``.pt``, or
        has unreadable provenance.
    """
    packages = ", ".join(f"{name} {version(name)}" for name in SHOWN_PACKAGES)
    path = checkpoint_path(checkpoint)
    return (
        f"interp {__version__}, Python {platform.python_version()}, {platform.platform()}",
        f"packages: {packages}",
        f"device: {_auto_device()}",
        f"checkpoint: {path} ({path.stat().st_size / 2**20:.1f} MiB, {_parameters(path):,} parameters)",
        *_provenance_lines(path),
    )


def read_provenance(path: Path) -> dict[str, Any] | None:
    """The provenance beside a checkpoint, ``NAME.provenance.json``; None when there is none.

    Raises
    ------
    InterpError
        When it is not JSON.
    """
    beside = path.with_suffix(".provenance.json")
    if not beside.is_file():
        return None
    try:
        return dict(json.loads(beside.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InterpError(f"{beside}: is not a JSON mapping ({error}); restore or delete it") from error


def _provenance_lines(path: Path) -> list[str]:
    provenance = read_provenance(path)
    if provenance is None:
        return ["provenance: unknown, no file of it beside the checkpoint"]
    slope = provenance.get("metrics", {}).get("f0_slope")
    verdict = ["NOT YET A BLEND: the output's pitch hardly follows its references"]
    unheard = slope is not None and slope < LEAST_SLOPE
    return ["provenance:", *(f"  {line}" for line in _flat(provenance)), *(verdict if unheard else [])]


def _flat(mapping: Mapping[str, Any], prefix: str = "") -> list[str]:
    lines = []
    for key, value in mapping.items():
        nested = isinstance(value, Mapping)
        lines.extend(_flat(value, f"{prefix}{key}.") if nested else [f"{prefix}{key}: {_plain(value)}"])
    return lines


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _parameters(path: Path) -> int:
    if path.suffix == ".pt":
        from interp.models.gradtts_checkpoint import load_gradtts

        return sum(weight.numel() for weight in load_gradtts(path).parameters())
    try:
        with safe_open(path, framework="numpy") as file:
            shapes = [file.get_slice(key).get_shape() for key in file.keys()]  # noqa: SIM118
    except SafetensorError as error:
        raise InterpError(
            f"{path}: not a safetensors file, or cut short ({error}); fetch it again"
        ) from error
    return sum(math.prod(shape) for shape in shapes)


def _auto_device() -> str:
    import torch

    if not torch.cuda.is_available():
        return f"cpu, {torch.get_num_threads()} threads"
    return f"cuda, {torch.cuda.get_device_name()}"
