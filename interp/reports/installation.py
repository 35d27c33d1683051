"""What is installed here: versions, device, the checkpoint and where it comes from."""

from __future__ import annotations

import math
import platform
import textwrap
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from safetensors import SafetensorError, safe_open

from interp.checkpoints.provenance import read_provenance
from interp.system.shipped import checkpoint_path
from interp.system.version import __version__
from masks.errors import InterpError

SHOWN_PACKAGES = ("torch", "numpy", "librosa", "praat-parselmouth", "soundfile")
# Below this slope of output log F0 on reference log F0 the output does not follow its references.
LEAST_SLOPE = 0.3
SHOWN_PROVENANCE = ("what", "made", "steps", "device", "data", "licence", "command")
LINE_WIDTH = 108


def describe_installation(checkpoint: str) -> dict[str, Any]:
    """All that ``interp info`` knows, as JSON would hold it.

    Raises
    ------
    InterpError
        When the checkpoint is missing, is neither a safetensors file nor a Grad-TTS ``.pt``, or
        has unreadable provenance.
    """
    path = checkpoint_path(checkpoint)
    return {
        "interp": __version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "packages": {name: version(name) for name in SHOWN_PACKAGES},
        "device": _auto_device(),
        "checkpoint": {
            "path": str(path),
            "mib": round(path.stat().st_size / 2**20, 1),
            "parameters": _parameters(path),
        },
        "provenance": read_provenance(path),
    }


def summary_lines(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What `describe_installation` found, in a few lines."""
    checkpoint = found["checkpoint"]
    size = f"{checkpoint['mib']} MiB, {checkpoint['parameters']:,} parameters"
    packages = ", ".join(f"{name} {number}" for name, number in found["packages"].items())
    return (
        f"interp {found['interp']}, Python {found['python']}, {found['platform']}",
        f"packages: {packages}",
        f"device: {found['device']}",
        f"checkpoint: {checkpoint['path']} ({size})",
        *_provenance_lines(found["provenance"]),
    )


def _provenance_lines(provenance: Mapping[str, Any] | None) -> list[str]:
    if provenance is None:
        return ["provenance: unknown, no file of it beside the checkpoint"]
    told = {"licence": "see NOTICE.md", **provenance}
    lines = [f"{key}: {_plain(told[key])}" for key in SHOWN_PROVENANCE if key in told]
    metrics = provenance.get("metrics", {})
    lines += textwrap.wrap(f"measured: {_figures(metrics)}", LINE_WIDTH) if metrics else []
    slope = metrics.get("f0_slope")
    if isinstance(slope, int | float) and slope < LEAST_SLOPE:
        lines.append("NOT YET A BLEND: the output's pitch hardly follows its references")
    return [f"  {line}" for line in lines]


def _figures(metrics: Mapping[str, Any]) -> str:
    """Numbers in three digits; tables are for ``--full``."""
    numbers = {k: v for k, v in metrics.items() if isinstance(v, int | float)}
    return ", ".join(f"{name} {value:.3g}" for name, value in numbers.items())


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _parameters(path: Path) -> int:
    if path.suffix == ".pt":
        from interp.estimators.gradtts.state_dict import load_gradtts

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
