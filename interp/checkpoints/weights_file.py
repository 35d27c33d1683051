"""Weights as a file: safetensors in half precision with their configuration, the provenance beside them.

Where eight bits do, a matrix is stored as whole numbers of -127 to 127, each row with a scale: an error of
under half a percent of the row's largest weight.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from interp.settings.resolve import mapping_of
from interp.system.files import whole_file, write_json
from masks.errors import InterpError

# What layers raise for sizes that make no layer, and a state dict for names and shapes of another model.
UNFIT = (RuntimeError, ValueError, TypeError, AssertionError, ArithmeticError)
LARGEST = 127
SCALE = "#scale"


@dataclass(frozen=True)
class WeightsKind:
    """A kind of file: its name in messages, its format's, and the remedy where another was given."""

    name: str
    format: str
    remedy: str

    def save(
        self,
        path: str | Path,
        config: Any,
        weights: Mapping[str, Tensor],
        provenance: Mapping[str, Any],
        eight_bits: str | None = None,
    ) -> None:
        """Write weights, configuration and provenance, or none of them.

        Parameters
        ----------
        eight_bits : beginning of the names of weights that are stored in eight bits; None for no weights

        Raises
        ------
        InterpError
            When the folder cannot be written.
        """
        stored: dict[str, Tensor] = {}
        for name, value in weights.items():
            rounds = eight_bits is not None and name.startswith(eight_bits)
            stored |= rounded(name, value) if rounds else {name: value.detach().cpu().half().contiguous()}
        metadata = {"format": self.format, "config": json.dumps(mapping_of(config))}
        with whole_file(path) as temporary:
            temporary.write_bytes(save(stored, metadata=metadata))
            write_json(Path(path).with_suffix(".provenance.json"), provenance)

    def read(self, path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
        """The configuration, unchecked, and the weights.

        Raises
        ------
        InterpError
            When the file is damaged or of another kind.
        """
        try:
            with safe_open(path, framework="pt") as file:
                metadata = file.metadata() or {}
                weights = restored({k: file.get_tensor(k) for k in file.keys()})  # noqa: SIM118
        except (SafetensorError, OSError, *UNFIT) as error:
            raise self._error(f"{path}: not a readable {self.name} ({_last_line(error)})") from error
        if metadata.get("format") != self.format:
            found = str(metadata.get("format"))[:40]
            raise self._error(f"{path}: no {self.name} of this program (format {found!r})")
        return self._config(path, metadata), weights

    @contextmanager
    def fitting(self, path: Path) -> Iterator[None]:
        """Where a model is built and its weights are put in.

        Raises
        ------
        InterpError
            When they do not fit the configuration.
        """
        try:
            yield
        except UNFIT as error:
            said = f"{path}: weights do not fit the configuration ({_last_line(error)})"
            raise self._error(said) from error

    def _config(self, path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
        try:
            found = json.loads(metadata["config"])
        except (KeyError, ValueError, RecursionError) as error:
            raise self._error(f"{path}: its config is missing or damaged") from error
        if not isinstance(found, dict):
            raise self._error(f"{path}: its config is no mapping")
        return found

    def _error(self, said: str) -> InterpError:
        return InterpError(f"{said}; {self.remedy}")


def rounded(name: str, value: Tensor) -> dict[str, Tensor]:
    """A matrix as eight-bit rows and their scales; numbers and vectors in half precision."""
    value = value.detach().cpu().float()
    if value.ndim < 2:
        return {name: value.half().contiguous()}
    rows = value.flatten(1)
    scale = (rows.abs().amax(1, keepdim=True) / LARGEST).clamp(min=torch.finfo(torch.float32).tiny)
    whole = (rows / scale).round().clamp(-LARGEST, LARGEST).to(torch.int8)
    return {name: whole.reshape(value.shape).contiguous(), name + SCALE: scale.contiguous()}


def restored(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What `rounded` took apart, put together; all else as it is."""
    found = {}
    for name, value in tensors.items():
        if name.endswith(SCALE):
            continue
        scale = tensors.get(name + SCALE)
        found[name] = value if scale is None else (value.flatten(1).float() * scale).reshape(value.shape)
    return found


def _last_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
